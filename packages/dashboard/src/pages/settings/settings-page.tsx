// Which section the address names. Each is loaded when it is opened.
import { getRouteApi } from '@tanstack/react-router'
import { type ComponentType, lazy, type LazyExoticComponent, Suspense } from 'react'
import { useSession } from '../../app/session.ts'
import { Card } from '../../ui/card.tsx'
import { SkeletonLines } from '../../ui/states.tsx'
import { isSection, type Section } from './sections.ts'
import { SettingsFrame } from './settings-frame.tsx'

const PAGES: Readonly<Record<Section, LazyExoticComponent<ComponentType>>> = {
  profile: lazy(async () => ({ default: (await import('./profile/profile-section.tsx')).ProfileSection })),
  security: lazy(async () => ({ default: (await import('./security/security-section.tsx')).SecuritySection })),
  sessions: lazy(async () => ({ default: (await import('./sessions/sessions-section.tsx')).SessionsSection })),
  tokens: lazy(async () => ({ default: (await import('./tokens/tokens-section.tsx')).TokensSection })),
  preferences: lazy(async () => ({
    default: (await import('./preferences/preferences-section.tsx')).PreferencesSection,
  })),
  team: lazy(async () => ({ default: (await import('./team/team-section.tsx')).TeamSection })),
  notifications: lazy(async () => ({
    default: (await import('./notifications/notifications-section.tsx')).NotificationsSection,
  })),
}

const route = getRouteApi('/shell/settings/$section')

export function SettingsPage() {
  const { section } = route.useParams()
  // While a log-out is under way, the page stands for a moment longer than the session.
  if (useSession() === null || !isSection(section)) return null
  const Shown = PAGES[section]
  const waiting = (
    <SettingsFrame section={section}>
      <Card>
        <SkeletonLines lines={5} />
      </Card>
    </SettingsFrame>
  )
  return (
    <Suspense key={section} fallback={waiting}>
      <Shown />
    </Suspense>
  )
}
