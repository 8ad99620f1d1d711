// The configuration that runs: what the file or the environment says, and what the operator made beside it. The file
// wins wherever both speak of the same thing, and what is made here is judged by the same checks as the file is. An
// entry that cannot be used (any more) is left out and says why; it never stops the others, nor the gateway.
import { catalogue } from '../catalogue/catalogue.ts'
import { checkModels } from '../config/check-models.ts'
import { checkProviders } from '../config/check-providers.ts'
import { checkShape } from '../config/check-shape.ts'
import { ConfigError, type ConfigProblem } from '../config/config-error.ts'
import type { Config, ModelConfig, ProviderConfig, TargetConfig } from '../config/config.ts'
import { findings } from '../config/report.ts'
import { resolveModels } from '../config/resolve-models.ts'
import { resolveProviders } from '../config/resolve-providers.ts'
import type { ConfigFile, ModelFile, ProviderFile } from '../config/schema.ts'
import { secretFingerprint } from '../config/secret-fingerprint.ts'
import { providerEntry, withSecrets } from './provider-entry.ts'
import type { ModelSettings, ProviderSettings, UpstreamSwitch } from './upstream-store.ts'

/** A stored provider whose secrets were opened. */
export interface OpenProvider {
  readonly name: string
  readonly settings: ProviderSettings
  readonly headers: Readonly<Record<string, string>>
  /** Null = they cannot be read. */
  readonly secrets: readonly string[] | null
}

export interface OpenModel {
  readonly id: string
  readonly settings: ModelSettings
}

/** Only what is enabled. */
export interface OpenUpstreams {
  readonly providers: readonly OpenProvider[]
  readonly models: readonly OpenModel[]
  readonly switches: readonly UpstreamSwitch[]
}

export interface Overlay {
  readonly config: Config
  /** Why an entry is not in use, a sentence by its name. */
  readonly providerFaults: ReadonlyMap<string, string>
  readonly modelFaults: ReadonlyMap<string, string>
}

interface Entries {
  providers: OpenProvider[]
  models: OpenModel[]
}

interface Fault {
  readonly list: 'providers' | 'models'
  readonly index: number
  readonly problem: ConfigProblem
}

const UNREADABLE =
  'Its secrets cannot be read: they were sealed under another secret key of the gateway. Enter them again, or bring the earlier key back.'

const UNUSABLE = 'It cannot be used together with the configuration file.'

/** Never throws; `base` is not changed. */
export function overlay(base: Config, stored: OpenUpstreams): Overlay {
  const providerFaults = new Map<string, string>()
  const modelFaults = new Map<string, string>()
  const entries: Entries = { providers: [], models: [] }
  for (const provider of stored.providers) {
    if (base.providers.some(({ name }) => name === provider.name))
      providerFaults.set(
        provider.name,
        'A provider of this name is configured by the file or the environment, and that one is used.',
      )
    else if (provider.secrets === null) providerFaults.set(provider.name, UNREADABLE)
    else entries.providers.push(provider)
  }
  for (const model of stored.models) {
    if (base.models.some(({ id, source }) => id === model.id && source === undefined))
      modelFaults.set(model.id, 'The configuration file defines this model, and that definition is used.')
    else entries.models.push(model)
  }
  for (;;) {
    const checked = check(base, entries)
    if (!('faults' in checked)) {
      const config = withSwitches(merged(base, entries, checked), stored.switches)
      return { config, providerFaults, modelFaults }
    }
    const { faults: found } = checked
    if (found.length === 0) {
      // What cannot be laid at anybody's door is everybody's.
      for (const { name } of entries.providers) providerFaults.set(name, UNUSABLE)
      for (const { id } of entries.models) modelFaults.set(id, UNUSABLE)
      return { config: withSwitches(base, stored.switches), providerFaults, modelFaults }
    }
    for (const { list, index, problem } of found) {
      const entry = entries[list][index]
      const faults = list === 'providers' ? providerFaults : modelFaults
      const name = entry === undefined ? '' : 'id' in entry ? entry.id : entry.name
      if (!faults.has(name)) faults.set(name, sentenceOf(problem))
    }
    const faulty = (list: Fault['list']) => new Set(found.filter((one) => one.list === list).map(({ index }) => index))
    const [providers, models] = [faulty('providers'), faulty('models')]
    entries.providers = entries.providers.filter((_, index) => !providers.has(index))
    entries.models = entries.models.filter((_, index) => !models.has(index))
  }
}

