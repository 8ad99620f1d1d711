import type { ReactNode } from 'react'
import { cx } from './cx.ts'

interface CardProps {
  readonly title?: ReactNode
  /** Under the title, in a sentence. */
  readonly description?: ReactNode
  /** Right of the title. */
  readonly actions?: ReactNode
  readonly children?: ReactNode
  /** No space around what is in it: for tables and lists. */
  readonly flush?: boolean
  readonly className?: string
  readonly as?: 'section' | 'div'
}

export function Card({
  title,
  description,
  actions,
  children,
  flush = false,
  className,
  as: Element = 'section',
}: CardProps) {
  const hasHead = title !== undefined || actions !== undefined
  return (
    <Element className={cx('min-w-0 rounded-lg border border-line bg-surface', className)}>
      {hasHead && (
        <div className={cx('flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3.5', flush && 'pb-3')}>
          <div className="min-w-0">
            {title !== undefined && <h2 className="text-base font-semibold">{title}</h2>}
            {description !== undefined && <p className="mt-0.5 text-sm text-soft">{description}</p>}
          </div>
          {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </div>
      )}
      <div className={cx(!flush && (hasHead ? 'px-4 pt-3 pb-4' : 'p-4'))}>{children}</div>
    </Element>
  )
}

interface StatProps {
  readonly label: ReactNode
  readonly value: ReactNode
  /** A line under it: since when, compared with what. */
  readonly note?: ReactNode
  readonly tone?: 'good' | 'warn' | 'bad'
}

/** One figure, large. */
export function Stat({ label, value, note, tone }: StatProps) {
  const colour = tone === undefined ? 'text-ink' : { good: 'text-good', warn: 'text-warn', bad: 'text-bad' }[tone]
  return (
    <div className="min-w-0">
      <p className="truncate text-sm text-soft">{label}</p>
      <p className={cx('tabular mt-0.5 truncate text-xl font-semibold', colour)}>{value}</p>
      {note !== undefined && <p className="mt-0.5 truncate text-xs text-soft">{note}</p>}
    </div>
  )
}

interface DetailsProps {
  readonly items: readonly { readonly label: ReactNode; readonly value: ReactNode }[]
  readonly className?: string
}

/** Names and values, side by side; one above the other on a phone. */
export function Details({ items, className }: DetailsProps) {
  return (
    <dl className={cx('grid grid-cols-1 gap-x-6 gap-y-2 text-base sm:grid-cols-[minmax(8rem,auto)_1fr]', className)}>
      {items.map(({ label, value }, index) => (
        <div key={index} className="contents max-sm:block">
          <dt className="text-soft">{label}</dt>
          <dd className="m-0 min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
