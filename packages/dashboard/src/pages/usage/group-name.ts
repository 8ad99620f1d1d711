import { useMessages } from '../../i18n/use-messages.ts'
import { useKeyNames } from './key-names.ts'
import { usageMessages } from './messages.ts'
import type { Grouping } from './usage-search.ts'

/** What a group of a chart or table is called, for people. */
export function useGroupName(grouping: Grouping): (name: string) => string {
  const t = useMessages(usageMessages)
  const { nameOf } = useKeyNames()
  if (grouping === 'key') return nameOf
  if (grouping === 'status') return (name) => (name === '499' ? t('clientLeft') : name)
  return (name) => name
}
