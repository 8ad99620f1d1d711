import { useCallback } from 'react'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { accountMessages } from '../messages/accounts.ts'
import { LIMITS, type LimitName } from './limit-fields.tsx'

/** `Requests a minute: 60, …`; null where nothing is limited. */
export function useLimitsText(): (limits: Readonly<Partial<Record<LimitName, number | undefined>>>) => string | null {
  const t = useMessages(accountMessages)
  const format = useFormatter()
  return useCallback(
    (limits) => {
      const parts = LIMITS.flatMap(([name, label]) => {
        const value = limits[name]
        return value === undefined ? [] : [`${t(label)}: ${format.number(value)}`]
      })
      return parts.length === 0 ? null : parts.join(' · ')
    },
    [t, format],
  )
}
