// The documentation says what the code does: every field, every metric, every link, every piece of configuration.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { KNOWN_PROVIDERS } from 'fairlead/config/known-providers.ts'
import { loadConfig } from 'fairlead/config/load-config.ts'
import { DEFAULTS } from 'fairlead/config/defaults.ts'
import { priceSchema } from 'fairlead/config/price-schema.ts'
import { configSchema } from 'fairlead/config/schema.ts'
import { RelayMetrics } from 'fairlead/relay/relay-metrics.ts'
import { codeBlocks, page, pages, ROOT, tableRows } from './pages.ts'

/** Written by `npm run bench -- --write`, on the machine that measures. */
const GENERATED_LATER = ['docs/benchmarks.md']

describe('every page', () => {
  it('links to files and headings that are there', () => {
    const broken = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].flatMap(([, link = '']) => {
        const [file = '', heading] = link.split('#')
        const target = file === '' ? path : join(dirname(path), file)
        if (GENERATED_LATER.includes(target)) return []
        if (!existsSync(join(ROOT, target))) return [`${path} -> ${link}`]
        const headings = heading === undefined ? [] : headingsOf(target)
        return heading === undefined || headings.includes(heading) ? [] : [`${path} -> ${link}`]
      }),
    )
    expect(broken).toEqual([])
  })

  it('names only scripts that npm knows', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')))
    const unknown = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/npm run ([\w:-]+)/g)]
        .map(([, name = '']) => name)
        .filter((name) => !(name in scripts))
        .map((name) => `${path}: ${name}`),
    )
    expect(unknown).toEqual([])
  })

  it('shows configuration that loads, and fallbacks and targets that lead somewhere', () => {
    const env = Object.fromEntries(
      pages.flatMap(({ text }) =>
        [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => [name, 'sk-0123456789abcdef']),
      ),
    )
    const blocks = pages.flatMap((one) => codeBlocks(one, 'yaml').map((text) => ({ text, path: one.path })))
    expect(blocks.length).toBeGreaterThanOrEqual(3)
    for (const { text: shown, path } of blocks) {
      // A page about one section shows that section alone.
      const text = /^providers:/m.test(shown) ? shown : `providers: [{ name: local, type: simulator }]\n${shown}`
      const { config, warnings } = loadConfig({ text, fileName: path, env, overrides: {} })
      // All variables hold the same key here; nothing else may be amiss.
      expect(warnings.filter((warning) => !warning.includes('same key twice'))).toEqual([])
      expect(config.models.length).toBeGreaterThan(0)
    }
  })
})

describe('README.md', () => {
  it('has the two commands, word for word', () => {
    expect(codeBlocks(page('README.md'), 'sh')).toEqual(
      expect.arrayContaining(['npm install && npm start\n', 'npm install && npm test\n']),
    )
  })

  it('names every provider that the environment switches on, as the configuration page does', () => {
    for (const { variable } of KNOWN_PROVIDERS) {
      expect(page('README.md').text).toContain(variable)
      expect(page('docs/configuration.md').text).toContain(variable)
    }
  })
})

describe('docs/configuration.md', () => {
  const schema = z.toJSONSchema(configSchema, { io: 'output' })
  const sections = Object.keys(schema.properties ?? {})

  it('has every field of a price', () => {
    const rows = tableRows(page('docs/configuration.md'), 'prices').flatMap(([keys = '']) => keys.split(', '))
    const fields = Object.keys(priceSchema.shape).map((field) => `\`${field}\``)
    expect(rows.slice(1).toSorted()).toEqual(fields.toSorted())
  })

  it.each(sections)('has every field of %s, in order, with its default', (section) => {
    const shown = tableRows(page('docs/configuration.md'), section).filter(([key = '']) => key.startsWith('`'))
    expect(shown.map(([key, value]) => [key?.replaceAll('`', ''), value?.replaceAll('`', '')])).toEqual(
      fieldsOf(schema.properties?.[section]),
    )
  })
})

describe('docs/operations.md', () => {
  it('has every metric of the data plane, with its labels', () => {
    using metrics = new RelayMetrics()
    const rows = new Map(
      tableRows(page('docs/operations.md'), 'Metrics').map(([name = '', labels]) => [name.replaceAll('`', ''), labels]),
    )
    const missing = metrics.collect().filter(({ name }) => !rows.has(name))
    expect(missing.map(({ name }) => name)).toEqual([])
    const route = readFileSync(join(ROOT, 'packages/gateway/src/http/control/metrics-route.ts'), 'utf8')
    const own = [...route.matchAll(/'(fairlead_\w+)'/g)].map(([, name = '']) => name)
    expect([...rows.keys()]).toEqual(expect.arrayContaining(own))
  })
})

/** Defaults that depend on another field, so that the schema cannot name them. */
const FILLED_IN_LATER: Readonly<Record<string, number>> = {
  first_byte_ms: DEFAULTS.timeouts.firstByteMs,
  reply_ms: DEFAULTS.timeouts.replyMs,
}

/** As GitHub makes anchors: lower-case, without punctuation, dashes for spaces. */
function headingsOf(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}

/** [name, default as the page writes it], nested objects as `outer.inner`, entries of lists as `outer[].inner`. */
function fieldsOf(node: unknown): [string, string][] {
  const { properties = {}, items } = nodeSchema.parse(node)
  if (items !== undefined) return fieldsOf(items)
  return Object.entries(properties).flatMap(([name, child]): [string, string][] => {
    const { type, properties: inner, items: entries, default: value } = nodeSchema.parse(child)
    // What a price is stands once, in a section of its own.
    if (inner !== undefined && !('cached_input' in inner))
      return fieldsOf(child).map(([key, rest]) => [`${name}.${key}`, rest])
    const own: [string, string] = [name, shown(value ?? FILLED_IN_LATER[name])]
    if (type !== 'array' || nodeSchema.parse(entries).properties === undefined) return [own]
    return [own, ...fieldsOf(entries).map(([key, rest]): [string, string] => [`${name}[].${key}`, rest])]
  })
}

const nodeSchema = z.object({
  type: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  default: z.unknown().optional(),
})

function shown(value: unknown): string {
  if (value === undefined) return ''
  if (value === '') return "''"
  return typeof value === 'string' ? value : JSON.stringify(value)
}
