// Providers, as the operator sees and makes them: those of the file and the environment, which are changed there, and
// those of the database. Secrets go in and never come out again; a fingerprint tells them apart.
import type { Config, ProviderConfig } from '../config/config.ts'
import { secretFingerprint } from '../config/secret-fingerprint.ts'
import { GatewayError } from '../core/errors.ts'
import { actorOf } from '../identity/actor.ts'
import { writeAudit } from '../identity/audit-log.ts'
import type { AuditAction, AuditFacts } from '../identity/audit-store.ts'
import { mustBeOperator } from '../identity/must-be-operator.ts'
import type { Origin } from '../identity/origin.ts'
import type { Principal } from '../identity/principal.ts'
import { faultOf, overlay, type OpenProvider } from './overlay.ts'
import type { ProviderPast, TestResult, UpstreamStores } from './upstream-context.ts'
import { mustBeSound, UpstreamContext, type UpstreamOptions } from './upstream-context.ts'
import type { ProviderSettings, StoredCredential, StoredProvider, UpstreamSwitch } from './upstream-store.ts'
import { viewOfProvider, type ProviderView } from './provider-view.ts'

export interface NewSecret {
  readonly secret: string
  /** For people; '' = none. */
  readonly label: string
}

export interface NewProvider {
  readonly name: string
  /** As the file has them, in its own words. */
  readonly settings: ProviderSettings
  readonly headers: Readonly<Record<string, string>>
  readonly secrets: readonly NewSecret[]
  readonly enabled: boolean
}

/** Absent = as it is. */
export interface ProviderPatch {
  /** Of the fields named; null takes one away, so that its default holds. */
  readonly settings?: ProviderSettings
  /** Of the headers named; null takes one away, and null instead of the whole takes all. */
  readonly headers?: Readonly<Record<string, string | null>> | null
  readonly enabled?: boolean
}

export interface TestWish {
  /** The provider's own name of it; null = its list of models. */
  readonly model: string | null
  /** Absent = the first. */
  readonly fingerprint?: string
}

/**
 * For the operator only. Throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found`, and `conflict` for
 * what is taken, in use, or configured elsewhere.
 */
export interface ProviderService {
  /** By name. */
  list(principal: Principal): Promise<readonly ProviderView[]>
  get(principal: Principal, name: string): Promise<ProviderView>
  create(principal: Principal, wanted: NewProvider, origin: Origin): Promise<ProviderView>
  update(principal: Principal, name: string, patch: ProviderPatch, origin: Origin): Promise<ProviderView>
  /** `conflict` while models made here have targets there. */
  remove(principal: Principal, name: string, origin: Origin): Promise<ProviderView>
  addCredential(principal: Principal, name: string, wanted: NewSecret, origin: Origin): Promise<ProviderView>
  labelCredential(
    principal: Principal,
    name: string,
    fingerprint: string,
    label: string,
    origin: Origin,
  ): Promise<ProviderView>
  removeCredential(principal: Principal, name: string, fingerprint: string, origin: Origin): Promise<ProviderView>
  /** No new attempts there, or with one of its credentials; those under way go on. Also of providers of the file. */
  drain(principal: Principal, name: string, fingerprint: string | null, origin: Origin): Promise<ProviderView>
  undrain(principal: Principal, name: string, fingerprint: string | null, origin: Origin): Promise<ProviderView>
  /** Until it is taken back with null. Also of providers of the file. */
  weigh(principal: Principal, name: string, weight: number | null, origin: Origin): Promise<ProviderView>
  /** Checks its address now. */
  check(principal: Principal, name: string): Promise<ProviderView>
  /** One real call with what is saved. */
  test(principal: Principal, name: string, wish: TestWish): Promise<TestResult>
  /** One real call with what is not. */
  tryOut(principal: Principal, wanted: NewProvider, wish: TestWish): Promise<TestResult>
  history(principal: Principal, name: string, hours: number): Promise<ProviderPast & { readonly nowMs: number }>
}

