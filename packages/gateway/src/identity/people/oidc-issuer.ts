// One issuer (OpenID Connect): its discovery, where its log-in page is, and what it says about whoever comes back. All of
// the protocol is openid-client's; this says what is asked for: the code flow with PKCE, state and nonce, and signatures
// checked although the tokens come over a connection of ours.
import * as client from 'openid-client'
import { GatewayError } from '../../core/errors.ts'
import type { OidcConfig } from './people-settings.ts'

/** As `fetch`, through the control plane's own way out. @param issuer whose address may lie in this network */
export type AskIssuer = (issuer: string) => (url: string, options: AskOptions) => Promise<Response>

export interface AskOptions {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

const DISCOVERED_MS = 60 * 60_000
const TIMEOUT_SECONDS = 10
/** An issuer that did not answer is left alone for so long: whoever asks to log in must not have us knock all the time. */
const REST_MS = 5_000

/** What must come back with the browser. */
export interface OidcChecks {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** Whether somebody must log in there again, however short ago they did. */
  readonly again: boolean
}

export interface OidcClaims {
  /** As the issuer calls itself. */
  readonly issuer: string
  readonly subject: string
  /** Lower case; '' = not told. */
  readonly email: string
  /** Only a plain true of the issuer's counts. */
  readonly emailVerified: boolean
  readonly name: string
  readonly groups: readonly string[]
  /** When they showed there who they are, unix ms; null = not told. */
  readonly authenticatedAtMs: number | null
}

interface Discovered {
  readonly configuration: client.Configuration
  readonly atMs: number
}

export class OidcIssuers {
  readonly #ask: AskIssuer
  readonly #now: () => number
  readonly #discovered = new Map<string, Discovered>()
  /** One question at a time for each, and when one failed last. */
  readonly #asking = new Map<string, Promise<client.Configuration>>()
  readonly #failedAtMs = new Map<string, number>()

  constructor(options: { readonly ask: AskIssuer; readonly now: () => number }) {
    this.#ask = options.ask
    this.#now = options.now
  }

  /** Where the browser goes, and what to hold against what it brings back. @throws {GatewayError} `service_unavailable` */
  async begin(config: OidcConfig, redirectUri: string, again: boolean): Promise<{ url: string; checks: OidcChecks }> {
    const configuration = await this.#configurationOf(config)
    const verifier = client.randomPKCECodeVerifier()
    const checks = { state: client.randomState(), nonce: client.randomNonce(), verifier, again }
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: config.scopes.join(' '),
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: checks.state,
      nonce: checks.nonce,
      ...(again ? { prompt: 'login', max_age: '0' } : {}),
    })
    return { url: url.href, checks }
  }

  /** @param current the address to which the issuer sent the browser back @throws {GatewayError} `invalid_api_key` */
  async finish(config: OidcConfig, current: URL, checks: OidcChecks): Promise<OidcClaims> {
    const configuration = await this.#configurationOf(config)
    try {
      const tokens = await client.authorizationCodeGrant(configuration, current, {
        pkceCodeVerifier: checks.verifier,
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        idTokenExpected: true,
        ...(checks.again ? { maxAge: 300 } : {}),
      })
      const claims = tokens.claims()
      if (claims === undefined) throw new TypeError('The issuer sent no ID token.')
      const { userinfo_endpoint: hasUserInfo } = configuration.serverMetadata()
      const more =
        hasUserInfo === undefined ? {} : await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
      return claimsOf(claims, more, config.groupsClaim)
    } catch (error) {
      throw new GatewayError(
        'invalid_api_key',
        `${config.title} did not let you in, or its answer does not belong to this log-in. Begin again.`,
        { cause: error },
      )
    }
  }

  /** Where one logs out at the issuer; null when it has no such page, or cannot be asked. */
  async endUrl(config: OidcConfig, homeUrl: string): Promise<string | null> {
    try {
      const configuration = await this.#configurationOf(config)
      if (configuration.serverMetadata().end_session_endpoint === undefined) return null
      return client.buildEndSessionUrl(configuration, { post_logout_redirect_uri: `${homeUrl}/` }).href
    } catch {
      return null
    }
  }

  async #configurationOf(config: OidcConfig): Promise<client.Configuration> {
    const key = JSON.stringify([config.issuer, config.clientId, config.clientSecret])
    const known = this.#discovered.get(key)
    if (known !== undefined && this.#now() - known.atMs < DISCOVERED_MS) return known.configuration
    if (this.#now() - (this.#failedAtMs.get(key) ?? -REST_MS) < REST_MS) throw away(config)
    const asking = this.#asking.get(key) ?? this.#discover(config).finally(() => this.#asking.delete(key))
    this.#asking.set(key, asking)
    try {
      const configuration = await asking
      this.#discovered.set(key, { configuration, atMs: this.#now() })
      return configuration
    } catch (error) {
      this.#failedAtMs.set(key, this.#now())
      throw away(config, error)
    }
  }

  async #discover(config: OidcConfig): Promise<client.Configuration> {
    const isPlain = URL.parse(config.issuer)?.protocol === 'http:'
    const ask = this.#ask(config.issuer)
    return await client.discovery(
      new URL(config.issuer),
      config.clientId,
      {},
      config.clientSecret === '' ? client.None() : client.ClientSecretBasic(config.clientSecret),
      {
        timeout: TIMEOUT_SECONDS,
        [client.customFetch]: (url, options) => ask(url, options),
        execute: [
          client.enableNonRepudiationChecks,
          // The configuration takes plain addresses of this machine alone.
          ...(isPlain ? [client.allowInsecureRequests] : []),
        ],
      },
    )
  }
}

function away({ title }: OidcConfig, cause?: unknown): GatewayError {
  return new GatewayError('service_unavailable', `${title} cannot be reached. Try again shortly.`, {
    retryAfterSeconds: REST_MS / 1000,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** @param token what is signed, and wins @param more what was asked for beside it */
function claimsOf(
  token: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>>,
  groupsClaim: string,
): OidcClaims {
  // An address and the word about it come from one place: one's word must not vouch for the other's address.
  const { email, email_verified: verified } = token['email'] === undefined ? more : token
  const { iss, sub, auth_time: authTime } = token
  const { name, [groupsClaim]: groups } = { ...more, ...token }
  return {
    issuer: String(iss),
    subject: String(sub),
    email: typeof email === 'string' ? email.trim().toLowerCase() : '',
    emailVerified: verified === true,
    name: typeof name === 'string' ? name.slice(0, 200) : '',
    groups: (Array.isArray(groups) ? groups : []).filter((group) => typeof group === 'string'),
    authenticatedAtMs: typeof authTime === 'number' ? authTime * 1000 : null,
  }
}
