import type { ReactNode } from 'react'
import { Notice } from './notice.tsx'
import { useErrorText } from './states.tsx'

/** What failed, where it was tried. @param title in place of the general one */
export function ErrorNotice({
  error,
  title,
  actions,
}: {
  readonly error: Error | null
  readonly title?: string
  readonly actions?: ReactNode
}) {
  const explain = useErrorText()
  if (error === null) return null
  const text = explain(error)
  return (
    <Notice tone="bad" title={title ?? text.title} actions={actions}>
      {text.detail !== null && title === undefined && <span lang="en">{text.detail}</span>}
    </Notice>
  )
}
