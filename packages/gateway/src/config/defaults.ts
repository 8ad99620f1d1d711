// What holds when the file does not say otherwise. In one place, because the schema, the documentation and the tests
// all quote these.

export const DEFAULTS = {
  server: {
    host: '127.0.0.1',
    port: 8080,
    workers: 1,
    maxBodyBytes: 32 * 1024 * 1024,
    maxBytesInFlight: 512 * 1024 * 1024,
    maxHeaderBytes: 16 * 1024,
    maxHeaders: 100,
    maxConnectionsPerAddress: 512,
    headersTimeoutMs: 10_000,
    minBodyBytesPerSecond: 1024,
    writeStallTimeoutMs: 60_000,
    drainTimeoutMs: 600_000,
    shutdownDelayMs: 5000,
    fetchMedia: true,
  },
  brand: { name: 'Fairlead', headerPrefix: 'X-Fairlead', keyPrefix: 'sk-fl-', autoModel: 'auto' },
  health: { detail: 'full', intervalMs: 30_000, timeoutMs: 5000, check: 'connect' },
  timeouts: { connectMs: 10_000, firstByteMs: 60_000, replyMs: 300_000, idleMs: 120_000, totalMs: 1_800_000 },
  balancer: {
    maxAttempts: 4,
    retryBudget: 0.2,
    breaker: {
      consecutiveFailures: 5,
      failureShare: 0.5,
      minRequests: 20,
      windowMs: 60_000,
      openMs: 30_000,
      maxOpenMs: 300_000,
    },
    limitWaitMs: 2000,
    panicThreshold: 0,
    sticky: true,
  },
  log: { level: 'info' },
  provider: { weight: 1, priority: 0, streamUsage: true, maxConnections: 1024, healthPath: '/models' },
  target: { weight: 1, priority: 0 },
} as const
