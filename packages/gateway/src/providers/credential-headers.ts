// The header lines of a credential, for callers that know no dialect: whatever does not need signing.

import type { ProviderConfig } from '../config/config.ts'
import type { Lines } from './adapter.ts'
import { adapterFor } from './adapters.ts'

/** Flat, lower-case names; always the same array. The key goes into a header, never into a URL. */
export function credentialHeaders(provider: ProviderConfig, secret: string): Lines {
  const adapter = adapterFor(provider)
  return adapter.headers(secret, adapter.dialects('')[0] ?? 'openai-chat')
}
