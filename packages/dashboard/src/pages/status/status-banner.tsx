// How it is now, in a word: from the answer of /api/status itself, and from who gave none.
import { UnreachableError } from '../../api/errors.ts'
import { useApi } from '../../api/hooks.ts'
import { useNow } from '../../format/use-now.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Notice, type NoticeTone } from '../../ui/notice.tsx'
import { statusMessages } from './messages.ts'
import type { StatusHistory } from './status-page.tsx'

const REFRESH_MS = 15_000

interface Facts {
  readonly version: string
  readonly startTime: number
  readonly total: number
  readonly healthy: number
}

export function StatusBanner({ history }: { readonly history: StatusHistory | undefined }) {
  const t = useMessages(statusMessages)
  const f = useFormatter()
  const status = useApi('getStatus', {}, { refetchIntervalMs: REFRESH_MS, staleMs: 0 })
  const nowMs = useNow()
  const facts = factsOf(status.data)
  const { tone, text, hint } = said()
  const details =
    facts === null || status.error !== null
      ? []
      : [
          t('version', { version: facts.version }),
          t('upFor', { time: f.duration(Math.max(0, nowMs - facts.startTime * 1000)) }),
          ...(facts.total > 0
            ? [t('upstreams', { healthy: f.number(facts.healthy), total: f.number(facts.total) })]
            : []),
        ]
  const checkedAt = Math.max(status.dataUpdatedAt, status.errorUpdatedAt)
  return (
    <Notice tone={tone} title={text}>
      <p className="tabular flex flex-wrap gap-x-3">
        {hint !== undefined && <span>{hint}</span>}
        {details.map((detail) => (
          <span key={detail}>{detail}</span>
        ))}
        {checkedAt > 0 && <span>{t('checkedAt', { time: f.time(checkedAt / 1000) })}</span>}
      </p>
    </Notice>
  )

  function said(): { readonly tone: NoticeTone; readonly text: string; readonly hint?: string } {
    if (status.error instanceof UnreachableError) {
      return { tone: 'bad', text: t('unreachable'), hint: t('unreachableHint') }
    }
    if (status.error !== null) return { tone: 'warn', text: t('databaseDown') }
    if (facts === null) return { tone: 'info', text: t('checking') }
    const states = (history?.components ?? []).map(({ state }) => state)
    const isDown = facts.total > 0 && facts.healthy === 0
    if (isDown || states.includes('down')) return { tone: 'bad', text: t('down') }
    const isPartly = facts.healthy < facts.total || states.includes('degraded')
    return isPartly ? { tone: 'warn', text: t('degraded') } : { tone: 'good', text: t('operational') }
  }
}

/** Null for what is not the answer of a gateway. */
function factsOf(reply: unknown): Facts | null {
  const { data } = (reply ?? {}) as { readonly data?: Readonly<Record<string, unknown>> }
  if (data === undefined) return null
  const { version, start_time: startTime } = data
  const { total, healthy } = (data['upstreams'] ?? {}) as { readonly total?: unknown; readonly healthy?: unknown }
  if (typeof version !== 'string' || typeof startTime !== 'number') return null
  return { version, startTime, total: Number(total ?? 0), healthy: Number(healthy ?? 0) }
}
