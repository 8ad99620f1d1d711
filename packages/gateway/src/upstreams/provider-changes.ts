// Providers of the database are made, changed and removed.
import { secretFingerprint } from '../config/secret-fingerprint.ts'
import { GatewayError } from '../core/errors.ts'
import type { AuditFacts } from '../identity/audit-store.ts'
import { mustBeOperator } from '../identity/must-be-operator.ts'
import { patched } from './patched.ts'
import { credentialRow } from './provider-credentials.ts'
import type { ProviderDesk } from './provider-desk.ts'
import { nameTaken } from './provider-refusals.ts'
import type { NewSecret, ProviderService } from './provider-service.ts'
import type { StoredProvider } from './upstream-store.ts'

export function providerChanges(desk: ProviderDesk): Pick<ProviderService, 'create' | 'update' | 'remove'> {
  const { database, seals, work, now } = desk.options
  return {
    async create(principal, wanted, origin) {
      mustBeOperator(principal)
      const { name, settings, headers, secrets, enabled } = wanted
      if (desk.configured(name) !== undefined) throw nameTaken(name)
      await desk.mustFit(database, { name, settings, headers, secrets: secrets.map(({ secret }) => secret) })
      const nowMs = now()
      const sealedHeaders = seals.sealHeaders(headers, name)
      const stored: StoredProvider = { name, settings, sealedHeaders, enabled, createdAtMs: nowMs, updatedAtMs: nowMs }
      await database.transaction(async (stores) => {
        if (!(await stores.upstreams.insertProvider(stored))) throw nameTaken(name)
        // Of those that are there twice, the first one stays.
        for (const one of secrets) await stores.upstreams.insertCredential(credentialRow(desk.options, name, one))
        const after = factsOf(stored, Object.keys(headers), secrets)
        await desk.audit(
          stores,
          { principal, origin },
          { action: 'provider.create', objectId: name, before: null, after },
        )
      })
      await desk.context.changed()
      // The first check of a new address is worth waiting for: whoever made it is looking.
      await work.check(name)
      return await desk.view(name)
    },

    async update(principal, name, patch, origin) {
      mustBeOperator(principal)
      await database.transaction(async (stores) => {
        const before = await desk.mustBeStored(stores, name)
        const credentials = await stores.upstreams.credentialsOf(name)
        const opened = desk.open(before, credentials)
        const settings = patched(before.settings, patch.settings ?? {})
        const headers = patch.headers === null ? {} : patched(opened.headers, patch.headers ?? {})
        const enabled = patch.enabled ?? before.enabled
        if (enabled) await desk.mustFit(stores, { name, settings, headers, secrets: opened.secrets })
        const sealedHeaders = seals.sealHeaders(headers, name)
        const after = { ...before, settings, sealedHeaders, enabled, updatedAtMs: now() }
        await stores.upstreams.updateProvider(after)
        await desk.audit(
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
      return await desk.changed(name)
    },

    async remove(principal, name, origin) {
      mustBeOperator(principal)
      const last = await desk.view(name)
      await database.transaction(async (stores) => {
        const before = await desk.mustBeStored(stores, name)
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
        await desk.audit(
          stores,
          { principal, origin },
          { action: 'provider.delete', objectId: name, before: { ...facts, fingerprints }, after: null },
        )
      })
      await desk.context.changed()
      return last
    },
  }
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

function targetsIn({ targets }: Readonly<Record<string, unknown>>): readonly unknown[] {
  if (!Array.isArray(targets)) return []
  return targets.map((target: unknown) =>
    typeof target === 'object' && target !== null && 'provider' in target ? target.provider : null,
  )
}
