import { Link } from '@tanstack/react-router'
import { CircleCheck } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Reply } from '../../api/client.ts'
import { useApi } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import type { PlainKey } from '../../i18n/catalogue.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Card, Stat } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Chart } from '../../ui/lazy-chart.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, Loaded } from '../../ui/states.tsx'
import { Segments } from '../../ui/toggles.tsx'
import { overviewMessages } from './messages/overview.ts'

type Period = '24' | '168' | '720'
type Overview = Reply<'getOverview'>
type Alert = Overview['alerts'][number]
type Usage = Reply<'getUsage'>
type Group = Extract<Usage['data'][number], { readonly name: string }>

const REFRESH_MS = 15_000
const MOST_ALERTS = 8
const HOUR_MS = 3_600_000

export function OverviewPage() {
  const t = useMessages(overviewMessages)
  const [period, setPeriod] = useState<Period>('24')
  const overview = useApi(
    'getOverview',
    { query: { hours: Number(period) } },
    { account: null, refetchIntervalMs: REFRESH_MS, keepPrevious: true },
  )
  return (
    <Page
      title={t('title')}
      description={t('description')}
      width="wide"
      actions={
        <Segments<Period>
          label={t('period')}
          value={period}
          onChange={setPeriod}
          options={[
            { value: '24', label: t('day') },
            { value: '168', label: t('week') },
            { value: '720', label: t('month') },
          ]}
        />
      }
    >
      <Loaded query={overview}>
        {(data) => (
          <>
            <Figures overview={data} />
            <Alerts alerts={data.alerts} />
          </>
        )}
      </Loaded>
      <Charts period={period} />
      <Groups period={period} />
    </Page>
  )
}

function Figures({ overview }: { readonly overview: Overview }) {
  const t = useMessages(overviewMessages)
  const format = useFormatter()
  const { now, before, providers } = overview
  const compared = (value: number, earlier: number): string => {
    if (earlier === 0) return t('noneBefore')
    const share = (value - earlier) / earlier
    return t('compared', { change: `${share > 0 ? '+' : ''}${format.percent(share, 0)}` })
  }
  const errorShare = now.calls === 0 ? 0 : now.errors / now.calls
  const marginShare = Number(now.sale) === 0 ? null : Number(now.margin) / Number(now.sale)
  const isLosing = Number(now.margin) < 0
  const duration = (ms: number | null): string => (ms === null ? '–' : format.duration(ms))
  return (
    <Card>
      <div className="grid grid-cols-2 gap-x-6 gap-y-5 sm:grid-cols-4 xl:grid-cols-7">
        <Stat label={t('calls')} value={format.numberShort(now.calls)} note={compared(now.calls, before.calls)} />
        <Stat
          label={t('errors')}
          value={format.numberShort(now.errors)}
          note={t('errorShare', { share: format.percent(errorShare) })}
          {...(errorShare > 0.05 ? { tone: 'bad' as const } : {})}
        />
        <Stat
          label={t('sale')}
          value={format.moneyShort(now.sale)}
          note={t('billed', { amount: format.moneyShort(now.billed) })}
        />
        <Stat
          label={t('cost')}
          value={format.moneyShort(now.cost)}
          note={compared(Number(now.cost), Number(before.cost))}
        />
        <Stat
          label={t('margin')}
          value={format.moneyShort(now.margin)}
          note={marginShare === null ? '–' : t('marginShare', { share: format.percent(marginShare, 0) })}
          {...(isLosing ? { tone: 'bad' as const } : {})}
        />
        <Stat
          label={t('latency')}
          value={duration(now.p50_ms)}
          note={t('latencyNote', { p95: duration(now.p95_ms) })}
        />
        <Stat
          label={
            <Link to="/operator/providers" className="link">
              {t('providers')}
            </Link>
          }
          value={`${format.number(providers.healthy)} / ${format.number(providers.total)}`}
          note={t('providersNote', { drained: providers.drained })}
          {...(providers.healthy + providers.drained < providers.total ? { tone: 'bad' as const } : {})}
        />
      </div>
    </Card>
  )
}

const LEVELS: Readonly<Record<Alert['level'], readonly [Tone, PlainKey<typeof overviewMessages>]>> = {
  critical: ['bad', 'levelCritical'],
  warning: ['warn', 'levelWarning'],
  notice: ['neutral', 'levelNotice'],
}

