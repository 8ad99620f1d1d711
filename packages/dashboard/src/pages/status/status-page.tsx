// For everybody, also where nothing works: what can be said from here is said, and the page asks again by itself.
import type { StatusComponent } from '../../api/generated/operations.ts'
import type { Reply } from '../../api/client.ts'
import { useApi } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { statusMessages } from './messages.ts'
import { StatusBanner } from './status-banner.tsx'
import { UptimeBars } from './uptime-bars.tsx'

const REFRESH_MS = 30_000

export type StatusHistory = Reply<'getStatusHistory'>

export function StatusPage() {
  const t = useMessages(statusMessages)
  const history = useApi('getStatusHistory', {}, { refetchIntervalMs: REFRESH_MS, staleMs: 0 })
  return (
    <Page title={t('title')} description={t('description')}>
      <StatusBanner history={history.data} />
      <Loaded query={history}>
        {(data) => (
          <>
            {data.components.map((component) => (
              <Component key={component.id} component={component} history={data} />
            ))}
            <Legend />
          </>
        )}
      </Loaded>
    </Page>
  )
}

const TONES: Readonly<Record<StatusComponent['state'], Tone>> = {
  operational: 'good',
  degraded: 'warn',
  down: 'bad',
  unknown: 'neutral',
}

interface ComponentProps {
  readonly component: StatusComponent
  readonly history: StatusHistory
}

function Component({ component, history }: ComponentProps) {
  const t = useMessages(statusMessages)
  const f = useFormatter()
  const { kind, state, days, steps, uptime, response_ms: responseMs } = component
  const name = kind === 'upstreams' ? t('upstreamsOf', { name: component.name }) : t(kind)
  const states = {
    operational: t('stateOperational'),
    degraded: t('stateDegraded'),
    down: t('stateDown'),
    unknown: t('stateUnknown'),
  }
  const dayAt = (index: number): number => history.days_from + index * 86_400
  const stepAt = (index: number): number => history.steps_from + index * history.step_seconds
  return (
    <Card
      title={name}
      actions={
        <>
          {responseMs !== null && (
            <span className="tabular text-sm text-soft">{t('response', { time: f.duration(responseMs) })}</span>
          )}
          <Badge dot tone={TONES[state]}>
            {states[state]}
          </Badge>
        </>
      }
    >
      <UptimeBars
        name={name}
        period={t('lastDays', { count: history.days })}
        shares={days.uptime}
        whole={uptime}
        from={t('daysAgo', { count: history.days })}
        to={t('today')}
        noteOf={(index, share) => {
          const date = utcDate(dayAt(index))
          if (share === null) return t('dayNone', { date })
          const observed = days.observed[index] ?? 1
          const shown = { date, share: f.percent(share, 2) }
          return observed > 0.98
            ? t('dayNote', shown)
            : t('dayObserved', { ...shown, observed: f.percent(observed, 0) })
        }}
      />
      <UptimeBars
        small
        name={name}
        period={t('lastHours')}
        shares={halves(steps.uptime)}
        whole={null}
        from={t('hoursAgo')}
        to={t('now')}
        noteOf={(index, share) => {
          const time = f.dateTime(stepAt(index * STEPS_SHOWN))
          return share === null ? t('stepNone', { time }) : t('stepNote', { time, share: f.percent(share, 2) })
        }}
      />
    </Card>
  )
}

/** Of steps, one bar: half an hour. */
const STEPS_SHOWN = 6

/** The mean of what was looked at; null where nothing was. */
function halves(shares: readonly (number | null)[]): (number | null)[] {
  const bars: (number | null)[] = []
  for (let at = 0; at < shares.length; at += STEPS_SHOWN) {
    const seen = shares.slice(at, at + STEPS_SHOWN).filter((share) => share !== null)
    bars.push(seen.length === 0 ? null : seen.reduce((sum, share) => sum + share, 0) / seen.length)
  }
  return bars
}

/** The history has days of UTC, wherever the reader is. */
function utcDate(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().slice(0, 10)
}

function Legend() {
  const t = useMessages(statusMessages)
  const items = [
    ['bg-good', t('well')],
    ['bg-warn', t('partly')],
    ['bg-bad', t('bad')],
    ['bg-line', t('gap')],
  ] as const
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-soft">
      <ul aria-label={t('legend')} className="m-0 flex list-none flex-wrap gap-x-4 gap-y-1 p-0">
        {items.map(([colour, label]) => (
          <li key={label} className="flex items-center gap-1.5">
            <span aria-hidden className={`size-2 rounded-sm ${colour}`} />
            {label}
          </li>
        ))}
      </ul>
      <span>{t('utc')}</span>
    </div>
  )
}