const TEST_TIMEOUT_MS = 30_000
const HOUR_MS = 3_600_000
const MOST_CREDENTIALS = 100

export function createProviderService(options: UpstreamOptions): ProviderService {
  const context = new UpstreamContext(options)
  const { database, seals, work, now, testCall } = options

  const configured = (name: string): ProviderConfig | undefined =>
    work.base().providers.find((provider) => provider.name === name)

  const mustBeStored = async (stores: UpstreamStores, name: string): Promise<StoredProvider> => {
    const stored = await stores.upstreams.findProvider(name)
    if (stored !== undefined) return stored
    const own = configured(name)
    if (own === undefined) throw unknown(name)
    const where = own.source === 'environment' ? 'was found in the environment' : 'is defined in the configuration file'
    throw new GatewayError('conflict', `The provider "${name}" ${where}. Change it there.`)
  }

  const view = async (name: string): Promise<ProviderView> => {
    const found = (await views()).find((one) => one.name === name)
    if (found === undefined) throw unknown(name)
    return found
  }

  const views = async (): Promise<ProviderView[]> => {
    const stored = await database.upstreams.all()
    const facts = { stored, base: work.base(), running: work.config(), health: work.health() }
    const names = new Set([...facts.base.providers, ...stored.providers].map(({ name }) => name))
    return [...names]
      .toSorted()
      .flatMap((name) => viewOfProvider(name, { ...facts, fault: work.providerFault(name) }) ?? [])
  }

  const audit = async (
    stores: UpstreamStores,
    who: { readonly principal: Principal; readonly origin: Origin },
    change: {
      readonly action: AuditAction
      readonly objectId: string
      readonly before: AuditFacts | null
      readonly after: AuditFacts | null
    },
  ): Promise<void> => await writeAudit(stores.audit, who.principal, who.origin, now(), { accountId: '', ...change })

  const open = (stored: StoredProvider, credentials: readonly StoredCredential[]): OpenProvider => {
    const opened = seals.openProvider(stored, credentials)
    if (opened.secrets !== null) return opened
    const message = `The secrets of "${stored.name}" were sealed under another secret key of the gateway. Remove it and make it again, or bring the earlier key back.`
    throw new GatewayError('conflict', message)
  }

  /** @throws {GatewayError} `invalid_request`, where the file's own checks find something */
  const mustFit = async (stores: Pick<UpstreamStores, 'upstreams'>, provider: OpenProvider): Promise<void> =>
    mustBeSound(faultOf(work.base(), await context.opened(stores), { provider }))

  const credentialRow = (provider: string, { secret, label }: NewSecret): StoredCredential => {
    const fingerprint = secretFingerprint(secret)
    const sealedSecret = seals.sealCredential(secret, provider, fingerprint)
    return { provider, fingerprint, label: label.trim(), sealedSecret, createdAtMs: now() }
  }

  const known = (name: string): ProviderConfig | undefined =>
    work.config().providers.find((provider) => provider.name === name) ?? configured(name)

  /** @throws {GatewayError} `not_found` for a credential that it has not */
  const switchOf = async (
    stores: UpstreamStores,
    name: string,
    fingerprint: string | null,
  ): Promise<UpstreamSwitch | undefined> => {
    if (known(name) === undefined && (await stores.upstreams.findProvider(name)) === undefined) throw unknown(name)
    if (fingerprint !== null) {
      const kept = (await stores.upstreams.credentialsOf(name)).map((credential) => credential.fingerprint)
      const ofFile = (configured(name)?.apiKeys ?? []).map(secretFingerprint)
      if (![...kept, ...ofFile].includes(fingerprint)) throw unknownCredential(name, fingerprint)
    }
    return await stores.upstreams.findSwitch(name, fingerprint ?? '')
  }

  const setDrain = async (
    principal: Principal,
    origin: Origin,
    name: string,
    fingerprint: string | null,
    drained: boolean,
  ): Promise<ProviderView> => {
    mustBeOperator(principal)
    const nowMs = now()
    const isNews = await database.transaction(async (stores) => {
      const before = await switchOf(stores, name, fingerprint)
      if ((before?.drainedAtMs != null) === drained) return false
      await stores.upstreams.putSwitch({
        provider: name,
        fingerprint: fingerprint ?? '',
        drainedAtMs: drained ? nowMs : null,
        weight: before?.weight ?? null,
        setBy: actorOf(principal),
        setAtMs: nowMs,
      })
      await audit(
        stores,
        { principal, origin },
        {
          action: drained ? 'provider.drain' : 'provider.undrain',
          objectId: name,
          before: { drained: !drained, credential: fingerprint },
          after: { drained, credential: fingerprint },
        },
      )
      return true
    })
    if (isNews) {
      work.note({
        provider: name,
        fingerprint: fingerprint ?? '',
        model: '',
        kind: drained ? 'drained' : 'undrained',
        reason: '',
        forMs: null,
      })
    }
    await context.changed()
    return await view(name)
  }

  return {
    async list(principal) {
      mustBeOperator(principal)
      return await views()
    },

    async get(principal, name) {
      mustBeOperator(principal)
      return await view(name)
    },

    async create(principal, wanted, origin) {
      mustBeOperator(principal)
      const { name, settings, headers, secrets, enabled } = wanted
      if (configured(name) !== undefined) throw taken(name)
      await mustFit(database, { name, settings, headers, secrets: secrets.map(({ secret }) => secret) })
      const nowMs = now()
      const sealedHeaders = seals.sealHeaders(headers, name)
      const stored: StoredProvider = { name, settings, sealedHeaders, enabled, createdAtMs: nowMs, updatedAtMs: nowMs }
      await database.transaction(async (stores) => {
        if (!(await stores.upstreams.insertProvider(stored))) throw taken(name)
        // Of those that are there twice, the first one stays.
        for (const one of secrets) await stores.upstreams.insertCredential(credentialRow(name, one))
        const after = factsOf(stored, Object.keys(headers), secrets)
        await audit(stores, { principal, origin }, { action: 'provider.create', objectId: name, before: null, after })
      })
      await context.changed()
      // The first check of a new address is worth waiting for: whoever made it is looking.
      await work.check(name)
      return await view(name)
    },

    async update(principal, name, patch, origin) {
      mustBeOperator(principal)
      await database.transaction(async (stores) => {
        const before = await mustBeStored(stores, name)
        const credentials = await stores.upstreams.credentialsOf(name)
        const opened = open(before, credentials)
        const settings = patched(before.settings, patch.settings ?? {})
        const headers =
          patch.headers === null ? {} : (patched(opened.headers, patch.headers ?? {}) as Record<string, string>)
        const enabled = patch.enabled ?? before.enabled
        if (enabled) await mustFit(stores, { name, settings, headers, secrets: opened.secrets })
        const sealedHeaders = seals.sealHeaders(headers, name)
        const after = { ...before, settings, sealedHeaders, enabled, updatedAtMs: now() }
        await stores.upstreams.updateProvider(after)
        await audit(
          stores,
          { principal, origin },
          {
            action: 'provider.update',
            objectId: name,
            before: factsOf(before, Object.keys(opened.headers), []),
            after: factsOf(after, Object.keys(headers), []),
          },
        )
      })
      await context.changed()
      return await view(name)
    },

    async remove(principal, name, origin) {
      mustBeOperator(principal)
      const last = await view(name)
      await database.transaction(async (stores) => {
        const before = await mustBeStored(stores, name)
        const { models } = await stores.upstreams.all()
        const using = models.filter(({ settings }) => targetsIn(settings).includes(name)).map(({ id }) => id)
        if (using.length > 0) {
          const which = using.slice(0, 5).join(', ')
          const message = `${using.length === 1 ? 'The model' : `${using.length} models`} ${which} ${using.length === 1 ? 'has' : 'have'} targets at "${name}". Change them first.`
          throw new GatewayError('conflict', message)
        }
        const credentials = await stores.upstreams.credentialsOf(name)
        await stores.upstreams.removeProvider(name)
        const facts = factsOf(before, [], [])
        const fingerprints = credentials.map(({ fingerprint }) => fingerprint)
        await audit(
          stores,
          { principal, origin },
          { action: 'provider.delete', objectId: name, before: { ...facts, fingerprints }, after: null },
        )
      })
      await context.changed()
      return last
    },

    async addCredential(principal, name, wanted, origin) {
      mustBeOperator(principal)
      await database.transaction(async (stores) => {
        const stored = await mustBeStored(stores, name)
        const credentials = await stores.upstreams.credentialsOf(name)
        if (credentials.length >= MOST_CREDENTIALS) {
          throw new GatewayError('conflict', `"${name}" has ${MOST_CREDENTIALS} credentials, and can have no more.`)
        }
        const opened = open(stored, credentials)
        await mustFit(stores, { ...opened, secrets: [wanted.secret] })
        const row = credentialRow(name, wanted)
        if (!(await stores.upstreams.insertCredential(row))) {
          const message = `"${name}" has this credential already: ${row.fingerprint}.`
          throw new GatewayError('conflict', message, { param: 'secret' })
        }
        const after = { fingerprint: row.fingerprint, label: row.label }
        await audit(stores, { principal, origin }, { action: 'credential.add', objectId: name, before: null, after })
      })
      await context.changed()
      return await view(name)
    },

    async labelCredential(principal, name, fingerprint, label, origin) {
      mustBeOperator(principal)
      await database.transaction(async (stores) => {
        await mustBeStored(stores, name)
        const before = await credentialOf(stores, name, fingerprint)
        await stores.upstreams.labelCredential(name, fingerprint, label.trim())
        await audit(
          stores,
          { principal, origin },
          {
            action: 'credential.update',
            objectId: name,
            before: { fingerprint, label: before.label },
            after: { fingerprint, label: label.trim() },
          },
        )
      })
      return await view(name)
    },

    async removeCredential(principal, name, fingerprint, origin) {
      mustBeOperator(principal)
      await database.transaction(async (stores) => {
        const stored = await mustBeStored(stores, name)
        const before = await credentialOf(stores, name, fingerprint)
        const left = (await stores.upstreams.credentialsOf(name)).filter((one) => one.fingerprint !== fingerprint)
        if (stored.enabled) await mustFit(stores, open(stored, left))
        await stores.upstreams.removeCredential(name, fingerprint)
        const facts = { fingerprint, label: before.label }
        await audit(
          stores,
          { principal, origin },
          { action: 'credential.remove', objectId: name, before: facts, after: null },
        )
      })
      await context.changed()
      return await view(name)
    },

    drain: async (principal, name, fingerprint, origin) => await setDrain(principal, origin, name, fingerprint, true),
    undrain: async (principal, name, fingerprint, origin) =>
      await setDrain(principal, origin, name, fingerprint, false),

    async weigh(principal, name, weight, origin) {
      mustBeOperator(principal)
      await database.transaction(async (stores) => {
        const before = await switchOf(stores, name, null)
        if ((before?.weight ?? null) === weight) return
        await stores.upstreams.putSwitch({
          provider: name,
          fingerprint: '',
          drainedAtMs: before?.drainedAtMs ?? null,
          weight,
          setBy: actorOf(principal),
          setAtMs: now(),
        })
        await audit(
          stores,
          { principal, origin },
          {
            action: 'provider.weigh',
            objectId: name,
            before: { weight: before?.weight ?? null },
            after: { weight },
          },
        )
      })
      await context.changed()
      return await view(name)
    },

    async check(principal, name) {
      mustBeOperator(principal)
      if (known(name) === undefined) throw unknown(name)
      await work.check(name)
      return await view(name)
    },

    async test(principal, name, { model, fingerprint }) {
      mustBeOperator(principal)
      const provider = known(name) ?? (await disabledProvider(name))
      if (provider === undefined) throw unknown(name)
      const secrets = provider.apiKeys.length === 0 ? [''] : provider.apiKeys
      const secret =
        fingerprint === undefined ? secrets[0] : secrets.find((one) => secretFingerprint(one) === fingerprint)
      if (secret === undefined) throw unknownCredential(name, fingerprint ?? '')
      return await testCall({ provider, secret, model, timeoutMs: TEST_TIMEOUT_MS })
    },

    async tryOut(principal, { name, settings, headers, secrets }, { model }) {
      mustBeOperator(principal)
      const draft = { name, settings, headers, secrets: secrets.map(({ secret }) => secret) }
      const provider = alone(work.base(), draft)
      return await testCall({ provider, secret: provider.apiKeys[0] ?? '', model, timeoutMs: TEST_TIMEOUT_MS })
    },

    async history(principal, name, hours) {
      mustBeOperator(principal)
      await view(name)
      const nowMs = now()
      return { ...(await work.history(name, nowMs - hours * HOUR_MS, nowMs)), nowMs }
    },
  }

  /** One that is switched off, as it would be. */
  async function disabledProvider(name: string): Promise<ProviderConfig | undefined> {
    const stored = await database.upstreams.findProvider(name)
    if (stored === undefined) return undefined
    return alone(work.base(), open(stored, await database.upstreams.credentialsOf(name)))
  }
}

