// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import type { Nothing } from './nothing.ts'

export type Acting = { /** In which of your accounts this request acts; null = in none. */ account: string | null; /** What you are there; null = nothing, or the operator. */ role: ("owner" | "admin" | "developer" | "viewer") | null; /** A second factor is asked of you, and nothing else is open before. */ must_add_factor: boolean }

export type ActingSession = { id: string; object: "session"; /** How it began. */ method: "password" | "passkey" | "oidc" | "link"; /** Which issuer, for oidc; empty otherwise. */ issuer: string; two_factors: boolean; /** Unix seconds. */ created_at: number; /** Unix seconds. */ last_seen_at: number; /** Unix seconds. */ expires_at: number; /** Where it began. */ address: string; user_agent: string; person: Self; /** For the header x-csrf-token of every request that changes something. */ csrf_token: string; /** Until when what asks for a fresh factor is open; null = it is not. */ proved_until: number | null; acting: Acting }

export type Confirmation = { /** What stands behind the # in the link. */ token: string; name?: string | undefined; /** 10 characters or more; absent = a passkey is added next. */ password?: string | undefined }

export type CurrentSession = { id: string; object: "session"; /** How it began. */ method: "password" | "passkey" | "oidc" | "link"; /** Which issuer, for oidc; empty otherwise. */ issuer: string; two_factors: boolean; /** Unix seconds. */ created_at: number; /** Unix seconds. */ last_seen_at: number; /** Unix seconds. */ expires_at: number; /** Where it began. */ address: string; user_agent: string; person: Self; /** For the header x-csrf-token of every request that changes something. */ csrf_token: string; /** Until when what asks for a fresh factor is open; null = it is not. */ proved_until: number | null }

export type ForgottenPassword = { email: string }

export type Joining = { /** What stands behind the # in the link. */ token: string; /** Where the invitation is for nobody in particular. */ email?: string | undefined; name?: string | undefined; /** 10 characters or more; absent = a passkey is added next. */ password?: string | undefined }

export type LinkLogIn = { /** What stands behind the # in the link. */ token: string; /** Of the first operator. */ email?: string | undefined; name?: string | undefined; /** 10 characters or more. Without one, add a passkey next. */ password?: string | undefined }

export type LogIn = { object: "log_in"; /** done = you are in; the cookie is set. */ state: "done" | "second_factor"; /** What is asked for next; empty when it is done. */ methods: readonly ("totp" | "passkey" | "recovery_code")[]; session: CurrentSession | null }

export type LogInMethods = { object: "log_in_methods"; password: boolean; passkey: true; sign_up: "open" | "invitation" | "off"; issuers: readonly { name: string; title: string; url: string }[] }

export type PasskeyOptions = { object: "passkey_options"; /** For navigator.credentials: PublicKeyCredential.parse…OptionsFromJSON(). */ options: Readonly<Record<string, unknown>> }

export type PasswordLogIn = { email: string; password: string }

export type Prove = { password?: string | undefined; /** Of your app. */ code?: string | undefined; recovery_code?: string | undefined }

export type Self = { id: string; object: "person"; email: string; email_verified: boolean; name: string; /** Runs this gateway. */ operator: boolean; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ last_log_in_at: number | null }

export type SignUp = { email: string; name?: string | undefined }

export interface LogInOperations {
  getLogInMethods: { params: Nothing; query: Nothing; body: Nothing; reply: LogInMethods }
  logInWithPassword: { params: Nothing; query: Nothing; body: PasswordLogIn; reply: LogIn }
  logInWithCode: { params: Nothing; query: Nothing; body: { code: string }; reply: LogIn }
  logInWithRecoveryCode: { params: Nothing; query: Nothing; body: { code: string }; reply: LogIn }
  askForPasskey: { params: Nothing; query: Nothing; body: { email?: string | undefined }; reply: PasskeyOptions }
  logInWithPasskey: { params: Nothing; query: Nothing; body: { /** What navigator.credentials.get() gave, as toJSON() writes it. */ credential: { id: string; response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string | null | undefined } } }; reply: LogIn }
  lookAtLink: { params: Nothing; query: Nothing; body: { token: string }; reply: { object: "link"; kind: "set_up" | "reset" | "confirm"; /** Whose it is; null = whoever sets this gateway up. */ email: string | null; /** Unix seconds. */ expires_at: number } }
  logInWithLink: { params: Nothing; query: Nothing; body: LinkLogIn; reply: LogIn }
  logInWithIssuer: { params: { name: string }; query: { return_to?: string | undefined }; body: Nothing; reply: null }
  arriveFromIssuer: { params: { name: string }; query: Nothing; body: Nothing; reply: null }
  signUp: { params: Nothing; query: Nothing; body: SignUp; reply: { object: "mail"; /** The same for every address: whether it is known, the mail alone says. */ sent: true } }
  confirmSignUp: { params: Nothing; query: Nothing; body: Confirmation; reply: LogIn }
  joinByInvitation: { params: Nothing; query: Nothing; body: Joining; reply: LogIn }
  forgotPassword: { params: Nothing; query: Nothing; body: ForgottenPassword; reply: { object: "mail"; /** The same for every address: whether it is known, the mail alone says. */ sent: true } }
  getSession: { params: Nothing; query: Nothing; body: Nothing; reply: ActingSession }
  logOut: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "session"; deleted: true; /** Where one logs out at the issuer as well; null = nowhere. */ issuer_url: string | null } }
  prove: { params: Nothing; query: Nothing; body: Prove; reply: CurrentSession }
  askForProof: { params: Nothing; query: Nothing; body: Nothing; reply: PasskeyOptions }
  proveWithPasskey: { params: Nothing; query: Nothing; body: { /** What navigator.credentials.get() gave, as toJSON() writes it. */ credential: { id: string; response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string | null | undefined } } }; reply: CurrentSession }
  proveWithIssuer: { params: { name: string }; query: Nothing; body: { /** A path of ours to go on at; / when absent. */ return_to?: string | undefined }; reply: { object: "journey"; url: string } }
  streamSession: { params: Nothing; query: Nothing; body: Nothing; reply: null }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const LOG_IN: { readonly [Name in keyof LogInOperations]: readonly [string, string, 'repeatable'?] } = {
  getLogInMethods: ['GET', '/api/login'],
  logInWithPassword: ['POST', '/api/login/password'],
  logInWithCode: ['POST', '/api/login/code'],
  logInWithRecoveryCode: ['POST', '/api/login/recovery-code'],
  askForPasskey: ['POST', '/api/login/passkey/options'],
  logInWithPasskey: ['POST', '/api/login/passkey'],
  lookAtLink: ['POST', '/api/login/link/look'],
  logInWithLink: ['POST', '/api/login/link'],
  logInWithIssuer: ['GET', '/api/login/oidc/{name}'],
  arriveFromIssuer: ['GET', '/api/login/oidc/{name}/callback'],
  signUp: ['POST', '/api/sign-up'],
  confirmSignUp: ['POST', '/api/sign-up/confirm'],
  joinByInvitation: ['POST', '/api/invitations/join'],
  forgotPassword: ['POST', '/api/login/forgot'],
  getSession: ['GET', '/api/session'],
  logOut: ['DELETE', '/api/session'],
  prove: ['POST', '/api/session/prove'],
  askForProof: ['POST', '/api/session/prove/passkey/options'],
  proveWithPasskey: ['POST', '/api/session/prove/passkey'],
  proveWithIssuer: ['POST', '/api/session/prove/oidc/{name}'],
  streamSession: ['GET', '/api/session/events'],
}
