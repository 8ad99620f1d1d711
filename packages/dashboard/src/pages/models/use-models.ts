// The models that the reader may call: their own account's, or, for strangers, those of a new account.
import { useApi } from '../../api/hooks.ts'
import { useSession } from '../../app/session.ts'

const REFRESH_MS = 60_000

export function useModels() {
  const isIn = useSession() !== null
  const own = useApi('listCatalogue', {}, { enabled: isIn, refetchIntervalMs: REFRESH_MS })
  const open = useApi('listPublicCatalogue', {}, { enabled: !isIn, refetchIntervalMs: REFRESH_MS })
  return { models: isIn ? own : open, isPublic: !isIn }
}
