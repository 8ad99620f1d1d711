import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { cx } from '../../ui/cx.ts'
import { statusMessages } from './messages.ts'

interface UptimeBarsProps {
  readonly name: string
  readonly period: string
  /** Oldest first; null = nobody looked. */
  readonly shares: readonly (number | null)[]
  /** Of the whole period; null = it is told from the bars. */
  readonly whole: number | null
  readonly from: string
  readonly to: string
  readonly noteOf: (index: number, share: number | null) => string
  readonly small?: boolean
}

/** A bar for each day or step. Who cannot see it reads the sum of it. */
export function UptimeBars({ name, period, shares, whole, from, to, noteOf, small = false }: UptimeBarsProps) {
  const t = useMessages(statusMessages)
  const f = useFormatter()
  const seen = shares.filter((share) => share !== null)
  const share = whole ?? (seen.length === 0 ? null : seen.reduce((sum, one) => sum + one, 0) / seen.length)
  const said = share === null ? t('noData') : t('uptime', { share: f.percent(share, 2) })
  const gaps = shares.length - seen.length
  return (
    <div className={cx('min-w-0', small && 'mt-4')}>
      <p className="mb-1.5 flex justify-between gap-4 text-sm">
        <span className="text-soft">{period}</span>
        <span className={cx('tabular', share === null && 'text-soft')}>{said}</span>
      </p>
      <div
        role="img"
        aria-label={t('summary', {
          name,
          period,
          share: share === null ? t('noData') : f.percent(share, 2),
          gaps: f.number(gaps),
        })}
        className={cx('flex items-stretch gap-px sm:gap-0.5', small ? 'h-5' : 'h-8')}
      >
        {shares.map((one, index) => (
          <span key={index} title={noteOf(index, one)} className={cx('min-w-0 flex-1 rounded-sm', colourOf(one))} />
        ))}
      </div>
      <p aria-hidden className="mt-1 flex justify-between text-xs text-soft">
        <span>{from}</span>
        <span>{to}</span>
      </p>
    </div>
  )
}

function colourOf(share: number | null): string {
  if (share === null) return 'bg-line'
  if (share >= 0.999) return 'bg-good'
  return share >= 0.9 ? 'bg-warn' : 'bg-bad'
}
