import type { AccessToken } from '../../../api/generated/operations.ts'
import type { PlainKey } from '../../../i18n/catalogue.ts'
import type { tokensMessages } from '../messages/tokens.ts'

export type Scope = AccessToken['scopes'][number]
type Key = PlainKey<typeof tokensMessages>

/** In the order in which they are offered. */
export const SCOPES: readonly Scope[] = ['read', 'write', 'secrets', 'operator']

export const SCOPE_NAMES: Readonly<Record<Scope, Key>> = {
  read: 'scopeRead',
  write: 'scopeWrite',
  secrets: 'scopeSecrets',
  operator: 'scopeOperator',
}

export const SCOPE_TEXTS: Readonly<Record<Scope, Key>> = {
  read: 'scopeReadText',
  write: 'scopeWriteText',
  secrets: 'scopeSecretsText',
  operator: 'scopeOperatorText',
}
