import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

export type NoticeTone = 'info' | 'good' | 'warn' | 'bad'

const LOOKS = {
  info: { icon: Info, className: 'bg-accent-soft text-accent' },
  good: { icon: CircleCheck, className: 'bg-good-soft text-good' },
  warn: { icon: TriangleAlert, className: 'bg-warn-soft text-warn' },
  bad: { icon: CircleAlert, className: 'bg-bad-soft text-bad' },
} as const

interface NoticeProps {
  readonly tone?: NoticeTone
  readonly title?: ReactNode
  readonly children?: ReactNode
  readonly actions?: ReactNode
  readonly className?: string
}

/** Something to know beside what one came for. A bad one is read out at once. */
export function Notice({ tone = 'info', title, children, actions, className }: NoticeProps) {
  const { icon: Icon, className: colours } = LOOKS[tone]
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={cx('flex gap-2.5 rounded-md px-3 py-2.5 text-base', colours, className)}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1 break-words">
        {title !== undefined && <p className="font-semibold">{title}</p>}
        {children !== undefined && <div className={cx(title !== undefined && 'mt-0.5', 'text-ink')}>{children}</div>}
      </div>
      {actions !== undefined && <div className="flex shrink-0 items-center gap-2 self-center">{actions}</div>}
    </div>
  )
}
