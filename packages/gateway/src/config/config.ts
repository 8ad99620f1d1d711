// The one frozen object that everything else reads. It is made by `load-config.ts` from the environment and the file,
// and travels as plain JSON to the worker processes; nothing in it is a function, a class or a secret manager.

import type { MailConfig, PaymentsConfig } from '../billing/payments/payment-settings.ts'
import type { Price } from '../billing/prices/price.ts'
import type { TargetCondition } from '../core/target-condition.ts'
import type { DialectName } from '../core/conversation.ts'
import type { Limits } from '../limits/limits.ts'
import type { Group } from '../identity/group-store.ts'
import type { PeopleConfig } from '../identity/people/people-settings.ts'
import type { DataPolicy } from '../core/data-policy.ts'
import type { AnswerLengths, LearnedTables } from '../core/learned.ts'
import type { AutoConfig } from './auto-config.ts'

/** How a provider is reached: `providers/adapters.ts` has one adapter for each. */
export type ProviderType =
  | 'openai'
  | 'openai-compatible'
  | 'azure-openai'
  | 'anthropic'
  | 'gemini'
  | 'vertex'
  | 'bedrock'
  | 'simulator'

export type Strategy = 'weighted' | 'least-busy' | 'latency' | 'cost' | 'split'

/** Who always meets the same target of a model that is split. */
export type SplitBy = 'conversation' | 'user' | 'account'

export interface ProviderConfig {
  readonly name: string
  readonly type: ProviderType
  /** Without a trailing slash, usually ending in `/v1`. */
  readonly baseUrl: string
  /**
   * One credential each, opaque to everybody but the provider's adapter: an API key, or, beginning with `{`, the JSON
   * of a service account (vertex) or of an AWS key pair (bedrock). Empty = none is needed, or the machine's own.
   */
  readonly apiKeys: readonly string[]
  readonly weight: number
  /** Lower first; the next number only when the one before has nothing healthy. */
  readonly priority: number
  /** Per credential. */
  readonly limits: Limits
  /** Extra request headers, lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** False for servers that refuse `stream_options`. */
  readonly streamUsage: boolean
  /** Its Responses API has a WebSocket mode, which turns of WebSocket clients are to use; absent = it has not. */
  readonly websocket?: boolean
  /** PEM text of extra certificate authorities, absent = the system's. */
  readonly caPem?: string
  /** Open connections per origin and worker; absent = 1024. */
  readonly maxConnections: number
  /** Path under `baseUrl` for `health.check: models`; absent = `/models`. */
  readonly healthPath: string
  /** Serve every model id through this provider, unlisted ones included (used for providers found in the environment). */
  readonly anyModel: boolean
  /** Whose models it serves (openai, anthropic, deepseek…), where its address tells; absent = unknown. */
  readonly vendor?: string
  /** Wire formats that the server speaks, best first; absent = those of its type. */
  readonly dialects?: readonly DialectName[]
  /** Name of a vendor in `known-providers.ts` whose peculiarities it has; absent = none are known. */
  readonly quirks?: string
  /** azure-openai: `api-version` of the older address style; absent = `/openai/v1`, which needs none. */
  readonly apiVersion?: string
  /** anthropic: `anthropic-version` where the client sends none; absent = 2023-06-01. */
  readonly anthropicVersion?: string
  /** vertex: project id; absent = the service account's own, or an API key alone. */
  readonly project?: string
  /** vertex: `global`, `us-central1`… */
  readonly location?: string
  /** bedrock: `us-east-1`… */
  readonly region?: string
  /** What it does with requests; absent = nobody has said. */
  readonly dataPolicy?: DataPolicy
  /** Where it is from; absent = the file. */
  readonly source?: 'environment' | 'database'
  /** The operator wants no new attempts there; those under way go on. */
  readonly drained?: true
  /** Fingerprints of single credentials of which the same holds. */
  readonly drainedKeys?: readonly string[]
}

export interface TargetConfig {
  readonly provider: string
  /** The upstream's own name of the model. */
  readonly model: string
  readonly weight: number
  readonly priority: number
  /** What the upstream charges here; absent = what the catalogue says of the model, else the model's own price. */
  readonly price?: Price
  /** Which requests it is meant for; absent = all. */
  readonly when?: TargetCondition
}

export interface MirrorConfig {
  /** Public id. */
  readonly model: string
  /** Parts per million. */
  readonly sharePpm: number
  /** Copies under way in one worker. */
  readonly atOnce: number
}

export interface ModelConfig {
  /** Public id; may hold one `*` (`openai/*`), then `*` in a target's model stands for the same text. */
  readonly id: string
  readonly aliases: readonly string[]
  readonly strategy: Strategy
  /** Absent but for the strategy `split`. */
  readonly splitBy?: SplitBy
  readonly targets: readonly TargetConfig[]
  /** What callers pay, before their group's multiplier. */
  readonly price?: Price
  /** Where the price is from; absent where there is none. */
  readonly priceFrom?: 'config' | 'database' | 'catalogue'
  /** What all of its users share; absent = no limit. */
  readonly limits?: Limits
  /** Public ids that are tried, in this order, when every target of this one failed. */
  readonly fallbacks: readonly string[]
  /** When a second target is asked too: milliseconds, null = what is learned; absent = never. */
  readonly hedge?: { readonly afterMs: number | null }
  /** Who gets copies of a share of its requests; absent = nobody. */
  readonly mirror?: MirrorConfig
  /** Another upstream goes on with a stream that broke off; absent = the client is told. */
  readonly continueStreams?: boolean
  /** Instead of its providers'. */
  readonly dataPolicy?: DataPolicy
  readonly description?: string
  readonly ownedBy?: string
  readonly contextLength?: number
  /** Unix seconds of the model's release, from the catalogue; absent = unknown. */
  readonly createdAtSeconds?: number
  /** Where it is from; `found` = a provider serves it by itself; absent = the file. */
  readonly source?: 'found' | 'database'
}

