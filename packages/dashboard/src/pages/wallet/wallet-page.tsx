import { Link } from '@tanstack/react-router'
import { Gift, HandCoins, Plus } from 'lucide-react'
import { useState } from 'react'
import type { OwnWallet } from '../../api/generated/operations.ts'
import { useApi } from '../../api/hooks.ts'
import { DEFAULT_ACCOUNT, hasRole, usePerson } from '../../app/session.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Stat } from '../../ui/card.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { AutoTopUpCard } from './auto-top-up.tsx'
import { CreditDialog, RedeemDialog, TopUpDialog } from './money-dialogs.tsx'
import { walletMessages } from './messages.ts'
import { PaymentsCard } from './payments-card.tsx'
import { StatementCard } from './statement-card.tsx'

type Opened = 'top-up' | 'redeem' | 'credit' | null

export function WalletPage() {
  const t = useMessages(walletMessages)
  const session = usePerson()
  const [opened, setOpened] = useState<Opened>(null)
  const wallet = useApi('getWallet', {}, { refetchIntervalMs: 15_000 })
  const mayPay = hasRole(session, 'admin') && session.accountId !== DEFAULT_ACCOUNT
  const close = (): void => setOpened(null)
  const actions = mayPay && (
    <>
      {session.isOperator && (
        <Button icon={<HandCoins aria-hidden className="size-4" />} onClick={() => setOpened('credit')}>
          {t('credit')}
        </Button>
      )}
      <Button icon={<Gift aria-hidden className="size-4" />} onClick={() => setOpened('redeem')}>
        {t('redeem')}
      </Button>
      {wallet.data?.can_pay === true && (
        <Button tone="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setOpened('top-up')}>
          {t('topUp')}
        </Button>
      )}
    </>
  )
  return (
    <Page title={t('title')} description={t('description')} actions={actions}>
      <Loaded query={wallet}>{(data) => <Balance wallet={data} />}</Loaded>
      {hasRole(session, 'developer') && <StatementCard />}
      {mayPay && wallet.data?.can_pay === true && (
        <>
          <PaymentsCard accountName={session.accountName} />
          <AutoTopUpCard autoTopUp={wallet.data.auto_top_up} />
        </>
      )}
      {mayPay && (
        <p className="text-sm text-soft">
          {t.rich('lowBalance', {
            link: (inner) => (
              <Link to="/settings/$section" params={{ section: 'notifications' }} className="link">
                {inner}
              </Link>
            ),
          })}
        </p>
      )}
      {opened === 'top-up' && <TopUpDialog onClose={close} />}
      {opened === 'redeem' && <RedeemDialog onClose={close} />}
      {opened === 'credit' && session.accountId !== null && (
        <CreditDialog accountId={session.accountId} onClose={close} />
      )}
    </Page>
  )
}

function Balance({ wallet }: { readonly wallet: OwnWallet }) {
  const t = useMessages(walletMessages)
  const format = useFormatter()
  const { available, held, balance, state, lock_reason: reason, billing } = wallet
  const isEmpty = billing === 'prepaid' && Number(available) <= 0
  return (
    <>
      {state === 'locked' && (
        <Notice tone="bad" title={reason === null ? t('locked') : t('lockedBecause', { reason })} />
      )}
      {billing === 'off' && <Notice>{t('notCharged')}</Notice>}
      {isEmpty && state === 'active' && <Notice tone="warn">{t('empty')}</Notice>}
      <Card>
        <div className="grid gap-5 sm:grid-cols-3">
          <Stat
            label={t('available')}
            value={format.money(available)}
            note={t('availableNote')}
            {...(isEmpty ? { tone: 'bad' as const } : {})}
          />
          <Stat label={t('held')} value={format.money(held)} note={t('heldNote')} />
          <Stat label={t('balance')} value={format.money(balance)} note={t('balanceNote')} />
        </div>
      </Card>
    </>
  )
}
