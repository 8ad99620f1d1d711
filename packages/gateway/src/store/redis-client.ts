// How every connection of ours to Redis is made: it returns at once, comes back by itself for as long as it takes, and no
// command waits in a queue for it. Whoever has it listens for `error` and `close`.
import { Redis, type RedisOptions as ClientOptions } from 'ioredis'

/** No request waits for a connection, so this can be generous to a TLS handshake across a network. */
const CONNECT_TIMEOUT_MS = 1_000
const RETRY_BASE_MS = 50
const RETRY_CAP_MS = 500
/** Connected, and still no word: frozen, or loading its data. */
export const READY_TIMEOUT_MS = 1_000

/** Not connected yet: `connect` is the caller's, once it listens. */
export function redisClient(
  url: string,
  connectionName: string,
  more: Partial<Pick<ClientOptions, 'autoResubscribe' | 'reconnectOnError'>>,
): Redis {
  return new Redis(url, {
    lazyConnect: true,
    protocol: 2,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disableClientInfo: true,
    connectionName,
    retryStrategy: (times: number) => Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** Math.min(times, 8)),
    ...more,
  })
}
