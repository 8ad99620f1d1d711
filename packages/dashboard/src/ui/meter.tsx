import { Meter as Base } from '@base-ui/react/meter'
import { cx } from './cx.ts'

interface MeterProps {
  /** Of what, for screen readers. */
  readonly label: string
  /** In words, what `share` says: `$3.20 of $10`. */
  readonly text: string
  /** 0..1; more is full. */
  readonly share: number
  readonly className?: string
}

const ALMOST = 0.8

/** How much of something is used. The colour warns; the text beside it says so too. */
export function Meter({ label, text, share, className }: MeterProps) {
  const value = Math.min(1, Math.max(0, share))
  const colour = value >= 1 ? 'bg-bad' : value >= ALMOST ? 'bg-warn' : 'bg-accent'
  return (
    <Base.Root
      aria-label={label}
      getAriaValueText={() => text}
      value={value * 100}
      className={cx('min-w-0', className)}
    >
      <Base.Track className="block h-1.5 overflow-hidden rounded-full bg-line">
        <Base.Indicator className={cx('block h-full rounded-full', colour)} />
      </Base.Track>
    </Base.Root>
  )
}
