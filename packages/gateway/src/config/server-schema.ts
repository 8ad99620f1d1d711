// The sections `server` and `brand` of `fairlead.yaml`: where the gateway listens, what it bears, what it is called.
import { z } from 'zod'
import { DEFAULTS as D } from './defaults.ts'
import { bytes, MAX_BYTES, MAX_MS, milliseconds, text } from './shape-words.ts'

export const serverSchema = z
  .strictObject({
    host: text()
      .min(1)
      .default(D.server.host)
      .describe('Address to listen on. 0.0.0.0 opens the gateway to the network.'),
    port: z.int().min(0).max(65_535).default(D.server.port).describe('TCP port; 0 takes a free one.'),
    admin_host: text()
      .min(1)
      .default(D.server.adminHost)
      .describe('Address of the admin listener; only used with admin_port.'),
    admin_port: z
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .describe('A listener of its own for pages, metrics and what only the operator may call; none when absent.'),
    workers: z.int().min(1).max(256).default(D.server.workers).describe('Processes that relay requests.'),
    master_key: text()
      .optional()
      .describe("The operator's key, 16 characters or more; FAIRLEAD_MASTER_KEY when absent, empty for none."),
    public_url: text().default('').describe('The address that people use, when it is not host and port.'),
    cors: z
      .array(text())
      .default([])
      .describe('Origins whose browser pages may call the gateway, or "*"; empty switches CORS off.'),
    max_body_bytes: bytes().default(D.server.maxBodyBytes).describe('Largest request body, unpacked.'),
    max_bytes_in_flight: bytes()
      .default(D.server.maxBytesInFlight)
      .describe('Per worker: bodies and held replies together.'),
    max_header_bytes: z
      .int()
      .min(1024)
      .max(1_048_576)
      .default(D.server.maxHeaderBytes)
      .describe('Request headers together.'),
    max_headers: z.int().min(10).max(2000).default(D.server.maxHeaders).describe('Number of request headers.'),
    max_connections_per_address: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(D.server.maxConnectionsPerAddress)
      .describe('Open connections of one client address, per worker.'),
    max_in_flight_per_account: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(D.server.maxInFlightPerAccount)
      .describe('Requests of one account at the same time, per worker; the master key is exempt.'),
    headers_timeout_ms: milliseconds()
      .default(D.server.headersTimeoutMs)
      .describe('Time for a client to send its headers.'),
    min_body_bytes_per_second: z
      .int()
      .min(0)
      .max(MAX_BYTES)
      .default(D.server.minBodyBytesPerSecond)
      .describe('Slowest body that is waited for, after ten seconds of grace; 0 waits for any.'),
    write_stall_timeout_ms: milliseconds()
      .default(D.server.writeStallTimeoutMs)
      .describe('How long a client may read nothing of its reply.'),
    drain_timeout_ms: z
      .int()
      .min(0)
      .max(MAX_MS)
      .default(D.server.drainTimeoutMs)
      .describe('How long running streams may go on after SIGTERM.'),
    shutdown_delay_ms: z
      .int()
      .min(0)
      .max(MAX_MS)
      .default(D.server.shutdownDelayMs)
      .describe('Between SIGTERM and the end of accepting, so that load balancers notice.'),
    dashboard: z
      .boolean()
      .default(D.server.dashboard)
      .describe('The web app at /; false serves the API alone, and builds no app.'),
    websocket: z
      .enum(['on', 'off'])
      .default(D.server.websocket)
      .describe('The WebSocket mode of GET /v1/responses; off answers 426, and clients go on over HTTP.'),
    websocket_idle_timeout_ms: milliseconds()
      .default(D.server.websocketIdleTimeoutMs)
      .describe('How long a WebSocket may stay open without a turn.'),
    max_websockets_per_key: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(D.server.maxWebsocketsPerKey)
      .describe('Open WebSockets of one key, per worker; the master key is exempt.'),
    max_websockets_per_account: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(D.server.maxWebsocketsPerAccount)
      .describe('Open WebSockets of one account, per worker; the master key is exempt.'),
    max_background_per_worker: z
      .int()
      .min(1)
      .max(10_000)
      .default(D.server.maxBackgroundPerWorker)
      .describe('Background responses that one worker makes at the same time; more of them wait.'),
    max_background_per_account: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(D.server.maxBackgroundPerAccount)
      .describe('Background responses of one account that wait or are being made; 0 = none are taken.'),
    fetch_media: z
      .boolean()
      .default(D.server.fetchMedia)
      .describe('Fetch images and files that a request names by URL, for providers that only take bytes.'),
    trusted_proxies: z
      .array(text())
      .default([])
      .describe(
        "Addresses or CIDR ranges of your own proxies: the client's address is read from their X-Forwarded-For, and max_connections_per_address does not hold for them.",
      ),
  })
  .describe('Where the gateway listens, and what it bears from clients.')

export const brandSchema = z
  .strictObject({
    name: text().min(1).max(100).default(D.brand.name).describe('Name shown to people.'),
    header_prefix: text()
      .min(1)
      .max(40)
      .default(D.brand.headerPrefix)
      .describe('Start of the response headers, without the last dash.'),
    key_prefix: text()
      .min(1)
      .max(20)
      .default(D.brand.keyPrefix)
      .describe('Start of every API key: letters, digits, "-" and "_".'),
    auto_model: text()
      .min(1)
      .max(100)
      .default(D.brand.autoModel)
      .describe('The model id that stands for the picker; kr-auto is always taken for it too.'),
  })
  .describe('The names that clients see.')
