import { describe, expect, it } from 'vitest'
import { ROLES, type Role } from '../../../identity/member-store.ts'
import { OPERATOR, type PersonAct, type Principal } from '../../../identity/principal.ts'
import { admit, isAtLeast, leastRole, neededScope, type Door } from './access.ts'

const NOW_MS = 1_700_000_000_000
const FACTS = { nowMs: NOW_MS, stepUpMs: 600_000 }

const KEY: Principal = { ...OPERATOR, keyId: 'key_a', accountId: 'acc_a', operator: false }
const READ_KEY: Principal = { ...KEY, scopes: [] }

function person(act: Partial<PersonAct> = {}, rest: Partial<Principal> = {}): Principal {
  const whole: PersonAct = {
    personId: 'per_a',
    email: 'ada@example.com',
    name: 'Ada',
    via: 'session',
    isOperator: false,
    role: 'viewer',
    memberId: 'mem_a',
    provedAtMs: NOW_MS,
    tokenScopes: [],
    mustAddFactor: false,
    ...act,
  }
  return { ...KEY, keyId: 'ses_a', person: whole, ...rest }
}

const door = (rest: Partial<Door> = {}): Door => ({ access: 'key', method: 'GET', ...rest })

function verdict(place: Door, principal: Principal): string {
  try {
    const admitted = admit(place, principal, FACTS)
    return admitted.operator ? 'as operator' : 'in'
  } catch (error) {
    if (error instanceof Error && 'param' in error) return `refused ${String(error.param)}`
    throw error
  }
}

describe('A key', () => {
  it('does what it did before there were people, and nothing that is for people', () => {
    expect(verdict(door(), READ_KEY)).toBe('in')
    expect(verdict(door({ access: 'keys:manage' }), KEY)).toBe('in')
    expect(verdict(door({ access: 'keys:manage' }), READ_KEY)).toBe('refused null')
    for (const role of [undefined, ...ROLES]) {
      const roles = role === undefined ? {} : { role }
      expect(verdict(door({ access: 'operator', ...roles }), KEY)).toBe('refused null')
      expect(verdict(door({ access: 'operator', ...roles }), OPERATOR)).toBe('as operator')
    }
    for (const principal of [KEY, OPERATOR]) expect(verdict(door({ access: 'person' }), principal)).toBe('refused null')
    expect(verdict(door({ stepUp: true }), KEY)).toBe('in')
  })
})

describe('A role', () => {
  it('opens what asks for it or for less, in the account where it is held', () => {
    for (const [has, held] of ROLES.entries()) {
      for (const [needs, least] of ROLES.entries()) {
        expect(isAtLeast(held, least)).toBe(has <= needs)
        const opens = has <= needs ? 'in' : 'refused role'
        for (const access of ['key', 'keys:manage', 'person', 'operator'] as const)
          expect([held, access, least, verdict(door({ access, role: least }), person({ role: held }))]).toEqual([
            held,
            access,
            least,
            opens,
          ])
      }
    }
  })

  it('is asked for where a route says nothing: the less, the less it can do', () => {
    const least = (rest: Partial<Door>): Role | null => leastRole(door(rest))
    expect(least({ access: 'key' })).toBe('viewer')
    expect(least({ access: 'keys:manage' })).toBe('developer')
    expect(least({ access: 'keys:manage', method: 'POST' })).toBe('admin')
    expect(least({ access: 'person', method: 'POST' })).toBeNull()
  })

  it('is none for who belongs nowhere, is suspended, or whose account is', () => {
    expect(verdict(door(), person({ role: null }))).toBe('refused account')
    expect(verdict(door(), person({ role: 'owner' }, { refusal: 'The account is suspended.' }))).toBe('refused account')
    expect(verdict(door({ access: 'operator', role: 'admin' }), person({ role: 'owner' }, { refusal: 'No.' }))).toBe(
      'refused account',
    )
    expect(verdict(door({ access: 'person' }), person({ role: null }, { refusal: 'No.' }))).toBe('in')
  })
})

describe('An operator', () => {
  it('is one where no account was chosen, and a member of the account where one was', () => {
    const free = person({ isOperator: true, role: null }, { operator: true })
    const inside = person({ isOperator: true, role: 'viewer' })
    expect(verdict(door({ access: 'operator' }), free)).toBe('as operator')
    expect(verdict(door({ access: 'operator' }), inside)).toBe('as operator')
    expect(verdict(door({ access: 'keys:manage', method: 'POST' }), free)).toBe('as operator')
    expect(verdict(door({ access: 'keys:manage', method: 'POST' }), inside)).toBe('refused role')
    expect(verdict(door({ access: 'operator', role: 'viewer' }), inside)).toBe('in')
    expect(verdict(door({ access: 'operator', role: 'admin' }), inside)).toBe('as operator')
    expect(verdict(door({ access: 'operator' }), person({ role: 'owner' }))).toBe('refused null')
  })
})

describe('Step-up', () => {
  it('asks a session for a factor of the last minutes; one of the future is none', () => {
    for (const stepUp of [true, 'secrets'] as const) {
      for (const access of ['key', 'person', 'operator'] as const) {
        const act = { isOperator: true, role: 'owner' } as const
        const at = (provedAtMs: number | null): string =>
          verdict(door({ stepUp, access, method: 'POST' }), person({ ...act, provedAtMs })).replace(
            /^as operator$/,
            'in',
          )
        expect([at(NOW_MS), at(NOW_MS - 599_999), at(NOW_MS + 1000)]).toEqual(['in', 'in', 'in'])
        expect([at(null), at(NOW_MS - 600_000), at(NOW_MS + 61_000)]).toEqual(
          Array.from({ length: 3 }, () => 'refused step_up'),
        )
      }
    }
  })

  it('is nothing that a token has: of these it opens what makes secrets, with the scope for it', () => {
    const token = (...tokenScopes: PersonAct['tokenScopes']): Principal =>
      person({ via: 'token', role: 'owner', provedAtMs: null, tokenScopes })
    const all = token('read', 'write', 'secrets', 'operator')
    expect(verdict(door({ stepUp: true, method: 'POST' }), all)).toBe('refused step_up')
    expect(verdict(door({ stepUp: 'secrets', method: 'POST' }), all)).toBe('in')
    expect(verdict(door({ stepUp: 'secrets', method: 'POST' }), token('read', 'write'))).toBe('refused null')
    expect(verdict(door(), token('read'))).toBe('in')
    expect(verdict(door({ method: 'POST' }), token('read'))).toBe('refused null')
    expect(verdict(door(), token('write'))).toBe('refused null')
    expect(neededScope({ method: 'DELETE' })).toBe('write')
  })
})

describe('Who must add a second factor', () => {
  it('does that, and nothing else', () => {
    const her = person({ mustAddFactor: true, role: 'owner', isOperator: true })
    for (const access of ['key', 'keys:manage', 'person', 'operator'] as const) {
      expect(verdict(door({ access }), her)).toBe('refused second_factor')
    }
    expect(verdict(door({ access: 'person', whileSettingUp: true }), her)).toBe('in')
    expect(
      verdict(
        door({ access: 'person', whileSettingUp: true, stepUp: true }),
        person({ ...her.person, provedAtMs: null }),
      ),
    ).toBe('refused step_up')
  })
})
