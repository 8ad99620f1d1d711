import { describe, expect, it, test } from 'vitest'
import fc from 'fast-check'
import { withEdits, type Edit, type Format } from '../edit.ts'
import { renderFile } from '../render.ts'
import { CannotMerge, mergeFile } from './merge.ts'
import { readEnv } from './env.ts'
import { readJson } from './json.ts'
import { readToml } from './toml.ts'
import { readYaml } from './yaml.ts'

const ITEM: Edit = { at: ['models'], itemBy: 'id', value: { id: 'b', size: 2 } }
const PROVIDER: Edit = { at: ['providers', 'fairlead'], value: { name: 'Fairlead', url: 'http://127.0.0.1:1/v1' } }

describe('JSON', () => {
  it('keeps comments, trailing commas, order and tabs', () => {
    const before = '// mine\n{\n\t"theme": "dark", // at night\n\t"env": { "A": "1", },\n\t/* last */ "z": [1, 2],\n}\n'
    const after = mergeFile('json', before, [{ at: ['env', 'B'], value: '2' }])
    expect(after).toBe(
      '// mine\n{\n\t"theme": "dark", // at night\n\t"env": {\n\t\t"A": "1",\n\t\t"B": "2",\n\t},\n\t/* last */ "z": [1, 2],\n}\n',
    )
  })

  it('replaces the item of a list that has the same name, and adds one that is not there', () => {
    const before = '{"models":[{"id":"a"},{"id":"b","size":1}]}'
    expect(readJson(mergeFile('json', before, [ITEM]))).toEqual({ models: [{ id: 'a' }, { id: 'b', size: 2 }] })
    expect(readJson(mergeFile('json', '{"models":[{"id":"a"}]}', [ITEM]))).toEqual({
      models: [{ id: 'a' }, { id: 'b', size: 2 }],
    })
    expect(readJson(mergeFile('json', '{}', [ITEM]))).toEqual({ models: [{ id: 'b', size: 2 }] })
  })

  it('keeps the line ends of Windows, and the mark before the first character', () => {
    const after = mergeFile('json', '\uFEFF{\r\n  "a": 1\r\n}\r\n', [{ at: ['b'], value: 2 }])
    expect(after).toBe('\uFEFF{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n')
  })

  it.each(['{"a": }', '[1, 2]', '{"a": 1', '"text"', '{"a":1}{"b":2}'])('refuses %j', (before) => {
    expect(() => mergeFile('json', before, [{ at: ['b'], value: 1 }])).toThrow(CannotMerge)
  })
})

describe('TOML', () => {
  const EDITS: Edit[] = [{ at: ['model'], value: 'new' }, { at: ['model_provider'], value: 'fairlead' }, PROVIDER]

  it('changes values where they stand, and adds a table at the end', () => {
    const before = [
      '# my codex',
      'model = "gpt-5"   # the good one',
      'notify = [',
      '  "a", # one',
      ']',
      '',
      '# servers',
      '[mcp_servers.foo]',
      'command = "x"',
      '',
    ].join('\n')
    expect(mergeFile('toml', before, EDITS)).toBe(
      [
        '# my codex',
        'model = "new"   # the good one',
        'notify = [',
        '  "a", # one',
        ']',
        'model_provider = "fairlead"',
        '',
        '# servers',
        '[mcp_servers.foo]',
        'command = "x"',
        '',
        '[providers.fairlead]',
        'name = "Fairlead"',
        'url = "http://127.0.0.1:1/v1"',
        '',
      ].join('\n'),
    )
  })

  it('replaces a table of the same name, however its header is spelled, and nothing behind it', () => {
    const before = '[ providers."fairlead" ] # ours\nurl = "old"\nmore = 1\n\n# next\n[[list]]\na = 1\n'
    expect(mergeFile('toml', before, [PROVIDER])).toBe(
      '[providers.fairlead]\nname = "Fairlead"\nurl = "http://127.0.0.1:1/v1"\n\n# next\n[[list]]\na = 1\n',
    )
  })

  it('puts a value of the root before the first table', () => {
    expect(mergeFile('toml', '[a]\nmodel = "not this"\n', [{ at: ['model'], value: 'x' }])).toBe(
      'model = "x"\n\n[a]\nmodel = "not this"\n',
    )
    expect(mergeFile('toml', '# only words\n', [{ at: ['model'], value: 'x' }])).toBe('# only words\nmodel = "x"\n')
  })

  it.each([
    ['a table that is written in one line', 'providers = { other = { name = "x" } }\n'],
    ['a header inside of a text', 'text = """\n[providers.fairlead]\nurl = "x"\n"""\n'],
    ['what is no TOML', 'model = \n'],
  ])('refuses %s rather than to break it', (_what, before) => {
    expect(() => mergeFile('toml', before, EDITS)).toThrow(CannotMerge)
  })
})

