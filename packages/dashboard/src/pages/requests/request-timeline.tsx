// What happened when: a line for each moment, and for attempts a bar where they lie within the whole call.
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { requestsMessages } from './messages.ts'
import type { RequestDetail } from './request-page.tsx'

type Moment = RequestDetail['timeline'][number]
type Outcome = NonNullable<Moment['outcome']>

const TONES: Readonly<Record<Outcome, Tone>> = {
  ok: 'good',
  unreachable: 'bad',
  timeout: 'bad',
  broke_off: 'bad',
  busy: 'warn',
  failed: 'bad',
  request_refused: 'warn',
  abandoned: 'neutral',
  restarted: 'neutral',
}
const BARS: Readonly<Record<Tone, string>> = {
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
  neutral: 'bg-line-strong',
  accent: 'bg-accent',
}

export function RequestTimeline({ request }: { readonly request: RequestDetail }) {
  const t = useMessages(requestsMessages)
  const { timeline, duration_ms: wholeMs, attempts } = request
  return (
    <>
      <ol className="m-0 flex list-none flex-col p-0">
        {timeline.map((moment, index) => (
          <Line key={index} moment={moment} wholeMs={Math.max(1, wholeMs)} />
        ))}
      </ol>
      {attempts === 0 && <p className="mt-2 text-sm text-soft">{t('refusedBefore')}</p>}
    </>
  )
}

function Line({ moment, wholeMs }: { readonly moment: Moment; readonly wholeMs: number }) {
  const t = useMessages(requestsMessages)
  const f = useFormatter()
  const { event, at_ms: atMs, duration_ms: durationMs, outcome } = moment
  const tone = outcome === null ? 'accent' : TONES[outcome]
  const labels = {
    accepted: t('accepted'),
    attempt: t('attempt', { number: moment.attempt ?? 1 }),
    first_content: t('firstContent'),
    ended: t('ended'),
  }
  return (
    <li className="grid grid-cols-[5.5rem_1fr] items-center gap-x-4 border-b border-line py-2.5 last:border-b-0 sm:grid-cols-[5.5rem_minmax(14rem,22rem)_1fr]">
      <span className="tabular text-right text-sm text-soft">
        {atMs === null ? t('notMeasured') : f.duration(atMs)}
      </span>
      <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-medium">{labels[event]}</span>
        {outcome !== null && <Badge tone={tone}>{t(outcome)}</Badge>}
        {durationMs !== null && (
          <span className="text-sm text-soft">{t('took', { time: f.duration(durationMs) })}</span>
        )}
        {moment.provider !== undefined && moment.provider !== '' && (
          <span className="w-full text-sm break-words text-soft">
            {[moment.provider, moment.credential, moment.upstream_model, moment.cause]
              .filter((text, index, all) => text !== undefined && text !== '' && all.indexOf(text) === index)
              .join(' · ')}
          </span>
        )}
      </span>
      <Bar atMs={atMs} durationMs={durationMs} wholeMs={wholeMs} colour={BARS[tone]} />
    </li>
  )
}

interface BarProps {
  readonly atMs: number | null
  readonly durationMs: number | null
  readonly wholeMs: number
  readonly colour: string
}

/** What was not measured has no place. */
function Bar({ atMs, durationMs, wholeMs, colour }: BarProps) {
  const left = Math.min(1, (atMs ?? 0) / wholeMs)
  const width = Math.min(1 - left, (durationMs ?? 0) / wholeMs)
  return (
    <span aria-hidden className="relative h-2 rounded-full bg-sunken max-sm:col-start-2 max-sm:mt-1.5">
      {atMs !== null && (
        <span
          className={`absolute top-0 h-2 min-w-1 rounded-full ${colour}`}
          style={{ left: `min(${left * 100}%, calc(100% - 4px))`, width: `${width * 100}%` }}
        />
      )}
    </span>
  )
}
