import { useRouter } from '@tanstack/react-router'
import { LogOut, Settings } from 'lucide-react'
import type { ReactElement } from 'react'
import { callApi } from '../api/client.ts'
import { sessionChanged } from '../app/session.ts'
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

export function OpenPersonMenu({ face }: { readonly face: ReactElement }) {
  const t = useMessages(shellMessages)
  const logOut = useLogOut()
  return (
    <Menu align="start" side="top" defaultOpen trigger={face}>
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
