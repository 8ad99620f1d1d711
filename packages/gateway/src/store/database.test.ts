// What both databases promise alike.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeEachDatabase, kyselyOn } from './__fixtures__/each-database.ts'
import { rowId } from './migrations/columns.ts'

describeEachDatabase('a database', (open) => {
  it('is well, has no problems, and says where it is without its password', async () => {
    const place = await open.place()
    if ('url' in place) Object.assign(place, { url: place.url.replace('postgres@', 'postgres:secret@') })
    const database = await open(place)
    await database.check()
    expect(await database.problems()).toEqual([])
    expect(database.kind).toBe(open.kind)
    expect(database.name).toContain(open.kind === 'sqlite' ? 'fairlead.db' : 'postgres://127.0.0.1')
    expect(database.name).not.toContain('secret')
  })

  it('undoes a transaction that throws, and keeps one that does not', async () => {
    const database = await open()
    const change = { kind: 'account', accountId: 'acc_1' } as const
    await expect(
      database.transaction(async (stores) => {
        await stores.changes.insert(change)
        throw new Error('thought better of it')
      }),
    ).rejects.toThrow('thought better of it')
    expect((await database.changes.since(0)).changes).toEqual([])
    await database.transaction((stores) => stores.changes.insert(change))
    expect((await database.changes.since(0)).changes.map((found) => found.change)).toEqual([change])
  })

  it('lets nobody into a transaction that is under way', async () => {
    await using kysely = kyselyOn(await open.place())
    const insideReached = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    const transaction = kysely.transaction().execute(async (inside) => {
      await inside.insertInto('meta').values({ name: 'a', value: '1' }).execute()
      insideReached.resolve()
      await mayEnd.promise
      throw new Error('rolled back')
    })
    await insideReached.promise
    const outside = kysely.insertInto('meta').values({ name: 'b', value: '2' }).execute()
    mayEnd.resolve()
    await expect(transaction).rejects.toThrow('rolled back')
    await outside
    const rows = await kysely.selectFrom('meta').selectAll().where('name', 'in', ['a', 'b']).execute()
    expect(rows).toEqual([{ name: 'b', value: '2' }])
  })

  it('streams, counts changed rows, and returns what "returning" asks for', async () => {
    await using kysely = kyselyOn(await open.place())
    const rows = ['a', 'b', 'c'].map((name) => ({ name, value: 'mine' }))
    const returned = await kysely.insertInto('meta').values(rows).returning('name').execute()
    expect(returned).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'c' }])
    const mine = kysely.selectFrom('meta').selectAll().where('value', '=', 'mine').orderBy('name')
    expect(await Array.fromAsync(mine.stream(2))).toEqual(rows)
    const updated = await kysely
      .updateTable('meta')
      .set({ value: 'x' })
      .where('value', '=', 'mine')
      .where('name', '!=', 'a')
      .executeTakeFirstOrThrow()
    expect(updated.numUpdatedRows).toBe(2n)
  })

  it('gives whole numbers as numbers, sums too, and refuses one that would be rounded', async () => {
    await using kysely = kyselyOn(await open.emptyPlace())
    await sql`create table amounts (amount bigint)`.execute(kysely)
    const amounts = async () =>
      (await sql<object>`select sum(amount) as sum, max(amount) as max, count(*) as count from amounts`.execute(kysely))
        .rows
    await sql`insert into amounts values (${Number.MAX_SAFE_INTEGER - 1}), (1)`.execute(kysely)
    expect(await amounts()).toEqual([{ sum: Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER - 1, count: 2 }])
    await sql`insert into amounts values (1)`.execute(kysely)
    await expect(amounts()).rejects.toThrow(RangeError)
  })

  it('keeps flags as 0 and 1, takes any text, and counts its rows', async () => {
    await using kysely = kyselyOn(await open.emptyPlace())
    await kysely.transaction().execute(async (transaction) => {
      await transaction.schema
        .createTable('things')
        .addColumn(...rowId(transaction))
        .addColumn('flag', 'integer')
        .addColumn('name', 'text')
        .execute()
    })
    const insert = (flag: boolean, name: string) =>
      sql`insert into things (flag, name) values (${flag}, ${name})`.execute(kysely)
    await insert(true, 'naïve 🚢 \\ \' "')
    await insert(false, 'a\0b\ud800')
    const { rows } = await sql<{ id: number; flag: number; name: string }>`select * from things order by id`.execute(
      kysely,
    )
    expect(rows.map(({ id, flag }) => [id, flag])).toEqual([
      [1, 1],
      [2, 0],
    ])
    expect(rows[0]?.name).toBe('naïve 🚢 \\ \' "')
    // PostgreSQL's text has no NUL; nothing may fail for ever because a client sent one.
    expect(rows[1]?.name.replace('\0', '\ufffd')).toBe('a\ufffdb\ufffd')
  })

  it('goes on after a statement failed, in and out of transactions', async () => {
    await using kysely = kyselyOn(await open.place())
    const insert = (database = kysely) => database.insertInto('meta').values({ name: 'once', value: '1' }).execute()
    await insert()
    await expect(insert()).rejects.toThrow(/unique/i)
    await expect(kysely.transaction().execute((transaction) => insert(transaction))).rejects.toThrow(/unique/i)
    expect(await kysely.selectFrom('meta').select('value').where('name', '=', 'once').execute()).toEqual([
      { value: '1' },
    ])
  })
})
