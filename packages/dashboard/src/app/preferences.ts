// What a reader has chosen for this browser: language, time zone, light or dark. Kept by the browser alone.
import { useSyncExternalStore } from 'react'
import { type Language, LANGUAGES, LOCALES, preferredLanguage } from '../i18n/languages.ts'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export interface Preferences {
  readonly language: Language
  readonly theme: Theme
  /** IANA; the browser's own where none was chosen. */
  readonly timeZone: string
  readonly timeZoneChosen: boolean
}

const KEYS = { language: 'fairlead.language', theme: 'fairlead.theme', timeZone: 'fairlead.time-zone' } as const

const listeners = new Set<() => void>()
let current = read()

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current)
}

/** @param change a time zone of '' goes back to the browser's */
export function setPreferences(change: Partial<Pick<Preferences, 'language' | 'theme' | 'timeZone'>>): void {
  if (change.language !== undefined) write(KEYS.language, change.language)
  if (change.theme !== undefined) write(KEYS.theme, change.theme === 'system' ? '' : change.theme)
  if (change.timeZone !== undefined) write(KEYS.timeZone, change.timeZone)
  current = { ...read(), ...withoutStorage(change) }
  applyPreferences()
  for (const listener of listeners) listener()
}

/** Writes them where style sheets and screen readers look. */
export function applyPreferences(): void {
  const root = document.documentElement
  root.lang = LOCALES[current.language]
  if (current.theme === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = current.theme
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function read(): Preferences {
  const language = LANGUAGES.find((one) => one === stored(KEYS.language)) ?? preferredLanguage(navigator.languages)
  const theme = THEMES.find((one) => one === stored(KEYS.theme)) ?? 'system'
  const chosen = stored(KEYS.timeZone)
  const timeZoneChosen = chosen !== null && isTimeZone(chosen)
  const timeZone = timeZoneChosen ? chosen : Intl.DateTimeFormat().resolvedOptions().timeZone
  return { language, theme, timeZone, timeZoneChosen }
}

function isTimeZone(name: string): boolean {
  try {
    return name !== '' && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** Where nothing can be kept, a choice holds until the page goes. */
function withoutStorage(change: Partial<Pick<Preferences, 'language' | 'theme' | 'timeZone'>>): Partial<Preferences> {
  if (change.timeZone === undefined) return change
  return change.timeZone === '' ? {} : { timeZone: change.timeZone, timeZoneChosen: true }
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function write(key: string, value: string): void {
  try {
    if (value === '') localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // Storage is switched off.
  }
}
