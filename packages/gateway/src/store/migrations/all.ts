import { keysAndUsage } from './001-keys-and-usage.ts'
import { cacheWrites } from './002-cache-writes.ts'
import { accounts } from './003-accounts.ts'
import { usageRollups } from './004-usage-rollups.ts'
import { instancesAndChanges } from './005-instances-and-changes.ts'
import { repeatableRequests } from './006-repeatable-requests.ts'
import { wallets } from './007-wallets.ts'
import { moneyInAndOut } from './008-money-in-and-out.ts'
import { prices } from './009-prices.ts'
import { responses } from './010-responses.ts'
import { chargedOnce } from './011-charged-once.ts'
import { people } from './012-people.ts'
import { receipts } from './013-receipts.ts'
import { upstreams } from './014-upstreams.ts'
import { measuredData } from './015-measured-data.ts'
import { autoLearning } from './016-auto-learning.ts'
import { autoOverheads } from './017-auto-overheads.ts'
import { keyDataPolicies } from './018-key-data-policies.ts'
import type { Migration } from './migration.ts'

/** In order; the number in the file's name is the version. */
export const MIGRATIONS: readonly Migration[] = [
  keysAndUsage,
  cacheWrites,
  accounts,
  usageRollups,
  instancesAndChanges,
  repeatableRequests,
  wallets,
  moneyInAndOut,
  prices,
  responses,
  chargedOnce,
  people,
  receipts,
  upstreams,
  measuredData,
  autoLearning,
  autoOverheads,
  keyDataPolicies,
]
