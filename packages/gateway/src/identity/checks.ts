// What holds for every value that somebody sends in, whichever way it comes: the HTTP API, the command line, a program
// that embeds the gateway. Each throws `invalid_request` and names the field.
import { isAddressRange } from '../core/address-ranges.ts'
import type { DataPolicy } from '../core/data-policy.ts'
import { GatewayError } from '../core/errors.ts'
import { LIMIT_FIELDS, type Budget, type Limits } from '../limits/limits.ts'
import { LEAST_TTL_DAYS, MOST_TTL_DAYS, policyToJson, STORE_MODES, type ResponsesPolicy } from './responses-policy.ts'
import type { Patterns } from './principal.ts'

const LONGEST_NAME = 200
const LONGEST_LIST = 200
const LONGEST_PATTERN = 256
const RESETS = ['day', 'week', 'month', 'never']

export function invalid(param: string, message: string): GatewayError {
  return new GatewayError('invalid_request', `${param} ${message}`, { param })
}

/** Trimmed. */
export function checkedName(name: string, param = 'name'): string {
  const trimmed = name.trim()
  if (trimmed.length < 1 || trimmed.length > LONGEST_NAME)
    throw invalid(param, `must have 1 to ${LONGEST_NAME} characters.`)
  if (/[\p{Cc}\u2028\u2029]/u.test(trimmed))
    throw invalid(param, 'must not hold line breaks or other control characters.')
  return trimmed
}

/** Only figures that are known, whole and not negative. */
export function checkedLimits(limits: Limits, param = 'limits'): Limits {
  const checked: { -readonly [Name in keyof Limits]: number } = {}
  for (const { name, json } of LIMIT_FIELDS) {
    const value = limits[name]
    if (value === undefined) continue
    if (!Number.isSafeInteger(value) || value < 0)
      throw invalid(`${param}.${json}`, 'must be a whole number, 0 or more.')
    checked[name] = value
  }
  return checked
}

/** Only members that are known. */
export function checkedResponses(policy: ResponsesPolicy): ResponsesPolicy {
  const { ttlMs, encrypt, quotaBytes, quotaResponses } = policy
  const store = checkedChoice(policy.store, STORE_MODES, 'responses.store')
  const { ttl_days: days } = policyToJson(policy)
  if (!(days >= LEAST_TTL_DAYS && days <= MOST_TTL_DAYS))
    throw invalid('responses.ttl_days', `must be ${LEAST_TTL_DAYS} to ${MOST_TTL_DAYS}.`)
  for (const [value, name] of [
    [quotaBytes, 'quota_mb'],
    [quotaResponses, 'quota_responses'],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < 0) throw invalid(`responses.${name}`, 'must be 0 or more.')
  }
  return { store, ttlMs, encrypt, quotaBytes, quotaResponses }
}

/** What is wanted of others: days, and that nothing is trained on. */
export function checkedPolicy({ retentionDays, training }: DataPolicy): DataPolicy {
  if (
    retentionDays !== undefined &&
    !(Number.isInteger(retentionDays) && retentionDays >= 0 && retentionDays <= 36_500)
  )
    throw invalid('data_policy.retention_days', 'must be whole days, 0 to 36500.')
  if (training === true) throw invalid('data_policy.training', 'may be false, or absent.')
  return {
    ...(retentionDays === undefined ? {} : { retentionDays }),
    ...(training === undefined ? {} : { training }),
  }
}

export function checkedBudget({ amountNanos, reset }: Budget): Budget {
  if (!Number.isSafeInteger(amountNanos) || amountNanos < 0) {
    throw invalid('budget.amount', 'must be US$, 0 to 9000000, with at most 9 places.')
  }
  if (!RESETS.includes(reset)) throw invalid('budget.reset', `must be one of ${RESETS.join(', ')}.`)
  return { amountNanos, reset }
}

/** Public model ids; `*` stands for any text. Null = no such rule. */
export function checkedModels(models: Patterns | null, param = 'models'): Patterns | null {
  return checkedList(models, param, (pattern) =>
    /[\s\p{Cc}]/u.test(pattern) ? 'must not hold spaces or control characters.' : null,
  )
}

/** Paths of the data plane. */
export function checkedEndpoints(endpoints: Patterns | null): Patterns | null {
  return checkedList(endpoints, 'endpoints', (pattern) =>
    /^(?:\/|\*)[\x21-\x7e]*$/.test(pattern) ? null : 'must be a path as "/v1/chat/completions" or "/v1beta/*".',
  )
}

/** Addresses and CIDR ranges. */
export function checkedAddresses(addresses: Patterns | null): Patterns | null {
  return checkedList(addresses, 'addresses', (range) => {
    if (!isAddressRange(range)) return 'must be an IP address or CIDR range, as "203.0.113.7" or "2001:db8::/32".'
    return /^::ffff:.*\./i.test(range) ? 'is an IPv4 address dressed as IPv6. Write it as 203.0.113.7.' : null
  })
}

/** An IANA name, as the platform knows it. */
export function checkedTimeZone(timeZone: string): string {
  try {
    const { timeZone: known } = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions()
    // "+02:00" is an offset and no place: its days do not follow the clocks.
    if (!/^[+-]/.test(known)) return known
  } catch {
    // A RangeError for what it does not know.
  }
  throw invalid('time_zone', 'is not a time zone. Write an IANA name as "Europe/Berlin" or "UTC".')
}

export function checkedChoice<T extends string>(value: T, choices: readonly T[], param: string): T {
  if (choices.includes(value)) return value
  throw invalid(param, `must be one of ${choices.join(', ')}.`)
}

/** The name of a group, as it is written in the file and in URLs. */
export function checkedGroupName(name: string, param: string): string {
  if (/^[\w.-]{1,64}$/.test(name)) return name
  throw invalid(param, 'must have 1 to 64 letters, digits or any of . _ -')
}

function checkedList(list: Patterns | null, param: string, faultOf: (entry: string) => string | null): Patterns | null {
  if (list === null) return null
  // An empty list could mean nothing or everything; nobody should have to guess.
  if (list.length === 0) throw invalid(param, 'must not be empty. Leave it out, or send null, to allow all.')
  if (list.length > LONGEST_LIST) throw invalid(param, `must have at most ${LONGEST_LIST} entries.`)
  for (const [index, entry] of list.entries()) {
    const at = `${param}[${index}]`
    if (entry === '' || entry.length > LONGEST_PATTERN)
      throw invalid(at, `must have 1 to ${LONGEST_PATTERN} characters.`)
    const fault = faultOf(entry)
    if (fault !== null) throw invalid(at, fault)
  }
  return [...new Set(list)]
}
