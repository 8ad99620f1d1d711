import { expect, it } from 'vitest'
import { catalogue } from '../../catalogue/catalogue.ts'
import { loadConfig } from '../../config/load-config.ts'
import { groupOf, houseOn } from '../../identity/__fixtures__/house.ts'
import type { Change } from '../../identity/change.ts'
import { OPERATOR } from '../../identity/principal.ts'
import { describeEachDatabase } from '../../store/__fixtures__/each-database.ts'
import type { Database } from '../../store/database.ts'
import { createPriceService, type PriceService } from './price-service.ts'
import { pricesOf } from './price-store.ts'
import { encodePrice } from './price-text.ts'
import { makePrice } from './price.ts'

const FILE = `providers:
  - { name: openai, type: openai, api_key: k }
  - { name: azure, type: openai-compatible, base_url: http://127.0.0.1:9, api_key: k, any_model: false }
models:
  - id: gpt-4o-mini
    aliases: [mini]
    targets: [{ provider: openai }, { provider: azure, model: my-deployment, price: { input: 0.1, output: 0.4 } }]
  - { id: house-model, targets: [{ provider: azure, model: house }] }
  - { id: fixed, targets: [{ provider: azure, model: fixed }], price: { input: 1, output: 2 } }
  - { id: "local/*", targets: [{ provider: azure, model: "*" }] }
`
const CHEAP = makePrice({ inputNanosPerMillion: 200_000_000, outputNanosPerMillion: 800_000_000 })
const DEAR = makePrice({ inputNanosPerMillion: 400_000_000, outputNanosPerMillion: 1_600_000_000, perCallNanos: 7 })

