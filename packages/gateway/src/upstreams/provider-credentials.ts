// The secrets of a provider of the database: one more, another label, one less.
import { secretFingerprint } from '../config/secret-fingerprint.ts'
import { GatewayError } from '../core/errors.ts'
import { mustBeOperator } from '../identity/must-be-operator.ts'
import type { ProviderDesk } from './provider-desk.ts'
import { unknownCredential } from './provider-refusals.ts'
import type { NewSecret, ProviderService } from './provider-service.ts'
import type { UpstreamOptions, UpstreamStores } from './upstream-context.ts'
import type { StoredCredential } from './upstream-store.ts'

const MOST_CREDENTIALS = 100

type CredentialChanges = Pick<ProviderService, 'addCredential' | 'labelCredential' | 'removeCredential'>

export function providerCredentials(desk: ProviderDesk): CredentialChanges {
  const { database } = desk.options
  return {
    async addCredential(principal, name, wanted, origin) {
      mustBeOperator(principal)
      await database.transaction(async (stores) => {
        const stored = await desk.mustBeStored(stores, name)
        const credentials = await stores.upstreams.credentialsOf(name)
        if (credentials.length >= MOST_CREDENTIALS) {
          throw new GatewayError('conflict', `"${name}" has ${MOST_CREDENTIALS} credentials, and can have no more.`)
        }
        const opened = desk.open(stored, credentials)
        await desk.mustFit(stores, { ...opened, secrets: [wanted.secret] })
        const row = credentialRow(desk.options, name, wanted)
        if (!(await stores.upstreams.insertCredential(row))) {
          const message = `"${name}" has this credential already: ${row.fingerprint}.`
          throw new GatewayError('conflict', message, { param: 'secret' })
        }
        const after = { fingerprint: row.fingerprint, label: row.label }
        await desk.audit(
          stores,
          { principal, origin },
          { action: 'credential.add', objectId: name, before: null, after },
        )
      })
      return await desk.changed(name)
    },

    async labelCredential(principal, name, fingerprint, label, origin) {
      mustBeOperator(principal)
      await database.transaction(async (stores) => {
        await desk.mustBeStored(stores, name)
        const before = await credentialOf(stores, name, fingerprint)
        await stores.upstreams.labelCredential(name, fingerprint, label.trim())
        await desk.audit(
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
      return await desk.view(name)
    },

    async removeCredential(principal, name, fingerprint, origin) {
      mustBeOperator(principal)
      await database.transaction(async (stores) => {
        const stored = await desk.mustBeStored(stores, name)
        const before = await credentialOf(stores, name, fingerprint)
        const left = (await stores.upstreams.credentialsOf(name)).filter((one) => one.fingerprint !== fingerprint)
        if (stored.enabled) await desk.mustFit(stores, desk.open(stored, left))
        await stores.upstreams.removeCredential(name, fingerprint)
        const facts = { fingerprint, label: before.label }
        await desk.audit(
          stores,
          { principal, origin },
          { action: 'credential.remove', objectId: name, before: facts, after: null },
        )
      })
      return await desk.changed(name)
    },
  }
}

export function credentialRow(
  { seals, now }: Pick<UpstreamOptions, 'seals' | 'now'>,
  provider: string,
  { secret, label }: NewSecret,
): StoredCredential {
  const fingerprint = secretFingerprint(secret)
  const sealedSecret = seals.sealCredential(secret, provider, fingerprint)
  return { provider, fingerprint, label: label.trim(), sealedSecret, createdAtMs: now() }
}

async function credentialOf(stores: UpstreamStores, name: string, fingerprint: string): Promise<StoredCredential> {
  const found = (await stores.upstreams.credentialsOf(name)).find((one) => one.fingerprint === fingerprint)
  if (found === undefined) throw unknownCredential(name, fingerprint)
  return found
}
