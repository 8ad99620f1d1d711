import type { Role } from '../app/session.ts'
import { useMessages } from '../i18n/use-messages.ts'
import { shellMessages } from './messages/shell.ts'

export function useRoleNames(): Readonly<Record<Role, string>> {
  const t = useMessages(shellMessages)
  return { viewer: t('roleViewer'), developer: t('roleDeveloper'), admin: t('roleAdmin'), owner: t('roleOwner') }
}
