// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import type { PasskeyOptions, Self } from './log-in.ts'
import type { Nothing } from './nothing.ts'

export type AccessToken = { id: string; object: "access_token"; name: string; /** Its beginning: enough to tell it by. */ prefix: string; last4: string; /** `read`: look. `write`: change. `secrets`: make and rotate API keys, which asks a browser for a fresh factor. `operator`: be the operator as well. Money, factors, roles and tokens are for no token. */ scopes: readonly ("read" | "write" | "secrets" | "operator")[]; /** The only account that it reaches; null = all of yours. */ account: string | null; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ expires_at: number | null; /** Unix seconds; null = never. */ last_used_at: number | null }

export type EmailChange = { email: string }

export type Factors = { object: "factors"; password: boolean; passkeys: number; totp: boolean; /** Those that are left. */ recovery_codes: number; identities: number }

export type Identity = { id: string; object: "identity"; /** Its address. */ issuer: string; /** What the configuration calls it; null = it is not there any more. */ title: string | null; /** As the issuer said last. */ email: string; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ last_used_at: number | null }

export type MadeAccessToken = { id: string; object: "access_token"; name: string; /** The token itself: shown this once. */ value: string; /** Its beginning: enough to tell it by. */ prefix: string; last4: string; /** `read`: look. `write`: change. `secrets`: make and rotate API keys, which asks a browser for a fresh factor. `operator`: be the operator as well. Money, factors, roles and tokens are for no token. */ scopes: readonly ("read" | "write" | "secrets" | "operator")[]; /** The only account that it reaches; null = all of yours. */ account: string | null; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ expires_at: number | null; /** Unix seconds; null = never. */ last_used_at: number | null }

export type NewAccessToken = { name: string; /** `read`: look. `write`: change. `secrets`: make and rotate API keys, which asks a browser for a fresh factor. `operator`: be the operator as well. Money, factors, roles and tokens are for no token. */ scopes: readonly ("read" | "write" | "secrets" | "operator")[]; /** Seconds; 90 days when absent, and a year at most. */ expires_in?: number | undefined; /** The only account that it reaches; absent = all of yours. */ account?: string | undefined }

export type Passkey = { id: string; object: "passkey"; name: string; /** It may lie on several devices. */ synced: boolean; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ last_used_at: number | null }

export type PlaygroundKey = { id: string; object: "playground_key"; key: string; /** Whose it is. */ account: string; /** Unix seconds; null = never. */ expires_at: number | null }

export type RecoveryCodes = { object: "recovery_codes"; /** Shown this once; each is good once. Empty = those that you have are still good. */ codes: readonly string[] }

export type Session = { id: string; object: "session"; /** How it began. */ method: "password" | "passkey" | "oidc" | "link"; /** Which issuer, for oidc; empty otherwise. */ issuer: string; two_factors: boolean; /** Unix seconds. */ created_at: number; /** Unix seconds. */ last_seen_at: number; /** Unix seconds. */ expires_at: number; /** Where it began. */ address: string; user_agent: string; /** The one that asks. */ current: boolean }

export type Totp = { object: "totp"; /** Base32, to be typed. */ secret: string; /** otpauth://, to be shown as a QR code. */ url: string }

