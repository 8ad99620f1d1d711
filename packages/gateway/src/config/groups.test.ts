import { describe, expect, it } from 'vitest'
import { encodePrice } from '../billing/prices/price-text.ts'
import { DEFAULT_RESPONSES_POLICY } from '../identity/responses-policy.ts'
import { ConfigError } from './config-error.ts'
import { loadConfig, type LoadedConfig } from './load-config.ts'

const HEAD = `providers:
  - { name: openai, type: openai, api_key: k, models: [gpt-4o, gpt-4o-mini] }
models:
  - { id: claude-haiku-4-5, aliases: [haiku], targets: [{ provider: openai }] }
  - { id: "local/*", targets: [{ provider: openai, model: "*" }] }
`

function load(groups: string): LoadedConfig {
  return loadConfig({ text: `${HEAD}${groups}`, fileName: 'fairlead.yaml', env: {}, overrides: {} })
}

function problemOf(groups: string): string {
  try {
    load(groups)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error('no problem was found')
}

describe('groups in the file', () => {
  it('are none by default', () => {
    expect(load('').config.groups).toEqual([])
    expect(load('groups:').config.groups).toEqual([])
  })

  it('allow everything and limit nothing unless they say so', () => {
    expect(load('groups: [{ name: default }]').config.groups).toEqual([
      {
        name: 'default',
        models: ['*'],
        priceMultiplierPpm: 1_000_000,
        prices: {},
        billing: 'off',
        limits: {},
        sharedLimits: {},
        responses: DEFAULT_RESPONSES_POLICY,
      },
    ])
  })

  it('begin with the figures of a preset, and what is written beside it wins', () => {
    const { config } = load(`groups:
  - { name: free, preset: free }
  - { name: pro, preset: pro, limits: { tpm: 200000, requests_per_day: 5000 } }
  - { name: big, preset: enterprise, price_multiplier: 0.8, shared_limits: { requests_per_month: 1000000 } }
  - { name: slow, preset: pro, price_multiplier: "1.000001", limits: { rpm: 0, concurrency: 1 } }
`)
    expect(config.groups.map(({ name, limits }) => [name, limits])).toEqual([
      ['free', { rpm: 100 }],
      ['pro', { rpm: 1_000, tpm: 200_000, requestsPerDay: 5_000 }],
      ['big', {}],
      ['slow', { rpm: 0, concurrency: 1 }],
    ])
    expect(config.groups[2]).toMatchObject({
      priceMultiplierPpm: 800_000,
      sharedLimits: { requestsPerMonth: 1_000_000 },
    })
    expect(config.groups[3]?.priceMultiplierPpm).toBe(1_000_001)
  })

  it('name models by their ids, so that no alias leads past the rule', () => {
    const { config, warnings } = load('groups: [{ name: a, models: [haiku, claude-haiku-4-5, "gpt-*", local/llama] }]')
    expect(config.groups[0]?.models).toEqual(['claude-haiku-4-5', 'gpt-*', 'local/llama'])
    expect(warnings).toEqual([])
  })

  it('warn of models that nobody serves, with the nearest that somebody does', () => {
    const { warnings } = load(`groups:
  - name: a
    models:
      - gpt-4o-mni
      - "mistral-*"
`)
    expect(warnings).toEqual([
      'fairlead.yaml:9:9  groups[0].models[0] "gpt-4o-mni" is not a model of this gateway, nor a pattern of any. Did you mean "gpt-4o-mini"?',
      expect.stringContaining('fairlead.yaml:10:9  groups[0].models[1] "mistral-*" is not a model'),
    ])
  })

  it('have prices of their own, under the id of the model whichever name the file uses', () => {
    const { config } = load(
      `groups: [{ name: a, billing: prepaid, prices: { haiku: { input: 1, output: "2.5", per_call: 0.001 } } }]`,
    )
    const prices = Object.entries(config.groups[0]?.prices ?? {})
    expect(prices.map(([model, price]) => [model, encodePrice(price)])).toEqual([
      ['claude-haiku-4-5', 'i1000000000o2500000000p1000000'],
    ])
  })

  it.each([
    [
      'prices: { gpt-4o-mni: { input: 1, output: 1 } }',
      '"gpt-4o-mni" is not a model of this gateway. Did you mean "gpt-4o-mini"?',
    ],
    ['prices: { gpt-4o-mini: { input: 1, ouput: 1 } }', 'Did you mean "output"?'],
    ['prices: { gpt-4o-mini: { input: 1 } }', 'groups[0].prices.gpt-4o-mini.output is missing'],
    ['prices: { gpt-4o-mini: { input: -1, output: 1 } }', 'groups[0].prices.gpt-4o-mini.input is not a price'],
    [
      'prices: { claude-haiku-4-5: { input: 1, output: 1 }, haiku: { input: 2, output: 2 } }',
      'is the same model as "claude-haiku-4-5"',
    ],
  ])('are refused with prices that are none: %s', (prices, message) => {
    expect(problemOf(`groups: [{ name: a, ${prices} }]`)).toContain(message)
  })

  it.each([
    ['groups: [{ name: a }, { name: a }]', 'fairlead.yaml:6:31  groups[1].name "a" is also the name of groups[0].'],
    ['groups: [{ name: "a b" }]', 'groups[0].name'],
    ['groups: [{}]', 'groups[0].name'],
    ['groups: [{ name: a, modles: [x] }]', 'Did you mean "models"?'],
    ['groups: [{ name: a, models: [] }]', 'groups[0].models'],
    ['groups: [{ name: a, models: ["x y"] }]', 'groups[0].models[0]'],
    ['groups: [{ name: a, preset: fre }]', 'Did you mean "free"?'],
    ['groups: [{ name: a, price_multiplier: -1 }]', 'groups[0].price_multiplier'],
    ['groups: [{ name: a, price_multiplier: 0.0000001 }]', 'groups[0].price_multiplier'],
    ['groups: [{ name: a, price_multiplier: 1001 }]', 'groups[0].price_multiplier'],
    ['groups: [{ name: a, limits: { rpd: 1 } }]', 'groups[0].limits.rpd'],
    ['groups: [{ name: a, limits: { rpm: -1 } }]', 'groups[0].limits.rpm'],
    ['groups: [{ name: a, billing: on }]', 'groups[0].billing'],
  ])('refuse %s', (text, message) => {
    expect(problemOf(text)).toContain(message)
  })
})
