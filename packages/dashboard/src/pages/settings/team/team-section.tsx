import { Plus, UsersRound } from 'lucide-react'
import { useState } from 'react'
import { useApi, usePages } from '../../../api/hooks.ts'
import { hasRole, usePerson } from '../../../app/session.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { EmptyState } from '../../../ui/states.tsx'
import { teamMessages } from '../messages/team.ts'
import { SettingsFrame } from '../settings-frame.tsx'
import { AccountCard } from './account-card.tsx'
import { InvitationsCard } from './invitations-card.tsx'
import { LeavingCard } from './leaving-card.tsx'
import { MembersCard } from './members-card.tsx'
import { NewTeam } from './new-team.tsx'
import { OwnInvitations } from './own-invitations.tsx'
import { isMember } from './roles.ts'

export function TeamSection() {
  const t = useMessages(teamMessages)
  const session = usePerson()
  const [isMaking, setMaking] = useState(false)
  const methods = useApi('getLogInMethods', {}, { account: null })
  const mayMake = session.isOperator || methods.data?.sign_up === 'open'
  const make = (
    <Button icon={<Plus aria-hidden className="size-4" />} onClick={() => setMaking(true)}>
      {t('newTeam')}
    </Button>
  )
  return (
    <SettingsFrame section="team" actions={mayMake && session.accountId !== null ? make : undefined}>
      <OwnInvitations />
      {session.accountId === null ? (
        <Card>
          <EmptyState icon={<UsersRound />} title={t('nowhere')} action={mayMake ? make : undefined}>
            {mayMake ? t('nowhereTextOpen') : t('nowhereText')}
          </EmptyState>
        </Card>
      ) : (
        <AccountParts key={session.accountId} accountId={session.accountId} />
      )}
      {isMaking && <NewTeam onClose={() => setMaking(false)} />}
    </SettingsFrame>
  )
}

function AccountParts({ accountId }: { readonly accountId: string }) {
  const session = usePerson()
  const members = usePages('listMembers', { params: { account_id: accountId }, query: { limit: 100 } })
  return (
    <>
      <AccountCard accountId={accountId} />
      <MembersCard accountId={accountId} members={members} />
      {hasRole(session, 'admin') && <InvitationsCard accountId={accountId} members={members.entries} />}
      {isMember(session) && (
        <LeavingCard accountId={accountId} accountName={session.accountName} members={members.entries} />
      )}
    </>
  )
}
