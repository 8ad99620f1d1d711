// What the types cannot see of the messages: that they are ICU, and that every language names the same arguments.
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser'
import { describe, expect, it } from 'vitest'
import type { Catalogue } from './catalogue.ts'
import { LANGUAGES } from './languages.ts'

const SOURCES = resolve(import.meta.dirname, '..')
const FILES = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => /(?:^|\/)messages(?:\/[\w-]+)?\.ts$/.test(name.replaceAll('\\', '/')))
  .toSorted()

type Texts = Readonly<Record<string, string>>

async function cataloguesOf(file: string): Promise<readonly (readonly [string, Catalogue<Texts>])[]> {
  const exported = (await import(join(SOURCES, file))) as Readonly<Record<string, unknown>>
  return Object.entries(exported).filter((entry): entry is [string, Catalogue<Texts>] => {
    const [, value] = entry
    return typeof value === 'object' && value !== null && 'texts' in value
  })
}

function namesIn(elements: readonly MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    if (element.type === TYPE.literal || element.type === TYPE.pound) return []
    if (element.type === TYPE.tag) return [`<${element.value}>`, ...namesIn(element.children)]
    const branches = 'options' in element ? Object.values(element.options) : []
    return [element.value, ...branches.flatMap(({ value }) => namesIn(value))]
  })
}

describe.each(FILES)('%s', (file) => {
  it('is complete, and every language names what English names', async () => {
    for (const [name, { texts }] of await cataloguesOf(file)) {
      for (const [key, english] of Object.entries(texts.en)) {
        const wanted = [...new Set(namesIn(parse(english)))].toSorted()
        for (const language of LANGUAGES) {
          const text = texts[language][key] ?? ''
          expect(text.trim(), `${name}.${key} in ${language}`).not.toBe('')
          expect([...new Set(namesIn(parse(text)))].toSorted(), `${name}.${key} in ${language}`).toEqual(wanted)
        }
      }
    }
  })
})
