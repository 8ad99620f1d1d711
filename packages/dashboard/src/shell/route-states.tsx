import type { ErrorComponentProps } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { useMessages } from '../i18n/use-messages.ts'
import { ButtonLink } from '../ui/button.tsx'
import { EmptyState, ErrorState, SkeletonLines } from '../ui/states.tsx'
import { shellMessages } from './messages/shell.ts'

export function RoutePending() {
  return (
    <div className="mx-auto w-full max-w-6xl px-4 py-7 sm:px-6">
      <SkeletonLines lines={6} />
    </div>
  )
}

export function RouteError({ error, reset }: ErrorComponentProps) {
  const shown = error instanceof Error ? error : new Error(String(error))
  return <ErrorState error={shown} retry={reset} className="min-h-[60dvh] justify-center" />
}

export function NotFound() {
  const t = useMessages(shellMessages)
  return (
    <EmptyState
      icon={<Compass />}
      title={t('notFoundTitle')}
      action={<ButtonLink to="/">{t('toHome')}</ButtonLink>}
      className="min-h-[60dvh] justify-center"
    >
      {t('notFoundText')}
    </EmptyState>
  )
}
