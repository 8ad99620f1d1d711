// Whose figures somebody may see. Every question about usage goes through here, so that none of them can forget it.
import {
  type RecordsFilter,
  STATUS_CLASSES,
  type StatusClass,
  type UsageFilter,
} from '../../../billing/usage/usage-queries.ts'
import { z } from 'zod'
import { GatewayError } from '../../../core/errors.ts'
import type { Principal } from '../../../identity/principal.ts'
import { queryList } from '../api/fields.ts'

/** The filters that lists and charts share. */
export const usageFilterQuery = {
  account: z.string().max(200).optional().describe('For the operator, who otherwise sees every account.'),
  key: queryList('Ids of keys.').optional(),
  model: queryList('Ids of models.').optional(),
  endpoint: queryList('Paths.').optional(),
  status: queryList('Classes of status: 2xx, 4xx, 429, 499 (the client left), 5xx.').optional(),
  provider: queryList('Names of providers; for the operator only.').optional(),
} as const

/** Of lists alone. */
export const recordsFilterQuery = {
  error: queryList('Codes of the error table, `client_gone`, `upstream_cut`, or `none`.').optional(),
} as const

type FilterQuery = { readonly [Name in keyof typeof usageFilterQuery]: z.output<(typeof usageFilterQuery)[Name]> }

/**
 * The operator sees all, a key that may manage keys its account, any other key itself.
 * A wish for what is somebody else's finds nothing, like one for what does not exist.
 */
export function usageFilter(principal: Principal, query: Partial<FilterQuery>): UsageFilter {
  const { key, model, endpoint, status, provider } = query
  if (provider !== undefined) mustBeOperator(principal, 'provider')
  const keyIds = principal.operator || seesAccount(principal) ? key : ownKey(principal, key)
  const foreign = !principal.operator && query.account !== undefined && query.account !== principal.accountId
  return {
    accountId: principal.operator ? (query.account ?? null) : principal.accountId,
    ...(keyIds === undefined ? {} : { keyIds }),
    ...(model === undefined ? {} : { models: model }),
    ...(endpoint === undefined ? {} : { endpoints: endpoint }),
    ...(status === undefined ? {} : { statuses: statusClasses(status) }),
    ...(provider === undefined ? {} : { providers: provider }),
    ...(foreign ? { keyIds: [] } : {}),
  }
}

export function recordsFilter(
  principal: Principal,
  query: Partial<FilterQuery> & { readonly error?: readonly string[] | undefined },
): RecordsFilter {
  const { error } = query
  const errors = error?.map((code) => (code === 'none' ? '' : code))
  return { ...usageFilter(principal, query), ...(errors === undefined ? {} : { errors }) }
}

export function seesAccount({ operator, scopes }: Principal): boolean {
  return operator || scopes.includes('keys:manage')
}

/** @throws {GatewayError} `permission_denied` */
export function mustBeOperator({ operator }: Principal, param: string): void {
  if (operator) return
  throw new GatewayError('permission_denied', `Only the operator may use ${param} here.`, { param })
}

function ownKey({ keyId }: Principal, wanted: readonly string[] | undefined): readonly string[] {
  return wanted === undefined || wanted.includes(keyId) ? [keyId] : []
}

function statusClasses(wanted: readonly string[]): StatusClass[] {
  return wanted.map((name) => {
    const known = STATUS_CLASSES.find((one) => one === name)
    if (known !== undefined) return known
    throw new GatewayError('invalid_request', `status: must be of ${STATUS_CLASSES.join(', ')}.`, { param: 'status' })
  })
}
