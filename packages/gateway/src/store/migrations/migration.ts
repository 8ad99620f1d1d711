// One step of the schema, up and down again.
import type { Transaction } from 'kysely'
import type { Tables } from '../schema.ts'

export interface Migration {
  readonly version: number
  readonly name: string
  /** The oldest schema version whose code can still run on the schema that `up` leaves. */
  readonly oldestCompatible: number
  up(database: Transaction<Tables>): Promise<void>
  down(database: Transaction<Tables>): Promise<void>
}