/** What is wrong with one entry beside all others; null = nothing. For whoever is about to save it. */
export function faultOf(
  base: Config,
  stored: OpenUpstreams,
  entry: { readonly provider: OpenProvider } | { readonly model: OpenModel },
): ConfigProblem | null {
  const { providers, models } = usable(base, stored)
  const entries: Entries =
    'provider' in entry
      ? { providers: [...providers.filter(({ name }) => name !== entry.provider.name), entry.provider], models: [] }
      : { providers: [...providers], models: [...models.filter(({ id }) => id !== entry.model.id), entry.model] }
  const checked = check(base, entries)
  if (!('faults' in checked)) return null
  const list = 'provider' in entry ? 'providers' : 'models'
  const last = entries[list].length - 1
  const found = checked.faults.find((fault) => fault.list === list && fault.index === last)
  return found?.problem ?? null
}

/** Those that are at fault already are somebody else's worry. */
function usable(base: Config, stored: OpenUpstreams): OpenUpstreams {
  const { providerFaults, modelFaults } = overlay(base, stored)
  return {
    ...stored,
    providers: stored.providers.filter(({ name }) => !providerFaults.has(name)),
    models: stored.models.filter(({ id }) => !modelFaults.has(id)),
  }
}

interface Checked {
  readonly file: Pick<ConfigFile, 'models'>
  readonly providers: readonly ProviderConfig[]
  readonly models: readonly ModelConfig[]
}

interface Faulty {
  readonly faults: readonly Fault[]
}

/** Resolved, or every fault, with paths as the file would have them. */
function check(base: Config, { providers, models }: Entries): Checked | Faulty {
  if (providers.length === 0 && models.length === 0) return { file: { models: [] }, providers: [], models: [] }
  const problems: ConfigProblem[] = []
  const data = {
    providers: providers.map((provider) => providerEntry(provider)),
    models: models.map(({ id, settings }) => ({ ...settings, id })),
  }
  const nowhere = { data, problems: [], untyped: new Set<string>(), locate: () => ({ line: 1, column: 1 }) }
  const file = checkShape(data, nowhere, problems)
  if (file === undefined) return faultsIn(problems, 0)
  const found = findings('', () => ({}))
  checkProviders(file.providers, found)
  for (const [index, { type, base_url: baseUrl }] of file.providers.entries()) {
    if (type === 'simulator' && baseUrl === undefined)
      found.problem(['providers', index, 'base_url'], 'is needed: the built-in simulator belongs to the configuration.')
  }
  const stubs = base.models.map(stubOf)
  const all = [...base.providers.map(({ name, weight }) => ({ name, weight })), ...file.providers]
  checkModels({ ...file, models: [...stubs, ...file.models] }, all, found)
  if (found.problems.length > 0) return faultsIn(found.problems, stubs.length)
  const resolved = resolvedProviders(file, providers)
  const routes = resolveModels(
    {
      models: file.models,
      providers: [...base.providers, ...resolved],
      served: servedLists(base, file, resolved),
      unpriced: new Set(),
    },
    found,
  )
  return found.problems.length > 0 ? faultsIn(found.problems, 0) : { file, providers: resolved, models: routes }
}

/** @param stubs how many models of the file stand before the stored ones */
function faultsIn(problems: readonly ConfigProblem[], stubs: number): Faulty {
  const faults = problems.flatMap((problem): Fault[] => {
    const [, list, number, rest = ''] = /^(providers|models)\[(\d+)\]\.?(.*)$/.exec(problem.path) ?? []
    if (list !== 'providers' && list !== 'models') return []
    const index = Number(number) - (list === 'models' ? stubs : 0)
    return index < 0 ? [] : [{ list, index, problem: { ...problem, path: rest } }]
  })
  return { faults }
}

/** A model that is there already, as far as names go. */
function stubOf({ id, aliases }: ModelConfig): ModelFile {
  return { id, aliases: [...aliases], strategy: 'weighted', fallbacks: [], continue_streams: false }
}

