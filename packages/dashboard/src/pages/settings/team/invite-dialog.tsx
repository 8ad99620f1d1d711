import { useState } from 'react'
import type { MadeInvitation } from '../../../api/generated/operations.ts'
import { useAct } from '../../../api/hooks.ts'
import type { Role } from '../../../app/session.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { FormDialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { uiMessages } from '../../../ui/messages/ui.ts'
import { Segments } from '../../../ui/toggles.tsx'
import { teamMessages } from '../messages/team.ts'
import { isMailAddress } from '../parts/mail-address.ts'
import { RoleField } from './role-field.tsx'

interface InviteDialogProps {
  readonly accountId: string
  readonly onClose: () => void
  readonly onMade: (invitation: MadeInvitation) => void
}

export function InviteDialog({ accountId, onClose, onMade }: InviteDialogProps) {
  const t = useMessages(teamMessages)
  const ui = useMessages(uiMessages)
  const [way, setWay] = useState<'mail' | 'link'>('mail')
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('developer')
  const [problem, setProblem] = useState('')
  const invite = useAct('createInvitation', { invalidates: ['listInvitations'], onDone: onMade })
  const send = (): void => {
    const address = email.trim()
    const found =
      way === 'link' || isMailAddress(address) ? '' : address === '' ? ui('required') : t('inviteEmailWrong')
    setProblem(found)
    if (found !== '') return
    const body = way === 'mail' ? { email: address, role } : { role }
    invite.mutate({ params: { account_id: accountId }, body })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('inviteTitle')}
      submit={way === 'mail' ? t('inviteMail') : t('inviteLink')}
      onSubmit={send}
      busy={invite.isPending}
      error={invite.error}
    >
      <div className="flex flex-col items-start gap-2">
        <Segments
          label={t('inviteBy')}
          value={way}
          onChange={setWay}
          options={[
            { value: 'mail', label: t('inviteByMail') },
            { value: 'link', label: t('inviteByLink') },
          ]}
        />
        <p className="text-sm text-soft">{way === 'mail' ? t('inviteByMailText') : t('inviteByLinkText')}</p>
      </div>
      {way === 'mail' && (
        <TextField
          label={t('inviteEmail')}
          type="email"
          inputMode="email"
          autoComplete="off"
          placeholder="ada@example.com"
          value={email}
          onChange={setEmail}
          error={problem}
        />
      )}
      <RoleField value={role} onChange={setRole} />
    </FormDialog>
  )
}