/** As it would run. @throws {GatewayError} `invalid_request` */
function alone(base: Config, draft: OpenProvider): ProviderConfig {
  const others = base.providers.filter(({ name }) => name !== draft.name)
  const without = { ...base, providers: others }
  const nothing = { providers: [], models: [], switches: [] }
  mustBeSound(faultOf(without, nothing, { provider: draft }))
  const { config } = overlay(without, { ...nothing, providers: [draft] })
  const made = config.providers.find(({ name }) => name === draft.name)
  if (made === undefined) throw new GatewayError('invalid_request', 'This is no provider that could be called.')
  return made
}

async function credentialOf(stores: UpstreamStores, name: string, fingerprint: string): Promise<StoredCredential> {
  const found = (await stores.upstreams.credentialsOf(name)).find((one) => one.fingerprint === fingerprint)
  if (found === undefined) throw unknownCredential(name, fingerprint)
  return found
}

/** For the audit log: of headers their names, of secrets their fingerprints. */
function factsOf(
  { settings, enabled }: StoredProvider,
  headers: readonly string[],
  secrets: readonly NewSecret[],
): AuditFacts {
  return {
    ...settings,
    enabled,
    headers,
    ...(secrets.length === 0 ? {} : { fingerprints: secrets.map(({ secret }) => secretFingerprint(secret)) }),
  }
}

export function patched(
  before: Readonly<Record<string, unknown>>,
  patch: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value != null))
}

function targetsIn({ targets }: Readonly<Record<string, unknown>>): readonly unknown[] {
  if (!Array.isArray(targets)) return []
  return targets.map((target: unknown) =>
    typeof target === 'object' && target !== null && 'provider' in target ? target.provider : null,
  )
}

function unknown(name: string): GatewayError {
  return new GatewayError('not_found', `There is no provider "${name.slice(0, 100)}".`)
}

function unknownCredential(name: string, fingerprint: string): GatewayError {
  return new GatewayError('not_found', `"${name}" has no credential "${fingerprint.slice(0, 20)}".`)
}

function taken(name: string): GatewayError {
  return new GatewayError('conflict', `There is a provider "${name}" already.`, { param: 'name' })
}
