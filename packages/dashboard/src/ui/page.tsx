import { type ReactNode, useEffect } from 'react'
import { BRAND } from '../app/base.ts'
import { cx } from './cx.ts'

interface PageProps {
  readonly title: string
  /** One sentence: what is this page for. */
  readonly description?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
  /** How wide it may get; `wide` for tables. */
  readonly width?: 'narrow' | 'normal' | 'wide'
}

const WIDTHS = { narrow: 'max-w-3xl', normal: 'max-w-6xl', wide: 'max-w-[96rem]' }

/** The frame of every page: its title, its main actions, what is on it. */
export function Page({ title, description, actions, children, width = 'normal' }: PageProps) {
  useEffect(() => {
    document.title = `${title} · ${BRAND}`
  }, [title])
  return (
    <div className={cx('mx-auto w-full px-4 py-5 sm:px-6 sm:py-7', WIDTHS[width])}>
      <div className="mb-5 flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
        <div className="min-w-0">
          <h1 tabIndex={-1} className="text-xl font-semibold outline-none">
            {title}
          </h1>
          {description !== undefined && <p className="mt-1 max-w-prose text-soft">{description}</p>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      <div className="flex flex-col gap-5">{children}</div>
    </div>
  )
}
