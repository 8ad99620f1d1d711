import { Link } from '@tanstack/react-router'
import { ListTree } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Usage, UsagePoint } from '../../api/generated/operations.ts'
import { useApi } from '../../api/hooks.ts'
import { usePreferences } from '../../app/preferences.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useNow } from '../../format/use-now.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Card, Stat } from '../../ui/card.tsx'
import { Chart } from '../../ui/lazy-chart.tsx'
import { EmptyState, Loaded, Skeleton } from '../../ui/states.tsx'
import { Segments } from '../../ui/toggles.tsx'
import { periodQuery } from '../usage/period.ts'
import { homeMessages } from './messages.ts'
import { RecentRequests } from './recent-requests.tsx'

const PERIODS = ['day', 'week', 'month'] as const
type Period = (typeof PERIODS)[number]

/** How the account is doing, at a glance. */
export function Overview() {
  const t = useMessages(homeMessages)
  const format = useFormatter()
  const { timeZone } = usePreferences()
  const [period, setPeriod] = useState<Period>('day')
  const nowMs = useNow(300_000)
  const query = useMemo(() => {
    const nowSeconds = Math.floor(nowMs / 1000)
    return { ...periodQuery(period, nowSeconds, format.dayKey(nowSeconds)), time_zone: timeZone }
  }, [period, format, timeZone, nowMs])
  const usage = useApi('getUsage', { query }, { keepPrevious: true, refetchIntervalMs: 30_000 })
  const recent = useApi('listRequests', { query: { limit: 6 } }, { refetchIntervalMs: 15_000 })
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Segments
          label={t('period')}
          value={period}
          onChange={setPeriod}
          options={PERIODS.map((value) => ({ value, label: t(value) }))}
        />
      </div>
      <Loaded query={usage} skeleton={<Skeleton className="h-28 w-full" />}>
        {(data) => (
          <>
            <Figures usage={data} />
            <Charts usage={data} />
          </>
        )}
      </Loaded>
      {recent.data?.data.length !== 0 && (
        <Card
          flush
          title={t('recentTitle')}
          actions={
            <Link to="/requests" className="link text-sm">
              {t('all')}
            </Link>
          }
        >
          <RecentRequests requests={recent} />
        </Card>
      )}
    </>
  )
}

function Figures({ usage: { total } }: { readonly usage: Usage }) {
  const t = useMessages(homeMessages)
  const format = useFormatter()
  const wallet = useApi('getWallet', {}, { refetchIntervalMs: 30_000 }).data
  const { calls, errors, cost, duration, first_token: firstToken } = total
  const none = t('noData')
  return (
    <Card>
      <div className="grid grid-cols-2 gap-5 md:grid-cols-3 xl:grid-cols-6">
        {wallet?.billing === 'prepaid' && (
          <Stat
            label={t('balance')}
            value={format.money(wallet.available)}
            note={t('heldNote', { amount: format.money(wallet.held) })}
            {...(Number(wallet.available) <= 0 ? { tone: 'bad' as const } : {})}
          />
        )}
        <Stat label={t('spend')} value={format.money(cost)} />
        <Stat label={t('requests')} value={format.numberShort(calls)} />
        <Stat
          label={t('errors')}
          value={calls === 0 ? none : format.percent(errors / calls)}
          note={t('errorsNote', { count: errors })}
          {...(errors > 0 ? { tone: 'warn' as const } : {})}
        />
        <Stat
          label={t('latency')}
          value={duration === null ? none : format.duration(duration.p50_ms)}
          {...(duration === null ? {} : { note: t('latencyNote', { time: format.duration(duration.p95_ms) }) })}
        />
        <Stat
          label={t('firstToken')}
          value={firstToken === null ? none : format.duration(firstToken.p50_ms)}
          {...(firstToken === null ? {} : { note: t('latencyNote', { time: format.duration(firstToken.p95_ms) }) })}
        />
      </div>
    </Card>
  )
}

function Charts({ usage }: { readonly usage: Usage }) {
  const t = useMessages(homeMessages)
  const format = useFormatter()
  const points = usage.data.filter((one): one is UsagePoint => 'start' in one)
  const time = (at: number): string => (usage.step === 'hour' ? format.time(at) : format.date(at))
  if (usage.total.calls === 0) {
    return (
      <Card>
        <EmptyState icon={<ListTree />} title={t('emptyTitle')}>
          {t('emptyText')}
        </EmptyState>
      </Card>
    )
  }
  return (
    <div className="grid gap-5 xl:grid-cols-2">
      <Card title={t('chartTitle')}>
        <Chart
          label={t('chartTitle')}
          kind="bar"
          stacked
          series={[
            { id: 'answered', label: t('answered'), colour: 'chart-1' },
            { id: 'failed', label: t('failed'), colour: 'bad' },
          ]}
          points={points.map(({ start, total }) => ({
            at: start,
            values: { answered: total.calls - total.errors, failed: total.errors },
          }))}
          formatValue={format.numberShort}
          formatTime={time}
          heightPx={200}
        />
      </Card>
      <Card title={t('spendTitle')}>
        <Chart
          label={t('spendTitle')}
          kind="area"
          series={[{ id: 'cost', label: t('spend'), colour: 'chart-3' }]}
          points={points.map(({ start, total }) => ({ at: start, values: { cost: Number(total.cost) } }))}
          formatValue={format.moneyShort}
          formatTime={time}
          heightPx={200}
        />
      </Card>
    </div>
  )
}
