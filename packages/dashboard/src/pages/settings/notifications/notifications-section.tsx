import { Bell } from 'lucide-react'
import { useApi } from '../../../api/hooks.ts'
import { hasRole, usePerson } from '../../../app/session.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Card } from '../../../ui/card.tsx'
import { EmptyState, Loaded, SkeletonLines } from '../../../ui/states.tsx'
import { notificationsMessages } from '../messages/notifications.ts'
import { SettingsFrame } from '../settings-frame.tsx'
import { LowBalanceCard } from './low-balance-card.tsx'
import { WebhookKeyCard } from './webhook-key-card.tsx'

export function NotificationsSection() {
  const t = useMessages(notificationsMessages)
  const session = usePerson()
  return (
    <SettingsFrame section="notifications">
      {hasRole(session, 'admin') && session.accountId !== null ? (
        <WalletParts key={session.accountId} accountId={session.accountId} />
      ) : (
        <Card>
          <EmptyState icon={<Bell />} title={t('notYours')}>
            {t('notYoursText')}
          </EmptyState>
        </Card>
      )}
    </SettingsFrame>
  )
}

function WalletParts({ accountId }: { readonly accountId: string }) {
  const wallet = useApi('getWallet', {})
  const waiting = (
    <Card>
      <SkeletonLines lines={5} />
    </Card>
  )
  return (
    <Loaded query={wallet} skeleton={waiting}>
      {(data) => (
        <>
          <LowBalanceCard key={data.low_balance === null ? 'off' : 'on'} wallet={data} />
          <WebhookKeyCard accountId={accountId} />
        </>
      )}
    </Loaded>
  )
}
