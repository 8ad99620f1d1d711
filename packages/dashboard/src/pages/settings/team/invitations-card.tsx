import { UserPlus } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Invitation, MadeInvitation, Member } from '../../../api/generated/operations.ts'
import { useAct, usePages } from '../../../api/hooks.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { useRoleNames } from '../../../shell/role-names.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { ErrorState } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { teamMessages } from '../messages/team.ts'
import { SecretDialog } from '../parts/secret-dialog.tsx'
import { InviteDialog } from './invite-dialog.tsx'

/** Who acts without being a person. */
const MASTER = 'master'

interface InvitationsCardProps {
  readonly accountId: string
  readonly members: readonly Member[]
}

export function InvitationsCard({ accountId, members }: InvitationsCardProps) {
  const t = useMessages(teamMessages)
  const invitations = usePages('listInvitations', {
    params: { account_id: accountId },
    query: { state: 'open', limit: 100 },
  })
  const [isInviting, setInviting] = useState(false)
  const [made, setMade] = useState<MadeInvitation | null>(null)
  const [leaving, setLeaving] = useState<Invitation | null>(null)
  const columns = useColumns(members, setLeaving)
  return (
    <Card
      flush
      title={t('invitations')}
      description={t('invitationsText')}
      actions={
        <Button tone="primary" icon={<UserPlus aria-hidden className="size-4" />} onClick={() => setInviting(true)}>
          {t('invite')}
        </Button>
      }
    >
      {invitations.error !== null && invitations.entries.length === 0 ? (
        <ErrorState error={invitations.error} retry={invitations.retry} />
      ) : (
        <DataTable
          label={t('invitations')}
          columns={columns}
          rows={invitations.entries}
          rowKey={({ id }) => id}
          isPending={invitations.isPending}
          more={invitations}
          empty={<p className="px-4 pb-4 text-soft">{t('invitationsEmpty')}</p>}
        />
      )}
      {isInviting && (
        <InviteDialog
          accountId={accountId}
          onClose={() => setInviting(false)}
          onMade={(invitation) => {
            setInviting(false)
            if (invitation.url !== null) setMade(invitation)
            else toast(t('invited', { email: invitation.email ?? '' }))
          }}
        />
      )}
      {made !== null && <MadeLink invitation={made} onClose={() => setMade(null)} />}
      {leaving !== null && <TakeBack accountId={accountId} invitation={leaving} onClose={() => setLeaving(null)} />}
    </Card>
  )
}

function useColumns(
  members: readonly Member[],
  takeBack: (invitation: Invitation) => void,
): readonly Column<Invitation>[] {
  const t = useMessages(teamMessages)
  const format = useFormatter()
  const roles = useRoleNames()
  return useMemo(() => {
    const inviterOf = ({ invited_by: id }: Invitation): string =>
      id === MASTER ? t('theOperator') : (members.find(({ person }) => person === id)?.name ?? t('someone'))
    const nameOf = ({ email }: Invitation): string => email ?? t('whoeverHasLink')
    return [
      {
        id: 'invitee',
        header: t('invitee'),
        onPhone: 'title',
        cell: (invitation) => <span className="font-medium break-all">{nameOf(invitation)}</span>,
      },
      { id: 'role', header: t('role'), cell: ({ role }) => roles[role] },
      { id: 'by', header: t('invitedBy'), cell: inviterOf },
      {
        id: 'expires',
        header: t('expires'),
        cell: ({ expires_at: at, state }) =>
          state === 'expired' ? <Badge tone="warn">{t('expired')}</Badge> : format.dateTime(at),
      },
      {
        id: 'act',
        header: '',
        align: 'end',
        onPhone: 'bare',
        cell: (invitation) => (
          <Button
            size="sm"
            tone="quiet"
            aria-label={`${t('takeBack')}: ${nameOf(invitation)}`}
            onClick={() => takeBack(invitation)}
          >
            {t('takeBack')}
          </Button>
        ),
      },
    ]
  }, [t, format, roles, members, takeBack])
}

function MadeLink({ invitation, onClose }: { readonly invitation: MadeInvitation; readonly onClose: () => void }) {
  const t = useMessages(teamMessages)
  const format = useFormatter()
  const url = invitation.url ?? ''
  return (
    <SecretDialog
      title={t('linkTitle')}
      warning={t('linkWarning', { until: format.dateTime(invitation.expires_at) })}
      text={url}
      onClose={onClose}
    >
      <p className="rounded-md border border-line bg-sunken px-3 py-2.5 font-mono text-sm break-all">{url}</p>
    </SecretDialog>
  )
}

interface TakeBackProps {
  readonly accountId: string
  readonly invitation: Invitation
  readonly onClose: () => void
}

function TakeBack({ accountId, invitation, onClose }: TakeBackProps) {
  const t = useMessages(teamMessages)
  const revoke = useAct('revokeInvitation', {
    invalidates: ['listInvitations'],
    onDone: () => {
      toast(t('takenBack'))
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('takeBackTitle')}
      confirm={t('takeBack')}
      onConfirm={() => revoke.mutate({ params: { account_id: accountId, invitation_id: invitation.id } })}
      busy={revoke.isPending}
      error={revoke.error}
    >
      {t('takeBackText')}
    </ConfirmDialog>
  )
}
