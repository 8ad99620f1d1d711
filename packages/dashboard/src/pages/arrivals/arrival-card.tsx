import { type ReactNode, useEffect } from 'react'
import { BRAND } from '../../app/base.ts'

interface ArrivalCardProps {
  readonly title: string
  readonly text?: ReactNode
  readonly children?: ReactNode
  /** Below the card. */
  readonly aside?: ReactNode
}

/** One thing to do, in the middle of the page. */
export function ArrivalCard({ title, text, children, aside }: ArrivalCardProps) {
  useEffect(() => {
    document.title = `${title} · ${BRAND}`
  }, [title])
  return (
    <>
      <div className="rounded-lg border border-line bg-surface p-6">
        <h1 className="text-xl font-semibold">{title}</h1>
        {text !== undefined && <p className="mt-1 text-soft">{text}</p>}
        <div className="mt-5 flex flex-col gap-4">{children}</div>
      </div>
      {aside !== undefined && <div className="mt-4 text-center text-soft">{aside}</div>}
    </>
  )
}

export function OrLine({ children }: { readonly children: string }) {
  return (
    <div className="flex items-center gap-3 text-sm text-soft">
      <span className="h-px flex-1 bg-line" />
      {children}
      <span className="h-px flex-1 bg-line" />
    </div>
  )
}
