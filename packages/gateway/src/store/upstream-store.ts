import type { Kysely, Selectable } from 'kysely'
import type {
  StoredCredential,
  StoredModel,
  StoredProvider,
  StoredUpstreams,
  UpstreamStore,
  UpstreamSwitch,
} from '../upstreams/upstream-store.ts'
import type { Tables } from './schema.ts'

export class SqlUpstreamStore implements UpstreamStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async all(): Promise<StoredUpstreams> {
    const kysely = this.#kysely
    const providers = await kysely.selectFrom('stored_providers').selectAll().orderBy('name').execute()
    const credentials = await kysely
      .selectFrom('stored_credentials')
      .selectAll()
      .orderBy('created_at')
      .orderBy('fingerprint')
      .execute()
    const models = await kysely.selectFrom('stored_models').selectAll().orderBy('model_id').execute()
    const switches = await kysely.selectFrom('upstream_switches').selectAll().execute()
    return {
      providers: providers.map(providerOf),
      credentials: credentials.map(credentialOf),
      models: models.map(modelOf),
      switches: switches.map(switchOf),
    }
  }

  async findProvider(name: string): Promise<StoredProvider | undefined> {
    const row = await this.#kysely
      .selectFrom('stored_providers')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst()
    return row && providerOf(row)
  }

  async insertProvider(provider: StoredProvider): Promise<boolean> {
    const result = await this.#kysely
      .insertInto('stored_providers')
      .values({
        name: provider.name,
        settings: JSON.stringify(provider.settings),
        headers: provider.sealedHeaders,
        enabled: provider.enabled ? 1 : 0,
        created_at: provider.createdAtMs,
        updated_at: provider.updatedAtMs,
      })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
  }

  async updateProvider(provider: Omit<StoredProvider, 'createdAtMs'>): Promise<void> {
    await this.#kysely
      .updateTable('stored_providers')
      .set({
        settings: JSON.stringify(provider.settings),
        headers: provider.sealedHeaders,
        enabled: provider.enabled ? 1 : 0,
        updated_at: provider.updatedAtMs,
      })
      .where('name', '=', provider.name)
      .execute()
  }

  async removeProvider(name: string): Promise<void> {
    await this.#kysely.deleteFrom('stored_credentials').where('provider', '=', name).execute()
    await this.#kysely.deleteFrom('upstream_switches').where('provider', '=', name).execute()
    await this.#kysely.deleteFrom('stored_providers').where('name', '=', name).execute()
  }

  async credentialsOf(provider: string): Promise<readonly StoredCredential[]> {
    const rows = await this.#kysely
      .selectFrom('stored_credentials')
      .selectAll()
      .where('provider', '=', provider)
      .orderBy('created_at')
      .orderBy('fingerprint')
      .execute()
    return rows.map(credentialOf)
  }

  async insertCredential(credential: StoredCredential): Promise<boolean> {
    const result = await this.#kysely
      .insertInto('stored_credentials')
      .values({
        provider: credential.provider,
        fingerprint: credential.fingerprint,
        label: credential.label,
        secret: credential.sealedSecret,
        created_at: credential.createdAtMs,
      })
      .onConflict((conflict) => conflict.columns(['provider', 'fingerprint']).doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
  }

  async labelCredential(provider: string, fingerprint: string, label: string): Promise<void> {
    await this.#kysely
      .updateTable('stored_credentials')
      .set({ label })
      .where('provider', '=', provider)
      .where('fingerprint', '=', fingerprint)
      .execute()
  }

  async removeCredential(provider: string, fingerprint: string): Promise<void> {
    for (const table of ['stored_credentials', 'upstream_switches'] as const) {
      await this.#kysely
        .deleteFrom(table)
        .where('provider', '=', provider)
        .where('fingerprint', '=', fingerprint)
        .execute()
    }
  }

  async findModel(id: string): Promise<StoredModel | undefined> {
    const row = await this.#kysely.selectFrom('stored_models').selectAll().where('model_id', '=', id).executeTakeFirst()
    return row && modelOf(row)
  }

  async insertModel(model: StoredModel): Promise<boolean> {
    const result = await this.#kysely
      .insertInto('stored_models')
      .values({
        model_id: model.id,
        settings: JSON.stringify(model.settings),
        enabled: model.enabled ? 1 : 0,
        created_at: model.createdAtMs,
        updated_at: model.updatedAtMs,
      })
      .onConflict((conflict) => conflict.column('model_id').doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
  }

  async updateModel(model: Omit<StoredModel, 'createdAtMs'>): Promise<void> {
    await this.#kysely
      .updateTable('stored_models')
      .set({
        settings: JSON.stringify(model.settings),
        enabled: model.enabled ? 1 : 0,
        updated_at: model.updatedAtMs,
      })
      .where('model_id', '=', model.id)
      .execute()
  }

  async removeModel(id: string): Promise<void> {
    await this.#kysely.deleteFrom('stored_models').where('model_id', '=', id).execute()
  }

  async findSwitch(provider: string, fingerprint: string): Promise<UpstreamSwitch | undefined> {
    const row = await this.#kysely
      .selectFrom('upstream_switches')
      .selectAll()
      .where('provider', '=', provider)
      .where('fingerprint', '=', fingerprint)
      .executeTakeFirst()
    return row && switchOf(row)
  }

  async putSwitch({ provider, fingerprint, drainedAtMs, weight, setBy, setAtMs }: UpstreamSwitch): Promise<void> {
    if (drainedAtMs === null && weight === null) {
      await this.#kysely
        .deleteFrom('upstream_switches')
        .where('provider', '=', provider)
        .where('fingerprint', '=', fingerprint)
        .execute()
      return
    }
    const facts = { drained_at: drainedAtMs, weight, set_by: setBy, set_at: setAtMs }
    await this.#kysely
      .insertInto('upstream_switches')
      .values({ provider, fingerprint, ...facts })
      .onConflict((conflict) => conflict.columns(['provider', 'fingerprint']).doUpdateSet(facts))
      .execute()
  }
}

function providerOf(row: Selectable<Tables['stored_providers']>): StoredProvider {
  return {
    name: row.name,
    settings: recordIn(row.settings),
    sealedHeaders: row.headers,
    enabled: row.enabled === 1,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  }
}

function credentialOf(row: Selectable<Tables['stored_credentials']>): StoredCredential {
  return {
    provider: row.provider,
    fingerprint: row.fingerprint,
    label: row.label,
    sealedSecret: row.secret,
    createdAtMs: row.created_at,
  }
}

function modelOf(row: Selectable<Tables['stored_models']>): StoredModel {
  return {
    id: row.model_id,
    settings: recordIn(row.settings),
    enabled: row.enabled === 1,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  }
}

function switchOf(row: Selectable<Tables['upstream_switches']>): UpstreamSwitch {
  return {
    provider: row.provider,
    fingerprint: row.fingerprint,
    drainedAtMs: row.drained_at,
    weight: row.weight,
    setBy: row.set_by,
    setAtMs: row.set_at,
  }
}

/** The checks of the configuration look at what is in it. */
function recordIn(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
