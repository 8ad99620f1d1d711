import { Ban, ShieldCheck, UserMinus, UserPlus, UsersRound } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Member } from '../../../api/generated/operations.ts'
import { type PagesOf, useAct } from '../../../api/hooks.ts'
import { hasRole, usePerson } from '../../../app/session.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { useRoleNames } from '../../../shell/role-names.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Card } from '../../../ui/card.tsx'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { MenuItem, RowMenu } from '../../../ui/menu.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { EmptyState, ErrorState, useErrorText } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { teamMessages } from '../messages/team.ts'
import { ChangeRole, RemoveMember, SuspendMember } from './member-dialogs.tsx'
import { covers } from './roles.ts'

interface MembersCardProps {
  readonly accountId: string
  readonly members: PagesOf<Member>
}

interface Opened {
  readonly what: 'role' | 'suspend' | 'remove' | 'restore'
  readonly member: Member
}

export function MembersCard({ accountId, members }: MembersCardProps) {
  const t = useMessages(teamMessages)
  const explain = useErrorText()
  const [open, setOpen] = useState<Opened | null>(null)
  const restore = useAct('restoreMember', {
    invalidates: ['listMembers'],
    onDone: () => toast(t('restoredDone')),
  })
  const act = (next: Opened): void => {
    if (next.what === 'restore') restore.mutate({ params: { account_id: accountId, member_id: next.member.id } })
    else setOpen(next)
  }
  const columns = useColumns(act)
  const shared = { accountId, onClose: () => setOpen(null) }
  return (
    <Card flush title={t('members')} description={t('membersText')}>
      {restore.error !== null && (
        <div className="px-4 pb-3">
          <Notice tone="bad" title={explain(restore.error).title}>
            {explain(restore.error).detail !== null && <span lang="en">{explain(restore.error).detail}</span>}
          </Notice>
        </div>
      )}
      {members.error !== null && members.entries.length === 0 ? (
        <ErrorState error={members.error} retry={members.retry} />
      ) : (
        <DataTable
          label={t('members')}
          columns={columns}
          rows={members.entries}
          rowKey={({ id }) => id}
          isFaint={({ status }) => status === 'suspended'}
          isPending={members.isPending}
          more={members}
          empty={
            <EmptyState icon={<UsersRound />} title={t('membersEmpty')}>
              {t('membersEmptyText')}
            </EmptyState>
          }
        />
      )}
      {open?.what === 'role' && <ChangeRole member={open.member} {...shared} />}
      {open?.what === 'suspend' && <SuspendMember member={open.member} {...shared} />}
      {open?.what === 'remove' && <RemoveMember member={open.member} {...shared} />}
    </Card>
  )
}

function useColumns(act: (opened: Opened) => void): readonly Column<Member>[] {
  const t = useMessages(teamMessages)
  const format = useFormatter()
  const roles = useRoleNames()
  const session = usePerson()
  return useMemo(() => {
    const mayManage = hasRole(session, 'admin')
    const isOwn = ({ person }: Member): boolean => person === session.person.id
    return [
      {
        id: 'member',
        header: t('member'),
        onPhone: 'title',
        sortBy: ({ name }) => name.toLowerCase(),
        cell: (member) => (
          <span className="flex min-w-0 flex-col">
            <span className="flex flex-wrap items-center gap-2 font-medium">
              <span className="min-w-0 break-words">{member.name}</span>
              {isOwn(member) && <Badge tone="accent">{t('you')}</Badge>}
              {member.status === 'suspended' && <Badge tone="warn">{t('suspended')}</Badge>}
              {member.person === null && <Badge>{t('waiting')}</Badge>}
            </span>
            <span className="text-sm break-all text-soft">{member.email}</span>
          </span>
        ),
      },
      {
        id: 'role',
        header: t('role'),
        cell: ({ role }) => roles[role],
      },
      {
        id: 'since',
        header: t('since'),
        sortBy: ({ created_at: at }) => at,
        cell: ({ created_at: at }) => format.date(at),
      },
      ...(mayManage
        ? [
            {
              id: 'menu',
              header: '',
              align: 'end' as const,
              onPhone: 'bare' as const,
              cell: (member: Member) =>
                !isOwn(member) && covers(session.role, member.role) && <MemberMenu member={member} act={act} />,
            },
          ]
        : []),
    ]
  }, [t, format, roles, session, act])
}

function MemberMenu({ member, act }: { readonly member: Member; readonly act: (opened: Opened) => void }) {
  const t = useMessages(teamMessages)
  return (
    <RowMenu label={member.name}>
      <MenuItem icon={<ShieldCheck />} onSelect={() => act({ what: 'role', member })}>
        {t('changeRole')}
      </MenuItem>
      {member.status === 'suspended' ? (
        <MenuItem icon={<UserPlus />} onSelect={() => act({ what: 'restore', member })}>
          {t('restore')}
        </MenuItem>
      ) : (
        <MenuItem icon={<Ban />} onSelect={() => act({ what: 'suspend', member })}>
          {t('suspend')}
        </MenuItem>
      )}
      <MenuItem icon={<UserMinus />} tone="danger" onSelect={() => act({ what: 'remove', member })}>
        {t('remove')}
      </MenuItem>
    </RowMenu>
  )
}
