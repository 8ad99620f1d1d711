// All that the domain asks of the database, on one connection or inside one transaction.
import type { Kysely } from 'kysely'
import type { UsageStore } from '../billing/usage-store.ts'
import type { InstanceStore } from '../core/instance.ts'
import type { IdempotencyStore } from '../core/idempotency-store.ts'
import type { ChangeStore } from '../identity/change.ts'
import type { IdentityStores } from '../identity/identity-database.ts'
import { SqlAccountStore } from './account-store.ts'
import { SqlAuditStore } from './audit-store.ts'
import { SqlChangeStore } from './change-store.ts'
import type { DatabaseKind } from './database.ts'
import { SqlGroupStore } from './group-store.ts'
import { SqlIdempotencyStore } from './idempotency-store.ts'
import { SqlInstanceStore } from './instance-store.ts'
import { SqlKeyStore } from './key-store.ts'
import { SqlMemberStore } from './member-store.ts'
import type { Tables } from './schema.ts'

/** What may be used inside a transaction as well. */
export interface DomainStores extends IdentityStores {
  readonly changes: ChangeStore
  readonly instances: InstanceStore
  readonly repeatable: IdempotencyStore
}

export interface Stores extends DomainStores {
  /** Has transactions of its own, and a way of its own into each database. */
  readonly usage: UsageStore
}

export function domainStores(kysely: Kysely<Tables>, kind: DatabaseKind): DomainStores {
  return {
    keys: new SqlKeyStore(kysely),
    accounts: new SqlAccountStore(kysely),
    groups: new SqlGroupStore(kysely),
    members: new SqlMemberStore(kysely),
    audit: new SqlAuditStore(kysely),
    changes: new SqlChangeStore(kysely, kind),
    instances: new SqlInstanceStore(kysely, kind),
    repeatable: new SqlIdempotencyStore(kysely),
  }
}
