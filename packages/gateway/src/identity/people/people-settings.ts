// What the configuration says about people: who may come in, and what they must show for it.
import type { Role } from '../member-store.ts'

/** `open`: anybody with a mail address. `invitation`: whom a member or the operator asked. `off`: nobody new at all. */
export const SIGN_UP_MODES = ['open', 'invitation', 'off'] as const
export type SignUp = (typeof SIGN_UP_MODES)[number]

/** Of whom a passkey, or a code beside the password, is asked. */
export const SECOND_FACTOR_RULES = ['off', 'operators', 'all'] as const
export type SecondFactorRule = (typeof SECOND_FACTOR_RULES)[number]

/** Where the members of a group at the issuer belong here. */
export interface OidcGroup {
  /** As the claim has it. */
  readonly group: string
  /** Id of an account. */
  readonly account: string
  readonly role: Role
}

/** An issuer whose word about a person is taken. */
export interface OidcConfig {
  /** In addresses: `/api/login/oidc/NAME`. */
  readonly name: string
  /** On the button. */
  readonly title: string
  /** Its address, from which everything else is discovered. */
  readonly issuer: string
  readonly clientId: string
  /** '' = a public client: PKCE alone. */
  readonly clientSecret: string
  readonly scopes: readonly string[]
  /** Lower case; mail addresses of other domains are refused. Empty = nobody is let in by the address alone. */
  readonly allowedDomains: readonly string[]
  /** Somebody of an allowed domain whom nobody invited gets an account. */
  readonly autoCreate: boolean
  /** Claim that lists the groups of a person. */
  readonly groupsClaim: string
  readonly groups: readonly OidcGroup[]
}

export interface PeopleConfig {
  readonly signUp: SignUp
  /** Whether passwords are taken; without, passkeys and issuers remain. */
  readonly password: boolean
  readonly requireSecondFactor: SecondFactorRule
  /** A session that nobody uses ends after this. */
  readonly sessionIdleMs: number
  /** The longest that any session lives. */
  readonly sessionMaxMs: number
  /** How long a proof of who one is counts for what needs one. */
  readonly stepUpMs: number
  readonly invitationMs: number
  readonly oidc: readonly OidcConfig[]
}
