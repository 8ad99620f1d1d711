import { useQueryClient } from '@tanstack/react-query'
import type { InvitationView } from '../../../api/generated/operations.ts'
import { useAct, useApi } from '../../../api/hooks.ts'
import { chooseAccount, sessionQuery } from '../../../app/session.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { useRoleNames } from '../../../shell/role-names.ts'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { useErrorText } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { teamMessages } from '../messages/team.ts'

/** Those to the address of whoever looks; nothing where there are none. */
export function OwnInvitations() {
  const invitations = useApi('listOwnInvitations', {}, { account: null }).data?.data ?? []
  return invitations.map((invitation) => <OwnInvitation key={invitation.id} invitation={invitation} />)
}

function OwnInvitation({ invitation }: { readonly invitation: InvitationView }) {
  const t = useMessages(teamMessages)
  const roles = useRoleNames()
  const explain = useErrorText()
  const client = useQueryClient()
  const { id, account_name: account, invited_by: inviter } = invitation
  const role = roles[invitation.role]
  const accept = useAct('acceptOwnInvitation', {
    account: null,
    invalidates: ['listOwnInvitations'],
    onDone: (member) => {
      toast(t('accepted', { account }))
      void client.refetchQueries({ queryKey: sessionQuery.queryKey }).then(() => chooseAccount(member.account))
    },
  })
  const decline = useAct('declineOwnInvitation', {
    account: null,
    invalidates: ['listOwnInvitations'],
    onDone: () => toast(t('declined')),
  })
  const error = accept.error ?? decline.error
  const busy = accept.isPending || decline.isPending
  const input = { params: { invitation_id: id } }
  return (
    <Card
      title={t('forYou')}
      description={
        inviter === '' ? t('forYouTextOperator', { account, role }) : t('forYouText', { inviter, account, role })
      }
      actions={
        <>
          <Button tone="quiet" disabled={busy} onClick={() => decline.mutate(input)}>
            {t('decline')}
          </Button>
          <Button tone="primary" busy={accept.isPending} disabled={busy} onClick={() => accept.mutate(input)}>
            {t('accept')}
          </Button>
        </>
      }
      className="border-accent [&>div:last-child:empty]:pt-0"
    >
      {error !== null && (
        <Notice tone="bad" title={explain(error).title}>
          {explain(error).detail !== null && <span lang="en">{explain(error).detail}</span>}
        </Notice>
      )}
    </Card>
  )
}
