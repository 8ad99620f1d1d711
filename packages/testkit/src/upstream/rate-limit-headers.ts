/** The ways in which providers say how long to wait. `none` says nothing. */
export const RATE_LIMIT_FORMATS = [
  'retry-after',
  'retry-after-date',
  'retry-after-ms',
  'reset-requests',
  'reset-tokens',
  'reset-epoch',
  'none',
] as const
/** Forms of single providers: in the body (Gemini's RetryInfo, OpenAI's "try again in 1.2s"), and Anthropic's own headers with times. */
export const NATIVE_RATE_LIMIT_FORMATS = ['in-body', 'anthropic-reset'] as const
export type RateLimitFormat = (typeof RATE_LIMIT_FORMATS | typeof NATIVE_RATE_LIMIT_FORMATS)[number]

/**
 * Headers of a 429 that asks for `waitMs` more milliseconds. Seconds are rounded up, as providers do; the HTTP date has
 * whole seconds, so it too may ask for up to a second more.
 */
export function rateLimitHeaders(format: RateLimitFormat, waitMs: number, nowMs: number): Record<string, string> {
  switch (format) {
    case 'retry-after':
      return { 'retry-after': String(Math.ceil(waitMs / 1000)) }
    case 'retry-after-date':
      return { 'retry-after': new Date(Math.ceil((nowMs + waitMs) / 1000) * 1000).toUTCString() }
    case 'retry-after-ms':
      return { 'retry-after-ms': String(waitMs) }
    case 'reset-requests':
      return { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': goDuration(waitMs) }
    case 'reset-tokens':
      return { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': goDuration(waitMs) }
    case 'reset-epoch':
      return { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil((nowMs + waitMs) / 1000)) }
    case 'anthropic-reset': {
      const reset = new Date(Math.ceil((nowMs + waitMs) / 1000) * 1000).toISOString().replace('.000Z', 'Z')
      return {
        'retry-after': String(Math.ceil(waitMs / 1000)),
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': reset,
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-reset': String(Math.ceil((nowMs + waitMs) / 1000)),
      }
    }
    case 'in-body':
    case 'none':
      break
  }
  return {}
}

/** OpenAI writes durations as Go does: `120ms`, `1s`, `6m0s`, `1h2m3.5s`. */
export function goDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor((ms % 3_600_000) / 60_000)
  const seconds = (ms % 60_000) / 1000
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`
}
