import type { Kysely, Selectable } from 'kysely'
import type {
  FactorStore,
  FactorSummary,
  IdentityRecord,
  PasskeyRecord,
  TotpRecord,
} from '../identity/people/factor-store.ts'
import type { Tables } from './schema.ts'

export class SqlFactorStore implements FactorStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async summary(personId: string): Promise<FactorSummary> {
    const row = await this.#kysely
      .selectNoFrom((select) => {
        const count = (table: 'person_passwords' | 'passkeys' | 'person_identities') =>
          select
            .selectFrom(table)
            .select((from) => from.fn.countAll<number>().as('n'))
            .where('person_id', '=', personId)
        return [
          count('person_passwords').as('passwords'),
          count('passkeys').as('passkeys'),
          count('person_identities').as('identities'),
          select
            .selectFrom('totp_secrets')
            .select((from) => from.fn.countAll<number>().as('n'))
            .where('person_id', '=', personId)
            .where('confirmed_at', 'is not', null)
            .as('totp'),
          select
            .selectFrom('recovery_codes')
            .select((from) => from.fn.countAll<number>().as('n'))
            .where('person_id', '=', personId)
            .where('used_at', 'is', null)
            .as('codes'),
        ]
      })
      .executeTakeFirstOrThrow()
    return {
      password: Number(row.passwords) > 0,
      passkeys: Number(row.passkeys),
      totp: Number(row.totp) > 0,
      recoveryCodes: Number(row.codes),
      identities: Number(row.identities),
    }
  }

  async password(personId: string): Promise<string | undefined> {
    const row = await this.#kysely
      .selectFrom('person_passwords')
      .select('hash')
      .where('person_id', '=', personId)
      .executeTakeFirst()
    return row?.hash
  }

  async setPassword(personId: string, hash: string, atMs: number): Promise<void> {
    await this.#kysely
      .insertInto('person_passwords')
      .values({ person_id: personId, hash, changed_at: atMs })
      .onConflict((conflict) => conflict.column('person_id').doUpdateSet({ hash, changed_at: atMs }))
      .execute()
  }

  async removePassword(personId: string): Promise<void> {
    await this.#kysely.deleteFrom('person_passwords').where('person_id', '=', personId).execute()
  }

  async insertPasskey(record: PasskeyRecord): Promise<void> {
    await this.#kysely
      .insertInto('passkeys')
      .values({
        passkey_id: record.passkeyId,
        person_id: record.personId,
        credential_id: record.credentialId,
        public_key: record.publicKey,
        counter: record.counter,
        transports: JSON.stringify(record.transports),
        synced: record.synced ? 1 : 0,
        name: record.name,
        created_at: record.createdAtMs,
        last_used_at: record.lastUsedAtMs,
      })
      .execute()
  }

  async findPasskey(credentialId: string): Promise<PasskeyRecord | undefined> {
    const row = await this.#kysely
      .selectFrom('passkeys')
      .selectAll()
      .where('credential_id', '=', credentialId)
      .executeTakeFirst()
    return row && passkeyOf(row)
  }

  async passkeysOf(personId: string): Promise<readonly PasskeyRecord[]> {
    const rows = await this.#kysely
      .selectFrom('passkeys')
      .selectAll()
      .where('person_id', '=', personId)
      .orderBy('id')
      .execute()
    return rows.map(passkeyOf)
  }

  async renamePasskey(passkeyId: string, name: string): Promise<void> {
    await this.#kysely.updateTable('passkeys').set({ name }).where('passkey_id', '=', passkeyId).execute()
  }

  async usePasskey(passkeyId: string, counter: number, atMs: number): Promise<boolean> {
    const result = await this.#kysely
      .updateTable('passkeys')
      .set({ counter, last_used_at: atMs })
      .where('passkey_id', '=', passkeyId)
      .where('counter', counter === 0 ? '=' : '<', counter)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async removePasskey(personId: string, passkeyId: string): Promise<boolean> {
    const result = await this.#kysely
      .deleteFrom('passkeys')
      .where('person_id', '=', personId)
      .where('passkey_id', '=', passkeyId)
      .executeTakeFirst()
    return result.numDeletedRows > 0n
  }

  async totp(personId: string): Promise<TotpRecord | undefined> {
    const row = await this.#kysely
      .selectFrom('totp_secrets')
      .selectAll()
      .where('person_id', '=', personId)
      .executeTakeFirst()
    return (
      row && {
        personId: row.person_id,
        sealed: row.sealed,
        confirmedAtMs: row.confirmed_at,
        lastStep: row.last_step,
        createdAtMs: row.created_at,
      }
    )
  }

  async setTotp(record: TotpRecord): Promise<void> {
    const columns = {
      sealed: record.sealed,
      confirmed_at: record.confirmedAtMs,
      last_step: record.lastStep,
      created_at: record.createdAtMs,
    }
    await this.#kysely
      .insertInto('totp_secrets')
      .values({ person_id: record.personId, ...columns })
      .onConflict((conflict) => conflict.column('person_id').doUpdateSet(columns))
      .execute()
  }

  async useTotp(personId: string, step: number, atMs: number): Promise<boolean> {
    const result = await this.#kysely
      .updateTable('totp_secrets')
      .set((eb) => ({ last_step: step, confirmed_at: eb.fn.coalesce('confirmed_at', eb.val(atMs)) }))
      .where('person_id', '=', personId)
      .where('last_step', '<', step)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async removeTotp(personId: string): Promise<void> {
    await this.#kysely.deleteFrom('totp_secrets').where('person_id', '=', personId).execute()
  }

  async setRecoveryCodes(personId: string, digests: readonly string[], atMs: number): Promise<void> {
    await this.#kysely.deleteFrom('recovery_codes').where('person_id', '=', personId).execute()
    if (digests.length === 0) return
    await this.#kysely
      .insertInto('recovery_codes')
      .values(digests.map((digest) => ({ person_id: personId, digest, created_at: atMs, used_at: null })))
      .execute()
  }

  async useRecoveryCode(personId: string, digest: string, atMs: number): Promise<boolean> {
    const result = await this.#kysely
      .updateTable('recovery_codes')
      .set({ used_at: atMs })
      .where('person_id', '=', personId)
      .where('digest', '=', digest)
      .where('used_at', 'is', null)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async insertIdentity(record: IdentityRecord): Promise<void> {
    await this.#kysely
      .insertInto('person_identities')
      .values({
        identity_id: record.identityId,
        person_id: record.personId,
        issuer: record.issuer,
        subject: record.subject,
        email: record.email,
        created_at: record.createdAtMs,
        last_used_at: record.lastUsedAtMs,
      })
      .execute()
  }

  async findIdentity(issuer: string, subject: string): Promise<IdentityRecord | undefined> {
    const row = await this.#kysely
      .selectFrom('person_identities')
      .selectAll()
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst()
    return row && identityOf(row)
  }

  async identitiesOf(personId: string): Promise<readonly IdentityRecord[]> {
    const rows = await this.#kysely
      .selectFrom('person_identities')
      .selectAll()
      .where('person_id', '=', personId)
      .orderBy('id')
      .execute()
    return rows.map(identityOf)
  }

  async useIdentity(identityId: string, email: string, atMs: number): Promise<void> {
    await this.#kysely
      .updateTable('person_identities')
      .set({ email, last_used_at: atMs })
      .where('identity_id', '=', identityId)
      .execute()
  }

  async removeIdentity(personId: string, identityId: string): Promise<boolean> {
    const result = await this.#kysely
      .deleteFrom('person_identities')
      .where('person_id', '=', personId)
      .where('identity_id', '=', identityId)
      .executeTakeFirst()
    return result.numDeletedRows > 0n
  }

  async removeAll(personId: string): Promise<void> {
    for (const table of ['person_passwords', 'passkeys', 'totp_secrets', 'recovery_codes'] as const) {
      await this.#kysely.deleteFrom(table).where('person_id', '=', personId).execute()
    }
  }
}

function passkeyOf(row: Selectable<Tables['passkeys']>): PasskeyRecord {
  return {
    passkeyId: row.passkey_id,
    personId: row.person_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    counter: row.counter,
    // Written by this store from an array of text.
    transports: JSON.parse(row.transports) as string[],
    synced: row.synced === 1,
    name: row.name,
    createdAtMs: row.created_at,
    lastUsedAtMs: row.last_used_at,
  }
}

function identityOf(row: Selectable<Tables['person_identities']>): IdentityRecord {
  return {
    identityId: row.identity_id,
    personId: row.person_id,
    issuer: row.issuer,
    subject: row.subject,
    email: row.email,
    createdAtMs: row.created_at,
    lastUsedAtMs: row.last_used_at,
  }
}
