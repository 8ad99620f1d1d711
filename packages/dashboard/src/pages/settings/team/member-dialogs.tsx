import { useState } from 'react'
import type { Member } from '../../../api/generated/operations.ts'
import { useAct } from '../../../api/hooks.ts'
import type { Role } from '../../../app/session.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { ConfirmDialog, FormDialog } from '../../../ui/dialog.tsx'
import { toast } from '../../../ui/toast.tsx'
import { teamMessages } from '../messages/team.ts'
import { RoleField } from './role-field.tsx'

interface MemberDialogProps {
  readonly accountId: string
  readonly member: Member
  readonly onClose: () => void
}

export function ChangeRole({ accountId, member, onClose }: MemberDialogProps) {
  const t = useMessages(teamMessages)
  const [role, setRole] = useState<Role>(member.role)
  const change = useAct('updateMember', {
    invalidates: ['listMembers'],
    onDone: () => {
      toast(t('roleChanged'))
      onClose()
    },
  })
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('changeRoleTitle', { name: member.name })}
      description={t('changeRoleText')}
      submit={t('changeRole')}
      onSubmit={() => change.mutate({ params: { account_id: accountId, member_id: member.id }, body: { role } })}
      busy={change.isPending}
      error={change.error}
      disabled={role === member.role}
    >
      <RoleField value={role} onChange={setRole} />
    </FormDialog>
  )
}

export function SuspendMember({ accountId, member, onClose }: MemberDialogProps) {
  const t = useMessages(teamMessages)
  const suspend = useAct('suspendMember', {
    invalidates: ['listMembers'],
    onDone: () => {
      toast(t('suspendedDone'))
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('suspendTitle', { name: member.name })}
      confirm={t('suspend')}
      onConfirm={() => suspend.mutate({ params: { account_id: accountId, member_id: member.id } })}
      busy={suspend.isPending}
      error={suspend.error}
    >
      {t('suspendText')}
    </ConfirmDialog>
  )
}

export function RemoveMember({ accountId, member, onClose }: MemberDialogProps) {
  const t = useMessages(teamMessages)
  const remove = useAct('removeMember', {
    invalidates: ['listMembers'],
    onDone: () => {
      toast(t('removedDone'))
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('removeTitle', { name: member.name })}
      confirm={t('remove')}
      onConfirm={() => remove.mutate({ params: { account_id: accountId, member_id: member.id } })}
      busy={remove.isPending}
      error={remove.error}
    >
      {t('removeText')}
    </ConfirmDialog>
  )
}
