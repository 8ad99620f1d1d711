// From the text of `fairlead.yaml`, or none, and the environment to the one frozen config that everything else reads.
//
//   text -> yaml-source (lines, ${ENV}) -> check-shape (zod) -> check-* (meaning) -> resolve-* -> Config
//
// A file with mistakes is refused whole, with every mistake it has; nothing is half applied. Nothing here opens a
// socket: what was found on the network (`providers/local-servers.ts`) is handed in.
import { checkGroups } from './check-groups.ts'
import { checkModels } from './check-models.ts'
import { checkProviders } from './check-providers.ts'
import { checkServer, masterKeyFault } from './check-server.ts'
import { checkShape } from './check-shape.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import type { Config, ProviderConfig, Settings } from './config.ts'
import { DEFAULTS } from './defaults.ts'
import { providersFromEnv, simulatorProvider } from './env-providers.ts'
import type { LocalServer } from './local-server.ts'
import { checkAuto, resolveAuto } from './resolve-auto.ts'
import { findings, type Findings } from './report.ts'
import { checkPayments, resolveMail, resolvePayments } from './payments-schema.ts'
import { checkPeople, resolvePeople } from './people-schema.ts'
import { resolveGroup } from './resolve-groups.ts'
import { resolveModels } from './resolve-models.ts'
import { readText, resolveProviders, type ReadsFile } from './resolve-providers.ts'
import { configSchema, type ConfigFile } from './schema.ts'
import { readYaml, type Position } from './yaml-source.ts'

export interface LoadConfigOptions {
  /** Null when there is no file: the environment and `localServers` decide. */
  readonly text: string | null
  /** For messages, and the folder from which `ca_file` counts. */
  readonly fileName: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly overrides: Settings['overrides']
  /** Model servers found on this machine; used only when there is no file. */
  readonly localServers?: readonly LocalServer[]
  /** Provider name -> the model ids that it lists itself; joined with the catalogue. */
  readonly discovered?: Readonly<Record<string, readonly string[]>>
  readonly readFile?: ReadsFile
}

export interface LoadedConfig {
  readonly config: Config
  /** Printable lines. */
  readonly warnings: readonly string[]
  /** Which providers were switched on without a file, a line each. */
  readonly notices: readonly string[]
}

/** Throws `ConfigError`, and nothing else, when the config cannot be used. */
export function loadConfig(options: LoadConfigOptions): LoadedConfig {
  const { text, fileName, env, overrides } = options
  const { file, found } = readFile(text, fileName, env)
  checkServer(file, found)
  checkPayments(file, found)
  checkPeople(file, found)
  if (file.server.master_key === undefined) checkMasterKeyOfEnv(env, found.problems)
  checkProviders(file.providers, found)

  const sources = providersOf(options, file, found)
  checkModels(file, file.providers.length > 0 ? file.providers : sources.providers, found)
  // Following references only makes sense once they are known to lead somewhere.
  if (found.problems.length > 0) throw new ConfigError(fileName, found.problems)
  const models = resolveModels({ models: file.models, ...sources }, found)
  checkGroups(file.groups, { models, providers: sources.providers }, found)
  checkAuto(file.auto, { models, providers: sources.providers, groups: file.groups, brand: file.brand }, found)
  if (found.problems.length > 0) throw new ConfigError(fileName, found.problems)

  const groups = file.groups.map((group) => resolveGroup(group, models))
  const auto = resolveAuto(file.auto, models)
  const config: Config = {
    ...sections(file, env, overrides),
    providers: sources.providers,
    models,
    groups,
    auto,
    prices: {},
    learned: {},
  }
  return { config: deepFreeze(config), warnings: found.warnings, notices: sources.notices }
}

function readFile(
  text: string | null,
  fileName: string,
  env: LoadConfigOptions['env'],
): { file: ConfigFile; found: Findings } {
  if (text === null) return { file: configSchema.parse({}), found: findings(fileName, () => ({})) }
  const source = readYaml(text, env)
  const problems: ConfigProblem[] = [...source.problems]
  const file = checkShape(source.data, source, problems)
  if (file === undefined) throw new ConfigError(fileName, problems)
  const found = findings(fileName, (path): Position => source.locate(path))
  found.problems.push(...problems)
  return { file, found }
}

function checkMasterKeyOfEnv(env: LoadConfigOptions['env'], problems: ConfigProblem[]): void {
  const fault = masterKeyFault(env.FAIRLEAD_MASTER_KEY ?? '')
  if (fault) problems.push({ path: 'FAIRLEAD_MASTER_KEY', ...fault })
}

interface Sources {
  readonly providers: readonly ProviderConfig[]
  readonly served: ReadonlyMap<string, readonly string[]>
  readonly unpriced: ReadonlySet<string>
  readonly notices: readonly string[]
}

