// An account of one's own: what somebody gets who signed up without being asked into one, and how people make teams.
import type { AccountKind, AccountRecord } from '../account-store.ts'
import { writeAudit } from '../audit-log.ts'
import { checkedName, checkedTimeZone } from '../checks.ts'
import type { IdentityStores } from '../identity-database.ts'
import { randomBase62 } from '../key-format.ts'
import type { MemberRecord } from '../member-store.ts'
import type { Origin } from '../origin.ts'
import type { Principal } from '../principal.ts'
import type { PersonRecord } from './person-store.ts'

export interface OwnAccount {
  readonly name: string
  readonly kind: AccountKind
  /** Absent = UTC. */
  readonly timeZone?: string
}

/** In the transaction of whatever is the reason for it. The person becomes its owner. */
export async function makeOwnAccount(
  stores: IdentityStores,
  person: PersonRecord,
  wanted: OwnAccount,
  by: { readonly principal: Principal; readonly origin: Origin; readonly nowMs: number },
): Promise<{ readonly account: AccountRecord; readonly member: MemberRecord }> {
  const { principal, origin, nowMs } = by
  const account: AccountRecord = {
    accountId: `acc_${randomBase62(16)}`,
    name: checkedName(wanted.name),
    kind: wanted.kind,
    group: '',
    timeZone: checkedTimeZone(wanted.timeZone ?? 'UTC'),
    status: 'active',
    limits: {},
    budget: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
  const { accountId } = account
  const member: MemberRecord = {
    memberId: `mem_${randomBase62(16)}`,
    accountId,
    email: person.email,
    name: person.name,
    role: 'owner',
    personId: person.personId,
    status: 'active',
    createdAtMs: nowMs,
  }
  await stores.accounts.insert(account)
  await stores.members.insert(member)
  const made = { accountId, before: null }
  await writeAudit(stores.audit, principal, origin, nowMs, {
    action: 'account.create',
    objectId: accountId,
    ...made,
    after: { ...account },
  })
  await writeAudit(stores.audit, principal, origin, nowMs, {
    action: 'member.add',
    objectId: member.memberId,
    ...made,
    after: { ...member },
  })
  return { account, member }
}
