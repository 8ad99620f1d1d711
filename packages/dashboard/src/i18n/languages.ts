// The languages of the app. A message is written in all of them, or the types say which one is missing.

export const LANGUAGES = ['en', 'vi', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** As each calls itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', vi: 'Tiếng Việt', zh: '简体中文' }

/** For `lang` attributes and for Intl. */
export const LOCALES: Readonly<Record<Language, string>> = { en: 'en-US', vi: 'vi-VN', zh: 'zh-CN' }

/** The first that the reader wants and we have. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = LANGUAGES.find((language) => tag.toLowerCase().split('-')[0] === language)
    if (found !== undefined) return found
  }
  return 'en'
}
