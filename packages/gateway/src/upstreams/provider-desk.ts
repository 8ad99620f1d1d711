// What all that the operator does with providers stands on: where one is defined, how it is shown, whether it may be what
// it is to become, and what is written down of a change.
import type { ProviderConfig } from '../config/config.ts'
import { GatewayError } from '../core/errors.ts'
import { writeAudit } from '../identity/audit-log.ts'
import type { AuditAction, AuditFacts } from '../identity/audit-store.ts'
import type { Origin } from '../identity/origin.ts'
import type { Principal } from '../identity/principal.ts'
import { faultOf, type OpenProvider } from './overlay.ts'
import { unknownProvider } from './provider-refusals.ts'
import { viewOfProvider, type ProviderView } from './provider-view.ts'
import { mustBeSound, UpstreamContext, type UpstreamOptions, type UpstreamStores } from './upstream-context.ts'
import type { StoredCredential, StoredProvider } from './upstream-store.ts'

export class ProviderDesk {
  readonly options: UpstreamOptions
  readonly context: UpstreamContext

  constructor(options: UpstreamOptions) {
    this.options = options
    this.context = new UpstreamContext(options)
  }

  /** By the file or the environment. */
  configured(name: string): ProviderConfig | undefined {
    return this.options.work.base().providers.find((provider) => provider.name === name)
  }

  /** As it runs, or as the file has it. */
  known(name: string): ProviderConfig | undefined {
    return this.options.work.config().providers.find((provider) => provider.name === name) ?? this.configured(name)
  }

  /** @throws {GatewayError} `not_found`, and `conflict` for one that is not the database's */
  async mustBeStored(stores: UpstreamStores, name: string): Promise<StoredProvider> {
    const stored = await stores.upstreams.findProvider(name)
    if (stored !== undefined) return stored
    const own = this.configured(name)
    if (own === undefined) throw unknownProvider(name)
    const where = own.source === 'environment' ? 'was found in the environment' : 'is defined in the configuration file'
    throw new GatewayError('conflict', `The provider "${name}" ${where}. Change it there.`)
  }

  /** By name. */
  async views(): Promise<ProviderView[]> {
    const { database, work } = this.options
    const stored = await database.upstreams.all()
    const facts = { stored, base: work.base(), running: work.config(), health: work.health() }
    const names = new Set([...facts.base.providers, ...stored.providers].map(({ name }) => name))
    return [...names]
      .toSorted()
      .flatMap((name) => viewOfProvider(name, { ...facts, fault: work.providerFault(name) }) ?? [])
  }

  /** @throws {GatewayError} `not_found` */
  async view(name: string): Promise<ProviderView> {
    const found = (await this.views()).find((one) => one.name === name)
    if (found === undefined) throw unknownProvider(name)
    return found
  }

  /** Tells everybody; resolves with what it has become, when it holds here. */
  async changed(name: string): Promise<ProviderView> {
    await this.context.changed()
    return await this.view(name)
  }

  /** With its secrets. @throws {GatewayError} `conflict` when another key of the gateway sealed them */
  open(stored: StoredProvider, credentials: readonly StoredCredential[]): OpenProvider {
    const opened = this.options.seals.openProvider(stored, credentials)
    if (opened.secrets !== null) return opened
    const message = `The secrets of "${stored.name}" were sealed under another secret key of the gateway. Remove it and make it again, or bring the earlier key back.`
    throw new GatewayError('conflict', message)
  }

  /** @throws {GatewayError} `invalid_request`, where the file's own checks find something */
  async mustFit(stores: Pick<UpstreamStores, 'upstreams'>, provider: OpenProvider): Promise<void> {
    mustBeSound(faultOf(this.options.work.base(), await this.context.opened(stores), { provider }))
  }

  async audit(
    stores: UpstreamStores,
    who: { readonly principal: Principal; readonly origin: Origin },
    change: {
      readonly action: AuditAction
      readonly objectId: string
      readonly before: AuditFacts | null
      readonly after: AuditFacts | null
    },
  ): Promise<void> {
    await writeAudit(stores.audit, who.principal, who.origin, this.options.now(), { accountId: '', ...change })
  }
}
