// Who is logged in, in which account they act, and what that lets them see. The gateway decides what they may do; this
// only keeps from showing what would be refused.
import { queryOptions, useQuery } from '@tanstack/react-query'
import { callApi, surroundings } from '../api/client.ts'
import { ApiError } from '../api/errors.ts'
import type { ActingSession, Membership, Self } from '../api/generated/operations.ts'
import { queryClient } from './query-client.ts'

export const ROLES = ['viewer', 'developer', 'admin', 'owner'] as const
export type Role = (typeof ROLES)[number]

export interface Session {
  readonly person: Self
  readonly isOperator: boolean
  readonly memberships: readonly Membership[]
  /** Null for somebody who belongs to none. Operators without one act in the account `default`. */
  readonly accountId: string | null
  readonly accountName: string
  /** In that account. */
  readonly role: Role | null
  /** A second factor has to be added before anything else opens. */
  readonly mustAddFactor: boolean
  readonly startedAt: number
  readonly twoFactors: boolean
}

/** The operator's own: its calls are never charged, and it has no wallet. */
export const DEFAULT_ACCOUNT = 'default'
const ACCOUNT_KEY = 'fairlead.account'

/** Null = nobody is logged in. */
export const sessionQuery = queryOptions<Session | null>({
  queryKey: ['session'],
  queryFn: async ({ signal }) => await loadSession(signal),
  staleTime: 60_000,
})

/** @returns null while it loads, and when nobody is logged in */
export function useSession(): Session | null {
  return useQuery(sessionQuery).data ?? null
}

/** For pages that only people see. @throws where nobody is logged in: the router leads them to the log-in before */
export function usePerson(): Session {
  const session = useSession()
  if (session === null) throw new Error('This page is for people who are logged in.')
  return session
}

/** Whether what needs this role is worth showing. */
export function hasRole(session: Session | null, least: Role): boolean {
  return session?.role != null && ROLES.indexOf(session.role) >= ROLES.indexOf(least)
}

export function chooseAccount(accountId: string): void {
  try {
    localStorage.setItem(ACCOUNT_KEY, accountId)
  } catch {
    // Holds until the page goes.
  }
  chosen = accountId
  surroundings.account = accountId
  void queryClient.invalidateQueries()
}

/** Asks anew who is logged in, and forgets what others saw. */
export async function sessionChanged(): Promise<Session | null> {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
  return await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 })
}

let chosen: string | null = null

async function loadSession(signal: AbortSignal): Promise<Session | null> {
  const acting = await currentSession(signal)
  if (acting === null) {
    surroundings.csrfToken = ''
    surroundings.account = null
    return null
  }
  surroundings.csrfToken = acting.csrf_token
  const { person } = acting
  const memberships = await membershipsOf(acting, signal)
  const account = await named(accountOf(memberships, person.operator), signal)
  surroundings.account = account?.id ?? null
  return {
    person,
    isOperator: person.operator,
    memberships,
    accountId: account?.id ?? null,
    accountName: account?.name ?? '',
    role: account?.role ?? null,
    mustAddFactor: acting.acting.must_add_factor,
    startedAt: acting.created_at,
    twoFactors: acting.two_factors,
  }
}

async function currentSession(signal: AbortSignal): Promise<ActingSession | null> {
  try {
    return await callApi('getSession', {}, { signal, account: null })
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null
    throw error
  }
}

async function membershipsOf({ acting }: ActingSession, signal: AbortSignal): Promise<readonly Membership[]> {
  if (acting.must_add_factor) return []
  const { data } = await callApi('listMemberships', {}, { signal, account: null })
  return data.filter(({ member }) => member.status === 'active')
}

function accountOf(
  memberships: readonly Membership[],
  isOperator: boolean,
): { readonly id: string; readonly name: string; readonly role: Role } | null {
  const wanted = chosen ?? storedAccount()
  const membership =
    memberships.find(({ account }) => account.id === wanted) ??
    (isOperator && wanted !== null ? undefined : memberships[0])
  if (membership !== undefined) {
    const { account, member } = membership
    return { id: account.id, name: account.name, role: member.role }
  }
  if (!isOperator) return null
  const id = wanted ?? DEFAULT_ACCOUNT
  return { id, name: '', role: 'owner' }
}

/** Operators act in accounts that they are no members of: those have a name as well. */
async function named(account: ReturnType<typeof accountOf>, signal: AbortSignal): Promise<typeof account> {
  if (account === null || account.name !== '') return account
  const found = await callApi('getAccount', { params: { account_id: account.id } }, { signal, account: null }).catch(
    () => null,
  )
  // It is gone: back to the one that every gateway has.
  if (found === null && account.id !== DEFAULT_ACCOUNT)
    return { id: DEFAULT_ACCOUNT, name: DEFAULT_ACCOUNT, role: 'owner' }
  return { ...account, name: found?.name ?? account.id }
}

function storedAccount(): string | null {
  try {
    return localStorage.getItem(ACCOUNT_KEY)
  } catch {
    return null
  }
}
