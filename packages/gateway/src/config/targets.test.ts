import { describe, expect, it } from 'vitest'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'

const PROVIDERS = `providers: [{ name: a, type: openai, api_keys: [sk-a] }, { name: b, type: openai, api_keys: [sk-b] }]
`

function load(models: string) {
  return loadConfig({ text: `${PROVIDERS}${models}`, fileName: 'f.yaml', env: {}, overrides: {} })
}

function problemOf(models: string): string {
  try {
    load(models)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

const model = (rest: string): string => `models:
  - id: m
    ${rest}
  - { id: n, aliases: [other], targets: [{ provider: b }] }
`

describe('who serves a model', () => {
  it('is written down with its conditions, splits and copies', () => {
    const { config } = load(
      model(`strategy: split
    targets: [{ provider: a, when: { tags: [gold], hours: "22:00-06:30", time_zone: Europe/Berlin } }, { provider: b }]
    mirror: { model: other, share: 0.25 }`),
    )
    expect(config.models[0]).toMatchObject({
      strategy: 'split',
      splitBy: 'conversation',
      targets: [
        {
          when: {
            tags: ['gold'],
            metadata: {},
            groups: [],
            hours: { fromMinute: 1_320, toMinute: 390, timeZone: 'Europe/Berlin' },
          },
        },
        { provider: 'b' },
      ],
      mirror: { model: 'n', sharePpm: 250_000, atOnce: 4 },
    })
    expect(config.models[1]).not.toHaveProperty('splitBy')
  })

  it.each([
    [
      'no such hours',
      'targets: [{ provider: a, when: { hours: "9-17" } }, { provider: b }]',
      /must be two times of a day/,
    ],
    [
      'no such time zone',
      'targets: [{ provider: a, when: { time_zone: Moon } }, { provider: b }]',
      /is not a time zone/,
    ],
    ['a word that is none', 'targets: [{ provider: a, when: { tag: [x] } }, { provider: b }]', /Did you mean "tags"/],
    ['a request that finds no target', 'targets: [{ provider: a, when: { tags: [x] } }]', /all for some requests only/],
    ['a split that is none', 'split_by: user', /only for the strategy "split"/],
    ['copies for nobody', 'mirror: { model: nn, share: 1 }', /"nn" is not a model of this gateway/],
    ['copies for itself', 'mirror: { model: m, share: 1 }', /is the model itself/],
  ])('is refused with its line: %s', (_name, rest, expected) => {
    const problem = problemOf(model(`${rest}${rest.startsWith('targets') ? '' : '\n    targets: [{ provider: a }]'}`))
    expect(problem).toMatch(expected)
    expect(problem).toMatch(/f\.yaml:[45]/)
  })
})
