// What a request may say about the choice itself: `auto: {models, exclude, tradeoff, min_quality, max_cost, baseline, data_policy}`.
// It is ours, and no upstream sees it.
import { NO_POLICY, policyOf, type DataPolicy } from '../../core/data-policy.ts'
import { nanosFromDollars } from '../../core/dollars.ts'
import { GatewayError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'

export interface RequestOptions {
  /** Ids or patterns, in place of the pool's; null = the pool's. */
  readonly models: readonly string[] | null
  readonly exclude: readonly string[]
  readonly tradeoff: number | null
  readonly minQuality: number | null
  /** Nano-US$. */
  readonly maxCostNanos: number | null
  readonly baseline: string | null
  /** Beside what the pool wants. */
  readonly dataPolicy: DataPolicy
}

export const NO_OPTIONS: RequestOptions = Object.freeze({
  models: null,
  exclude: Object.freeze([]),
  tradeoff: null,
  minQuality: null,
  maxCostNanos: null,
  baseline: null,
  dataPolicy: NO_POLICY,
})

const FIELDS = ['models', 'exclude', 'tradeoff', 'min_quality', 'max_cost', 'baseline', 'data_policy'] as const
const MOST_NAMES = 100
const LONGEST_NAME = 256

/** @throws {GatewayError} `invalid_request`, naming the field */
export function readOptions(value: JsonValue): RequestOptions {
  if (value === null) return NO_OPTIONS
  if (!isJsonObject(value)) throw wrong('auto', 'must be an object')
  for (const key of Object.keys(value)) {
    if (!(FIELDS as readonly string[]).includes(key))
      throw wrong(`auto.${key}`, `is not known. There are ${FIELDS.join(', ')}`)
  }
  const models = readNames(value, 'models')
  if (models?.length === 0) throw wrong('auto.models', 'is empty, so nothing could answer')
  return {
    models,
    exclude: readNames(value, 'exclude') ?? [],
    tradeoff: readNumber(value, 'tradeoff', 10),
    minQuality: readNumber(value, 'min_quality', 1),
    maxCostNanos: readDollars(value),
    baseline: readName(value['baseline']),
    dataPolicy: readPolicy(value['data_policy']),
  }
}

function readNames(options: JsonObject, field: 'models' | 'exclude'): readonly string[] | null {
  const value = options[field]
  if (value === undefined || value === null) return null
  if (!Array.isArray(value)) throw wrong(`auto.${field}`, 'must be a list of model ids or patterns')
  if (value.length > MOST_NAMES) throw wrong(`auto.${field}`, `has more than ${MOST_NAMES} entries`)
  return value.map((name: JsonValue, index) => {
    if (typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME) return name
    throw wrong(`auto.${field}[${index}]`, 'must be a model id or a pattern')
  })
}

function readName(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME) return value
  throw wrong('auto.baseline', 'must be a model id')
}

function readPolicy(value: JsonValue | undefined): DataPolicy {
  if (value === undefined || value === null) return NO_POLICY
  if (!isJsonObject(value)) throw wrong('auto.data_policy', 'must be an object')
  for (const key of Object.keys(value))
    if (key !== 'retention_days' && key !== 'training')
      throw wrong(`auto.data_policy.${key}`, 'is not known. There are retention_days, training')
  const { retention_days: days, training } = value
  if (training !== undefined && training !== false)
    throw wrong('auto.data_policy.training', 'must be false, or be left out')
  if (days !== undefined && !(typeof days === 'number' && Number.isInteger(days) && days >= 0))
    throw wrong('auto.data_policy.retention_days', 'must be a whole number, 0 or more')
  return policyOf({ retention_days: days, training })
}

function readNumber(options: JsonObject, field: 'tradeoff' | 'min_quality', most: number): number | null {
  const value = options[field]
  if (value === undefined || value === null) return null
  if (typeof value === 'number' && value >= 0 && value <= most) return value
  throw wrong(`auto.${field}`, `must be a number from 0 to ${most}`)
}

function readDollars({ max_cost: value }: JsonObject): number | null {
  if (value === undefined || value === null) return null
  const nanos = typeof value === 'number' || typeof value === 'string' ? nanosFromDollars(value) : undefined
  if (nanos === undefined) throw wrong('auto.max_cost', 'must be US$, with at most 9 places')
  return nanos
}

function wrong(field: string, what: string): GatewayError {
  return new GatewayError('invalid_request', `The field "${field}" ${what}.`, { param: field })
}
