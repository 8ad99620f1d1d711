// Where the configuration comes from, and from where again when it changes: a file, or, without one, what is found in
// the environment and on this machine.

import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'
import { catalogue } from '../catalogue/catalogue.ts'
import type { Config, ProviderConfig, Settings } from './config.ts'
import { readConfigText } from './env.ts'
import { loadConfig, type LoadedConfig } from './load-config.ts'
import type { LocalServer } from './local-server.ts'

export interface SimulatedModel {
  readonly id: string
  readonly ownedBy: string
  /** Unix seconds. */
  readonly createdS: number
}

export interface ConfigSourceOptions {
  readonly settings: Settings
  readonly env: Readonly<Record<string, string | undefined>>
  /** Looks for model servers on this machine; asked only when there is no file. */
  readonly findLocalServers: (ownPort: number) => Promise<readonly LocalServer[]>
  /** Asks a provider for its own list; undefined when it does not say. */
  readonly discoverModels: (provider: ProviderConfig) => Promise<readonly string[] | undefined>
  /** Starts the simulator when it is first needed; its base URL. */
  readonly simulatorUrl: (models: readonly SimulatedModel[]) => Promise<string>
}

/** Editors write a file in several steps. */
const SETTLE_MS = 100

export class ConfigSource implements Disposable {
  readonly #options: ConfigSourceOptions
  #localServers: readonly LocalServer[] | null = null
  #discovered: Record<string, readonly string[]> = {}
  #watcher: FSWatcher | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(options: ConfigSourceOptions) {
    this.#options = options
  }

  /** @throws {ConfigError} when it cannot be used; whatever runs stays as it is */
  async load(): Promise<LoadedConfig> {
    const { settings, env, findLocalServers } = this.#options
    const text = settings.configPath === '' ? null : readConfigText(settings.configPath)
    if (text === null) this.#localServers ??= await findLocalServers(settings.overrides.port ?? 8080)
    const loaded = loadConfig({
      text,
      fileName: settings.configPath,
      env,
      overrides: settings.overrides,
      localServers: this.#localServers ?? [],
      discovered: this.#discovered,
    })
    return { ...loaded, config: await this.#withSimulator(loaded.config) }
  }

  /** Without a file: asks the providers that were found for their own lists, and calls back when that changes something. */
  async discover(changed: (config: Config) => void, config: Config): Promise<void> {
    if (this.#options.settings.configPath !== '') return
    const asked = config.providers.filter(({ anyModel, type }) => anyModel && type !== 'simulator')
    const lists = await Promise.all(
      asked.map(async (provider) => [provider.name, await this.#options.discoverModels(provider)] as const),
    )
    const found = lists.flatMap(([name, ids]) => (ids === undefined ? [] : [[name, ids] as const]))
    if (found.length === 0) return
    this.#discovered = Object.fromEntries(found)
    changed((await this.load()).config)
  }

  /** Calls back when the file was written. A folder is watched, because editors replace the file rather than change it. */
  watch(changed: () => void): void {
    const { configPath } = this.#options.settings
    if (configPath === '') return
    const name = basename(configPath)
    this.#watcher = watch(dirname(configPath), (_event, file) => {
      if (file !== null && file !== name) return
      clearTimeout(this.#timer)
      this.#timer = setTimeout(changed, SETTLE_MS).unref()
    })
    this.#watcher.unref()
    // A folder that goes away takes the watching with it; SIGHUP still works.
    this.#watcher.on('error', () => this.#watcher?.close())
  }

  async #withSimulator(config: Config): Promise<Config> {
    if (!config.providers.some(({ type }) => type === 'simulator')) return config
    const simulators = new Set(config.providers.filter(({ type }) => type === 'simulator').map(({ name }) => name))
    // It is asked by the targets' names, which need not be the public ids.
    const ids = new Set(
      config.models.flatMap(({ targets }) =>
        targets.filter(({ provider }) => simulators.has(provider)).map(({ model }) => model),
      ),
    )
    const models = [...ids].map((id) => {
      const known = catalogue.find(id)
      return { id, ownedBy: known?.vendor ?? 'fairlead', createdS: known?.createdAtSeconds ?? 0 }
    })
    const baseUrl = await this.#options.simulatorUrl(models)
    const providers = config.providers.map((provider) =>
      provider.type === 'simulator' ? Object.freeze({ ...provider, baseUrl }) : provider,
    )
    return Object.freeze({ ...config, providers: Object.freeze(providers) })
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#watcher?.close()
  }
}