describe('YAML', () => {
  it('keeps comments, and adds to a list', () => {
    const before = '# mine\nname: My config # keep\nmodels:\n  - id: a # first\n    size: 1\nrules: []\n'
    const edits: Edit[] = [
      { at: ['name'], value: 'x', ifAbsent: true },
      { at: ['schema'], value: 'v1', ifAbsent: true },
      ITEM,
    ]
    expect(mergeFile('yaml', before, edits)).toBe(
      '# mine\nname: My config # keep\nmodels:\n  - id: a # first\n    size: 1\n  - id: b\n    size: 2\nrules: []\nschema: v1\n',
    )
  })

  it('replaces the item of the same name', () => {
    expect(mergeFile('yaml', 'models:\n  - id: b\n    size: 1\n    own: true\n  - id: c\n', [ITEM])).toBe(
      'models:\n  - id: b\n    size: 2\n  - id: c\n',
    )
  })

  it.each(['a: [1', 'a: 1\na: 2\n', '- a\n- b\n'])('refuses %j', (before) => {
    expect(() => mergeFile('yaml', before, [ITEM])).toThrow(CannotMerge)
  })
})

describe('a file of variables', () => {
  it('changes one line, and keeps export, comments and the others', () => {
    const before = '# keys\nexport A=1\nB="two words"\n\nA_B=3\n'
    expect(
      mergeFile('env', before, [
        { at: ['A'], value: 'http://x' },
        { at: ['C'], value: 'a b' },
      ]),
    ).toBe('# keys\nexport A=http://x\nB="two words"\n\nA_B=3\nC="a b"\n')
  })
})

describe('any of them', () => {
  const READERS = { json: readJson, toml: readToml, yaml: readYaml, env: readEnv }
  const name = fc.stringMatching(/^[A-Za-z_]\w{0,6}$/).filter((text) => text !== '__proto__')
  const text = fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .filter((value) => !/[\p{Cc}\p{Cs}\u2028\u2029\uFEFF]/u.test(value))
  const object = fc.dictionary(name, fc.oneof(text, fc.integer({ min: -1e9, max: 1e9 }), fc.boolean()), {
    minKeys: 1,
    maxKeys: 4,
  })

  test.each(['json', 'toml', 'yaml'] as const)('%s: a new file says what was to be set', (format: Format) => {
    fc.assert(
      fc.property(name, name, object, text, (one, two, table, value) => {
        fc.pre(one !== two)
        const edits: Edit[] = [
          { at: [one], value },
          { at: [two, 'inner'], value: table },
        ]
        expect(READERS[format](renderFile(format, edits))).toEqual(withEdits({}, edits))
      }),
    )
  })

  test.each(['json', 'toml', 'yaml'] as const)('%s: a second merge of the same changes nothing', (format: Format) => {
    fc.assert(
      fc.property(name, name, name, object, object, (one, two, three, mine, table) => {
        fc.pre(new Set([one, two, three]).size === 3)
        const before = renderFile(format, [{ at: [three, 'inner'], value: mine }])
        const edits: Edit[] = [
          { at: [one], value: 'text' },
          { at: [two, 'inner'], value: table },
        ]
        const after = mergeFile(format, before, edits)
        expect(READERS[format](after)).toEqual(withEdits(READERS[format](before), edits))
        expect(mergeFile(format, after, edits)).toBe(after)
      }),
    )
  })
})