/** The file's providers; without any the environment's and this machine's; without any at all the simulator. */
function providersOf(options: LoadConfigOptions, file: ConfigFile, found: Findings): Sources {
  const { discovered = {}, localServers = [], env, overrides, fileName, text } = options
  const served = new Map(Object.entries(discovered).filter(([, ids]) => ids.length > 0))
  if (file.providers.length > 0) {
    const providers = resolveProviders(file, fileName, found, options.readFile)
    for (const provider of file.providers) if (provider.models) served.set(provider.name, provider.models)
    return { providers, served, unpriced: new Set(), notices: [] }
  }
  const own = { port: overrides.port ?? file.server.port, keyPrefix: file.brand.key_prefix }
  const fromEnv = providersFromEnv(env, own, options.readFile ?? readText)
  found.warnings.push(...fromEnv.warnings)
  const local = text === null ? localServers : []
  for (const { provider, modelIds } of local) served.set(provider.name, modelIds)
  const providers: ProviderConfig[] = [...fromEnv.providers, ...local.map(({ provider }) => provider)]
  const notices = [
    ...fromEnv.notices,
    ...local.map(({ provider, title }) => `${provider.name}, ${title} at ${provider.baseUrl}`),
  ]
  if (providers.length === 0) {
    providers.push(simulatorProvider())
    notices.push('simulator, because no provider is configured: its answers are made up')
  }
  return {
    providers: providers.map((provider) => ({ ...provider, source: 'environment' })),
    served,
    unpriced: new Set(local.map(({ provider }) => provider.name)),
    notices,
  }
}

function sections(
  file: ConfigFile,
  env: LoadConfigOptions['env'],
  overrides: Settings['overrides'],
): Omit<Config, 'providers' | 'models' | 'groups' | 'auto' | 'prices' | 'learned'> {
  const { server, brand, health, timeouts, balancer, usage, log } = file
  return {
    server: {
      host: overrides.host ?? server.host,
      port: overrides.port ?? server.port,
      adminHost: server.admin_host,
      ...(server.admin_port === undefined ? {} : { adminPort: server.admin_port }),
      workers: overrides.workers ?? server.workers,
      masterKey: server.master_key ?? env.FAIRLEAD_MASTER_KEY ?? '',
      publicUrl: server.public_url.replace(/\/+$/, ''),
      cors: server.cors,
      maxBodyBytes: server.max_body_bytes,
      maxBytesInFlight: server.max_bytes_in_flight,
      maxHeaderBytes: server.max_header_bytes,
      maxHeaders: server.max_headers,
      maxConnectionsPerAddress: server.max_connections_per_address,
      maxInFlightPerAccount: server.max_in_flight_per_account,
      headersTimeoutMs: server.headers_timeout_ms,
      minBodyBytesPerSecond: server.min_body_bytes_per_second,
      writeStallTimeoutMs: server.write_stall_timeout_ms,
      drainTimeoutMs: server.drain_timeout_ms,
      shutdownDelayMs: server.shutdown_delay_ms,
      dashboard: server.dashboard,
      websocket: server.websocket,
      websocketIdleTimeoutMs: server.websocket_idle_timeout_ms,
      maxWebsocketsPerKey: server.max_websockets_per_key,
      maxWebsocketsPerAccount: server.max_websockets_per_account,
      maxBackgroundPerWorker: server.max_background_per_worker,
      maxBackgroundPerAccount: server.max_background_per_account,
      fetchMedia: server.fetch_media,
      trustedProxies: server.trusted_proxies,
    },
    brand: {
      name: brand.name,
      headerPrefix: brand.header_prefix,
      keyPrefix: brand.key_prefix,
      autoModel: brand.auto_model,
    },
    health: {
      detail: health.detail,
      intervalMs: health.interval_ms,
      timeoutMs: health.timeout_ms,
      check: health.check,
    },
    timeouts: {
      connectMs: timeouts.connect_ms,
      firstByteMs: timeouts.first_byte_ms ?? DEFAULTS.timeouts.firstByteMs,
      replyMs: timeouts.reply_ms ?? timeouts.first_byte_ms ?? DEFAULTS.timeouts.replyMs,
      idleMs: timeouts.idle_ms,
      totalMs: timeouts.total_ms,
    },
    balancer: {
      maxAttempts: balancer.max_attempts,
      retryBudget: balancer.retry_budget,
      breaker: {
        consecutiveFailures: balancer.breaker.consecutive_failures,
        failureShare: balancer.breaker.failure_share,
        minRequests: balancer.breaker.min_requests,
        windowMs: balancer.breaker.window_ms,
        openMs: balancer.breaker.open_ms,
        maxOpenMs: balancer.breaker.max_open_ms,
      },
      limitWaitMs: balancer.limit_wait_ms,
      panicThreshold: balancer.panic_threshold,
      sticky: balancer.sticky,
    },
    usage: {
      record: usage.record,
      keepRecordsDays: usage.keep_records_days,
      keepHoursDays: usage.keep_hourly_days,
      keepDaysDays: usage.keep_daily_days,
    },
    payments: resolvePayments(file),
    mail: resolveMail(file),
    people: resolvePeople(file),
    log: { level: overrides.logLevel ?? log.level },
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const child of Object.values(value)) deepFreeze(child)
    Object.freeze(value)
  }
  return value
}
