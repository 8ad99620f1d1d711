import { Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Reply } from '../../../api/client.ts'
import { useAct, usePages } from '../../../api/hooks.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { ConfirmDialog, FormDialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { MenuChoice, MenuItem, RowMenu } from '../../../ui/menu.tsx'
import { SelectField } from '../../../ui/select.tsx'
import { EmptyState, ErrorState } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { accountMessages } from '../messages/accounts.ts'

type Member = Reply<'getMember'>
type Role = Member['role']

const ROLES: readonly Role[] = ['owner', 'admin', 'developer', 'viewer']
const SHOWS = ['listMembers'] as const

interface MembersProps {
  readonly accountId: string
  readonly name: string
}

export function AccountMembers({ accountId, name }: MembersProps) {
  const t = useMessages(accountMessages)
  const format = useFormatter()
  const [asked, setAsked] = useState<'add' | Member | null>(null)
  const members = usePages(
    'listMembers',
    { params: { account_id: accountId }, query: { limit: 100 } },
    { account: null },
  )
  const update = useAct('updateMember', { account: null, invalidates: SHOWS, onDone: () => toast(t('saved')) })
  const columns = useMemo(
    (): Column<Member>[] => [
      {
        id: 'mail',
        header: t('mail'),
        onPhone: 'title',
        cell: ({ email, name: own }) => (
          <span className="flex flex-col">
            <span className="font-medium break-all">{email}</span>
            {own !== '' && <span className="text-sm text-soft">{own}</span>}
          </span>
        ),
      },
      { id: 'role', header: t('role'), cell: ({ role }) => t(role) },
      {
        id: 'status',
        header: t('status'),
        cell: ({ status, person }) =>
          person === null ? (
            <Badge>{t('notArrived')}</Badge>
          ) : (
            <Badge tone={status === 'active' ? 'good' : 'bad'} dot>
              {t(status)}
            </Badge>
          ),
      },
      { id: 'created', header: t('created'), align: 'end', cell: ({ created_at: at }) => format.date(at) },
      {
        id: 'menu',
        header: '',
        align: 'end',
        onPhone: 'bare',
        cell: (member) => (
          <RowMenu label={member.email}>
            <MenuChoice<Role>
              label={t('role')}
              value={member.role}
              onChange={(role) =>
                update.mutate({ params: { account_id: accountId, member_id: member.id }, body: { role } })
              }
              options={ROLES.map((role) => ({ value: role, label: t(role) }))}
            />
            <MenuItem tone="danger" onSelect={() => setAsked(member)}>
              {t('removeMember')}
            </MenuItem>
          </RowMenu>
        ),
      },
    ],
    [t, format, accountId, update],
  )
  return (
    <Card
      title={t('members')}
      flush
      actions={
        <Button size="sm" icon={<Plus aria-hidden className="size-4" />} onClick={() => setAsked('add')}>
          {t('addMember')}
        </Button>
      }
    >
      {members.error !== null && members.entries.length === 0 ? (
        <ErrorState error={members.error} retry={members.retry} />
      ) : (
        <DataTable
          label={t('members')}
          columns={columns}
          rows={members.entries}
          rowKey={({ id }) => id}
          isPending={members.isPending}
          more={members}
          empty={<EmptyState title={t('membersEmpty')} className="py-6" />}
        />
      )}
      {update.error !== null && <ErrorState error={update.error} className="py-4" />}
      {asked === 'add' && <AddMember accountId={accountId} onClose={() => setAsked(null)} />}
      {asked !== null && asked !== 'add' && (
        <RemoveMember accountId={accountId} name={name} member={asked} onClose={() => setAsked(null)} />
      )}
    </Card>
  )
}

function AddMember({ accountId, onClose }: { readonly accountId: string; readonly onClose: () => void }) {
  const t = useMessages(accountMessages)
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('developer')
  const [tried, setTried] = useState(false)
  const isMail = /^[^\s@]+@[^\s@]+$/.test(email.trim())
  const add = useAct('addMember', {
    account: null,
    invalidates: SHOWS,
    onDone: ({ email: mail }) => {
      toast(t('memberAdded', { mail }))
      onClose()
    },
  })
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('addMember')}
      submit={t('addMember')}
      busy={add.isPending}
      error={add.error}
      onSubmit={() => {
        setTried(true)
        if (isMail) add.mutate({ params: { account_id: accountId }, body: { email: email.trim(), role } })
      }}
    >
      <TextField
        label={t('mail')}
        type="email"
        value={email}
        onChange={setEmail}
        error={tried && !isMail ? t('mailWrong') : ''}
        autoComplete="off"
      />
      <SelectField<Role>
        label={t('role')}
        value={role}
        onChange={setRole}
        options={ROLES.map((one) => ({ value: one, label: t(one) }))}
      />
    </FormDialog>
  )
}

interface RemoveProps extends MembersProps {
  readonly member: Member
  readonly onClose: () => void
}

function RemoveMember({ accountId, name, member, onClose }: RemoveProps) {
  const t = useMessages(accountMessages)
  const { email: mail } = member
  const remove = useAct('removeMember', {
    account: null,
    invalidates: SHOWS,
    onDone: () => {
      toast(t('memberRemoved', { mail }))
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('removeMemberTitle', { mail, name })}
      confirm={t('removeMember')}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ params: { account_id: accountId, member_id: member.id } })}
    >
      {t('removeMemberText')}
    </ConfirmDialog>
  )
}
