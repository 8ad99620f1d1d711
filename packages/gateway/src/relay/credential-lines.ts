// The header lines of a credential, built once and kept as long as its provider's configuration stays the same.

import { credentialHeaders } from '../providers/credential-headers.ts'
import type { ProviderConfig } from '../config/config.ts'
import type { Candidate } from '../routing/candidate.ts'
import type { CredentialState } from '../routing/credential-state.ts'

const lines = new WeakMap<CredentialState, { readonly config: ProviderConfig; readonly headers: readonly string[] }>()

/** /!\ Hot path. */
export function headersFor({ provider, credential }: Candidate): readonly string[] {
  const known = lines.get(credential)
  if (known !== undefined && known.config === provider.config) return known.headers
  const headers = credentialHeaders(provider.config, credential.secret)
  lines.set(credential, { config: provider.config, headers })
  return headers
}
