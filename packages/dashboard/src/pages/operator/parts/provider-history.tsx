// Checks of a provider as a row of bars, one for each slot of time, and what happened to it. A slot without a check is
// shown as one: nobody looked, or nobody was there to look.
import { useMemo, useState } from 'react'
import type { Reply } from '../../../api/client.ts'
import { useApi } from '../../../api/hooks.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import type { PlainKey } from '../../../i18n/catalogue.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge, type Tone } from '../../../ui/badge.tsx'
import { Card } from '../../../ui/card.tsx'
import { cx } from '../../../ui/cx.ts'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { EmptyState, Loaded } from '../../../ui/states.tsx'
import { Segments } from '../../../ui/toggles.tsx'
import { providerHistoryMessages } from '../messages/provider-history.ts'

type History = Reply<'getProviderHistory'>
type Event = History['events'][number]
type Hours = '6' | '24' | '168'

const REFRESH_MS = 10_000
/** Bars of a screen: more would be thinner than a pixel. */
const MOST_BARS = 96

const EVENTS: Readonly<Record<Event['kind'], readonly [Tone, PlainKey<typeof providerHistoryMessages>]>> = {
  down: ['bad', 'eventDown'],
  up: ['good', 'eventUp'],
  'circuit-opened': ['warn', 'eventCircuitOpened'],
  'circuit-closed': ['good', 'eventCircuitClosed'],
  'credential-disabled': ['bad', 'eventCredentialDisabled'],
  'credential-enabled': ['good', 'eventCredentialEnabled'],
  cooling: ['warn', 'eventCooling'],
  drained: ['accent', 'eventDrained'],
  undrained: ['neutral', 'eventUndrained'],
}

export function ProviderHistory({ name }: { readonly name: string }) {
  const t = useMessages(providerHistoryMessages)
  const [hours, setHours] = useState<Hours>('24')
  const history = useApi(
    'getProviderHistory',
    { params: { provider: name }, query: { hours: Number(hours) } },
    { account: null, refetchIntervalMs: REFRESH_MS, keepPrevious: true },
  )
  return (
    <Card
      title={t('history')}
      description={t('historyText')}
      flush
      actions={
        <Segments<Hours>
          label={t('period')}
          size="sm"
          value={hours}
          onChange={setHours}
          options={[
            { value: '6', label: t('hours', { count: 6 }) },
            { value: '24', label: t('hours', { count: 24 }) },
            { value: '168', label: t('days', { count: 7 }) },
          ]}
        />
      }
    >
      <Loaded query={history}>
        {(data) => (
          <>
            <Bars history={data} />
            <Events events={data.events} />
          </>
        )}
      </Loaded>
    </Card>
  )
}

interface Bar {
  readonly start: number
  readonly checks: number
  readonly failed: number
}

function barsOf({ from, to, slot_seconds: slot, slots }: History): readonly Bar[] {
  const first = Math.floor(from / slot) * slot
  const total = Math.ceil((to - first) / slot)
  const width = Math.max(1, Math.ceil(total / MOST_BARS))
  const bars = Array.from({ length: Math.ceil(total / width) }, (_, index) => ({
    start: first + index * width * slot,
    checks: 0,
    failed: 0,
  }))
  for (const { start, checks, failed } of slots) {
    const bar = bars[Math.floor((start - first) / slot / width)]
    if (bar === undefined) continue
    bar.checks += checks
    bar.failed += failed
  }
  return bars
}

function Bars({ history }: { readonly history: History }) {
  const t = useMessages(providerHistoryMessages)
  const format = useFormatter()
  const bars = useMemo(() => barsOf(history), [history])
  const checks = bars.reduce((sum, bar) => sum + bar.checks, 0)
  const failed = bars.reduce((sum, bar) => sum + bar.failed, 0)
  const gaps = bars.filter((bar) => bar.checks === 0).length / Math.max(1, bars.length)
  const describe = ({ start, checks: count, failed: bad }: Bar): string => {
    const time = format.dateTime(start)
    if (count === 0) return t('slotNone', { time })
    return bad === 0 ? t('slotOk', { time, checks: count }) : t('slotFailed', { time, failed: bad, checks: count })
  }
  const summary =
    checks === 0
      ? t('historyEmpty')
      : t('historySummary', {
          ok: format.number(checks - failed),
          checks: format.number(checks),
          gaps: format.percent(gaps, 0),
        })
  return (
    <div className="px-4 pb-4">
      <div role="img" aria-label={summary} className="flex h-9 items-stretch gap-px">
        {bars.map((bar) => (
          <span
            key={bar.start}
            title={describe(bar)}
            className={cx(
              'min-w-0 flex-1 rounded-sm',
              bar.checks === 0 && 'bg-sunken',
              bar.checks > 0 && bar.failed === 0 && 'bg-good',
              bar.failed > 0 && bar.failed < bar.checks && 'bg-warn',
              bar.failed > 0 && bar.failed === bar.checks && 'bg-bad',
            )}
          />
        ))}
      </div>
      <div className="mt-1.5 flex flex-wrap justify-between gap-x-4 text-sm text-soft">
        <span>{format.dateTime(history.from)}</span>
        <span>{summary}</span>
        <span>{format.dateTime(history.to)}</span>
      </div>
    </div>
  )
}

function Events({ events }: { readonly events: readonly Event[] }) {
  const t = useMessages(providerHistoryMessages)
  const format = useFormatter()
  const columns = useMemo(
    (): Column<Event>[] => [
      {
        id: 'what',
        header: t('what'),
        onPhone: 'title',
        cell: ({ kind }) => {
          const [tone, label] = EVENTS[kind]
          return <Badge tone={tone}>{t(label)}</Badge>
        },
      },
      {
        id: 'when',
        header: t('when'),
        className: 'whitespace-nowrap',
        cell: ({ at }) => <span title={format.ago(at)}>{format.dateTimeExact(at)}</span>,
      },
      {
        id: 'detail',
        header: t('detail'),
        cell: ({ fingerprint, model, reason, for_seconds: seconds }) => {
          const parts = [
            model,
            fingerprint,
            seconds === null ? null : t('forTime', { duration: format.duration(seconds * 1000) }),
          ]
          return (
            <span className="break-words text-soft">
              {parts.filter(Boolean).join(' · ')}
              {reason !== null && <span lang="en">{` ${reason}`}</span>}
            </span>
          )
        },
      },
    ],
    [t, format],
  )
  return (
    <div className="max-h-80 overflow-y-auto border-t border-line" tabIndex={0} role="region" aria-label={t('events')}>
      <DataTable
        label={t('events')}
        columns={columns}
        rows={events}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('eventsEmpty')} className="py-6" />}
      />
    </div>
  )
}
