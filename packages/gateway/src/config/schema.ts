// The shape of `fairlead.yaml`, and the words that explain it: the JSON Schema for editors is made from this file.
// Only the shape: what needs more than one value to judge (does that provider exist?) is in `check-config.ts`.
import { z } from 'zod'
import { PRESETS } from '../identity/presets.ts'
import {
  DEFAULT_QUOTA_MB,
  DEFAULT_QUOTA_RESPONSES,
  DEFAULT_RESPONSES_POLICY,
  DEFAULT_TTL_DAYS,
  LEAST_TTL_DAYS,
  MOST_TTL_DAYS,
  STORE_MODES,
} from '../identity/responses-policy.ts'
import { DEFAULTS as D } from './defaults.ts'
import { QUIRKS_NAMES } from './known-providers.ts'
import { peopleSchema } from './people-schema.ts'
import { mailSchema, paymentsSchema } from './payments-schema.ts'
import { amountSchema, priceSchema } from './price-schema.ts'

/** Times beyond this overflow the timers of the platform. */
const MAX_MS = 2_147_483_647
const MAX_BYTES = 2 ** 40

const milliseconds = () => z.int().min(1).max(MAX_MS)
const bytes = () => z.int().min(1).max(MAX_BYTES)
const text = () => z.string().max(2048)
/** Keys of clouds hold whole tokens. */
const secret = () => z.string().max(8192)
const weight = () => z.number().min(0).max(1_000_000)
const priority = () => z.int().min(0).max(1000)

const server = z
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

const brand = z
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
      .describe('The model id that stands for the picker of a later release.'),
  })
  .describe('The names that clients see.')

const health = z
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

const timeouts = z
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

const balancer = z
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

const keptDays = () => z.int().min(0).max(36_500)

const usage = z
  .strictObject({
    record: z
      .boolean()
      .default(D.usage.record)
      .describe('Keep a record of each call; without, /api/usage is empty and quotas begin anew at a restart.'),
    keep_records_days: keptDays()
      .default(D.usage.keepRecordsDays)
      .describe('How long the record of each call is kept; 0 keeps it for ever.'),
    keep_hourly_days: keptDays()
      .default(D.usage.keepHoursDays)
      .describe('How long sums by the hour are kept, in which charts of any time zone are exact; 0 = for ever.'),
    keep_daily_days: keptDays()
      .default(D.usage.keepDaysDays)
      .describe('How long sums by the day (UTC) are kept apart; older ones become one sum. 0 = for ever.'),
  })
  .describe('What is kept of each call, and how long.')

const log = z
  .strictObject({
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
      .default(D.log.level)
      .describe('Least important line that is written.'),
  })
  .describe('The log.')

const limits = z
  .strictObject({
    rpm: z.int().min(0).max(1e9).optional().describe('Requests per minute.'),
    tpm: z.int().min(0).max(1e12).optional().describe('Tokens per minute.'),
    concurrency: z.int().min(0).max(1e6).optional().describe('Requests at the same time.'),
  })
  .describe('Per key of this provider; absent = no limit, 0 = none allowed.')

