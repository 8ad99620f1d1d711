import type { Kysely } from 'kysely'
import type { DeviceStore } from '../identity/people/device-store.ts'
import type { Tables } from './schema.ts'

export class SqlDeviceStore implements DeviceStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  isKnownDevice(personId: string, digest: string, sinceMs: number): Promise<boolean> {
    return this.#isKnown(personId, 'device', digest, sinceMs)
  }

  isKnownAddress(personId: string, digest: string, sinceMs: number): Promise<boolean> {
    return this.#isKnown(personId, 'address', digest, sinceMs)
  }

  async remember(
    personId: string,
    { device, address }: { readonly device: string; readonly address: string },
    atMs: number,
  ): Promise<void> {
    await this.#kysely
      .insertInto('known_devices')
      .values({ person_id: personId, device, address, last_seen_at: atMs })
      .onConflict((conflict) => conflict.columns(['person_id', 'device']).doUpdateSet({ address, last_seen_at: atMs }))
      .execute()
  }

  async forgetAll(personId: string): Promise<void> {
    await this.#kysely.deleteFrom('known_devices').where('person_id', '=', personId).execute()
  }

  async prune(untilMs: number): Promise<void> {
    await this.#kysely.deleteFrom('known_devices').where('last_seen_at', '<', untilMs).execute()
  }

  async #isKnown(personId: string, column: 'device' | 'address', digest: string, sinceMs: number): Promise<boolean> {
    const row = await this.#kysely
      .selectFrom('known_devices')
      .select('person_id')
      .where('person_id', '=', personId)
      .where(column, '=', digest)
      .where('last_seen_at', '>=', sinceMs)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }
}
