// `fairlead start`: the primary process. It reads the configuration, owns the control plane, and keeps the workers
// running through crashes, reloads, restarts and the end.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Logger } from 'pino'
import { urlOf } from '../app.ts'
import { ControlPlane } from '../cluster/control-plane.ts'
import { WorkerPool } from '../cluster/worker-pool.ts'
import { ConfigError } from '../config/config-error.ts'
import { ConfigSource, type SimulatedModel } from '../config/config-source.ts'
import type { Settings } from '../config/config.ts'
import { settingsFrom } from '../config/env.ts'
import { GatewayError } from '../core/errors.ts'
import { discoverModels } from '../providers/list-models.ts'
import { findLocalServers } from '../providers/local-servers.ts'
import { needsRestart } from '../config/needs-restart.ts'
import { OPERATOR } from '../identity/principal.ts'
import { startSimulator, type Simulator } from '../providers/simulator/server.ts'
import { createLogger } from '../telemetry/logger.ts'
import { printBanner } from './banner.ts'
import { buildDashboard } from './build-dashboard.ts'

const HELP = `usage: fairlead start [options]

  --config FILE     configuration (default: fairlead.yaml in this folder, if there is one)
  --port N          port to listen on (default 8080; 0 takes a free one)
  --host H          address to listen on (default 127.0.0.1)
  --workers N       processes that relay (default 1)
  --data-dir DIR    state directory (default ./data)
  --log-level L     trace, debug, info, warn, error or silent

Signals: SIGTERM and SIGINT drain and end (a second SIGINT ends at once), SIGHUP reads the configuration again,
SIGUSR2 replaces the workers one by one.`

/** One Ctrl-C can arrive twice: from the terminal, and through npm and the launcher. */
const SAME_SIGNAL_MS = 500
const LAUNCHER_CHECK_MS = 500
const FORCED_EXIT_MS = 1_000

