// The section `people` of `fairlead.yaml`: its shape, what it means, and what makes no sense.
import { z } from 'zod'
import { ROLES } from '../identity/member-store.ts'
import { SECOND_FACTOR_RULES, SIGN_UP_MODES, type PeopleConfig } from '../identity/people/people-settings.ts'
import { isHttpUrl } from './check-server.ts'
import { DEFAULTS as D } from './defaults.ts'
import type { Report } from './report.ts'
import { MAX_MS, text } from './shape-words.ts'

const seconds = () =>
  z
    .int()
    .min(1)
    .max(Math.floor(MAX_MS / 1000))

const oidcGroup = z
  .strictObject({
    group: text().min(1).describe('Name of the group, as the issuer says it.'),
    account: text().min(1).describe('Id of the account that its people belong to.'),
    role: z.enum(ROLES).default('developer').describe('What they are there.'),
  })
  .describe('Where the people of a group belong.')

const oidc = z
  .strictObject({
    name: text().min(1).max(40).describe('In addresses: letters, digits and dashes.'),
    title: text().max(100).default('').describe('On the button; the name when empty.'),
    issuer: text().min(1).describe('Address of the issuer; the rest is discovered from it.'),
    client_id: text().min(1).describe('What the issuer calls this gateway.'),
    client_secret: text().default('').describe('Usually ${VARIABLE}; empty for a public client.'),
    scopes: z
      .array(text().min(1))
      .default([...D.people.oidcScopes])
      .describe('What is asked for.'),
    allowed_domains: z
      .array(text().min(1))
      .default([])
      .describe('Domains of mail addresses that may come in, where the issuer has verified the address.'),
    auto_create: z
      .boolean()
      .default(false)
      .describe('People of these domains get an account at their first log-in, without an invitation.'),
    groups_claim: text().min(1).default(D.people.oidcGroupsClaim).describe('Claim that lists the groups of a person.'),
    groups: z.array(oidcGroup).default([]).describe('Which groups belong to which accounts; renewed at each log-in.'),
  })
  .describe('An issuer (OpenID Connect) whose people may log in.')

export const peopleSchema = z
  .strictObject({
    sign_up: z
      .enum(SIGN_UP_MODES)
      .default(D.people.signUp)
      .describe('Who may come in: anybody who confirms a mail address, only who was invited, or nobody new.'),
    password: z.boolean().default(D.people.password).describe('Take passwords; without, passkeys and issuers remain.'),
    require_second_factor: z
      .enum(SECOND_FACTOR_RULES)
      .default(D.people.requireSecondFactor)
      .describe('Of whom a passkey, or a code beside the password, is asked before anything else.'),
    session_idle_seconds: seconds()
      .default(D.people.sessionIdleSeconds)
      .describe('A session that nobody uses ends after this.'),
    session_max_seconds: seconds()
      .default(D.people.sessionMaxSeconds)
      .describe('The longest that a session lives, used or not.'),
    step_up_seconds: seconds()
      .max(3600)
      .default(D.people.stepUpSeconds)
      .describe('How long after showing a factor secrets and money may be touched.'),
    invitation_seconds: seconds().default(D.people.invitationSeconds).describe('How long an invitation stands.'),
    oidc: z.array(oidc).max(20).default([]).describe('Issuers whose people may log in.'),
  })
  .describe('How people come in: sign-up, log-in, sessions.')

interface PeopleFile {
  readonly people: z.output<typeof peopleSchema>
  readonly server: { readonly public_url: string }
}

export function checkPeople({ people, server }: PeopleFile, report: Report): void {
  if (people.session_idle_seconds > people.session_max_seconds)
    report.problem(['people', 'session_idle_seconds'], 'is more than people.session_max_seconds.')
  const names = new Set<string>()
  for (const [index, issuer] of people.oidc.entries()) {
    const at = ['people', 'oidc', index] as const
    if (!/^[a-z0-9][a-z0-9-]*$/i.test(issuer.name))
      report.problem([...at, 'name'], 'may only hold letters, digits and dashes.')
    if (names.has(issuer.name)) report.problem([...at, 'name'], 'is there twice.')
    names.add(issuer.name)
    if (!isHttpUrl(issuer.issuer)) report.problem([...at, 'issuer'], 'is not an https:// address.')
    else if (URL.parse(issuer.issuer)?.protocol === 'http:' && !isLoopback(issuer.issuer))
      report.problem([...at, 'issuer'], 'must be an https:// address: whoever can change what it says can log in.')
    for (const [number, domain] of issuer.allowed_domains.entries()) {
      if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(domain))
        report.problem(
          [...at, 'allowed_domains', number],
          'is not a domain.',
          'Write it as example.com, without @ or *.',
        )
    }
    if (issuer.auto_create && issuer.allowed_domains.length === 0)
      report.problem(
        [...at, 'auto_create'],
        'needs allowed_domains: otherwise everybody whom the issuer knows would get an account.',
      )
  }
  if (people.oidc.length > 0 && server.public_url === '')
    report.warning(['people', 'oidc'], 'needs server.public_url where people use another address than host and port.')
}

/** Of a file that was checked. */
export function resolvePeople({ people }: Pick<PeopleFile, 'people'>): PeopleConfig {
  return {
    signUp: people.sign_up,
    password: people.password,
    requireSecondFactor: people.require_second_factor,
    sessionIdleMs: people.session_idle_seconds * 1000,
    sessionMaxMs: people.session_max_seconds * 1000,
    stepUpMs: people.step_up_seconds * 1000,
    invitationMs: people.invitation_seconds * 1000,
    oidc: people.oidc.map((issuer) => ({
      name: issuer.name,
      title: issuer.title || issuer.name,
      issuer: issuer.issuer,
      clientId: issuer.client_id,
      clientSecret: issuer.client_secret,
      scopes: issuer.scopes,
      allowedDomains: issuer.allowed_domains.map((domain) => domain.toLowerCase()),
      autoCreate: issuer.auto_create,
      groupsClaim: issuer.groups_claim,
      groups: issuer.groups.map(({ group, account, role }) => ({ group, account, role })),
    })),
  }
}

function isLoopback(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(URL.parse(url)?.hostname ?? '')
}