const provider = z
  .strictObject({
    name: text().min(1).max(100).describe('Your name for it; targets refer to it.'),
    type: z
      .enum(['openai', 'openai-compatible', 'azure-openai', 'anthropic', 'gemini', 'vertex', 'bedrock', 'simulator'])
      .describe('How it is spoken to.'),
    base_url: text()
      .min(1)
      .optional()
      .describe("The vendor's own when absent; openai-compatible and azure-openai need one. Usually ends in /v1."),
    api_keys: z.array(secret()).optional().describe('Several keys each have their own health and limits.'),
    api_key: secret().optional().describe('Short for api_keys with one entry.'),
    dialects: z
      .array(z.enum(['chat', 'responses', 'messages']))
      .min(1)
      .optional()
      .describe("openai-compatible: what the server speaks, best first; the known vendor's, or chat, when absent."),
    quirks: z
      .enum(QUIRKS_NAMES)
      .optional()
      .describe('openai-compatible: the vendor whose peculiarities it has; told from base_url when absent.'),
    api_version: text()
      .min(1)
      .optional()
      .describe('azure-openai: for addresses with /openai/deployments; without it, /openai/v1 is used.'),
    anthropic_version: text()
      .min(1)
      .optional()
      .describe('anthropic: the version header where the client sends none; 2023-06-01 when absent.'),
    project: text().min(1).optional().describe("vertex: project id; the service account's own when absent."),
    location: text().min(1).optional().describe('vertex: global, us, eu or a region; global when absent.'),
    credentials_file: text()
      .min(1)
      .optional()
      .describe("vertex: JSON file of a service account; without it, Google's application default credentials."),
    credentials: z.string().max(65_536).optional().describe('vertex: the text of such a file, usually ${VARIABLE}.'),
    region: text().min(1).optional().describe('bedrock: us-east-1 and the like.'),
    access_key_id: secret().optional().describe("bedrock: without it and without api_keys, AWS's usual places."),
    secret_access_key: secret().optional().describe('bedrock: belongs to access_key_id.'),
    session_token: secret().optional().describe('bedrock: where access_key_id is a temporary one.'),
    weight: weight()
      .default(D.provider.weight)
      .describe('Share of the traffic, beside the other providers of a model.'),
    priority: priority()
      .default(D.provider.priority)
      .describe('Lower first; the next number only when the one before has nothing healthy.'),
    limits: limits.prefault({}),
    headers: z.record(z.string(), text().max(8192)).default({}).describe('Extra request headers.'),
    websocket: z
      .boolean()
      .optional()
      .describe(
        'Turns of WebSocket clients go to it over a WebSocket too: for servers whose Responses API has that mode.',
      ),
    stream_usage: z
      .boolean()
      .optional()
      .describe('false for servers that refuse stream_options; true, or what is known of the vendor, when absent.'),
    ca_file: text().min(1).optional().describe('PEM file of extra certificate authorities, beside this file.'),
    max_connections: z
      .int()
      .min(1)
      .max(100_000)
      .default(D.provider.maxConnections)
      .describe('Open connections per worker.'),
    health_path: text().min(1).default(D.provider.healthPath).describe('Path under base_url for health.check: models.'),
    any_model: z
      .boolean()
      .optional()
      .describe('Send model ids that are not listed here, too; on when the gateway has no model list of its own.'),
    models: z
      .array(text().min(1))
      .optional()
      .describe('Model ids that it serves under the same name; short for entries under models.'),
  })
  .describe('An upstream that answers requests.')

const target = z
  .strictObject({
    provider: text().min(1).describe('Name of a provider above.'),
    model: text().min(1).optional().describe("The provider's own name of the model; the public id when absent."),
    weight: weight().default(D.target.weight).describe('Share of the traffic.'),
    priority: priority().default(D.target.priority).describe('Lower first.'),
    price: priceSchema
      .optional()
      .describe("What this provider charges you; absent = the catalogue's, or else the model's own price."),
  })
  .describe('One place where a model is served.')

const modelLimits = limits
  .extend({
    requests_per_day: z.int().min(0).max(1e9).optional().describe('Requests of a day, UTC.'),
    requests_per_month: z.int().min(0).max(1e9).optional().describe('Requests of a month, UTC.'),
  })
  .describe('Of all users of the model together; absent = no limit, 0 = none allowed.')

const model = z
  .strictObject({
    id: text().min(1).max(256).describe('Public id; may hold one "*", which a target\'s model repeats.'),
    aliases: z.array(text().min(1)).default([]).describe('Accepted, not listed; an exact id wins.'),
    strategy: z
      .enum(['weighted', 'least-busy', 'latency', 'cost'])
      .default('weighted')
      .describe('How a target is chosen.'),
    targets: z.array(target).optional().describe('Where it is served; the provider that fits when absent.'),
    price: priceSchema.optional().describe("What callers pay; the catalogue's when absent."),
    limits: modelLimits.optional(),
    fallbacks: z
      .array(text().min(1))
      .default([])
      .describe('Public ids tried, in this order, when every target failed.'),
    continue_streams: z
      .boolean()
      .default(false)
      .describe('When an upstream dies in the middle of a stream, another one goes on with the answer.'),
    description: text().min(1).optional().describe("One sentence for people; the catalogue's when absent."),
    owned_by: text().min(1).optional().describe("Vendor; the catalogue's when absent."),
    context_length: z.int().min(1).max(1e9).optional().describe("Tokens; the catalogue's when absent."),
  })
  .describe('A model id that clients may ask for.')

