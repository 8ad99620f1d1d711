// The one composition root for a gateway in one process: what tests and embedding programs start.
// `commands/start.ts` puts the same two planes into a primary and its workers.

import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import type { Config, Settings } from './config/config.ts'
import { ControlPlane } from './cluster/control-plane.ts'
import type { DataPlane } from './cluster/data-plane.ts'
import { startLocalDataPlane } from './cluster/local-workers.ts'
import type { Lookup } from './relay/dns-lookup.ts'
import type { PickerPort } from './routing/auto/picker-port.ts'
import { createLogger } from './telemetry/logger.ts'

export interface AppOverrides {
  readonly log?: Logger
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly diagnostics?: boolean
  readonly lookup?: Lookup
  /** Instead of the picker that ships with the gateway. */
  readonly picker?: () => PickerPort
}

export interface App extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without `/v1`. */
  readonly url: string
  readonly control: ControlPlane
  readonly plane: DataPlane
  setConfig(config: Config): void
  /** Ends politely: see `DataPlane.drain`. */
  drain(timeoutMs: number): Promise<void>
}

/** Listens on `config.server`; port 0 takes a free one. */
export async function createApp(config: Config, settings: Settings, overrides: AppOverrides = {}): Promise<App> {
  const log = overrides.log ?? createLogger(config.log.level)
  const control = await ControlPlane.start({
    settings,
    config,
    log,
    env: overrides.env ?? process.env,
    ...(overrides.picker === undefined ? {} : { picker: overrides.picker }),
  })
  const { plane, workers } = startLocalDataPlane({
    control,
    log,
    diagnostics: overrides.diagnostics ?? false,
    ...(overrides.lookup === undefined ? {} : { lookup: overrides.lookup }),
    ...(overrides.picker === undefined ? {} : { picker: overrides.picker }),
  })
  const address = await plane.listen(config.server.host, config.server.port)
  await control.attach(workers)
  const url = urlOf(address)
  control.announce(url)
  let drained = false
  return {
    url,
    control,
    plane,
    setConfig: (next) => control.setConfig(next),
    async drain(timeoutMs) {
      drained = true
      control.stopAccepting()
      await plane.drain(timeoutMs)
    },
    async [Symbol.asyncDispose]() {
      if (!drained) await plane[Symbol.asyncDispose]()
      await control[Symbol.asyncDispose]()
    },
  }
}

/** An address to open: one that listens everywhere is reached at home. */
export function urlOf({ address, port }: Pick<AddressInfo, 'address' | 'port'>): string {
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
