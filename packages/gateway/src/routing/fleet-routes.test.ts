import { expect, test } from 'vitest'

import {
  candidateOn,
  configOf,
  fleetOf,
  modelOf,
  pick,
  providerOf,
  routeOf,
  sourceOf,
  targetOf,
} from './__fixtures__/fleet.ts'

const INFO = { vendor: 'anthropic', description: 'A model.', contextLength: 200_000, createdAtSeconds: 1_700_000_000 }
const catalogue = sourceOf([
  { id: 'claude-3-5-sonnet-20241022', aliases: ['claude-3-5-sonnet'], ...INFO },
  { id: 'claude-haiku-4.5', vendorId: 'claude-haiku-4-5', ...INFO },
  { id: 'claude-haiku-4-5', ...INFO },
])

const config = configOf(
  [providerOf('openai'), providerOf('other'), providerOf('anthropic', { anyModel: true })],
  [
    modelOf('gpt-4o', [targetOf('openai', { model: 'gpt-4o-2024-08-06' }), targetOf('other', { model: 'theirs' })], {
      aliases: ['gpt-4o-latest', 'exact'],
    }),
    modelOf('exact', [targetOf('other', { model: 'exact' })]),
    modelOf('claude-3-5-sonnet-20241022', [targetOf('anthropic', { model: 'claude-3-5-sonnet-20241022' })]),
    modelOf('claude-haiku-4.5', [targetOf('anthropic', { model: 'claude-haiku-4-5' })]),
    modelOf('other/*', [targetOf('other', { model: '*' })]),
    modelOf('other/big-*', [targetOf('openai', { model: 'large-*-v1' })]),
  ],
)

function served(id: string): string | undefined {
  const fleet = fleetOf(config, { catalogue })
  const route = fleet.resolve(id)
  if (route === undefined) return undefined
  const candidates = route.tiers.flat().map(({ provider, upstreamModel }) => `${provider.name}:${upstreamModel}`)
  return `${route.publicId} = ${candidates.join(' ')}`
}

test.each([
  ['an id', 'gpt-4o', 'gpt-4o = openai:gpt-4o-2024-08-06 other:theirs'],
  ['an alias, as its model', 'gpt-4o-latest', 'gpt-4o = openai:gpt-4o-2024-08-06 other:theirs'],
  ['an exact id before an alias', 'exact', 'exact = other:exact'],
  ['provider/model by public id', 'openai/gpt-4o', 'openai/gpt-4o = openai:gpt-4o-2024-08-06'],
  ['provider/model by the name upstream', 'other/theirs', 'other/theirs = other:theirs'],
  ['provider/model before wildcards', 'other/exact', 'other/exact = other:exact'],
  [
    'the spelling of the catalogue',
    'claude-3-5-sonnet',
    'claude-3-5-sonnet-20241022 = anthropic:claude-3-5-sonnet-20241022',
  ],
  ['the name that the vendor gives it', 'claude-haiku-4-5', 'claude-haiku-4.5 = anthropic:claude-haiku-4-5'],
  ['a wildcard', 'other/thing', 'other/thing = other:thing'],
  ['the longer wildcard first', 'other/big-one', 'other/big-one = openai:large-one-v1'],
  ['a provider of any model', 'never-heard-of', 'never-heard-of = anthropic:never-heard-of'],
  ['a provider of any model by its name', 'anthropic/new', 'anthropic/new = anthropic:new'],
])('resolves %s', (_what, asked, expected) => {
  expect(served(asked)).toBe(expected)
})

test('does not let provider/model reach what the operator has not configured', () => {
  const closed = configOf(
    [providerOf('openai')],
    [modelOf('gpt-4o-mini', [targetOf('openai', { model: 'gpt-4o-mini' })])],
  )
  const fleet = fleetOf(closed)
  expect(fleet.resolve('openai/gpt-4o-mini')).toBeDefined()
  expect(fleet.resolve('openai/o1-pro')).toBeUndefined()
  expect(fleet.resolve('')).toBeUndefined()
  expect(fleet.resolve('__proto__')).toBeUndefined()
})

