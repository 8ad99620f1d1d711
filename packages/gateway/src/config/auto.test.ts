import { describe, expect, it } from 'vitest'
import { ConfigError } from './config-error.ts'
import type { Config } from './config.ts'
import { loadConfig } from './load-config.ts'

const MODELS = `providers: [{ name: a, type: openai, api_keys: [sk-0123456789] }]
models: [{ id: gpt-4o, aliases: [big] }, { id: gpt-4o-mini }, { id: house, targets: [{ provider: a }] }]
`

function load(text: string): { readonly config: Config; readonly warnings: readonly string[] } {
  return loadConfig({ text: MODELS + text, fileName: 'fairlead.yaml', env: {}, overrides: {} })
}

function problemOf(text: string): string {
  try {
    load(text)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error('the file was taken')
}

describe('the section auto', () => {
  it('is there without being written: every priced model, in the middle', () => {
    const { auto, brand } = load('').config
    expect(brand.autoModel).toBe('auto')
    expect(auto.pools).toEqual([
      {
        name: '',
        models: null,
        exclude: [],
        baseline: null,
        knobs: { tradeoff: 5, minQuality: 0.97 },
        maxCostNanos: null,
        dataPolicy: {},
        controlPpm: 0,
        groups: [],
      },
    ])
  })

  it('looks names and patterns up, and hands down what a pool leaves out', () => {
    const { auto } = load(`auto:
  pool: ["gpt-*", house]
  baseline: big
  exclude: ["*-mini"]
  max_cost: 0.5
  control_share: 0.01
  skills: { big: { overall: 0.9, by_task: { maths: 0.5 } } }
  presets: { cheap: { tradeoff: 9 } }
  pools: [{ name: small, models: [gpt-4o-mini, big], tradeoff: 8, groups: [default] }, { name: own, models: [house], max_cost: 1 }]
`).config
    expect(auto.pools).toMatchObject([
      {
        name: '',
        models: ['gpt-4o', 'gpt-4o-mini', 'house'],
        exclude: ['*-mini'],
        baseline: 'gpt-4o',
        controlPpm: 10_000,
      },
      {
        name: 'small',
        models: ['gpt-4o-mini', 'gpt-4o'],
        baseline: 'gpt-4o',
        knobs: { tradeoff: 8, minQuality: 0.97 },
      },
      { name: 'own', models: ['house'], baseline: null, maxCostNanos: 1_000_000_000 },
    ])
    expect(auto.pools[1]).toMatchObject({ maxCostNanos: 500_000_000, groups: ['default'] })
    expect(auto.skills).toEqual({ 'gpt-4o': { overall: 0.9, byType: { maths: 0.5 } } })
    expect(auto.presets).toEqual({ cheap: { tradeoff: 9 } })
  })

  it('has no embedder unless one is named', () => {
    expect(load('').config.auto.embedder).toBeNull()
    const { embedder } = load('auto: { embedder: { model: big } }\n').config.auto
    expect(embedder).toEqual({ model: 'gpt-4o', dimensions: null, waitMs: 80 })
  })

  it.each([
    ['auto: { pool: [] }', 'fairlead.yaml:3:15'],
    [
      'auto: { pool: [gpt-5o] }',
      'fairlead.yaml:3:16  auto.pool[0] "gpt-5o" is not a model of this gateway. Did you mean "gpt-4o"?',
    ],
    ['auto: { pool: ["claude-*"] }', '"claude-*" fits no model of this gateway.'],
    ['auto: { pol: [gpt-4o] }', 'auto.pol'],
    ['auto: { tradeoff: 11 }', 'auto.tradeoff'],
    ['auto: { min_quality: 97 }', 'auto.min_quality'],
    ['auto: { max_cost: -1 }', 'auto.max_cost is no amount of US$'],
    ['auto: { control_share: 0.9 }', 'auto.control_share'],
    ['auto: { baseline: nobody }', 'auto.baseline "nobody" is not a model of this gateway.'],
    ['auto: { pool: [gpt-4o], exclude: ["gpt-*"] }', 'auto.exclude leaves nothing of the pool.'],
    ['auto: { pools: [{ name: a b, models: [gpt-4o] }] }', 'auto.pools[0].name may only hold'],
    [
      'auto: { pools: [{ name: a, models: [gpt-4o] }, { name: a, models: [gpt-4o] }] }',
      'is the name of a pool before it',
    ],
    [
      'auto: { pools: [{ name: a, models: [gpt-4o], groups: [g] }, { name: b, models: [gpt-4o], groups: [g] }] }',
      'belongs to the pool "a" already',
    ],
    ['auto: { skills: { gpt-4o: { by_task: { cooking: 1 } } } }', 'cooking'],
    ['auto: { embedder: { model: nobody } }', 'auto.embedder.model "nobody" is not a model of this gateway.'],
    ['auto: { embedder: { model: gpt-4o, dimensions: 4096 } }', 'auto.embedder.dimensions'],
    ['auto: { skills: { nobody: {} } }', '"nobody" is not a model of this gateway.'],
  ])('is refused with its line: %s', (text, message) => {
    expect(problemOf(text)).toContain(message)
  })

  it('warns of a model that hides the picker, and of a baseline that cannot be counted against', () => {
    const { warnings } = load('brand: { auto_model: house }\nauto: { pool: [gpt-4o, house], baseline: house }\n')
    expect(warnings.join('\n')).toContain('brand.auto_model')
    expect(warnings.join('\n')).toContain('"house" has no price')
  })
})
