// Names of keys, for lists that have their ids. Who may not see keys reads the ids.
import { useMemo } from 'react'
import { useApi } from '../../api/hooks.ts'
import { hasRole, useSession } from '../../app/session.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { usageMessages } from './messages.ts'

interface KeyNames {
  readonly nameOf: (keyId: string) => string
  /** The newest first; empty where keys may not be seen. */
  readonly keys: readonly { readonly id: string; readonly name: string }[]
}

export function useKeyNames(): KeyNames {
  const t = useMessages(usageMessages)
  const mayList = hasRole(useSession(), 'developer')
  const { data } = useApi('listKeys', { query: { limit: 1000 } }, { enabled: mayList, staleMs: 60_000 })
  return useMemo(() => {
    const keys = data?.data ?? []
    const names = new Map(keys.map(({ id, name }) => [id, name]))
    return { keys, nameOf: (keyId) => (keyId === 'master' ? t('master') : (names.get(keyId) ?? keyId)) }
  }, [data, t])
}