const groupLimits = z.strictObject({
  rpm: z.int().min(0).max(1e9).optional().describe('Requests in any 60 seconds.'),
  tpm: z.int().min(0).max(1e12).optional().describe('Tokens in any 60 seconds, input and output together.'),
  concurrency: z.int().min(0).max(1e6).optional().describe('Requests at the same time.'),
  requests_per_day: z.int().min(0).max(1e9).optional().describe("Requests of a day in the account's time zone."),
  requests_per_month: z.int().min(0).max(1e9).optional().describe("Requests of a month in the account's time zone."),
})

const groupResponses = z.strictObject({
  store: z
    .enum(STORE_MODES)
    .default(DEFAULT_RESPONSES_POLICY.store)
    .describe('off = nothing is kept, whatever a request says; ttl = for ttl_days; keep = until it is deleted.'),
  ttl_days: z.number().min(LEAST_TTL_DAYS).max(MOST_TTL_DAYS).default(DEFAULT_TTL_DAYS).describe('Days.'),
  encrypt: z
    .boolean()
    .default(DEFAULT_RESPONSES_POLICY.encrypt)
    .describe("Whether it is encrypted in the database, with a key that is derived from the gateway's secret key."),
  quota_mb: z
    .number()
    .min(0)
    .max(1e9)
    .default(DEFAULT_QUOTA_MB)
    .describe(
      'Megabytes of one account; with ttl the oldest go to make room, with keep what does not fit is not kept.',
    ),
  quota_responses: z.int().min(0).max(1e9).default(DEFAULT_QUOTA_RESPONSES).describe('Responses of one account.'),
})

const group = z
  .strictObject({
    name: text().min(1).max(64).describe('Accounts name it; those without a group are in the one called default.'),
    preset: z
      .enum(PRESETS)
      .optional()
      .describe('Limits to begin with: free 100 requests a minute, pro 1000, enterprise none; limits wins over it.'),
    models: z
      .array(text().min(1).max(256))
      .min(1)
      .default(['*'])
      .describe('Public model ids that its accounts may use; "*" stands for any text.'),
    price_multiplier: amountSchema
      .default(1)
      .describe('What its accounts pay, as a share of the price: 1.2 = 20 % more.'),
    prices: z
      .record(text().min(1).max(256), priceSchema)
      .default({})
      .describe(
        "The group's own prices by public model id, before the multiplier; other models cost what they cost everybody.",
      ),
    billing: z.enum(['off', 'prepaid']).default('off').describe('Whether calls are paid for from a wallet.'),
    limits: groupLimits.prefault({}).describe('Of each account in the group; absent = no limit, 0 = none allowed.'),
    shared_limits: groupLimits
      .prefault({})
      .describe('Of the whole group together; its days and months are those of UTC.'),
    responses: groupResponses.prefault({}).describe("What is kept of its accounts' responses and conversations."),
  })
  .describe('What accounts may do. Without any group, nothing is limited.')

export const configSchema = z.strictObject({
  server: server.prefault({}),
  brand: brand.prefault({}),
  health: health.prefault({}),
  timeouts: timeouts.prefault({}),
  balancer: balancer.prefault({}),
  usage: usage.prefault({}),
  payments: paymentsSchema.prefault({}),
  mail: mailSchema.prefault({}),
  people: peopleSchema.prefault({}),
  log: log.prefault({}),
  providers: z
    .array(provider)
    .default([])
    .describe('Upstreams. Without any, keys in the environment switch their providers on.'),
  models: z
    .array(model)
    .default([])
    .describe("Model ids. Without any, the catalogue's models of the providers' vendors."),
  groups: z
    .array(group)
    .default([])
    .describe('What accounts may use, and how much. Without any, every account may use every model without limits.'),
})

/** The file after its shape was checked: snake_case, defaults filled in, references not yet followed. */
export type ConfigFile = z.infer<typeof configSchema>
export type ProviderFile = ConfigFile['providers'][number]
export type ModelFile = ConfigFile['models'][number]
export type GroupFile = ConfigFile['groups'][number]
