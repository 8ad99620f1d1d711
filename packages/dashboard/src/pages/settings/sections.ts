// The sections of the settings, in their order, and for whom they are.
import {
  Bell,
  KeySquare,
  type LucideIcon,
  MonitorSmartphone,
  Palette,
  ShieldCheck,
  User,
  UsersRound,
} from 'lucide-react'
import { hasRole, type Session } from '../../app/session.ts'

export const SECTIONS = ['profile', 'security', 'sessions', 'tokens', 'preferences', 'team', 'notifications'] as const
export type Section = (typeof SECTIONS)[number]

export const SECTION_ICONS: Readonly<Record<Section, LucideIcon>> = {
  profile: User,
  security: ShieldCheck,
  sessions: MonitorSmartphone,
  tokens: KeySquare,
  preferences: Palette,
  team: UsersRound,
  notifications: Bell,
}

/** Those of the account; the others are the person's own. */
export const ACCOUNT_SECTIONS: readonly Section[] = ['team', 'notifications']

export function isSection(text: string): text is Section {
  return SECTIONS.some((one) => one === text)
}

/** What is worth showing: the gateway refuses the rest. */
export function sectionsFor(session: Session): readonly Section[] {
  return SECTIONS.filter((section) => {
    if (section === 'tokens' || section === 'team') return !session.mustAddFactor
    if (section === 'notifications') return hasRole(session, 'admin') && !session.mustAddFactor
    return true
  })
}
