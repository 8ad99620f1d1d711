// Sign-ups that nobody confirmed: an address that somebody typed in, and whose owner did not want it. It is kept no longer than
// it may still become somebody.
import { writeAudit } from '../audit-log.ts'
import type { IdentityDatabase } from '../identity-database.ts'
import { NO_ORIGIN } from '../origin.ts'
import { OPERATOR } from '../principal.ts'

const KEPT_MS = 7 * 24 * 3_600_000
const AT_ONCE = 100

/** One short transaction. @returns whether more may be waiting */
export async function forgetSignUps(database: IdentityDatabase, nowMs: number): Promise<boolean> {
  return await database.transaction(async (stores) => {
    const gone = await stores.persons.removeForgotten(nowMs - KEPT_MS, nowMs, AT_ONCE)
    for (const { personId, email, name } of gone) {
      await writeAudit(stores.audit, OPERATOR, NO_ORIGIN, nowMs, {
        action: 'person.expire',
        objectId: personId,
        accountId: '',
        before: { email, name },
        after: null,
      })
    }
    return gone.length === AT_ONCE
  })
}