function Alerts({ alerts }: { readonly alerts: readonly Alert[] }) {
  const t = useMessages(overviewMessages)
  const format = useFormatter()
  const shown = alerts.slice(0, MOST_ALERTS)
  const said = useAlertText()
  return (
    <Card title={t('alerts')} flush>
      {alerts.length === 0 ? (
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 px-4 pb-4">
          <CircleCheck aria-hidden className="size-4 text-good" />
          <span className="font-medium">{t('alertsNone')}</span>
          <span className="text-soft">{t('alertsNoneText')}</span>
        </p>
      ) : (
        <ul className="m-0 list-none p-0">
          {shown.map((alert) => {
            const [tone, level] = LEVELS[alert.level]
            return (
              <li
                key={`${alert.kind} ${alert.subject} ${alert.detail}`}
                className="flex flex-wrap items-baseline gap-x-3 gap-y-1 border-t border-line px-4 py-2.5"
              >
                <Badge tone={tone} dot>
                  {t(level)}
                </Badge>
                <AlertLink alert={alert}>{said(alert)}</AlertLink>
                {alert.detail !== '' && (
                  <span lang="en" className="min-w-0 text-sm break-words text-soft">
                    {alert.detail}
                  </span>
                )}
                {alert.since !== null && <span className="ml-auto text-sm text-soft">{format.ago(alert.since)}</span>}
              </li>
            )
          })}
          {alerts.length > MOST_ALERTS && (
            <li className="border-t border-line px-4 py-2 text-sm text-soft">
              {t('more', { count: alerts.length - MOST_ALERTS })}
            </li>
          )}
        </ul>
      )}
    </Card>
  )
}

function AlertLink({ alert, children }: { readonly alert: Alert; readonly children: string }) {
  const [name = ''] = alert.subject.split(' · ')
  if (/^(provider|credential|circuit)/.test(alert.kind))
    return (
      <Link to="/operator/providers/$name" params={{ name }} className="link font-medium">
        {children}
      </Link>
    )
  if (alert.kind.startsWith('model'))
    return (
      <Link to="/operator/models/$" params={{ _splat: alert.subject }} className="link font-medium">
        {children}
      </Link>
    )
  return (
    <Link to="/operator/system" className="link font-medium">
      {children}
    </Link>
  )
}

function useAlertText(): (alert: Alert) => string {
  const t = useMessages(overviewMessages)
  return ({ kind, subject }) => {
    switch (kind) {
      case 'provider_down':
        return t('alertProviderDown', { subject })
      case 'provider_fault':
        return t('alertProviderFault', { subject })
      case 'provider_drained':
        return t('alertProviderDrained', { subject })
      case 'credential_disabled':
        return t('alertCredentialDisabled', { subject })
      case 'circuit_open':
        return t('alertCircuitOpen', { subject })
      case 'model_fault':
        return t('alertModelFault', { subject })
      case 'model_without_price':
        return t('alertModelWithoutPrice', { subject })
      case 'model_below_cost':
        return t('alertModelBelowCost', { subject })
      case 'config_refused':
        return t('alertConfigRefused')
      case 'money_violation':
        return t('alertMoneyViolation')
      case 'journal_stuck':
        return t('alertJournalStuck')
      case 'workers_missing':
        return t('alertWorkersMissing')
    }
  }
}

/** Begins at a full hour, so that the question is the same for an hour. */
function fromOf(period: Period): string {
  const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  return new Date(hour - Number(period) * HOUR_MS).toISOString()
}

