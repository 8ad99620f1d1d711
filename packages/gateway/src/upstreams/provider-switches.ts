// What the operator switches while a provider runs, also one of the file: no new attempts there, or another weight.
import { secretFingerprint } from '../config/secret-fingerprint.ts'
import { actorOf } from '../identity/actor.ts'
import { mustBeOperator } from '../identity/must-be-operator.ts'
import type { Origin } from '../identity/origin.ts'
import type { Principal } from '../identity/principal.ts'
import type { ProviderDesk } from './provider-desk.ts'
import { unknownCredential, unknownProvider } from './provider-refusals.ts'
import type { ProviderService } from './provider-service.ts'
import type { ProviderView } from './provider-view.ts'
import type { UpstreamStores } from './upstream-context.ts'
import type { UpstreamSwitch } from './upstream-store.ts'

export function providerSwitches(desk: ProviderDesk): Pick<ProviderService, 'drain' | 'undrain' | 'weigh'> {
  const { database, now } = desk.options
  return {
    drain: async (principal, name, fingerprint, origin) =>
      await setDrain(desk, { principal, origin }, { name, fingerprint, drained: true }),

    undrain: async (principal, name, fingerprint, origin) =>
      await setDrain(desk, { principal, origin }, { name, fingerprint, drained: false }),

    async weigh(principal, name, weight, origin) {
      mustBeOperator(principal)
      await database.transaction(async (stores) => {
        const before = await switchOf(desk, stores, name, null)
        if ((before?.weight ?? null) === weight) return
        await stores.upstreams.putSwitch({
          provider: name,
          fingerprint: '',
          drainedAtMs: before?.drainedAtMs ?? null,
          weight,
          setBy: actorOf(principal),
          setAtMs: now(),
        })
        await desk.audit(
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
      return await desk.changed(name)
    },
  }
}

interface Drain {
  readonly name: string
  /** Null = the whole provider. */
  readonly fingerprint: string | null
  readonly drained: boolean
}

async function setDrain(
  desk: ProviderDesk,
  who: { readonly principal: Principal; readonly origin: Origin },
  { name, fingerprint, drained }: Drain,
): Promise<ProviderView> {
  const { database, work, now } = desk.options
  mustBeOperator(who.principal)
  const isNews = await database.transaction(async (stores) => {
    const before = await switchOf(desk, stores, name, fingerprint)
    if ((before?.drainedAtMs != null) === drained) return false
    const nowMs = now()
    await stores.upstreams.putSwitch({
      provider: name,
      fingerprint: fingerprint ?? '',
      drainedAtMs: drained ? nowMs : null,
      weight: before?.weight ?? null,
      setBy: actorOf(who.principal),
      setAtMs: nowMs,
    })
    await desk.audit(stores, who, {
      action: drained ? 'provider.drain' : 'provider.undrain',
      objectId: name,
      before: { drained: !drained, credential: fingerprint },
      after: { drained, credential: fingerprint },
    })
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
  return await desk.changed(name)
}

/** @throws {GatewayError} `not_found` for a provider that is not there, or a credential that it has not */
async function switchOf(
  desk: ProviderDesk,
  stores: UpstreamStores,
  name: string,
  fingerprint: string | null,
): Promise<UpstreamSwitch | undefined> {
  if (desk.known(name) === undefined && (await stores.upstreams.findProvider(name)) === undefined)
    throw unknownProvider(name)
  if (fingerprint !== null) {
    const kept = (await stores.upstreams.credentialsOf(name)).map((credential) => credential.fingerprint)
    const ofFile = (desk.configured(name)?.apiKeys ?? []).map(secretFingerprint)
    if (![...kept, ...ofFile].includes(fingerprint)) throw unknownCredential(name, fingerprint)
  }
  return await stores.upstreams.findSwitch(name, fingerprint ?? '')
}