export interface TimeoutsConfig {
  readonly connectMs: number
  /** From sending a request to the first byte of a stream. */
  readonly firstByteMs: number
  /** The same for a JSON reply, which comes only when all of it is ready: 300 s, or `first_byte_ms` where that is set. */
  readonly replyMs: number
  readonly idleMs: number
  readonly totalMs: number
}

/** How long what is left of calls is kept, in days; 0 = for ever. */
export interface UsageRetention {
  readonly keepRecordsDays: number
  /** Sums by the hour, at least as long as records. */
  readonly keepHoursDays: number
  /** Sums by the day, at least as long as those by the hour; what is older is kept as one sum. */
  readonly keepDaysDays: number
}

export interface UsageConfig extends UsageRetention {
  /** A record of each call; false = none. */
  readonly record: boolean
}

export interface Config {
  readonly server: {
    readonly host: string
    readonly port: number
    /** Used only with `adminPort`. */
    readonly adminHost: string
    /** Where the admin surface listens; absent = with everything else, on `port`. 0 = a free one. */
    readonly adminPort?: number
    readonly workers: number
    /** Empty = none. */
    readonly masterKey: string
    readonly publicUrl: string
    /** Allowed origins of browsers; empty = CORS off. */
    readonly cors: readonly string[]
    readonly maxBodyBytes: number
    /** Per worker: request bodies and held replies together. */
    readonly maxBytesInFlight: number
    readonly maxHeaderBytes: number
    readonly maxHeaders: number
    readonly maxConnectionsPerAddress: number
    /** Per worker; the operator is exempt. */
    readonly maxInFlightPerAccount: number
    readonly headersTimeoutMs: number
    /** A client must send its body at least this fast, after a grace of ten seconds. */
    readonly minBodyBytesPerSecond: number
    readonly writeStallTimeoutMs: number
    readonly drainTimeoutMs: number
    /** Between SIGTERM (ready turns 503) and the end of accepting, so that load balancers notice. */
    readonly shutdownDelayMs: number
    /** The web app. Without it links to log-ins lead nowhere. */
    readonly dashboard: boolean
    /** The WebSocket mode of GET /v1/responses. */
    readonly websocket: 'on' | 'off'
    /** Without a turn. */
    readonly websocketIdleTimeoutMs: number
    /** Open at once, per worker; the operator is exempt. */
    readonly maxWebsocketsPerKey: number
    readonly maxWebsocketsPerAccount: number
    /** Background responses that one worker makes at the same time; more wait. */
    readonly maxBackgroundPerWorker: number
    /** Background responses of one account that wait or are made. */
    readonly maxBackgroundPerAccount: number
    /** Media that a request names by URL are fetched, where a provider only takes bytes; from public addresses alone. */
    readonly fetchMedia: boolean
    /** Addresses or CIDR ranges of proxies: many clients share their address, and what they forward is believed. */
    readonly trustedProxies: readonly string[]
  }
  readonly brand: {
    readonly name: string
    /** Without a trailing dash, e.g. `X-Fairlead`. */
    readonly headerPrefix: string
    readonly keyPrefix: string
    readonly autoModel: string
  }
  readonly health: {
    readonly detail: 'full' | 'names' | 'status'
    readonly intervalMs: number
    readonly timeoutMs: number
    readonly check: 'connect' | 'models' | 'off'
  }
  readonly timeouts: TimeoutsConfig
  readonly balancer: {
    readonly maxAttempts: number
    /** Share of requests that may be retried while the next target has no recent success, 0.2 = 20 %. */
    readonly retryBudget: number
    readonly breaker: {
      readonly consecutiveFailures: number
      readonly failureShare: number
      readonly minRequests: number
      readonly windowMs: number
      readonly openMs: number
      readonly maxOpenMs: number
    }
    /** Longest wait for a credential when all are at their limit. */
    readonly limitWaitMs: number
    /** Below this share of usable candidates, health is ignored; 0 = only when none is left. */
    readonly panicThreshold: number
    readonly sticky: boolean
  }
  readonly usage: UsageConfig
  readonly payments: PaymentsConfig
  readonly mail: MailConfig
  readonly people: PeopleConfig
  readonly log: { readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent' }
  readonly providers: readonly ProviderConfig[]
  readonly models: readonly ModelConfig[]
  readonly groups: readonly Group[]
  readonly auto: AutoConfig
  /** The operator's prices of the database, by public model id; a price of the file wins over them. */
  readonly prices: Readonly<Record<string, Price>>
  /** What the picker has learned, of the versions in the database that serve. */
  readonly learned: LearnedTables
  /** As the calls before this start have shown; absent until they were read. */
  readonly answerLengths?: AnswerLengths
}

/** What the process was started with, beside the config file. */
export interface Settings {
  /** Absolute path, or empty when there is no file. */
  readonly configPath: string
  /** Absolute path of the state directory. */
  readonly dataDir: string
  /** `postgres://…`; empty = SQLite in the state directory. It may hold a password: never log it. */
  readonly databaseUrl: string
  /** `redis://…` or `rediss://…`; empty = none. It may hold a password: never log it. */
  readonly redisUrl: string
  /** Overrides of the command line and the environment that win over the file. */
  readonly overrides: {
    readonly host?: string
    readonly port?: number
    readonly workers?: number
    readonly logLevel?: Config['log']['level']
  }
}
