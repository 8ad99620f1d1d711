// The `x-ratelimit-*` headers of a reply, made from the tenant's own limits and never from an upstream's.
// Source: OpenAI's guide to rate limits, whose SDKs and agents read them; a reset is written as it does: 120ms, 1s, 6m0s.

import type { LimitState, TightestLimits } from './authority.ts'

/** Says that limits are counted by each instance for itself at the moment: Redis does not answer. */
const DEGRADED: readonly string[] = ['x-ratelimit-degraded', '1']

/** `/!\ Hot path`. All that an admission says, or a refusal. */
export function admissionHeaders({ requests, tokens, degraded }: TightestLimits): readonly string[] {
  if (requests === null && tokens === null) return degraded === true ? DEGRADED : NO_HEADERS
  const headers = rateLimitHeaders(requests, tokens)
  if (degraded === true) headers.push(...DEGRADED)
  return headers
}

const NO_HEADERS: readonly string[] = []

/** `/!\ Hot path`. Flat, as `writeHead` takes it: [name, value, name, value, ...]; empty where nothing is limited. */
export function rateLimitHeaders(requests: LimitState | null, tokens: LimitState | null): string[] {
  if (requests === null) return tokens === null ? [] : tokenHeaders(tokens)
  const headers = [
    'x-ratelimit-limit-requests',
    String(requests.limit),
    'x-ratelimit-remaining-requests',
    String(requests.remaining),
    'x-ratelimit-reset-requests',
    resetText(requests.resetMs),
  ]
  if (tokens !== null) headers.push(...tokenHeaders(tokens))
  return headers
}

function tokenHeaders(tokens: LimitState): string[] {
  return [
    'x-ratelimit-limit-tokens',
    String(tokens.limit),
    'x-ratelimit-remaining-tokens',
    String(tokens.remaining),
    'x-ratelimit-reset-tokens',
    resetText(tokens.resetMs),
  ]
}

/** Nearly every reset is a minute or less: those texts are made once. */
const TEXTS: readonly string[] = Array.from({ length: 121 }, (_, seconds) => secondsText(seconds))

/** Rounded up, so that whoever waits that long finds it true: whole milliseconds below a second, else whole seconds. */
export function resetText(ms: number): string {
  if (ms > 0 && ms <= 999) return `${Math.ceil(ms)}ms`
  const seconds = Math.ceil(ms / 1000)
  return TEXTS[seconds] ?? secondsText(seconds)
}

function secondsText(seconds: number): string {
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m${seconds % 60}s`
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds % 60}s`
}