export async function start(args: readonly string[]): Promise<number> {
  let settings: Settings
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        workers: { type: 'string' },
        'data-dir': { type: 'string' },
        'log-level': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help === true) {
      console.log(HELP)
      return 0
    }
    settings = settingsFrom(values, process.env, process.cwd())
  } catch (error) {
    console.error(`fairlead start: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
    return 2
  }
  try {
    return await run(settings)
  } catch (error) {
    console.error(explain(error, settings))
    // What had been started already must not keep the process.
    setTimeout(() => process.exit(1), FORCED_EXIT_MS).unref()
    return 1
  }
}

async function run(settings: Settings): Promise<number> {
  const simulator = new LazySimulator()
  const source = new ConfigSource({
    settings,
    env: process.env,
    findLocalServers: async (ownPort) =>
      process.env['FAIRLEAD_DISCOVER'] === '0' ? [] : await findLocalServers({ ownPort }),
    discoverModels: async (provider) => await discoverModels(provider),
    simulatorUrl: async (models) => await simulator.url(models),
  })
  const { config, warnings, notices } = await source.load()
  const log = createLogger(config.log.level)
  for (const warning of warnings) log.warn(warning)

  const control = await ControlPlane.start({ settings, config, log, env: process.env })
  const firstKey = await makeFirstKey(control)
  const pool = new WorkerPool({
    control,
    log,
    diagnostics: process.env['FAIRLEAD_DIAGNOSTICS'] === '1',
    compileCacheDir: join(settings.dataDir, 'compile-cache'),
  })
  const attached = control.attach(pool)
  let address: { readonly host: string; readonly port: number }
  try {
    address = await pool.start(config.server.workers)
  } catch (error) {
    await pool.stop(0)
    await control[Symbol.asyncDispose]()
    throw error
  }
  await attached
  const url = urlOf({ address: address.host, port: address.port })
  const reload = async (why: string): Promise<void> => {
    try {
      const next = await source.load()
      for (const warning of [...next.warnings, ...needsRestart(config, next.config)]) log.warn(warning)
      control.setConfig(next.config)
      log.info({ why }, 'the configuration was read again')
    } catch (error) {
      control.refuseConfig(error instanceof Error ? error.message : String(error))
    }
  }
  // Who knows of us may signal us, and a signal that nobody listens to ends the process: so listen first, then announce.
  process.on('SIGHUP', () => void reload('SIGHUP'))
  process.on(
    'SIGUSR2',
    () => void pool.restart().catch((error: unknown) => log.error({ err: error }, 'the rolling restart stopped')),
  )
  const endPromise = untilEnd()
  source.watch(() => void reload('the file changed'))
  control.announce(url)
  const setUpLink = await control.setUpLink()
  const { adminUrl } = control
  printBanner({ url, adminUrl, config, firstKey, setUpLink, settings, health: control.health(), notices })
  log.info({ url, workers: config.server.workers }, 'ready')
  if (config.server.dashboard) void buildDashboard({ dashboard: control.dashboard, say: console.log, log })
  void source
    .discover((next) => control.setConfig(next), config)
    .catch((error: unknown) => log.warn({ err: error }, 'providers could not be asked for their models'))

  const signal = await endPromise
  source[Symbol.dispose]()
  await shutDown(signal, control, pool, log)
  await simulator.close()
  return 0
}

/** Null when there are keys already, or the database is away: then "fairlead keys create" makes the first one later. */
async function makeFirstKey(control: ControlPlane): Promise<string | null> {
  try {
    if ((await control.keys.count()) > 0) return null
    return (await control.keys.create({ name: 'First key', maker: OPERATOR })).key
  } catch (error) {
    if (error instanceof GatewayError && error.tableCode === 'service_unavailable') return null
    throw error
  }
}

async function shutDown(signal: NodeJS.Signals, control: ControlPlane, pool: WorkerPool, log: Logger): Promise<void> {
  const { shutdownDelayMs, drainTimeoutMs } = control.config.server
  control.stopAccepting()
  const beganMs = performance.now()
  process.on('SIGINT', () => {
    if (signal === 'SIGINT' && performance.now() - beganMs < SAME_SIGNAL_MS) return
    log.warn('ending at once')
    process.exit(130)
  })
  log.info({ signal, drainTimeoutMs }, 'draining: open requests may end')
  // Load balancers see /health/ready turn before connections are refused. A person at a terminal need not wait.
  if (signal === 'SIGTERM' && shutdownDelayMs > 0) await sleep(shutdownDelayMs)
  await pool.stop(drainTimeoutMs)
  await control[Symbol.asyncDispose]()
  log.info('ended')
}

/**
 * Resolves with the first signal to end. Later ones stay harmless: a service manager signals every process of its group,
 * the launcher passes its own on, and what is draining must not die of the second copy.
 */
async function untilEnd(): Promise<NodeJS.Signals> {
  return await new Promise((resolve) => {
    process.on('SIGTERM', resolve)
    process.on('SIGINT', resolve)
    whenLauncherIsGone(() => resolve('SIGTERM'))
  })
}

/** Killed without a chance to tell us, it would leave us behind with the port. */
function whenLauncherIsGone(gone: () => void): void {
  const launcher = Number(process.env['FAIRLEAD_LAUNCHER_PID'])
  if (launcher !== process.ppid) return
  const timer = setInterval(() => {
    if (process.ppid === launcher) return
    clearInterval(timer)
    gone()
  }, LAUNCHER_CHECK_MS).unref()
}

/** Started when the configuration first needs it. */
class LazySimulator {
  #simulator: Promise<Simulator> | null = null

  async url(models: readonly SimulatedModel[]): Promise<string> {
    this.#simulator ??= startSimulator({ models })
    return (await this.#simulator).url
  }

  async close(): Promise<void> {
    await (await this.#simulator)?.close()
  }
}

function explain(error: unknown, settings: Settings): string {
  if (error instanceof ConfigError) return error.message
  const message = error instanceof Error ? error.message : String(error)
  if (message.includes('EADDRINUSE')) {
    const running = existsSync(join(settings.dataDir, 'run.json'))
      ? ' Perhaps a gateway runs already in this state directory.'
      : ''
    return `fairlead: the port is in use.${running} Choose another one with --port N, or set FAIRLEAD_PORT.`
  }
  if (message.includes('EACCES'))
    return `fairlead: ${message}. Ports below 1024 need rights; the state directory must be writable.`
  return `fairlead: ${message}`
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
