// The header lines that a request to a provider carries: an allow-list that we fill, never the client's.

import type { ProviderConfig } from '../config/config.ts'
import { VERSION } from '../core/version.ts'

/** Flat, lower-case names; built once for each credential. The key goes into a header, never into a URL. */
export function credentialHeaders(provider: ProviderConfig, apiKey: string): readonly string[] {
  const headers = [
    'content-type',
    'application/json',
    'accept-encoding',
    'identity',
    'user-agent',
    `fairlead/${VERSION}`,
  ]
  if (apiKey !== '') headers.push('authorization', `Bearer ${apiKey}`)
  for (const [name, value] of Object.entries(provider.headers)) headers.push(name, value)
  return Object.freeze(headers)
}
