// What a panel shows when there is nothing to show: it comes, there is none, it failed, nobody answers.
import { CircleAlert, Inbox, RotateCw, WifiOff } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiError, UnreachableError } from '../api/errors.ts'
import { useMessages } from '../i18n/use-messages.ts'
import { Button } from './button.tsx'
import { cx } from './cx.ts'
import { errorMessages } from './messages/errors.ts'
import { uiMessages } from './messages/ui.ts'

/** @param className says how large: `h-4 w-24` */
export function Skeleton({ className }: { readonly className?: string }) {
  return (
    <span
      aria-hidden
      className={cx('block animate-[pulse-soft_1.6s_ease-in-out_infinite] rounded-sm bg-hover', className)}
    />
  )
}

export function SkeletonLines({ lines = 3 }: { readonly lines?: number }) {
  const t = useMessages(uiMessages)
  return (
    <div role="status" aria-label={t('loading')} className="flex flex-col gap-3 py-1">
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} className={cx('h-4', ['w-11/12', 'w-8/12', 'w-10/12'][index % 3])} />
      ))}
    </div>
  )
}

interface EmptyProps {
  readonly icon?: ReactNode
  readonly title: ReactNode
  readonly children?: ReactNode
  readonly action?: ReactNode
  readonly className?: string
}

/** There is none yet: why, and what to do about it. */
export function EmptyState({ icon, title, children, action, className }: EmptyProps) {
  return (
    <div className={cx('flex flex-col items-center gap-1.5 px-6 py-10 text-center', className)}>
      <span aria-hidden className="mb-1 text-soft [&>svg]:size-6">
        {icon ?? <Inbox />}
      </span>
      <p className="font-semibold">{title}</p>
      {children !== undefined && <div className="max-w-prose text-soft">{children}</div>}
      {action !== undefined && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}

interface ErrorProps {
  readonly error: Error
  readonly retry?: () => void
  readonly className?: string
}

/** It failed: what, and what to do. Nobody there looks different from a no. */
export function ErrorState({ error, retry, className }: ErrorProps) {
  const t = useMessages(uiMessages)
  const explain = useErrorText()
  const isAway = error instanceof UnreachableError
  const { title, detail } = explain(error)
  return (
    <div role="alert" className={cx('flex flex-col items-center gap-1.5 px-6 py-10 text-center', className)}>
      <span aria-hidden className={cx('mb-1 [&>svg]:size-6', isAway ? 'text-soft' : 'text-bad')}>
        {isAway ? <WifiOff /> : <CircleAlert />}
      </span>
      <p className="font-semibold">{title}</p>
      {detail !== null && (
        <p lang="en" className="max-w-prose break-words text-soft">
          {detail}
        </p>
      )}
      {retry !== undefined && (
        <Button className="mt-3" icon={<RotateCw aria-hidden className="size-4" />} onClick={retry}>
          {t('retry')}
        </Button>
      )}
    </div>
  )
}

interface ErrorText {
  /** In the reader's language. */
  readonly title: string
  /** What the gateway said, in English; null where it adds nothing. */
  readonly detail: string | null
}

export function useErrorText(): (error: Error) => ErrorText {
  const t = useMessages(errorMessages)
  return (error) => {
    if (error instanceof UnreachableError) return { title: t('unreachable'), detail: null }
    if (!(error instanceof ApiError)) return { title: t('unknown'), detail: error.message }
    const { code, param, message } = error
    if (param === 'role') return { title: t('role'), detail: message }
    if (param === 'account') return { title: t('account'), detail: message }
    if (code === 'rate_limit_exceeded' && error.retryAfterSeconds !== null)
      return { title: t('wait', { seconds: error.retryAfterSeconds }), detail: message }
    const key = code in errorMessages.texts.en ? (code as keyof typeof errorMessages.texts.en) : 'unknown'
    return { title: key === 'wait' ? t('unknown') : t(key), detail: message }
  }
}

interface LoadedProps<Data> {
  /** What `useApi` returned. */
  readonly query: {
    readonly data: Data | undefined
    readonly error: Error | null
    readonly refetch: () => unknown
  }
  readonly children: (data: Data) => ReactNode
  /** While it comes; lines when absent. */
  readonly skeleton?: ReactNode
}

/** The answer of a query, or what stands in its place. An old answer stays when a newer one fails. */
export function Loaded<Data>({ query, children, skeleton }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data)
  if (query.error !== null) return <ErrorState error={query.error} retry={() => void query.refetch()} />
  return skeleton ?? <SkeletonLines />
}
