import { useRouter } from '@tanstack/react-router'
import { LogOut, Settings } from 'lucide-react'
import { callApi } from '../api/client.ts'
import { type Session, sessionChanged } from '../app/session.ts'
import { useMessages } from '../i18n/use-messages.ts'
import { Menu, MenuItem, MenuLine, MenuLink } from '../ui/menu.tsx'
import { toast } from '../ui/toast.tsx'
import { shellMessages } from './messages/shell.ts'
import { PreferenceChoices } from './preference-menu.tsx'

/** @returns ends the session here, and at the issuer where it began at one */
export function useLogOut(): () => Promise<void> {
  const t = useMessages(shellMessages)
  const router = useRouter()
  return async () => {
    const { issuer_url: issuerUrl } = await callApi('logOut', {})
    if (issuerUrl !== null) {
      location.assign(issuerUrl)
      return
    }
    await sessionChanged()
    toast(t('loggedOut'))
    await router.navigate({ to: '/' })
  }
}

export function PersonMenu({ session: { person } }: { readonly session: Session }) {
  const t = useMessages(shellMessages)
  const logOut = useLogOut()
  const shown = person.name || person.email
  return (
    <Menu
      align="start"
      side="top"
      trigger={
        <button
          type="button"
          className="flex w-full items-center gap-2.5 rounded-md px-2 py-1.5 text-left hover:bg-hover"
        >
          <span
            aria-hidden
            className="flex size-7 shrink-0 items-center justify-center rounded-full bg-sunken text-sm font-semibold text-soft"
          >
            {[...shown][0]?.toUpperCase()}
          </span>
          <span className="min-w-0">
            <span className="sr-only">{t('you')}: </span>
            <span className="block truncate text-base leading-tight">{shown}</span>
            {person.name !== '' && <span className="block truncate text-xs text-soft">{person.email}</span>}
          </span>
        </button>
      }
    >
      <MenuLink to="/settings" icon={<Settings />}>
        {t('settings')}
      </MenuLink>
      <MenuLine />
      <PreferenceChoices />
      <MenuLine />
      <MenuItem icon={<LogOut />} onSelect={() => void logOut()}>
        {t('logOut')}
      </MenuItem>
    </Menu>
  )
}
