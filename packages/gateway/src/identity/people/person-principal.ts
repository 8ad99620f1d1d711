// From a person who is logged in to the principal of one call: in which account they act, and what they are there.
//
//   an account in the path        theirs; else, an operator is the operator, and for anybody else there is none of that id
//   an account in the header      theirs; an operator acts as its owner; for anybody else no account opens
//   none                          an operator is the operator; anybody else acts in the first account that they came to
import { GatewayError } from '../../core/errors.ts'
import type { AccountRecord } from '../account-store.ts'
import type { Group } from '../group-store.ts'
import { DEFAULT_GROUP, findGroup } from '../groups.ts'
import type { IdentityDatabase } from '../identity-database.ts'
import type { MemberRecord, Role } from '../member-store.ts'
import { FULL_PRICE_UNBILLED, OPERATOR, type PersonAct, type Principal } from '../principal.ts'
import { limitedScopes, modelsOf, pricingOf } from '../resolve-key.ts'
import { DEFAULT_RESPONSES_POLICY } from '../responses-policy.ts'
import type { AccessTokenRecord } from './access-token-store.ts'
import type { PeopleConfig } from './people-settings.ts'
import type { PersonRecord } from './person-store.ts'
import type { SessionRecord } from './session-store.ts'

/** What they came with. */
export type Presented =
  | { readonly kind: 'session'; readonly session: SessionRecord }
  | { readonly kind: 'token'; readonly token: AccessTokenRecord }

export interface WantedAccount {
  readonly ofPath: string | null
  readonly ofHeader: string | null
}

export interface PersonPrincipalOptions {
  readonly database: IdentityDatabase
  readonly groups: () => readonly Group[]
  readonly settings: () => PeopleConfig
}

/** @throws {GatewayError} `not_found` for an account in the path that is not theirs, `invalid_request` */
export async function personPrincipal(
  options: PersonPrincipalOptions,
  person: PersonRecord,
  presented: Presented,
  wanted: WantedAccount,
): Promise<Principal> {
  const { database } = options
  const isOperator = actsAsOperator(person, presented)
  const accountId = wantedId(wanted, presented)
  const places = await database.members.listOfPerson(person.personId)
  const place =
    accountId === null
      ? places.find(({ status }) => status === 'active')
      : places.find((candidate) => candidate.accountId === accountId)
  const act = {
    ...actOf(person, presented, isOperator),
    mustAddFactor: await mustAddFactor(options, person, presented),
  }
  const keyId = presented.kind === 'session' ? presented.session.sessionId : presented.token.tokenId

  if (isOperator && (accountId === null || (place === undefined && wanted.ofPath !== null))) {
    return { ...OPERATOR, keyId, person: act }
  }
  const id = place?.accountId ?? accountId
  const account = id === null ? undefined : await database.accounts.find(id)
  if (place === undefined && wanted.ofPath !== null) throw noAccount(wanted.ofPath)
  const isHelping = isOperator && place === undefined && account !== undefined
  if (account === undefined || (place === undefined && !isHelping)) {
    return { ...NOWHERE, keyId, person: act, refusal: accountId === null ? null : notYours(accountId) }
  }
  return await inAccount(options, account, place, { keyId, person: act })
}

function wantedId({ ofPath, ofHeader }: WantedAccount, presented: Presented): string | null {
  if (ofPath !== null && ofHeader !== null && ofPath !== ofHeader) {
    throw new GatewayError('invalid_request', 'The header x-fairlead-account names another account than the path.', {
      param: 'x-fairlead-account',
    })
  }
  const wanted = ofPath ?? ofHeader
  const bound = presented.kind === 'token' ? presented.token.accountId : null
  if (bound === null || wanted === null || bound === wanted) return wanted ?? bound
  if (ofPath !== null) throw noAccount(ofPath)
  throw new GatewayError('permission_denied', 'This token works in one account, and the header names another.', {
    param: 'x-fairlead-account',
  })
}

/** A token only where it was made for it. */
function actsAsOperator(person: PersonRecord, presented: Presented): boolean {
  if (!person.operator || presented.kind === 'session') return person.operator
  return presented.token.accountId === null && presented.token.scopes.includes('operator')
}

function actOf(person: PersonRecord, presented: Presented, isOperator: boolean): Omit<PersonAct, 'mustAddFactor'> {
  const { personId, email, name } = person
  const common = { personId, email, name, isOperator, role: null, memberId: null }
  return presented.kind === 'session'
    ? { ...common, via: 'session', provedAtMs: presented.session.provedAtMs, tokenScopes: [] }
    : { ...common, via: 'token', provedAtMs: null, tokenScopes: presented.token.scopes }
}

/** An issuer asks for as many factors as it likes; that is not ours to see. */
async function mustAddFactor(
  { database, settings }: PersonPrincipalOptions,
  person: PersonRecord,
  presented: Presented,
): Promise<boolean> {
  const rule = settings().requireSecondFactor
  if (rule === 'off' || (rule === 'operators' && !person.operator)) return false
  if (presented.kind === 'session') return !presented.session.twoFactors && presented.session.method !== 'oidc'
  const { passkeys, totp, identities } = await database.factors.summary(person.personId)
  return passkeys === 0 && !totp && identities === 0
}

async function inAccount(
  { database, groups }: PersonPrincipalOptions,
  account: AccountRecord,
  place: MemberRecord | undefined,
  { keyId, person }: { readonly keyId: string; readonly person: PersonAct },
): Promise<Principal> {
  const { accountId } = account
  const { group, missing } = await findGroup(account.group || DEFAULT_GROUP, groups(), database.groups)
  // Where no place is, an operator helps.
  const role: Role | null = place === undefined ? 'owner' : place.status === 'active' ? place.role : null
  return {
    keyId,
    person: { ...person, role, memberId: place?.memberId ?? null },
    accountId,
    operator: false,
    // What a role opens is decided route by route (`http/control/api/access.ts`), not by this.
    scopes: OPERATOR.scopes,
    limits: {},
    makers: [],
    group: account.group || DEFAULT_GROUP,
    models: modelsOf(group),
    endpoints: [],
    addresses: [],
    limited: limitedScopes([], accountId, account, group, account.timeZone),
    pricing: pricingOf(accountId, group),
    responses: group?.responses ?? DEFAULT_RESPONSES_POLICY,
    timeZone: account.timeZone,
    refusal: refusalOf(account, place, missing),
  }
}

function refusalOf(account: AccountRecord, place: MemberRecord | undefined, groupMissing: boolean): string | null {
  if (place?.status === 'suspended') return 'Your place in this account is suspended. Ask one of its owners.'
  if (account.status === 'suspended') {
    return 'This account is suspended. Ask the operator of this gateway to activate it again.'
  }
  if (!groupMissing) return null
  return `The group "${account.group}" of this account does not exist. The operator has to define it, or to give the account another one.`
}

/** Of a person who belongs to no account. */
const NOWHERE: Principal = Object.freeze({
  ...OPERATOR,
  accountId: '',
  operator: false,
  scopes: Object.freeze([]),
  pricing: FULL_PRICE_UNBILLED,
})

function notYours(accountId: string): string {
  return `You do not belong to the account "${accountId.slice(0, 64)}".`
}

function noAccount(accountId: string): GatewayError {
  return new GatewayError('not_found', `There is no account "${accountId.slice(0, 64)}".`)
}
