// Who may call which route: the one place that decides it. A route declares the least that it asks for; this holds the
// caller against it, whatever they came with: an API key, the master key, a session, a personal access token. The table
// in docs/people.md and the test of every credential against every route are made from the same declarations.
import { GatewayError } from '../../../core/errors.ts'
import { ROLES, type Role } from '../../../identity/member-store.ts'
import type { TokenScope } from '../../../identity/people/access-token-store.ts'
import { isSession, OPERATOR, type PersonAct, type Principal } from '../../../identity/principal.ts'
import type { Route } from './route.ts'

/** What is declared about a route, as far as it decides who may call it. */
export type Door = Pick<Route, 'access' | 'method' | 'role' | 'sessionOnly' | 'stepUp' | 'whileSettingUp'>

export interface AdmitFacts {
  readonly nowMs: number
  /** How long a factor that was shown counts. */
  readonly stepUpMs: number
}

/** A factor that was shown in the future was not shown; clocks of machines differ by this much. */
const CLOCK_SKEW_MS = 60_000

/**
 * As whom the call is carried out: mostly the caller as they are.
 * @throws {GatewayError} `permission_denied`; `param` is `step_up` where a fresh factor would open the door, and
 * `second_factor` where one has to be added first
 */
export function admit(door: Door, principal: Principal, facts: AdmitFacts): Principal {
  const { person } = principal
  if (door.access === 'open') return principal
  return person === undefined ? admitKey(door, principal) : admitPerson(door, principal, person, facts)
}

/** What a person needs at least in the account; null = nothing, or it is no matter of accounts. */
export function leastRole({ access, method, role }: Pick<Door, 'access' | 'method' | 'role'>): Role | null {
  if (role !== undefined) return role
  if (access === 'key') return 'viewer'
  if (access === 'keys:manage') return method === 'GET' ? 'developer' : 'admin'
  return null
}

/** What a personal access token must carry; null = no token will do. */
export function neededScope({
  method,
  sessionOnly,
  stepUp,
}: Pick<Door, 'method' | 'sessionOnly' | 'stepUp'>): TokenScope | null {
  if (sessionOnly === true) return null
  if (stepUp !== undefined) return stepUp === true ? null : 'secrets'
  return method === 'GET' ? 'read' : 'write'
}

/** Whether the first has all rights of the second. */
export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) <= ROLES.indexOf(least)
}

function admitKey({ access }: Door, principal: Principal): Principal {
  if (access === 'person') {
    throw denied('This is for people: log in, or use a personal access token. An API key is nobody.')
  }
  // They are in the hands of a page; whatever else it may do, it does as its person.
  if (principal.makers.some(isSession)) throw denied('This key calls models, and may do nothing else.')
  if (principal.operator || access === 'key') return principal
  if (access === 'operator') throw denied('Only the operator may do this: use the master key.')
  if (access !== 'open' && principal.scopes.includes(access)) return principal
  throw denied(`This key may not manage keys: it was made without the scope "${access}".`)
}

function admitPerson(door: Door, principal: Principal, person: PersonAct, facts: AdmitFacts): Principal {
  if (person.mustAddFactor && door.whileSettingUp !== true) {
    throw denied(
      'A second factor is asked of you here. Add a passkey, or an authenticator app, under /api/me.',
      'second_factor',
    )
  }
  const admitted = door.access === 'operator' ? asOperator(door, principal, person) : inAccount(door, principal, person)
  if (person.via === 'token') mustCarry(door, person)
  else if (door.stepUp !== undefined) mustBeFresh(person, facts)
  return admitted
}

/** Of a route with a role, members are let in as well, as what they are. */
function asOperator(door: Door, principal: Principal, person: PersonAct): Principal {
  if (principal.operator) return principal
  const { role } = door
  if (role !== undefined && person.role !== null && isAtLeast(person.role, role)) {
    mustNotBeRefused(principal)
    return principal
  }
  if (person.isOperator)
    return { ...OPERATOR, keyId: principal.keyId, person: { ...person, role: null, memberId: null } }
  if (role !== undefined) throw roleTooSmall(person.role, role)
  throw denied('Only the operators of this gateway may do this.')
}

function inAccount(door: Door, principal: Principal, person: PersonAct): Principal {
  const least = leastRole(door)
  if (least === null || principal.operator) return principal
  mustNotBeRefused(principal)
  if (person.role !== null && isAtLeast(person.role, least)) return principal
  throw roleTooSmall(person.role, least)
}

function mustNotBeRefused({ refusal }: Principal): void {
  if (refusal !== null) throw denied(refusal, 'account')
}

function roleTooSmall(role: Role | null, least: Role): GatewayError {
  if (role === null) return denied('You belong to no account here. Ask somebody for an invitation.', 'account')
  return denied(`Your role in this account is "${role}"; this needs "${least}".`, 'role')
}

function mustCarry(door: Door, { tokenScopes }: PersonAct): void {
  const needed = neededScope(door)
  if (needed === null) {
    throw denied('A personal access token cannot do this: log in, and show a factor.', 'step_up')
  }
  if (!tokenScopes.includes(needed)) throw denied(`This token may not do this: it was made without "${needed}".`)
}

function mustBeFresh({ provedAtMs }: PersonAct, { nowMs, stepUpMs }: AdmitFacts): void {
  const isFresh = provedAtMs !== null && nowMs - provedAtMs < stepUpMs && provedAtMs - nowMs < CLOCK_SKEW_MS
  if (isFresh) return
  throw denied(
    'Show first that it is still you: POST /api/session/prove with your password, a code or a passkey, then ask again.',
    'step_up',
  )
}

function denied(message: string, param: string | null = null): GatewayError {
  return new GatewayError('permission_denied', message, { param })
}
