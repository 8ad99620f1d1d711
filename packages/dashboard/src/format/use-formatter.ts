import { useMemo } from 'react'
import { usePreferences } from '../app/preferences.ts'
import { createFormatter, type Formatter } from './formatter.ts'

/** Figures as text, for the reader's language and time zone. */
export function useFormatter(): Formatter {
  const { language, timeZone } = usePreferences()
  return useMemo(() => createFormatter({ language, timeZone }), [language, timeZone])
}
