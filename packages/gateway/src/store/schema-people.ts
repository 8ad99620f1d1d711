// The tables of people, as TypeScript sees them. Times are unix milliseconds, flags 0 and 1; names are the columns'.
import type { Generated } from 'kysely'

export interface PeopleTables {
  people: PeopleTable
  person_passwords: PersonPasswordsTable
  sessions: SessionsTable
  passkeys: PasskeysTable
  totp_secrets: TotpSecretsTable
  recovery_codes: RecoveryCodesTable
  person_identities: PersonIdentitiesTable
  one_time_links: OneTimeLinksTable
  invitations: InvitationsTable
  access_tokens: AccessTokensTable
  login_throttle: LoginThrottleTable
  known_devices: KnownDevicesTable
  spent_tickets: SpentTicketsTable
}

interface PeopleTable {
  id: Generated<number>
  /** `per_...`, what the API shows. */
  person_id: string
  /** Lower case. */
  email: string
  email_verified_at: number | null
  name: string
  operator: number
  status: string
  created_at: number
  updated_at: number
  last_log_in_at: number | null
}

interface PersonPasswordsTable {
  person_id: string
  /** As `identity/people/password-hash.ts` writes it. */
  hash: string
  changed_at: number
}

interface SessionsTable {
  id: Generated<number>
  session_id: string
  person_id: string
  /** SHA-256 of the cookie's text, hexadecimal. */
  digest: string
  method: string
  issuer: string
  two_factors: number
  proved_at: number | null
  created_at: number
  last_seen_at: number
  expires_at: number
  address: string
  user_agent: string
}

interface PasskeysTable {
  id: Generated<number>
  passkey_id: string
  person_id: string
  credential_id: string
  public_key: string
  counter: number
  /** JSON array. */
  transports: string
  synced: number
  name: string
  created_at: number
  last_used_at: number | null
}

interface TotpSecretsTable {
  person_id: string
  /** Only the gateway's secret opens it. */
  sealed: string
  confirmed_at: number | null
  last_step: number
  created_at: number
}

interface RecoveryCodesTable {
  person_id: string
  /** HMAC-SHA-256, hexadecimal. */
  digest: string
  created_at: number
  used_at: number | null
}

interface PersonIdentitiesTable {
  id: Generated<number>
  identity_id: string
  person_id: string
  issuer: string
  subject: string
  email: string
  created_at: number
  last_used_at: number | null
}

interface OneTimeLinksTable {
  id: Generated<number>
  link_id: string
  kind: string
  /** SHA-256, hexadecimal. */
  digest: string
  person_id: string | null
  created_at: number
  expires_at: number
}

interface InvitationsTable {
  id: Generated<number>
  invitation_id: string
  account_id: string
  /** SHA-256, hexadecimal. */
  digest: string
  email: string | null
  role: string
  invited_by: string
  state: string
  created_at: number
  expires_at: number
  ended_at: number | null
  person_id: string | null
}

interface AccessTokensTable {
  id: Generated<number>
  token_id: string
  person_id: string
  name: string
  /** HMAC-SHA-256, hexadecimal. */
  digest: string
  prefix: string
  last4: string
  /** JSON array. */
  scopes: string
  account_id: string | null
  created_at: number
  expires_at: number | null
  last_used_at: number | null
}

interface LoginThrottleTable {
  /** A digest. */
  scope: string
  tries: number
  blocked_until: number
  updated_at: number
}

interface KnownDevicesTable {
  person_id: string
  /** Digests both. */
  device: string
  address: string
  last_seen_at: number
}

interface SpentTicketsTable {
  digest: string
  expires_at: number
}
