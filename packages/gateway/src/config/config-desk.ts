// The configuration file from the inside: shown without its secrets, tried before it counts, and written where it is
// ours to write. What ran before is kept beside the database.
import { createHash } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { GatewayError } from '../core/errors.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { configDiff, type ConfigChange } from './config-diff.ts'
import type { Config, Settings } from './config.ts'
import { loadConfig } from './load-config.ts'
import { maskSecrets, unmaskSecrets } from './mask-secrets.ts'
import { needsRestart } from './needs-restart.ts'

export interface ConfigFileView {
  /** Null: there is no file, and the environment decides. */
  readonly path: string | null
  /** With tokens in the place of secrets; null where there is none, or none that can be shown. */
  readonly text: string | null
  /** Of the text, for `apply`; null where there is none. */
  readonly version: string | null
  readonly writable: boolean
  /** Why it cannot be shown or written; null = it can. */
  readonly reason: string | null
}

export interface ConfigTrial {
  readonly problems: readonly ConfigProblem[]
  /** Printable lines. */
  readonly warnings: readonly string[]
  /** Against what the file says now. */
  readonly changes: readonly ConfigChange[]
  /** A sentence for each change that waits for a restart. */
  readonly restarts: readonly string[]
}

export interface ConfigVersion {
  /** 1 = the one that this process began with. */
  readonly number: number
  readonly atMs: number
  readonly why: 'start' | 'reload' | 'applied'
  /** Against the one before. */
  readonly changes: readonly ConfigChange[]
}

export interface ConfigDeskOptions {
  readonly settings: Settings
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the file says, and runs. */
  readonly base: () => Config
  /** Plain data, without secrets. */
  readonly show: (config: Config) => Readonly<Record<string, unknown>>
  /** Makes it run. */
  readonly use: (config: Config) => void
  readonly now: () => number
}

const MOST_VERSIONS = 50
/** Nobody writes more by hand. */
const MOST_CHARACTERS = 2_000_000

export class ConfigDesk {
  readonly #options: ConfigDeskOptions
  readonly #versions: ConfigVersion[] = []
  #shown: Readonly<Record<string, unknown>>
  #applying = false

  constructor(options: ConfigDeskOptions) {
    this.#options = options
    this.#shown = options.show(options.base())
    this.#versions.push({ number: 1, atMs: options.now(), why: 'start', changes: [] })
  }

  /** Newest first, since this process began. */
  get versions(): readonly ConfigVersion[] {
    return this.#versions.toReversed()
  }

