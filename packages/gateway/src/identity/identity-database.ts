// All that this room asks of a database. `store/identity-stores.ts` answers it.
import type { AccountStore } from './account-store.ts'
import type { AuditStore } from './audit-store.ts'
import type { GroupStore } from './group-store.ts'
import type { KeyStore } from './key-store.ts'
import type { MemberStore } from './member-store.ts'
import type { PeopleStores } from './people/people-stores.ts'

export interface IdentityStores extends PeopleStores {
  readonly keys: KeyStore
  readonly accounts: AccountStore
  readonly groups: GroupStore
  readonly members: MemberStore
  readonly audit: AuditStore
}

export interface IdentityDatabase extends IdentityStores {
  /** All of `work` or nothing. Inside, only the stores that are handed to it may be used. */
  transaction<T>(work: (stores: IdentityStores) => Promise<T>): Promise<T>
}
