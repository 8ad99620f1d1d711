import type { ReactElement } from 'react'
import { setPreferences, type Theme, THEMES, usePreferences } from '../app/preferences.ts'
import { LANGUAGE_NAMES, LANGUAGES } from '../i18n/languages.ts'
import { useMessages } from '../i18n/use-messages.ts'
import { Menu, MenuChoice, MenuLine } from '../ui/menu.tsx'
import { shellMessages } from './messages/shell.ts'

export function useThemeNames(): Readonly<Record<Theme, string>> {
  const t = useMessages(shellMessages)
  return { system: t('themeSystem'), light: t('themeLight'), dark: t('themeDark') }
}

export function OpenPreferenceMenu({ face }: { readonly face: ReactElement }) {
  return (
    <Menu defaultOpen trigger={face}>
      <PreferenceChoices />
    </Menu>
  )
}

export function PreferenceChoices() {
  const t = useMessages(shellMessages)
  const { language, theme } = usePreferences()
  const themes = useThemeNames()
  return (
    <>
      <MenuChoice
        label={t('language')}
        value={language}
        onChange={(next) => setPreferences({ language: next })}
        options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
      />
      <MenuLine />
      <MenuChoice
        label={t('theme')}
        value={theme}
        onChange={(next) => setPreferences({ theme: next })}
        options={THEMES.map((value) => ({ value, label: themes[value] }))}
      />
    </>
  )
}