  /** Another one runs now; the same again is no news. */
  noteBase(): void {
    const shown = this.#options.show(this.#options.base())
    const changes = configDiff(this.#shown, shown)
    if (changes.length === 0) return
    this.#shown = shown
    const number = (this.#versions.at(-1)?.number ?? 0) + 1
    const why = this.#applying ? 'applied' : 'reload'
    this.#versions.push({ number, atMs: this.#options.now(), why, changes })
    if (this.#versions.length > MOST_VERSIONS) this.#versions.shift()
  }

  file(): ConfigFileView {
    const { configPath: path } = this.#options.settings
    if (path === '') {
      const reason = 'The gateway runs without a configuration file: the environment decides.'
      return { path: null, text: null, version: null, writable: false, reason }
    }
    const source = readOrNull(path)
    if (source === null) return { path, text: null, version: null, writable: false, reason: 'The file cannot be read.' }
    const version = versionOf(source)
    const masked = maskSecrets(source)
    if (masked === null) {
      const reason =
        'The file is no YAML as it stands, so nobody can say where its secrets are. Mend it on the machine.'
      return { path, text: null, version, writable: false, reason }
    }
    const reason = whyNotWritable(path)
    return { path, text: masked.text, version, writable: reason === null, reason }
  }

  /** Nothing is changed. @throws {GatewayError} `invalid_request` for a text beyond all reason */
  try(given: string): ConfigTrial {
    return this.#tried(this.#unmasked(given)).trial
  }

  /**
   * Writes it, and makes it run.
   * @param version of the file that was looked at
   * @throws {GatewayError} `conflict` when the file is another one by now or not ours to write; `invalid_request` when it
   *   cannot be used
   */
  apply(given: string, version: string): ConfigTrial {
    const view = this.file()
    if (!view.writable || view.path === null)
      throw new GatewayError('conflict', view.reason ?? 'The file cannot be written.')
    if (view.version !== version) {
      const message = 'Somebody has changed the file since you looked at it. Look at it again.'
      throw new GatewayError('conflict', message, { param: 'version' })
    }
    const text = this.#unmasked(given)
    const { trial, config } = this.#tried(text)
    if (config === null) {
      const [first] = trial.problems
      const where = first?.line === undefined ? '' : `Line ${first.line}: `
      const message = `${where}${[first?.path, first?.message, first?.hint].filter(Boolean).join(' ')}`
      throw new GatewayError('invalid_request', message, { param: 'text' })
    }
    this.#keepOld(view.path)
    writeInPlace(view.path, text)
    this.#applying = true
    try {
      this.#options.use(withSimulatorOf(this.#options.base(), config))
    } finally {
      this.#applying = false
    }
    return trial
  }

  #unmasked(given: string): string {
    if (given.length > MOST_CHARACTERS)
      throw new GatewayError('invalid_request', 'That is too long.', { param: 'text' })
    const source = readOrNull(this.#options.settings.configPath) ?? ''
    const { text, unknown } = unmaskSecrets(given, maskSecrets(source)?.secrets ?? new Map())
    if (unknown.length === 0) return text
    const message = `${unknown[0]} stands for nothing in the file. Write the secret itself, or a reference like \${NAME}.`
    throw new GatewayError('invalid_request', message, { param: 'text' })
  }

  #tried(text: string): { readonly trial: ConfigTrial; readonly config: Config | null } {
    const { settings, env, base, show } = this.#options
    try {
      const { config, warnings } = loadConfig({
        text,
        fileName: settings.configPath,
        env,
        overrides: settings.overrides,
      })
      const changes = configDiff(show(base()), show(withSimulatorOf(base(), config)))
      return { trial: { problems: [], warnings, changes, restarts: needsRestart(base(), config) }, config }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return { trial: { problems: error.problems, warnings: [], changes: [], restarts: [] }, config: null }
    }
  }

  #keepOld(path: string): void {
    const folder = join(this.#options.settings.dataDir, 'config-history')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const stamp = new Date(this.#options.now()).toISOString().replaceAll(/[:.]/g, '-')
    writeFileSync(join(folder, `${stamp}.yaml`), readFileSync(path), { mode: 0o600 })
  }
}

function readOrNull(path: string): string | null {
  try {
    return path === '' ? null : readFileSync(path, 'utf8')
  } catch {
    // Gone, or not ours to read: the view says so.
    return null
  }
}

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

function whyNotWritable(path: string): string | null {
  try {
    accessSync(path, constants.W_OK)
    return null
  } catch {
    return 'The gateway may not write the file. Change it on the machine; it is read again when it changes.'
  }
}

/** Whole or not at all, where the folder lets us; a file that is mounted alone can only be written over. */
function writeInPlace(path: string, text: string): void {
  const mode = statSync(path).mode & 0o777
  const temporary = join(dirname(path), `.${process.pid}-${Date.now()}.yaml.tmp`)
  try {
    writeFileSync(temporary, text, { mode, flush: true, flag: 'wx' })
    chmodSync(temporary, mode)
    renameSync(temporary, path)
  } catch {
    rmSync(temporary, { force: true })
    writeFileSync(path, text, { flush: true })
  }
}

/** Where the built-in simulator listens is this process's to say, not the file's. */
function withSimulatorOf(running: Config, next: Config): Config {
  const address = running.providers.find(({ type }) => type === 'simulator')?.baseUrl
  if (address === undefined) return next
  const providers = next.providers.map((provider) =>
    provider.type === 'simulator' && provider.baseUrl === '' ? { ...provider, baseUrl: address } : provider,
  )
  return { ...next, providers }
}
