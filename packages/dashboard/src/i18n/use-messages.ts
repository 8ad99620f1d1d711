import { IntlMessageFormat } from 'intl-messageformat'
import { createElement, Fragment, type ReactNode, useMemo } from 'react'
import { usePreferences } from '../app/preferences.ts'
import type { Catalogue, KeyOf, MessageValue, ValuesFor } from './catalogue.ts'
import { type Language, LOCALES } from './languages.ts'

type Texts = Readonly<Record<string, string>>
/** What stands around the text between `<name>` and `</name>`. */
type Tags = Readonly<Record<string, (inner: ReactNode) => ReactNode>>

export interface Translate<En extends Texts> {
  <Key extends KeyOf<En>>(key: Key, ...values: ValuesFor<En[Key]>): string
  /** For texts with tags: `Read the <link>guide</link>.` */
  rich(key: KeyOf<En>, tags: Tags, values?: Readonly<Record<string, MessageValue | ReactNode>>): ReactNode
}

/** The messages of a catalogue in the reader's language. */
export function useMessages<En extends Texts>(catalogue: Catalogue<En>): Translate<En> {
  const { language } = usePreferences()
  return useMemo(() => translatorFor(catalogue, language), [catalogue, language])
}

function translatorFor<En extends Texts>(catalogue: Catalogue<En>, language: Language): Translate<En> {
  const texts = catalogue.texts[language]
  const translate = <Key extends KeyOf<En>>(key: Key, ...values: ValuesFor<En[Key]>): string => {
    const text = texts[key]
    return text.includes('{') ? String(formatOf(text, language).format(values[0])) : text
  }
  const rich = (key: KeyOf<En>, tags: Tags, values: Readonly<Record<string, unknown>> = {}): ReactNode => {
    const parts = formatOf(texts[key], language).format<ReactNode>({ ...values, ...wrapped(tags) } as never)
    return createElement(Fragment, null, ...(Array.isArray(parts) ? parts : [parts]))
  }
  return Object.assign(translate, { rich })
}

function wrapped(tags: Tags): Record<string, (parts: ReactNode[]) => ReactNode> {
  return Object.fromEntries(
    Object.entries(tags).map(([name, wrap]) => [
      name,
      (parts: ReactNode[]) => wrap(createElement(Fragment, null, ...parts)),
    ]),
  )
}

/** Parsing costs; the same text is parsed once. */
const formats = new Map<string, IntlMessageFormat>()

function formatOf(text: string, language: Language): IntlMessageFormat {
  const key = `${language} ${text}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new IntlMessageFormat(text, LOCALES[language])
    formats.set(key, format)
  }
  return format
}
