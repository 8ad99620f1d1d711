// What is typed into the form of a key, and what the gateway is sent of it.
import type { Body } from '../../api/client.ts'
import type { Key } from '../../api/generated/operations.ts'

export const LIMIT_NAMES = ['rpm', 'tpm', 'concurrency', 'requests_per_day', 'requests_per_month'] as const
export type LimitName = (typeof LIMIT_NAMES)[number]
export const RESETS = ['day', 'week', 'month', 'never'] as const
export type Reset = (typeof RESETS)[number]

export interface KeyValues {
  readonly name: string
  /** Days as text; `never`, `keep`. */
  readonly expiry: string
  readonly budget: string
  readonly reset: Reset
  readonly limits: Readonly<Record<LimitName, string>>
  readonly models: string
  readonly addresses: string
  /** Days as text; empty = nothing is wanted. */
  readonly retention: string
  readonly untrained: boolean
  readonly manages: boolean
}

export const NEW_KEY: KeyValues = {
  name: '',
  expiry: 'never',
  budget: '',
  reset: 'month',
  limits: { rpm: '', tpm: '', concurrency: '', requests_per_day: '', requests_per_month: '' },
  models: '',
  addresses: '',
  retention: '',
  untrained: false,
  manages: false,
}

export function valuesOf({ name, budget, limits, models, addresses, data_policy: policy, scopes }: Key): KeyValues {
  const typed = LIMIT_NAMES.map((limit) => [limit, limits[limit] === undefined ? '' : String(limits[limit])] as const)
  return {
    name,
    expiry: 'keep',
    budget: budget === null ? '' : String(Number(budget.amount)),
    reset: budget?.reset ?? 'month',
    limits: { ...NEW_KEY.limits, ...Object.fromEntries(typed) },
    models: (models ?? []).join('\n'),
    addresses: (addresses ?? []).join('\n'),
    retention: policy?.retention_days === undefined ? '' : String(policy.retention_days),
    untrained: policy?.training === false,
    manages: scopes.includes('keys:manage'),
  }
}

export type FieldName = 'name' | 'budget' | 'retention' | LimitName
export type Problem = 'nameNeeded' | 'amountWrong' | 'wholeNumber' | 'daysWrong'

/** What is wrong, by field; empty = it can be sent. */
export function problemsOf({ name, budget, limits, retention }: KeyValues): Partial<Record<FieldName, Problem>> {
  const wrong = LIMIT_NAMES.filter(
    (limit) => limits[limit].trim() !== '' && !/^[1-9]\d{0,14}$/.test(limits[limit].trim()),
  )
  return {
    ...(name.trim() === '' ? { name: 'nameNeeded' as const } : {}),
    ...(budget.trim() !== '' && !isAmount(budget) ? { budget: 'amountWrong' as const } : {}),
    ...(/^\d{0,4}$/.test(retention.trim()) ? {} : { retention: 'daysWrong' as const }),
    ...Object.fromEntries(wrong.map((limit) => [limit, 'wholeNumber' as const])),
  }
}

/** US$ as people write it; a comma is a point in half of the world. */
function isAmount(text: string): boolean {
  return /^\d{1,9}(?:[.,]\d{1,9})?$/.test(text.trim()) && Number(text.trim().replace(',', '.')) > 0
}

export function newKeyBody(values: KeyValues): Body<'createKey'> {
  const limits = LIMIT_NAMES.filter((limit) => values.limits[limit].trim() !== '')
  return {
    name: values.name.trim(),
    ...(values.expiry === 'never' ? {} : { expires_in: daysInSeconds(values.expiry) }),
    ...(limits.length === 0
      ? {}
      : { limits: Object.fromEntries(limits.map((limit) => [limit, Number(values.limits[limit])])) }),
    ...(values.budget.trim() === '' ? {} : { budget: budgetOf(values) }),
    ...(lines(values.models).length === 0 ? {} : { models: lines(values.models) }),
    ...(lines(values.addresses).length === 0 ? {} : { addresses: lines(values.addresses) }),
    ...(policyOf(values) === null ? {} : { data_policy: policyOf(values) }),
    scopes: values.manages ? ['keys:manage'] : [],
  }
}

/** All of it: what was emptied is taken away. */
export function patchBody(values: KeyValues): Body<'updateKey'> {
  const limits = LIMIT_NAMES.map(
    (limit) => [limit, values.limits[limit].trim() === '' ? null : Number(values.limits[limit])] as const,
  )
  return {
    name: values.name.trim(),
    ...(values.expiry === 'keep'
      ? {}
      : { expires_in: values.expiry === 'never' ? null : daysInSeconds(values.expiry) }),
    limits: Object.fromEntries(limits),
    budget: values.budget.trim() === '' ? null : budgetOf(values),
    models: lines(values.models).length === 0 ? null : lines(values.models),
    addresses: lines(values.addresses).length === 0 ? null : lines(values.addresses),
    data_policy: policyOf(values),
    scopes: values.manages ? ['keys:manage'] : [],
  }
}

function budgetOf({ budget, reset }: KeyValues): { readonly amount: string; readonly reset: Reset } {
  return { amount: budget.trim().replace(',', '.'), reset }
}

/** Null = nothing is wanted. */
function policyOf({ retention, untrained }: KeyValues): Body<'updateKey'>['data_policy'] {
  const days = retention.trim()
  if (days === '' && !untrained) return null
  return { ...(days === '' ? {} : { retention_days: Number(days) }), ...(untrained ? { training: false } : {}) }
}

function daysInSeconds(days: string): number {
  return Number(days) * 86_400
}

function lines(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
