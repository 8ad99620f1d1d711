// The sections `health`, `timeouts` and `balancer` of `fairlead.yaml`: how upstreams are watched, waited for and chosen.
import { z } from 'zod'
import { DEFAULTS as D } from './defaults.ts'
import { MAX_MS, milliseconds } from './shape-words.ts'

export const healthSchema = z
  .strictObject({
    detail: z
      .enum(['full', 'names', 'status'])
      .default(D.health.detail)
      .describe('How much /health tells: everything, no addresses, or the status only.'),
    interval_ms: milliseconds().min(100).default(D.health.intervalMs).describe('Between two checks of a provider.'),
    timeout_ms: milliseconds().default(D.health.timeoutMs).describe('Time for one check.'),
    check: z
      .enum(['connect', 'models', 'off'])
      .default(D.health.check)
      .describe('A TCP/TLS connect, GET /models, or no check of our own.'),
  })
  .describe('Active health checks.')

export const timeoutsSchema = z
  .strictObject({
    connect_ms: milliseconds().default(D.timeouts.connectMs).describe('TCP and TLS to the provider.'),
    first_byte_ms: milliseconds()
      .optional()
      .describe('From the request to the first byte of a streamed reply; 60000 when absent.'),
    reply_ms: milliseconds()
      .optional()
      .describe(
        'The same for a reply in one piece, which comes when it is ready; first_byte_ms, or 300000, when absent.',
      ),
    idle_ms: milliseconds().default(D.timeouts.idleMs).describe('Between two chunks of a reply.'),
    total_ms: milliseconds().default(D.timeouts.totalMs).describe('The whole request, retries included.'),
  })
  .describe('How long a provider may take.')

const breaker = z
  .strictObject({
    consecutive_failures: z
      .int()
      .min(1)
      .max(1000)
      .default(D.balancer.breaker.consecutiveFailures)
      .describe('Failures in a row that open the circuit.'),
    failure_share: z
      .number()
      .min(0.01)
      .max(1)
      .default(D.balancer.breaker.failureShare)
      .describe('Share of failures in the window that opens it.'),
    min_requests: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(D.balancer.breaker.minRequests)
      .describe('Requests in the window before the share counts.'),
    window_ms: milliseconds().default(D.balancer.breaker.windowMs).describe('Length of the window.'),
    open_ms: milliseconds()
      .default(D.balancer.breaker.openMs)
      .describe('First rest of an open circuit; it grows with every further one.'),
    max_open_ms: milliseconds().default(D.balancer.breaker.maxOpenMs).describe('Longest rest.'),
  })
  .describe('Circuit breaker per provider, key and model.')

export const balancerSchema = z
  .strictObject({
    max_attempts: z.int().min(1).max(100).default(D.balancer.maxAttempts).describe('Targets tried for one request.'),
    retry_budget: z
      .number()
      .min(0)
      .max(1)
      .default(D.balancer.retryBudget)
      .describe('Share of requests that may be retried, 0.2 = 20 %.'),
    breaker: breaker.prefault({}),
    limit_wait_ms: z
      .int()
      .min(0)
      .max(MAX_MS)
      .default(D.balancer.limitWaitMs)
      .describe('Longest wait when every key is at its limit.'),
    panic_threshold: z
      .number()
      .min(0)
      .max(1)
      .default(D.balancer.panicThreshold)
      .describe('Below this share of usable targets health is ignored; 0 = only when none is left.'),
    sticky: z.boolean().default(D.balancer.sticky).describe('Keep a conversation on one target, for its prompt cache.'),
  })
  .describe('Retries, failover and circuit breakers.')
