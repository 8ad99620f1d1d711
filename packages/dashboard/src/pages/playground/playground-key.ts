// The key with which this page calls models: held in memory alone, fetched when it is needed, and anew before it ends.
import { callApi } from '../../api/client.ts'

const SPARE_S = 60

let held: { readonly key: string; readonly account: string | null; readonly expiresAt: number } | null = null

/** @param account that the reader acts in: each has a key of its own */
export async function playgroundKey(account: string | null, fresh = false): Promise<string> {
  const isGood = held !== null && held.account === account && held.expiresAt - SPARE_S > Date.now() / 1000
  if (held === null || !isGood || fresh) {
    const made = await callApi('makePlaygroundKey', {})
    held = { key: made.key, account, expiresAt: made.expires_at ?? Number.POSITIVE_INFINITY }
  }
  return held.key
}