describeEachDatabase('Prices', (open) => {
  const shop = async (): Promise<{
    database: Database
    prices: PriceService
    told: Change[]
    applied: () => number
  }> => {
    const database = await open()
    const { config } = loadConfig({ text: FILE, fileName: 'fairlead.yaml', env: {}, overrides: {} })
    const told: Change[] = []
    let applied = 0
    const prices = createPriceService({
      database,
      config: () => config,
      listPrice: (model) => catalogue.find(model)?.price,
      now: () => 1_700_000_000_000,
      changes: { publish: async (change) => void told.push(change) },
      applied: async () => void applied++,
    })
    return { database, prices, told, applied: () => applied }
  }

  it('are the catalogue’s, the file’s, or none, before anybody sets one', async () => {
    const { prices } = await shop()
    const list = await prices.list(OPERATOR)
    expect(list.map(({ model, source }) => [model, source])).toEqual([
      ['fixed', 'config'],
      ['gpt-4o-mini', 'catalogue'],
      ['house-model', null],
      ['local/*', null],
    ])
    expect(list.find(({ model }) => model === 'house-model')?.price).toBeNull()
  })

  it('show what each provider charges beside what callers pay', async () => {
    const { prices } = await shop()
    const { costs, price } = await prices.set(OPERATOR, 'gpt-4o-mini', DEAR)
    expect(encodePrice(price)).toBe(encodePrice(DEAR))
    expect(costs.map((cost) => [cost.provider, cost.model, cost.price?.inputNanosPerMillion])).toEqual([
      ['openai', 'gpt-4o-mini', 150_000_000],
      ['azure', 'my-deployment', 100_000_000],
    ])
  })

  it('are set, changed and taken away, each version kept with its author, audited and told', async () => {
    const { prices, database, told, applied } = await shop()
    expect(await prices.set(OPERATOR, 'mini', CHEAP)).toMatchObject({
      model: 'gpt-4o-mini',
      source: 'database',
      newest: { version: 1, setBy: 'master', setAtMs: 1_700_000_000_000 },
    })
    await prices.set(OPERATOR, 'gpt-4o-mini', DEAR)
    await prices.set(OPERATOR, 'house-model', CHEAP)
    expect(Object.keys(pricesOf(await database.prices.newest()))).toEqual(['gpt-4o-mini', 'house-model'])
    const gone = await prices.remove(OPERATOR, 'gpt-4o-mini')
    expect(gone).toMatchObject({ source: 'catalogue', newest: { version: 3, price: null } })
    expect(gone.price?.inputNanosPerMillion).toBe(150_000_000)
    const versions = await prices.versions(OPERATOR, 'gpt-4o-mini')
    expect(versions.map(({ version, price }) => [version, encodePrice(price)])).toEqual([
      [3, ''],
      [2, encodePrice(DEAR)],
      [1, encodePrice(CHEAP)],
    ])
    expect(Object.keys(pricesOf(await database.prices.newest()))).toEqual(['house-model'])
    await expect(prices.remove(OPERATOR, 'gpt-4o-mini')).rejects.toMatchObject({ code: 'not_found' })
    expect([told, applied()]).toEqual([[1, 2, 3, 4].map(() => ({ kind: 'prices' })), 4])
    const { records } = await database.audit.list({ limit: 10 })
    expect(records.map(({ action, objectId, before, after }) => [action, objectId, before, after])).toEqual([
      [
        'price.remove',
        'gpt-4o-mini',
        { input: '0.4', cached_input: '0.4', output: '1.6', per_call: '0.000000007' },
        null,
      ],
      ['price.set', 'house-model', null, { input: '0.2', cached_input: '0.2', output: '0.8' }],
      [
        'price.set',
        'gpt-4o-mini',
        { input: '0.2', cached_input: '0.2', output: '0.8', per_call: null },
        { input: '0.4', cached_input: '0.4', output: '1.6', per_call: '0.000000007' },
      ],
      ['price.set', 'gpt-4o-mini', null, { input: '0.2', cached_input: '0.2', output: '0.8' }],
    ])
  })

  it('of the file are changed there, and models that nobody serves have none', async () => {
    const { prices } = await shop()
    await expect(prices.set(OPERATOR, 'fixed', CHEAP)).rejects.toMatchObject({ code: 'conflict' })
    await expect(prices.remove(OPERATOR, 'fixed')).rejects.toMatchObject({ code: 'conflict' })
    await expect(prices.set(OPERATOR, 'gpt-4o-mni', CHEAP)).rejects.toMatchObject({
      code: 'model_not_found',
      message: expect.stringContaining('Did you mean "gpt-4o-mini"?'),
    })
    // What a wildcard covers, and the wildcard itself.
    expect(await prices.set(OPERATOR, 'local/llama', CHEAP)).toMatchObject({ model: 'local/llama', source: 'database' })
    expect(await prices.set(OPERATOR, 'local/*', DEAR)).toMatchObject({ model: 'local/*', source: 'database' })
    expect((await prices.list(OPERATOR)).map(({ model }) => model)).toContain('local/llama')
  })

  it('are the operator’s business alone', async () => {
    const { prices, database } = await shop()
    const { principal } = await houseOn(database).key()
    for (const attempt of [
      () => prices.list(principal),
      () => prices.get(principal, 'fixed'),
      () => prices.versions(principal, 'fixed'),
      () => prices.set(principal, 'house-model', CHEAP),
      () => prices.remove(principal, 'house-model'),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'permission_denied' })
    }
  })

  it('set at the same time get versions one after the other, or one of them fails', async () => {
    const { prices } = await shop()
    const outcomes = await Promise.allSettled(
      [CHEAP, DEAR, CHEAP].map((price) => prices.set(OPERATOR, 'house-model', price)),
    )
    const done = outcomes.filter(({ status }) => status === 'fulfilled').length
    const versions = await prices.versions(OPERATOR, 'house-model')
    expect(done).toBeGreaterThan(0)
    expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: done }, (_, index) => done - index))
  })

  it('of a group are told with each of its keys, and are changed one by one', async () => {
    const home = houseOn(await open())
    await home.groups.create(OPERATOR, { name: 'default', billing: 'prepaid', prices: { m: CHEAP, n: DEAR } })
    const account = await home.accounts.create(OPERATOR, { name: 'Acme' })
    const { key, principal } = await home.key({ accountId: account.accountId })
    expect(principal.pricing).toEqual({ billing: 'prepaid', multiplierPpm: 1_000_000, prices: { m: CHEAP, n: DEAR } })
    const changed = await home.groups.update(OPERATOR, 'default', { prices: { m: DEAR, n: null, o: CHEAP } })
    expect(changed.prices).toEqual({ m: DEAR, o: CHEAP })
    expect((await home.who(key)).pricing.prices).toEqual({ m: DEAR, o: CHEAP })
    expect((await home.groups.update(OPERATOR, 'default', { prices: null })).prices).toEqual({})
    home.fileGroups = [groupOf('default', { prices: { z: CHEAP } })]
    expect((await home.who(key)).pricing).toMatchObject({ billing: 'off', prices: { z: CHEAP } })
  })
})
