import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type Block, type Inline, parseMarkdown, safeAddress } from './parse.ts'

const words = (parts: readonly Inline[]): string =>
  parts.map((part) => ('inner' in part ? words(part.inner) : part.text)).join('')
const addresses = (value: unknown): string[] => JSON.stringify(value).match(/"href":"[^"]*"/g) ?? []

describe('Markdown', () => {
  it('knows what models write', () => {
    const blocks = parseMarkdown(
      '# Title\n\nSome **bold** and `code` and [a link](https://example.com/x).\n\n- one\n- two\n  - inner\n\n1. first\n2. second\n\n> quoted\n\n```ts\nconst a = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n---',
    )
    expect(blocks.map(({ kind }) => kind)).toEqual([
      'heading',
      'paragraph',
      'list',
      'list',
      'quote',
      'code',
      'table',
      'rule',
    ])
    expect(blocks[5]).toEqual({ kind: 'code', language: 'ts', text: 'const a = 1' })
    expect(blocks[2]).toMatchObject({ ordered: false, items: [[{}], [{}, { kind: 'list' }]] })
  })

  it('shows what has not come whole yet', () => {
    expect(parseMarkdown('```py\nprint(1')).toEqual([{ kind: 'code', language: 'py', text: 'print(1' }])
    expect(parseMarkdown('a **b')).toEqual([{ kind: 'paragraph', inner: [{ kind: 'text', text: 'a **b' }] }])
  })

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg/onload=alert(1)>',
    '&lt;b&gt; &amp; &#x3C;',
    '<a href="javascript:alert(1)">x</a>',
  ])('takes %j for text', (text) => {
    const [block] = parseMarkdown(text) as [Extract<Block, { kind: 'paragraph' }>]
    expect(words(block.inner)).toBe(text)
    expect(addresses(block)).toEqual([])
  })

  it.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java\u0000script:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](vbscript:msgbox(1))',
    '[x](/settings)',
    '[x](//evil.example)',
    '![x](file:///etc/passwd)',
    '[x](blob:http://a/b)',
  ])('makes no link of %j', (text) => expect(addresses(parseMarkdown(text))).toEqual([]))

  it('loads no picture: it becomes a link', () => {
    expect(JSON.stringify(parseMarkdown('![cat](https://example.com/c.png)'))).toContain('"kind":"link"')
    expect(safeAddress('https://example.com')).toBe('https://example.com/')
  })

  test('any text is read to its end, loses no letter, and makes no other address', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            '*',
            '_',
            '`',
            '[',
            ']',
            '(',
            ')',
            '<',
            '>',
            '\n',
            ' ',
            '#',
            '-',
            '|',
            '1',
            '.',
            'a',
            'javascript:',
          ),
        }),
        (text) => {
          const blocks = parseMarkdown(text)
          for (const found of addresses(blocks)) expect(found).toMatch(/^"href":"(?:https?|mailto):/)
          const letters = (JSON.stringify(blocks).match(/a/g) ?? []).length
          expect(letters).toBeGreaterThanOrEqual((text.replaceAll(/[^a]/g, '').match(/a/g) ?? []).length > 0 ? 1 : 0)
        },
      ),
    )
  })

  it('takes no longer for a hostile text', () => {
    const startMs = performance.now()
    for (const text of [
      '*'.repeat(20_000),
      '['.repeat(20_000),
      '`'.repeat(20_001),
      '> '.repeat(5_000),
      '- '.repeat(5_000),
      '**a '.repeat(5_000),
      '|'.repeat(20_000),
    ])
      parseMarkdown(text)
    expect(performance.now() - startMs).toBeLessThan(2_000)
  })
})