test('lists configured ids only, each with a description', () => {
  const fleet = fleetOf(config, { catalogue })
  expect(fleet.listModels().map(({ id }) => id)).toEqual([
    'gpt-4o',
    'exact',
    'claude-3-5-sonnet-20241022',
    'claude-haiku-4.5',
  ])
  for (const { description } of fleet.listModels()) expect(description).not.toBe('')
  expect(fleet.listModels()).toBe(fleet.listModels())
  expect(fleet.listModels()[2]).toMatchObject({ ownedBy: 'anthropic', created: 1_700_000_000, contextLength: 200_000 })
})

test('five thousand invented names leave a bounded memory behind', () => {
  const fleet = fleetOf(config, { catalogue })
  for (let index = 0; index < 5_000; index++) fleet.resolve(`other/invented-${index}`)
  expect(candidateOn(fleet, 'other', 'exact').credential.models.size).toBeLessThan(1_100)
  expect(fleet.resolve('x'.repeat(300))).toBeUndefined()
})

test('tiers follow the priority of the target, then that of its provider', () => {
  const providers = [providerOf('a', { priority: 1 }), providerOf('b'), providerOf('c')]
  const targets = [targetOf('a'), targetOf('b', { priority: 1 }), targetOf('c')]
  const fleet = fleetOf(configOf(providers, [modelOf('m', targets)]))
  const names = routeOf(fleet).tiers.map((tier) => tier.map(({ provider }) => provider.name))
  expect(names).toEqual([['c'], ['a'], ['b']])
})

test('a target that is listed twice is one candidate with both weights', () => {
  const fleet = fleetOf(
    configOf([providerOf('a'), providerOf('b')], [modelOf('m', [targetOf('a'), targetOf('a'), targetOf('b')])]),
  )
  expect(routeOf(fleet).tiers[0]?.map(({ id, weight }) => [id.split(':')[0], weight])).toEqual([
    ['a', 2],
    ['b', 1],
  ])
})

test('a reload keeps what is known about providers, keys and models that are still there', () => {
  const providers = [providerOf('a', { apiKeys: ['k1', 'k2'] }), providerOf('b')]
  const models = [modelOf('m', [targetOf('a'), targetOf('b')]), modelOf('any-*', [targetOf('a', { model: '*' })])]
  const fleet = fleetOf(configOf(providers, models))
  const second = candidateOn(fleet, 'a#2')
  second.inFlight = 3
  fleet.report(second, { kind: 'credential-rejected', status: 401, reason: 'Incorrect API key' }, 0)
  const made = pick(fleet, 0, null, 'any-thing')
  for (let time = 0; time < 5; time++) fleet.report(made, { kind: 'failure', cause: 'server_error', status: 500 }, 0)

  // The other way round: a key is known by its secret, not by its place.
  fleet.update(configOf([providerOf('a', { apiKeys: ['k2', 'k1'], weight: 5 }), providerOf('b')], models))
  const moved = candidateOn(fleet, 'a')
  expect(moved.credential.disabled).toBe(true)
  expect(moved.inFlight).toBe(3)
  expect(candidateOn(fleet, 'a#2').credential.disabled).toBe(false)
  const again = routeOf(fleet, 'any-thing').tiers.flat()
  expect(again.find(({ id }) => id === made.id)?.circuit.state).toBe('open')
})

test('a provider at a new address, and a new key, start unblemished', () => {
  const models = [modelOf('m', [targetOf('a')])]
  const fleet = fleetOf(configOf([providerOf('a')], models))
  fleet.apply({ kind: 'provider-check', provider: 'a', healthy: false, responseTimeMs: 1, atUnixMs: 0 }, 0)
  fleet.report(pick(fleet), { kind: 'credential-rejected', status: 401, reason: 'no' }, 0)
  fleet.update(configOf([providerOf('a', { baseUrl: 'http://elsewhere.test/v1', apiKeys: ['new'] })], models))
  expect(pick(fleet).credential.disabled).toBe(false)
  expect(fleet.providers[0]?.down).toBe(false)
})

test('reports about a candidate from before a reload are taken', () => {
  const fleet = fleetOf(configOf([providerOf('a')], [modelOf('m', [targetOf('a')])]))
  const old = pick(fleet)
  fleet.update(configOf([providerOf('b')], [modelOf('m', [targetOf('b')])]))
  for (let time = 0; time < 6; time++) fleet.report(old, { kind: 'failure', cause: 'reset' }, 0)
  expect(pick(fleet).provider.name).toBe('b')
})
