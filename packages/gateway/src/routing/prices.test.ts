// What a route costs: whoever spoke last about its price, and what its upstreams charge.
import { expect, test } from 'vitest'
import { encodePrice } from '../billing/prices/price-text.ts'
import { makePrice, type Price } from '../billing/prices/price.ts'
import type { Config } from '../config/config.ts'
import { configOf, fleetOf, modelOf, providerOf, routeOf, sourceOf, targetOf } from './__fixtures__/fleet.ts'

const price = (dollars: number): Price =>
  makePrice({ inputNanosPerMillion: dollars * 1e9, outputNanosPerMillion: dollars * 1e9 })

const INFO = { description: 'A model.', contextLength: 1, createdAtSeconds: 1 }
const catalogue = sourceOf([
  { id: 'listed', vendor: 'a', ...INFO, price: price(1), aliases: ['listed-2026'] },
  { id: 'large', vendor: 'a', ...INFO, price: price(2) },
])

const filed = { price: price(3), priceFrom: 'config' } as const
const found = { price: price(1), priceFrom: 'catalogue' } as const
const config: Config = {
  ...configOf(
    [providerOf('a'), providerOf('b'), providerOf('any', { anyModel: true })],
    [
      modelOf('listed', [targetOf('a', { model: 'listed' }), targetOf('b', { model: 'x', price: price(0.5) })], found),
      modelOf('filed', [targetOf('a', { model: 'large' })], filed),
      modelOf('unpriced', [targetOf('a', { model: 'nobody-knows' })]),
      modelOf('wild/*', [targetOf('a', { model: '*' })]),
      modelOf('cheap/*', [targetOf('a', { model: '*' })], filed),
    ],
  ),
  prices: { 'set-here': price(9), filed: price(8), 'wild/one': price(7), 'wild/*': price(6), large: price(5) },
}

/** US$ per million input tokens that callers pay, then what each candidate charges. */
function costs(id: string, of: Config = config): (number | null)[] {
  const { price: sale, tiers } = routeOf(fleetOf(of, { catalogue }), id)
  return [sale, ...tiers.flat().map((candidate) => candidate.price)].map((one) => one && one.inputNanosPerMillion / 1e9)
}

test.each<[string, string, (number | null)[]]>([
  ['the catalogue, where nobody said anything; a target has its own', 'listed', [1, 1, 0.5]],
  ['the file, which wins over the database', 'filed', [3, 2]],
  ['nobody, and then it has none', 'unpriced', [null, null]],
  ['the database, for what a wildcard covers', 'wild/one', [7, null]],
  ['the database, for the wildcard itself', 'wild/two', [6, null]],
  ['the file, for all that a wildcard covers', 'cheap/large', [3, 2]],
  ['the model itself, under the name of a provider', 'a/listed', [1, 1]],
  ['the file, under the name of a provider', 'a/filed', [3, 2]],
  ['the database, for what is only named here', 'set-here', [9, null]],
  ['the database, whatever provider is named', 'any/large', [5, 2]],
  ['the catalogue, under another spelling at a provider of any model', 'any/listed-2026', [1, 1]],
])('the price is from %s', (_, id, expected) => {
  expect(costs(id)).toEqual(expected)
})

test('a price of the database holds for a configured model under each of its names', () => {
  const changed = { ...config, prices: { listed: price(4) } }
  expect([costs('listed', changed)[0], costs('a/listed', changed)[0]]).toEqual([4, 4])
  expect(costs('any/listed-2026', changed)[0]).toBe(4)
})

test('the names under which a group may price it are its own and that of the model behind it', () => {
  const fleet = fleetOf(config, { catalogue })
  const names = ['listed', 'a/listed', 'wild/one', 'any/listed-2026'].map((id) => routeOf(fleet, id).priceNames)
  expect(names).toEqual([
    ['listed'],
    ['a/listed', 'listed'],
    ['wild/one', 'wild/*'],
    ['any/listed-2026', 'listed-2026', 'listed'],
  ])
})

test('the list of models says what callers pay', () => {
  const listed = fleetOf(config, { catalogue }).listModels()
  expect(listed.map((model) => [model.id, encodePrice(model.price)])).toEqual([
    ['listed', encodePrice(price(1))],
    ['filed', encodePrice(price(3))],
    ['unpriced', ''],
  ])
})
