import type { ReactNode } from 'react'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Card, Stat } from '../../ui/card.tsx'
import { usageMessages } from './messages.ts'
import type { Usage } from './usage-page.tsx'

type Total = Usage['total']

/** The whole period in figures, beside the period before where that is asked for. */
export function UsageFigures({ now, before }: { readonly now: Usage; readonly before: Usage | undefined }) {
  const t = useMessages(usageMessages)
  const f = useFormatter()
  const { total } = now
  const earlier = before?.total
  const tokens = tokensOf(total)
  const compared = (value: number, figure: (of: Total) => number, format: (value: number) => string): ReactNode => {
    if (earlier === undefined) return undefined
    const was = figure(earlier)
    return was === 0
      ? t('beforeNone', { value: format(was) })
      : t('before', { change: signed(f.percent(Math.abs(value / was - 1), 0), value - was), value: format(was) })
  }
  const ms = (value: number | undefined): string => (value === undefined ? t('noData') : f.duration(value))
  const rate = errorRate(total)
  return (
    <Card as="div">
      <div className="grid grid-cols-2 gap-x-6 gap-y-5 sm:grid-cols-3 xl:grid-cols-6">
        <Stat
          label={t('spend')}
          value={f.money(total.cost)}
          note={compared(Number(total.cost), ({ cost }) => Number(cost), f.money)}
        />
        <Stat
          label={t('calls')}
          value={f.numberShort(total.calls)}
          note={compared(total.calls, ({ calls }) => calls, f.numberShort) ?? t('callsFailed', { count: total.errors })}
        />
        <Stat
          label={t('tokens')}
          value={f.numberShort(tokens)}
          note={
            compared(tokens, tokensOf, f.numberShort) ??
            t('tokensNote', { input: f.numberShort(total.tokens.input), output: f.numberShort(total.tokens.output) })
          }
        />
        <Stat
          label={t('errorRate')}
          value={f.percent(rate)}
          {...(rate >= 0.05 ? { tone: 'bad' as const } : rate >= 0.01 ? { tone: 'warn' as const } : {})}
          note={
            earlier === undefined
              ? t('callsFailed', { count: total.errors })
              : t('beforeNone', { value: f.percent(errorRate(earlier)) })
          }
        />
        <Stat
          label={t('duration')}
          value={ms(total.duration?.p50_ms)}
          note={
            earlier === undefined
              ? total.duration && t('p95', { time: f.duration(total.duration.p95_ms) })
              : t('beforeNone', { value: ms(earlier.duration?.p50_ms) })
          }
        />
        <Stat
          label={t('firstToken')}
          value={ms(total.first_token?.p50_ms)}
          note={
            earlier === undefined
              ? total.first_token === null
                ? t('noStreams')
                : t('p95', { time: f.duration(total.first_token.p95_ms) })
              : t('beforeNone', { value: ms(earlier.first_token?.p50_ms) })
          }
        />
      </div>
    </Card>
  )
}

export function tokensOf({ tokens }: Pick<Total, 'tokens'>): number {
  return tokens.input + tokens.output
}

export function errorRate({ calls, errors }: Pick<Total, 'calls' | 'errors'>): number {
  return calls === 0 ? 0 : errors / calls
}

function signed(text: string, difference: number): string {
  if (difference === 0) return text
  return difference > 0 ? `+${text}` : `\u2212${text}`
}
