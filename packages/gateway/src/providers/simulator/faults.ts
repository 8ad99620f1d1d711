// Failures on request, for people who want to see what their client, or the gateway, makes of them.
//
// Two ways in: `faults` of the provider's configuration, for every call, and a directive in the last user message (or
// the prompt, or the input), for this call only: `[[simulate: slow=2000, cut=5]]`. The table is in README.md here.

import { SimulatorError } from './errors.ts'

export interface SimulatorFaults {
  /** Share of calls that fail, 0 to 1. Not by chance: 0.25 is exactly every fourth call. */
  readonly errorRate?: number
  /** The status of those failures; 503 when absent. */
  readonly status?: number
  /** Wait before the first byte of every reply. */
  readonly latencyMs?: number
  /** Every stream goes silent, and stays open, after this many tokens. */
  readonly stallAfterTokens?: number
}

/** What one prompt asked for. All absent: a call that goes well. */
export interface Directives {
  readonly errorStatus?: number
  readonly retryAfterS?: number
  readonly slowMs?: number
  readonly cutAfterTokens?: number
  readonly stallAfterTokens?: number
  readonly failAfterTokens?: number
  readonly tokensPerSecond?: number
  readonly answerTokens?: number
  readonly tool?: string
}

const MAX_ANSWER_TOKENS = 100_000

const BLOCK = /\[\[\s*simulate\s*:([^\]]*)\]\]/giu

/** One word of a directive: the field it fills, and the whole numbers it takes. */
const NUMBERS: Readonly<Record<string, { field: Exclude<keyof Directives, 'tool'>; min: number; max: number }>> = {
  error: { field: 'errorStatus', min: 400, max: 599 },
  '429': { field: 'retryAfterS', min: 0, max: 86_400 },
  slow: { field: 'slowMs', min: 0, max: 600_000 },
  cut: { field: 'cutAfterTokens', min: 0, max: 1_000_000 },
  stall: { field: 'stallAfterTokens', min: 0, max: 1_000_000 },
  fail: { field: 'failAfterTokens', min: 0, max: 1_000_000 },
  speed: { field: 'tokensPerSecond', min: 1, max: 1_000_000 },
  tokens: { field: 'answerTokens', min: 0, max: MAX_ANSWER_TOKENS },
}

/** The directives of a prompt, and the prompt without them. An unknown or unusable one is a 400 that lists the rest. */
export function readDirectives(prompt: string): { directives: Directives; text: string } {
  if (!prompt.includes('[[')) return { directives: {}, text: prompt }
  const found: { -readonly [Key in keyof Directives]: Directives[Key] } = {}
  const text = prompt.replaceAll(BLOCK, (_block, inside: string) => {
    for (const item of inside.split(',')) {
      const [name = '', value = ''] = item.split('=', 2).map((part) => part.trim())
      if (name === 'tool' && value !== '') found.tool = value
      else if (item.trim() !== '') setNumber(found, name.toLowerCase(), value)
    }
    return ''
  })
  return { directives: found, text: text.trim() }
}

function setNumber(found: Record<string, unknown>, name: string, value: string): void {
  const rule = Object.hasOwn(NUMBERS, name) ? NUMBERS[name] : undefined
  if (rule === undefined) {
    const known = [...Object.keys(NUMBERS), 'tool'].join(', ')
    throw new SimulatorError(400, `The simulator knows no directive '${name}'. Known are: ${known}.`, {
      code: 'unknown_directive',
    })
  }
  const number = Number(value)
  if (!/^\d+$/.test(value) || number < rule.min || number > rule.max) {
    const text = `The simulator's directive '${name}' takes a whole number from ${rule.min} to ${rule.max}, not '${value}'.`
    throw new SimulatorError(400, text, { code: 'invalid_directive' })
  }
  found[rule.field] = number
}

/** Refuses a directive that asks for more text than anybody reads: `tokens` counts for each of `n` answers. */
export function checkLength(directives: Directives, answers: number): void {
  const total = (directives.answerTokens ?? 0) * answers
  if (total <= MAX_ANSWER_TOKENS) return
  const text = `The simulator's directive 'tokens' gives at most ${MAX_ANSWER_TOKENS} tokens in all answers together, not ${total}.`
  throw new SimulatorError(400, text, { code: 'invalid_directive' })
}

/** The error that a directive asks for instead of a reply, if it does. */
export function directedError(directives: Directives): SimulatorError | undefined {
  const { errorStatus, retryAfterS } = directives
  if (retryAfterS !== undefined) return rateLimited(retryAfterS)
  if (errorStatus !== undefined) return failure(errorStatus)
  return undefined
}

/** A failure with this status, worded so that nobody takes it for a real one. */
export function failure(status: number): SimulatorError {
  if (status === 429) return rateLimited(1)
  const code = status === 503 ? 'server_is_overloaded' : status >= 500 ? 'server_error' : 'simulated_error'
  return new SimulatorError(status, `Simulated failure: this ${status} was asked for.`, { code })
}

function rateLimited(retryAfterS: number): SimulatorError {
  return new SimulatorError(429, `Simulated rate limit. Please try again in ${retryAfterS}s.`, {
    code: 'rate_limit_exceeded',
    headers: {
      'retry-after': String(retryAfterS),
      'retry-after-ms': String(retryAfterS * 1000),
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': `${retryAfterS}s`,
    },
  })
}

/** Says for each call in turn whether it is one of the share that fails: exact, evenly spread, the same in every run. */
export class FailureShare {
  readonly #share: number
  #owed = 0

  constructor(share: number) {
    this.#share = share
  }

  next(): boolean {
    this.#owed += this.#share
    // A hair below one: ten times 0.1 is not quite 1 in binary.
    if (this.#owed < 1 - 1e-9) return false
    this.#owed -= 1
    return true
  }
}