function resolvedProviders(file: ConfigFile, providers: readonly OpenProvider[]): ProviderConfig[] {
  const nothing = findings('', () => ({}))
  const noFiles = (): never => {
    throw new ConfigError('', [])
  }
  return resolveProviders(file, '', nothing, noFiles).map((resolved, index): ProviderConfig => {
    const secrets = providers[index]?.secrets ?? []
    return {
      ...withSecrets(resolved, secrets),
      anyModel: file.providers[index]?.any_model ?? false,
      source: 'database',
    }
  })
}

/** Those of the base have said already what they serve; one without a list serves its vendor's models. */
function servedLists(
  base: Config,
  file: ConfigFile,
  resolved: readonly ProviderConfig[],
): ReadonlyMap<string, readonly string[]> {
  const listOf = (provider: ProviderFile, vendor: string | undefined): readonly string[] => {
    if (provider.models !== undefined) return provider.models
    return (vendor === undefined ? [] : catalogue.byVendor(vendor))
      .filter((model) => !model.retired && model.vendorId === undefined)
      .map(({ id }) => id)
  }
  return new Map([
    ...base.providers.map(({ name }) => [name, []] as const),
    ...file.providers.map((provider, index) => [provider.name, listOf(provider, resolved[index]?.vendor)] as const),
  ])
}

function merged(base: Config, entries: Entries, { file, providers, models }: Checked): Config {
  if (providers.length === 0 && models.length === 0) return base
  // The simulator stands in where nobody else serves anything.
  const simulated = new Set(
    base.providers
      .filter(({ type, source }) => providers.length > 0 && type === 'simulator' && source === 'environment')
      .map(({ name }) => name),
  )
  const stored = new Set(entries.models.map(({ id }) => id))
  const routes = new Map<string, ModelConfig>()
  for (const model of base.models) {
    const targets = model.targets.filter(({ provider }) => !simulated.has(provider))
    routes.set(model.id, targets.length === model.targets.length ? model : { ...model, targets })
  }
  for (const model of models) {
    if (stored.has(model.id)) routes.set(model.id, { ...exactly(model, file), source: 'database' })
    else routes.set(model.id, joined(routes.get(model.id), model))
  }
  return Object.freeze({
    ...base,
    providers: Object.freeze([...base.providers.filter(({ name }) => !simulated.has(name)), ...providers]),
    models: Object.freeze([...routes.values()].filter(({ targets }) => targets.length > 0)),
  })
}

/** Where somebody has said which targets a model has, it has no others. */
function exactly(model: ModelConfig, file: Checked['file']): ModelConfig {
  const count = file.models.find(({ id }) => id === model.id)?.targets?.length
  return count === undefined ? model : { ...model, targets: model.targets.slice(0, count) }
}

/** A provider that serves a model by itself takes a share of it, except where the file says who does. */
function joined(before: ModelConfig | undefined, model: ModelConfig): ModelConfig {
  if (before === undefined) return model
  if (before.source === undefined) return before
  const isThere = (target: TargetConfig): boolean => before.targets.some(({ provider }) => provider === target.provider)
  return { ...before, targets: [...before.targets, ...model.targets.filter((target) => !isThere(target))] }
}

function withSwitches(config: Config, switches: readonly UpstreamSwitch[]): Config {
  if (switches.length === 0) return config
  const providers = config.providers.map((provider): ProviderConfig => {
    const own = switches.filter((one) => one.provider === provider.name)
    if (own.length === 0) return provider
    const whole = own.find(({ fingerprint }) => fingerprint === '')
    const known = new Set(provider.apiKeys.map(secretFingerprint))
    const drainedKeys = own
      .filter(({ fingerprint, drainedAtMs }) => drainedAtMs !== null && known.has(fingerprint))
      .map(({ fingerprint }) => fingerprint)
    return Object.freeze({
      ...provider,
      ...(whole?.weight == null ? {} : { weight: whole.weight }),
      ...(whole?.drainedAtMs == null ? {} : { drained: true as const }),
      ...(drainedKeys.length === 0 ? {} : { drainedKeys: Object.freeze(drainedKeys) }),
    })
  })
  return Object.freeze({ ...config, providers: Object.freeze(providers) })
}

/** `base_url is not an http:// or https:// address.` */
export function sentenceOf({ path, message, hint }: ConfigProblem): string {
  return [path, message, hint].filter(Boolean).join(' ')
}