export interface MyAccountOperations {
  updateProfile: { params: Nothing; query: Nothing; body: { name: string }; reply: Self }
  listSessions: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly Session[]; has_more: false } }
  endOtherSessions: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "sessions"; ended: number } }
  endSession: { params: { session_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "session"; deleted: true } }
  listIdentities: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly Identity[]; has_more: false } }
  connectIssuer: { params: Nothing; query: Nothing; body: { /** Its name, as /api/login has it. */ issuer: string; /** A path of ours to go on at; / when absent. */ return_to?: string | undefined }; reply: { object: "journey"; url: string } }
  disconnectIssuer: { params: { identity_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "identity"; deleted: true } }
  getFactors: { params: Nothing; query: Nothing; body: Nothing; reply: Factors }
  setPassword: { params: Nothing; query: Nothing; body: { /** 10 characters or more. */ password: string }; reply: { object: "factors"; changed: true } }
  removePassword: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "factors"; changed: true } }
  listPasskeys: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly Passkey[]; has_more: false } }
  addPasskey: { params: Nothing; query: Nothing; body: { /** What navigator.credentials.create() gave, as toJSON() writes it. */ credential: { id: string; response: { clientDataJSON: string; attestationObject: string; transports?: readonly string[] | undefined } }; /** To tell it by. */ name?: string | undefined }; reply: Passkey }
  beginPasskey: { params: Nothing; query: Nothing; body: Nothing; reply: PasskeyOptions }
  renamePasskey: { params: { passkey_id: string }; query: Nothing; body: { /** To tell it by. */ name: string }; reply: Passkey }
  removePasskey: { params: { passkey_id: string }; query: Nothing; body: Nothing; reply: { object: "factors"; changed: true } }
  beginTotp: { params: Nothing; query: Nothing; body: Nothing; reply: Totp }
  removeTotp: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "factors"; changed: true } }
  confirmTotp: { params: Nothing; query: Nothing; body: { code: string }; reply: RecoveryCodes }
  makeRecoveryCodes: { params: Nothing; query: Nothing; body: Nothing; reply: RecoveryCodes }
  changeEmail: { params: Nothing; query: Nothing; body: EmailChange; reply: { object: "mail"; /** The same for every address. */ sent: true } }
  confirmEmail: { params: Nothing; query: Nothing; body: { /** What stands behind the # in the link. */ token: string }; reply: Self }
  makePlaygroundKey: { params: Nothing; query: Nothing; body: Nothing; reply: PlaygroundKey }
  createAccessToken: { params: Nothing; query: Nothing; body: NewAccessToken; reply: MadeAccessToken }
  listAccessTokens: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly AccessToken[]; has_more: false } }
  revokeAccessToken: { params: { token_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "access_token"; deleted: true } }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const MY_ACCOUNT: { readonly [Name in keyof MyAccountOperations]: readonly [string, string, 'repeatable'?] } = {
  updateProfile: ['PATCH', '/api/me/profile'],
  listSessions: ['GET', '/api/me/sessions'],
  endOtherSessions: ['DELETE', '/api/me/sessions'],
  endSession: ['DELETE', '/api/me/sessions/{session_id}'],
  listIdentities: ['GET', '/api/me/identities'],
  connectIssuer: ['POST', '/api/me/identities'],
  disconnectIssuer: ['DELETE', '/api/me/identities/{identity_id}'],
  getFactors: ['GET', '/api/me/factors'],
  setPassword: ['PUT', '/api/me/password'],
  removePassword: ['DELETE', '/api/me/password'],
  listPasskeys: ['GET', '/api/me/passkeys'],
  addPasskey: ['POST', '/api/me/passkeys'],
  beginPasskey: ['POST', '/api/me/passkey-options'],
  renamePasskey: ['PATCH', '/api/me/passkeys/{passkey_id}'],
  removePasskey: ['DELETE', '/api/me/passkeys/{passkey_id}'],
  beginTotp: ['POST', '/api/me/totp'],
  removeTotp: ['DELETE', '/api/me/totp'],
  confirmTotp: ['POST', '/api/me/totp/confirm'],
  makeRecoveryCodes: ['POST', '/api/me/recovery-codes'],
  changeEmail: ['POST', '/api/me/email'],
  confirmEmail: ['POST', '/api/me/email/confirm'],
  makePlaygroundKey: ['POST', '/api/me/playground-key'],
  createAccessToken: ['POST', '/api/me/tokens'],
  listAccessTokens: ['GET', '/api/me/tokens'],
  revokeAccessToken: ['DELETE', '/api/me/tokens/{token_id}'],
}
