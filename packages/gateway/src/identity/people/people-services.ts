// Everything about people on one database: what the control plane, and tests, put together.
import type { SendMail } from '../../billing/payments/outbound.ts'
import type { ChangePublisher } from '../change.ts'
import type { Group } from '../group-store.ts'
import type { IdentityDatabase } from '../identity-database.ts'
import type { PlaceChange } from '../member-service.ts'
import type { Principal } from '../principal.ts'
import { derivePeopleKey } from '../secret-key.ts'
import { accessTokenDigest, parseAccessToken } from './access-token-format.ts'
import { createAccessTokenService, type AccessTokenService } from './access-token-service.ts'
import type { AccessTokenRecord } from './access-token-store.ts'
import { createEmailService, type EmailService } from './email-service.ts'
import { createFactorService, type FactorService } from './factor-service.ts'
import { createInvitationService, type InvitationService } from './invitation-service.ts'
import { createLinkService, type LinkService } from './link-service.ts'
import { createLogInGuard } from './log-in-guard.ts'
import { createLogInService, type LogInService } from './log-in-service.ts'
import { createMailGuard } from './mail-guard.ts'
import { placeMail } from './mail-texts.ts'
import { createMembershipService, type MembershipService } from './membership-service.ts'
import type { AskIssuer } from './oidc-issuer.ts'
import { createOidcService, type OidcService } from './oidc-service.ts'
import type { PasswordCost } from './password-hash.ts'
import { createPasswordService, type PasswordService } from './password-service.ts'
import type { PeopleParts } from './people-parts.ts'
import type { PeopleConfig } from './people-settings.ts'
import { personPrincipal, type Presented, type WantedAccount } from './person-principal.ts'
import { createPersonService, type PersonService } from './person-service.ts'
import type { PersonRecord } from './person-store.ts'
import { createPostMail } from './post-mail.ts'
import { createProfileService, type ProfileService } from './profile-service.ts'
import { createSessionService, type SessionService } from './session-service.ts'
import { SessionWatch } from './session-watch.ts'
import { createSignUpService, type SignUpService } from './sign-up-service.ts'
import { createStepUpService, type StepUpService } from './step-up-service.ts'
import { createTickets } from './ticket.ts'

/** `last used` of a token is written down no more often than this. */
const USED_EVERY_MS = 60_000

export interface PeopleOptions {
  readonly database: IdentityDatabase
  /** What `derivePepper` made. */
  readonly pepper: Buffer
  readonly now: () => number
  readonly settings: () => PeopleConfig
  readonly changes?: ChangePublisher
  /** The groups of the file. */
  readonly groups: () => readonly Group[]
  readonly brand: () => string
  /** Where people reach this gateway, without a slash at the end. */
  readonly homeUrl: () => string
  /** Where operators do, when the admin surface has a listener of its own; absent or null = there too. */
  readonly adminUrl?: () => string | null
  readonly sendMail: SendMail
  readonly log: { error(fields: object, message: string): void }
  readonly ask: AskIssuer
  /** Tests make it cheap. */
  readonly passwordCost?: PasswordCost
}

export interface PeopleServices {
  readonly sessions: SessionService
  readonly watch: SessionWatch
  readonly passwords: PasswordService
  readonly links: LinkService
  readonly logIn: LogInService
  readonly stepUp: StepUpService
  readonly factors: FactorService
  readonly oidc: OidcService
  readonly profile: ProfileService
  readonly email: EmailService
  readonly persons: PersonService
  readonly signUp: SignUpService
  readonly invitations: InvitationService
  readonly memberships: MembershipService
  readonly tokens: AccessTokenService
  /** Says so by mail. */
  placeChanged(place: PlaceChange): void
  /** Null for a token that is unknown, expired, or of somebody who is suspended. */
  identifyToken(text: string): Promise<{ readonly token: AccessTokenRecord; readonly person: PersonRecord } | null>
  /** Of somebody who is logged in. */
  principalOf(person: PersonRecord, presented: Presented, wanted: WantedAccount): Promise<Principal>
}

export function createPeopleServices(options: PeopleOptions): PeopleServices {
  const { database, pepper, now, settings, changes, groups, brand, homeUrl, ask, passwordCost } = options
  const { sendMail, log } = options
  const told = changes === undefined ? {} : { changes }
  const codeKeys = { totp: derivePeopleKey(pepper, 'totp'), recovery: derivePeopleKey(pepper, 'recovery') }
  const sessions = createSessionService({ database, now, settings, ...told })
  const passwords = createPasswordService({
    secret: derivePeopleKey(pepper, 'password'),
    ...(passwordCost === undefined ? {} : { cost: passwordCost }),
  })
  const tickets = createTickets({ key: derivePeopleKey(pepper, 'ticket'), now })
  const guard = createLogInGuard({ stores: database, key: derivePeopleKey(pepper, 'throttle'), now })
  const common: PeopleParts = { database, now, settings, sessions, passwords, tickets, codeKeys }
  const logIn = createLogInService({ ...common, guard })
  const links = createLinkService({
    now,
    homeUrl: (kind) => (kind === 'set_up' ? options.adminUrl?.() : null) ?? homeUrl(),
  })
  const mail = createPostMail({ sendMail, brand, homeUrl, log })
  const mailGuard = createMailGuard({ database, pepper, now })
  const invitations = createInvitationService({ database, now, settings, mail, ...told })

  return {
    sessions,
    watch: new SessionWatch({ alive: (ids) => sessions.alive(ids) }),
    passwords,
    links,
    logIn,
    stepUp: createStepUpService({ ...common, guard }),
    factors: createFactorService({ ...common, brand }),
    oidc: createOidcService({ database, now, settings, sessions, logIn, tickets, ask, homeUrl }),
    profile: createProfileService({ database, now }),
    email: createEmailService({ ...common, guard: mailGuard, mail }),
    persons: createPersonService({ database, now, links, mail, ...told }),
    signUp: createSignUpService({ ...common, logIn, links, invitations, mail, guard: mailGuard, ...told }),
    invitations,
    memberships: createMembershipService({ database, now, settings }),
    tokens: createAccessTokenService({ database, pepper, now }),

    placeChanged: ({ email, ...place }) =>
      mail.post((name) => placeMail({ brand: name, to: email, url: mail.url('log-in'), ...place })),

    async identifyToken(text) {
      if (parseAccessToken(text) === null) return null
      const found = await database.accessTokens.findByDigest(accessTokenDigest(text, pepper))
      if (found === undefined) return null
      const { token, person } = found
      const nowMs = now()
      if (person.status !== 'active' || (token.expiresAtMs !== null && token.expiresAtMs <= nowMs)) return null
      if (nowMs - (token.lastUsedAtMs ?? 0) >= USED_EVERY_MS) {
        // Not awaited by the caller's patience: it was used whether or not this can be written down.
        void database.accessTokens.touch(token.tokenId, nowMs).catch(() => {})
      }
      return found
    },

    principalOf: (person, presented, wanted) =>
      personPrincipal({ database, groups, settings }, person, presented, wanted),
  }
}
