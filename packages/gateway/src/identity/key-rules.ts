// The rules that hold a key to the rights of the key that made it. The HTTP API and the command line share them.
import { isWish, type DataPolicy } from '../core/data-policy.ts'
import { GatewayError } from '../core/errors.ts'
import { LIMIT_FIELDS, type Budget, type Limits } from '../limits/limits.ts'
import {
  checkedAddresses,
  checkedBudget,
  checkedEndpoints,
  checkedLimits,
  checkedModels,
  checkedPolicy,
  invalid,
} from './checks.ts'
import { exceedsBudget, firstAddressOutside, firstOutside, type KeyRights } from './key-rights.ts'
import type { KeyRecord } from './key-store.ts'
import { givenLimits, mergedLimits, type LimitsPatch } from './limits-patch.ts'
import type { Scope } from './principal.ts'

export const SCOPES = ['keys:manage'] as const satisfies readonly Scope[]
/** A hundred years: what is meant as "never" should say so. */
export const LONGEST_EXPIRY_SECONDS = 3_155_760_000
/** A month: a secret that lives longer beside its successor was not rotated. */
export const LONGEST_GRACE_SECONDS = 2_678_400

/** What a key may be allowed; the same for a new one and for a change. */
export type KeyRules = Pick<
  KeyRecord,
  'scopes' | 'limits' | 'budget' | 'models' | 'endpoints' | 'addresses' | 'dataPolicy'
>

/**
 * Each given rule, checked, and found to be within the maker's.
 * @param ceiling null where the operator is the maker
 * @throws {GatewayError} `invalid_request`, `permission_denied`; both name the field
 */
export function checkedRules(wanted: Partial<KeyRules>, ceiling: KeyRights | null): Partial<KeyRules> {
  const { scopes, limits, budget, models, endpoints, addresses, dataPolicy } = wanted
  return {
    ...(scopes === undefined ? {} : { scopes: scopesWithin(scopes, ceiling) }),
    ...(limits === undefined ? {} : { limits: limitsWithin(limits, ceiling) }),
    ...(budget === undefined ? {} : { budget: budget === null ? null : budgetWithin(budget, ceiling) }),
    ...(models === undefined
      ? {}
      : { models: listWithin('models', checkedModels(models), (list) => firstOutside(list, ceiling?.models ?? [])) }),
    ...(endpoints === undefined
      ? {}
      : {
          endpoints: listWithin('endpoints', checkedEndpoints(endpoints), (list) =>
            firstOutside(list, ceiling?.endpoints ?? []),
          ),
        }),
    ...(addresses === undefined
      ? {}
      : {
          addresses: listWithin('addresses', checkedAddresses(addresses), (list) =>
            firstAddressOutside(list, ceiling?.addresses ?? []),
          ),
        }),
    ...(dataPolicy === undefined ? {} : { dataPolicy: dataPolicy === null ? null : policyWithin(dataPolicy, ceiling) }),
  }
}

/** Only what is given is held against the ceiling: it may have come down since the rest was set. */
export function patchedLimits(current: Limits, patch: LimitsPatch | null, ceiling: KeyRights | null): Limits {
  limitsWithin(givenLimits(patch), ceiling)
  return mergedLimits(current, patch)
}

/**
 * When the key ends, in unix milliseconds.
 * @param seconds from now; null = never, or when its maker does
 */
export function expiryWithin(seconds: number | null, nowMs: number, ceiling: KeyRights | null): number | null {
  const ceilingMs = ceiling?.expiresAtMs ?? null
  if (seconds === null) return ceilingMs
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_EXPIRY_SECONDS) {
    throw invalid('expires_in', `must be whole seconds, 1 to ${LONGEST_EXPIRY_SECONDS}.`)
  }
  const expiresAtMs = nowMs + seconds * 1000
  if (ceilingMs === null || expiresAtMs <= ceilingMs) return expiresAtMs
  const secondsLeft = Math.max(0, Math.floor((ceilingMs - nowMs) / 1000))
  throw denied('expires_in', `expires_in is too long: the key that makes this one expires in ${secondsLeft} s itself.`)
}

export function denied(param: string | null, message: string): GatewayError {
  return new GatewayError('permission_denied', message, { param })
}

function scopesWithin(scopes: readonly Scope[], ceiling: KeyRights | null): readonly Scope[] {
  const unknown = scopes.find((scope) => !SCOPES.includes(scope))
  if (unknown !== undefined) throw invalid('scopes', `may hold ${SCOPES.join(', ')}.`)
  const missing = ceiling === null ? undefined : scopes.find((scope) => !ceiling.scopes.includes(scope))
  if (missing === undefined) return [...new Set(scopes)]
  throw denied('scopes', `The key that makes this one lacks the scope "${missing}" itself.`)
}

function limitsWithin(wanted: Limits, ceiling: KeyRights | null): Limits {
  const limits = checkedLimits(wanted)
  for (const { name, json } of LIMIT_FIELDS) {
    const value = limits[name]
    const most = ceiling?.limits[name]
    if (value !== undefined && most !== undefined && value > most) {
      const param = `limits.${json}`
      throw denied(param, `${param} is ${value}, and the key that makes this one has ${most}.`)
    }
  }
  return limits
}

function budgetWithin(wanted: Budget, ceiling: KeyRights | null): Budget {
  const budget = checkedBudget(wanted)
  if (ceiling?.budgets.some((most) => exceedsBudget(budget, most)) === true) {
    throw denied('budget', 'budget is more than the key that makes this one has itself.')
  }
  return budget
}

/** Null = nothing is wanted. */
function policyWithin(wanted: DataPolicy, ceiling: KeyRights | null): DataPolicy | null {
  const policy = checkedPolicy(wanted)
  const most = ceiling?.dataPolicy.retentionDays
  if (most !== undefined && policy.retentionDays !== undefined && policy.retentionDays > most) {
    const param = 'data_policy.retention_days'
    throw denied(param, `${param} is ${policy.retentionDays}, and the key that makes this one has ${most}.`)
  }
  return isWish(policy) ? policy : null
}

function listWithin(
  param: 'models' | 'endpoints' | 'addresses',
  list: readonly string[] | null,
  firstBeyond: (list: readonly string[]) => string | undefined,
): readonly string[] | null {
  const beyond = list === null ? undefined : firstBeyond(list)
  if (beyond === undefined) return list
  throw denied(param, `${param} holds "${beyond}", which the key that makes this one may not use itself.`)
}