function Charts({ period }: { readonly period: Period }) {
  const t = useMessages(overviewMessages)
  const format = useFormatter()
  const step = period === '24' ? 'hour' : 'day'
  const usage = useApi(
    'getUsage',
    { query: { step, from: fromOf(period), limit: 1000 } },
    { account: null, keepPrevious: true, refetchIntervalMs: 60_000 },
  )
  const points = useMemo(
    () =>
      usage.data?.data.flatMap((point) => ('start' in point ? [{ at: point.start, total: point.total }] : [])) ?? [],
    [usage.data],
  )
  const formatTime = (at: number): string => (step === 'hour' ? format.time(at) : format.date(at))
  if (usage.data !== undefined && usage.data.total.calls === 0)
    return (
      <Card>
        <EmptyState title={t('nothing')}>{t('nothingText')}</EmptyState>
      </Card>
    )
  return (
    <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
      <Card title={t('traffic')}>
        <Loaded query={usage}>
          {() => (
            <Chart
              label={t('traffic')}
              kind="bar"
              stacked
              series={[
                { id: 'well', label: t('well'), colour: 'chart-1' },
                { id: 'failed', label: t('failed'), colour: 'bad' },
              ]}
              points={points.map(({ at, total }) => ({
                at,
                values: { well: total.calls - total.errors, failed: total.errors },
              }))}
              formatValue={(value) => format.numberShort(value)}
              formatTime={formatTime}
            />
          )}
        </Loaded>
      </Card>
      <Card title={t('money')}>
        <Loaded query={usage}>
          {() => (
            <Chart
              label={t('money')}
              kind="bar"
              series={[
                { id: 'sale', label: t('sale'), colour: 'chart-1' },
                { id: 'cost', label: t('cost'), colour: 'chart-2' },
              ]}
              points={points.map(({ at, total }) => ({
                at,
                values: { sale: Number(total.cost), cost: Number(total.provider_cost ?? 0) },
              }))}
              formatValue={(value) => format.moneyShort(value)}
              formatTime={formatTime}
            />
          )}
        </Loaded>
      </Card>
    </div>
  )
}

const DIMENSIONS = [
  ['model', 'byModel'],
  ['provider', 'byProvider'],
  ['account', 'byAccount'],
] as const

function Groups({ period }: { readonly period: Period }) {
  return (
    <div className="grid grid-cols-1 gap-5 lg:grid-cols-2 2xl:grid-cols-3">
      {DIMENSIONS.map(([dimension, label]) => (
        <GroupCard key={dimension} dimension={dimension} label={label} period={period} />
      ))}
    </div>
  )
}

interface GroupCardProps {
  readonly dimension: 'model' | 'provider' | 'account'
  readonly label: PlainKey<typeof overviewMessages>
  readonly period: Period
}

function GroupCard({ dimension, label, period }: GroupCardProps) {
  const t = useMessages(overviewMessages)
  const format = useFormatter()
  const usage = useApi(
    'getUsage',
    { query: { group_by: dimension, from: fromOf(period), limit: 8 } },
    { account: null, keepPrevious: true },
  )
  const accounts = useApi(
    'listAccounts',
    { query: { limit: 1000 } },
    { account: null, enabled: dimension === 'account' },
  )
  const names = useMemo(() => new Map(accounts.data?.data.map(({ id, name }) => [id, name])), [accounts.data])
  const columns = useMemo(
    (): Column<Group>[] => [
      {
        id: 'name',
        header: t('name'),
        onPhone: 'title',
        className: 'max-w-48',
        cell: ({ name }) => {
          if (dimension === 'model')
            return (
              <Link to="/operator/models/$" params={{ _splat: name }} className="link block truncate">
                {name}
              </Link>
            )
          if (dimension === 'provider')
            return (
              <Link to="/operator/providers/$name" params={{ name }} className="link block truncate">
                {name}
              </Link>
            )
          return (
            <Link to="/operator/accounts/$accountId" params={{ accountId: name }} className="link block truncate">
              {names.get(name) ?? name}
            </Link>
          )
        },
      },
      { id: 'calls', header: t('calls'), align: 'end', cell: ({ calls }) => format.numberShort(calls) },
      { id: 'sale', header: t('sale'), align: 'end', cell: ({ cost }) => format.moneyShort(cost) },
      {
        id: 'margin',
        header: t('margin'),
        align: 'end',
        cell: ({ cost, provider_cost: own }) => format.moneyShort(Number(cost) - Number(own ?? 0)),
      },
    ],
    [t, format, dimension, names],
  )
  return (
    <Card title={t(label)} flush>
      <Loaded query={usage}>
        {({ data }) => (
          <DataTable
            label={t(label)}
            columns={columns}
            rows={data.flatMap((group) => ('name' in group ? [group] : []))}
            rowKey={({ name }) => name}
            empty={<EmptyState title={t('nothing')} className="py-6" />}
          />
        )}
      </Loaded>
    </Card>
  )
}
