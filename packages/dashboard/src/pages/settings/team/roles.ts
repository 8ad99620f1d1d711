import { ROLES, type Role, type Session } from '../../../app/session.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { useRoleNames } from '../../../shell/role-names.ts'
import type { Option } from '../../../ui/select.tsx'
import { teamMessages } from '../messages/team.ts'

/** Whether the first has all rights of the second. */
export function covers(role: Role | null, other: Role): boolean {
  return role !== null && ROLES.indexOf(role) >= ROLES.indexOf(other)
}

/** Roles that somebody may give, most rights first: none above their own. */
export function useRoleOptions(own: Role | null): readonly Option<Role>[] {
  const t = useMessages(teamMessages)
  const names = useRoleNames()
  const notes: Readonly<Record<Role, string>> = {
    owner: t('roleOwnerText'),
    admin: t('roleAdminText'),
    developer: t('roleDeveloperText'),
    viewer: t('roleViewerText'),
  }
  return [...ROLES]
    .reverse()
    .filter((role) => covers(own, role))
    .map((role) => ({ value: role, label: names[role], note: notes[role] }))
}

/** Whether somebody has a place in the account in which they act: operators act in any. */
export function isMember({ memberships, accountId }: Session): boolean {
  return memberships.some(({ account }) => account.id === accountId)
}
