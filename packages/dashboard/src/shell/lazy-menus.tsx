// What opens when it is pressed is loaded after what is seen at once.
import { lazy, Suspense } from 'react'
import type { Session } from '../app/session.ts'
import { Skeleton } from '../ui/states.tsx'

const LazyAccountMenu = lazy(async () => ({ default: (await import('./account-menu.tsx')).AccountMenu }))
const LazyPersonMenu = lazy(async () => ({ default: (await import('./person-menu.tsx')).PersonMenu }))
const LazyPreferenceMenu = lazy(async () => ({ default: (await import('./preference-menu.tsx')).PreferenceMenu }))
const LazyPalette = lazy(async () => ({ default: (await import('./command-palette.tsx')).CommandPalette }))

interface OfSession {
  readonly session: Session
}

export function AccountMenu({ session }: OfSession) {
  return (
    <Suspense fallback={<Skeleton className="mx-3 mt-3 mb-2 h-9 lg:mt-1" />}>
      <LazyAccountMenu session={session} />
    </Suspense>
  )
}

export function PersonMenu({ session }: OfSession) {
  return (
    <Suspense fallback={<Skeleton className="m-1 h-9" />}>
      <LazyPersonMenu session={session} />
    </Suspense>
  )
}

export function PreferenceMenu() {
  return (
    <Suspense fallback={<span className="size-9" />}>
      <LazyPreferenceMenu />
    </Suspense>
  )
}

export function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  return (
    <Suspense fallback={null}>
      <LazyPalette onClose={onClose} />
    </Suspense>
  )
}
