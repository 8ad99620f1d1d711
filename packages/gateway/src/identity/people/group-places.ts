// What the groups at an issuer mean for places in accounts: renewed at each log-in, so that who is taken out of a group
// there is out here. Accounts that no group names are nobody's business here, and an account keeps its last owner.
import { writeAudit } from '../audit-log.ts'
import type { IdentityStores } from '../identity-database.ts'
import { randomBase62 } from '../key-format.ts'
import { ROLES, type MemberRecord, type Role } from '../member-store.ts'
import type { Origin } from '../origin.ts'
import { asNewcomer } from './newcomer.ts'
import type { OidcConfig } from './people-settings.ts'
import type { PersonRecord } from './person-store.ts'

export async function groupPlaces(
  stores: IdentityStores,
  { groups: mapping }: OidcConfig,
  groups: readonly string[],
  person: PersonRecord,
  { origin, nowMs }: { readonly origin: Origin; readonly nowMs: number },
): Promise<void> {
  const log = async (
    action: 'member.add' | 'member.update' | 'member.remove',
    member: MemberRecord,
    before: MemberRecord | null,
    after: MemberRecord | null,
  ): Promise<void> => {
    await writeAudit(stores.audit, asNewcomer(person), origin, nowMs, {
      action,
      objectId: member.memberId,
      accountId: member.accountId,
      before: before && { ...before },
      after: after && { ...after },
    })
  }

  for (const accountId of new Set(mapping.map(({ account }) => account))) {
    if (!(await stores.accounts.lock(accountId))) continue
    const role = highest(mapping.filter(({ account, group }) => account === accountId && groups.includes(group)))
    const place = await stores.members.findByPerson(accountId, person.personId)
    if (role === null && place !== undefined) {
      if (await isLastOwner(stores, place)) continue
      await stores.members.remove(place.memberId)
      await log('member.remove', place, place, null)
    } else if (role !== null && place === undefined) {
      const member = newPlace(accountId, person, role, nowMs)
      // A place for the address that nobody has claimed would be in the way.
      const unclaimed = await stores.members.findByEmail(accountId, person.email)
      if (unclaimed !== undefined) continue
      await stores.members.insert(member)
      await log('member.add', member, null, member)
    } else if (role !== null && place !== undefined && place.role !== role) {
      if (role !== 'owner' && (await isLastOwner(stores, place))) continue
      await stores.members.update(place.memberId, { role })
      await stores.sessions.removeAllOf(person.personId)
      await log('member.update', place, place, { ...place, role })
    }
  }
}

function highest(entries: readonly { readonly role: Role }[]): Role | null {
  return ROLES.find((role) => entries.some((entry) => entry.role === role)) ?? null
}

async function isLastOwner({ members }: IdentityStores, { role, status, accountId }: MemberRecord): Promise<boolean> {
  return role === 'owner' && status === 'active' && (await members.countOwners(accountId)) <= 1
}

function newPlace(accountId: string, { personId, email, name }: PersonRecord, role: Role, nowMs: number): MemberRecord {
  const memberId = `mem_${randomBase62(16)}`
  return { memberId, accountId, email, name, role, personId, status: 'active', createdAtMs: nowMs }
}
