import { type Role, usePerson } from '../../../app/session.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { SelectField } from '../../../ui/select.tsx'
import { teamMessages } from '../messages/team.ts'
import { useRoleOptions } from './roles.ts'

interface RoleFieldProps {
  readonly value: Role
  readonly onChange: (role: Role) => void
}

/** Of the roles that the person at the screen may give, with what the chosen one may do. */
export function RoleField({ value, onChange }: RoleFieldProps) {
  const t = useMessages(teamMessages)
  const options = useRoleOptions(usePerson().role)
  const help = options.find((option) => option.value === value)?.note
  return <SelectField label={t('role')} help={help} value={value} onChange={onChange} options={options} />
}
