import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog as Base } from '@base-ui/react/dialog'
import { useRouter } from '@tanstack/react-router'
import { Building2, Languages, LogOut, type LucideIcon, Search, SunMoon } from 'lucide-react'
import { setPreferences, THEMES } from '../app/preferences.ts'
import { chooseAccount, useSession } from '../app/session.ts'
import { LANGUAGE_NAMES, LANGUAGES } from '../i18n/languages.ts'
import { useMessages } from '../i18n/use-messages.ts'
import { uiMessages } from '../ui/messages/ui.ts'
import { shellMessages } from './messages/shell.ts'
import { navigationFor } from './navigation.ts'
import { useLogOut } from './person-menu.tsx'
import { useThemeNames } from './preference-menu.tsx'

interface Command {
  readonly id: string
  readonly label: string
  readonly icon: LucideIcon
  readonly run: () => void
}

/** Ctrl-K: every page and every switch, by its name. */
export function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages(shellMessages)
  const ui = useMessages(uiMessages)
  const commands = useCommands()
  const run = (command: Command): void => {
    onClose()
    command.run()
  }
  return (
    <Base.Root
      open
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
    >
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-shade" />
        <Base.Popup
          aria-label={t('paletteTitle')}
          className="popup fixed inset-x-3 top-[12dvh] z-40 mx-auto max-w-lg overflow-hidden"
        >
          <Autocomplete.Root
            open
            inline
            items={commands}
            itemToStringValue={(command: Command) => command.label}
            autoHighlight="always"
            keepHighlight
          >
            <div className="flex items-center gap-2.5 border-b border-line px-3.5">
              <Search aria-hidden className="size-4 shrink-0 text-soft" />
              <Autocomplete.Input
                aria-label={t('palettePlaceholder')}
                placeholder={t('palettePlaceholder')}
                className="h-12 w-full bg-transparent text-lg outline-none"
              />
            </div>
            <Autocomplete.Empty className="text-soft *:px-4 *:py-6 *:text-center">
              <p>{ui('none')}</p>
            </Autocomplete.Empty>
            <Autocomplete.List className="max-h-[50dvh] overflow-y-auto p-1.5 empty:p-0">
              {(command: Command) => (
                <Autocomplete.Item key={command.id} value={command} onClick={() => run(command)} className="menu-item">
                  <command.icon aria-hidden className="size-4 shrink-0 text-soft" />
                  <span className="truncate">{command.label}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

function useCommands(): readonly Command[] {
  const t = useMessages(shellMessages)
  const router = useRouter()
  const session = useSession()
  const themes = useThemeNames()
  const logOut = useLogOut()
  const pages = navigationFor(session)
    .flatMap(({ items }) => items)
    .map(({ to, label, icon }) => ({ id: to, label: t(label), icon, run: () => void router.navigate({ to }) }))
  const accounts = (session?.memberships ?? [])
    .filter(({ account }) => account.id !== session?.accountId)
    .map(({ account }) => ({
      id: `account ${account.id}`,
      label: t('commandAccount', { account: account.name }),
      icon: Building2,
      run: () => chooseAccount(account.id),
    }))
  return [
    ...pages,
    ...(session === null
      ? [{ id: 'log-in', label: t('logIn'), icon: LogOut, run: () => void router.navigate({ to: '/log-in' }) }]
      : []),
    ...accounts,
    ...THEMES.map((theme) => ({
      id: `theme ${theme}`,
      label: t('commandTheme', { theme: themes[theme] }),
      icon: SunMoon,
      run: () => setPreferences({ theme }),
    })),
    ...LANGUAGES.map((language) => ({
      id: `language ${language}`,
      label: t('commandLanguage', { language: LANGUAGE_NAMES[language] }),
      icon: Languages,
      run: () => setPreferences({ language }),
    })),
    ...(session === null ? [] : [{ id: 'log-out', label: t('logOut'), icon: LogOut, run: () => void logOut() }]),
  ]
}
