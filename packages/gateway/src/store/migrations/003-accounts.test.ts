import { expect, it } from 'vitest'
import { houseOn } from '../../identity/__fixtures__/house.ts'
import { OPERATOR } from '../../identity/principal.ts'
import { describeEachDatabase, kyselyOn } from '../__fixtures__/each-database.ts'
import { migrate } from '../migrate.ts'

describeEachDatabase('The migration to accounts', (open) => {
  it('gives every account that has keys a row, and leaves the keys what they were', async () => {
    const place = await open.emptyPlace()
    const before = await open(place)
    const home = houseOn(before)
    const made = await home.key({ name: 'old', limits: { rpm: 5 } })
    const old = await home.accounts.create(OPERATOR, { name: 'x' })
    await home.key({ accountId: old.accountId })
    await before[Symbol.asyncDispose]()

    // Down to what an older release left, and up again.
    {
      await using kysely = kyselyOn(place)
      await migrate(kysely, { nowMs: 5, target: 2 })
    }
    const after = houseOn(await open(place, { backup: false }))
    expect(
      (await after.accounts.list(OPERATOR)).records.map(({ accountId, name, group }) => [accountId, name, group]),
    ).toEqual([
      ['default', 'Default', ''],
      [old.accountId, old.accountId, ''],
    ])
    expect(await after.who(made.key)).toMatchObject({ keyId: made.record.keyId, limits: { rpm: 5 }, models: [] })
    expect((await after.keys.list(OPERATOR)).records).toHaveLength(2)
  })
})
