import { expect, it } from 'vitest'
import { sql, type Kysely } from 'kysely'
import type { StoredContext } from '../responses/keeper.ts'
import type { Database } from './database.ts'
import { describeEachDatabase, kyselyOn } from './__fixtures__/each-database.ts'
import { answer, deskOn, turn, user, type Desk } from './__fixtures__/response-desk.ts'
import type { Tables } from './schema.ts'

const TABLES = [
  'response_objects',
  'response_texts',
  'responses',
  'response_conversations',
  'response_jobs',
  'response_events',
] as const

describeEachDatabase('stored responses', (open) => {
  const begin = async (): Promise<Desk & { database: Database; rows: () => Promise<Record<string, number>> }> => {
    const place = await open.place()
    const database = await open(place)
    return {
      ...deskOn(database),
      database,
      rows: async () => {
        await using kysely = kyselyOn(place)
        return await rowsOf(kysely)
      },
    }
  }

  it('come back as they were sent, with every number spelled as it was', async () => {
    const { library, worker } = await begin()
    const tools = [{ type: 'function', name: 'f', description: 'x'.repeat(2_000) }]
    const record = turn({
      id: 'resp_1',
      members: { tools, instructions: 'Be brief. '.repeat(40), metadata: { a: '1' } },
    })
    expect(await worker().save(record)).toBe('stored')
    const found = await library.get('acc_a', 'resp_1')
    expect(found?.response).toBe(record.response)
    expect(found).toMatchObject({ status: 'completed', job: null, expiresAtMs: 1_700_000_000_000 + 30 * 86_400_000 })
  })

  it('are seen at once by another worker and another gateway, with all that was said', async () => {
    const { worker, database } = await begin()
    const here = worker()
    await here.save(turn({ id: 'resp_1' }))
    const elsewhere = deskOn(database).worker()
    const context = await elsewhere.context('acc_a', 'resp_1')
    expect(context?.items).toEqual([user('ask resp_1'), answer('resp_1', 'say resp_1')])
    await elsewhere.save(turn({ id: 'resp_2', context }))
    const next = await here.context('acc_a', 'resp_2')
    expect(next?.items).toEqual([
      user('ask resp_1'),
      answer('resp_1', 'say resp_1'),
      user('ask resp_2'),
      answer('resp_2', 'say resp_2'),
    ])
    expect(next?.made).toEqual({ origin: 'openai/0', credential: 'abc', model: 'gpt-4o', upstreamId: null })
  })

  it('are unknown to every other account', async () => {
    const { worker, library } = await begin()
    const keeper = worker()
    await keeper.save(turn({ id: 'resp_1' }))
    expect(await keeper.context('acc_b', 'resp_1')).toBeNull()
    expect(await keeper.item('acc_b', 'msg_resp_1')).toBeNull()
    expect(await library.get('acc_b', 'resp_1')).toBeNull()
    expect(await library.inputItems('acc_b', 'resp_1', { order: 'asc', limit: 20 })).toBeNull()
    expect(await library.remove('acc_b', 'resp_1')).toBe(false)
    expect(await library.jobs.events('acc_b', 'resp_1', 0, 10)).toBeNull()
    expect(await library.jobs.end('acc_b', 'resp_1', (response) => response)).toBeNull()
    expect(await keeper.item('acc_a', 'msg_resp_1')).toBe(answer('resp_1', 'say resp_1'))
    // Two accounts may have the same id, and neither sees the other's.
    await keeper.save(turn({ id: 'resp_1', account: 'acc_b', input: [user('other')] }))
    expect((await keeper.context('acc_a', 'resp_1'))?.items[0]).toBe(user('ask resp_1'))
    expect((await keeper.context('acc_b', 'resp_1'))?.items[0]).toBe(user('other'))
  })

  it('show what they were made from, page by page, each item with an id that can be referred to', async () => {
    const { worker, library } = await begin()
    const keeper = worker()
    await keeper.save(turn({ id: 'resp_1', input: [user('twice'), user('twice'), user('once')] }))
    await keeper.save(turn({ id: 'resp_2', context: await keeper.context('acc_a', 'resp_1') }))
    const all = await library.inputItems('acc_a', 'resp_2', { order: 'asc', limit: 100 })
    expect(all?.items).toHaveLength(5)
    expect(new Set(all?.items.map(({ id }) => id)).size).toBe(5)
    for (const { id, text } of all?.items ?? []) {
      expect(JSON.parse(text)).toMatchObject({ id, type: 'message', status: 'completed' })
      expect(await keeper.item('acc_a', id)).not.toBeNull()
    }
    const pages: string[] = []
    for (let after: string | undefined; ;) {
      const page = await library.inputItems('acc_a', 'resp_2', {
        order: 'desc',
        limit: 2,
        ...(after === undefined ? {} : { after }),
      })
      pages.push(...(page?.items.map(({ id }) => id) ?? []))
      after = page?.items.at(-1)?.id
      if (page?.hasMore !== true) break
    }
    expect(pages).toEqual(all?.items.map(({ id }) => id).toReversed())
    await expect(
      library.inputItems('acc_a', 'resp_2', { order: 'asc', limit: 2, after: 'msg_unknown' }),
    ).rejects.toMatchObject({ code: 'invalid_request', param: 'after' })
  })

  it('leave nothing behind that nobody shares, and everything that somebody does', async () => {
    const { worker, library, database, rows } = await begin()
    const keeper = worker()
    const long = user('long '.repeat(1_000))
    await keeper.save(turn({ id: 'resp_1', input: [user('shared')] }))
    await keeper.save(turn({ id: 'resp_2', input: [long], context: await keeper.context('acc_a', 'resp_1') }))
    await keeper.save(turn({ id: 'resp_3', context: await keeper.context('acc_a', 'resp_1') }))
    expect(await library.remove('acc_a', 'resp_1')).toBe(true)
    expect(await library.remove('acc_a', 'resp_1')).toBe(false)
    expect((await worker().context('acc_a', 'resp_2'))?.items).toHaveLength(4)
    expect(await library.remove('acc_a', 'resp_2')).toBe(true)
    expect(await rows()).toMatchObject({ response_texts: 0, responses: 1 })
    expect((await worker().context('acc_a', 'resp_3'))?.items[0]).toBe(user('shared'))
    // A worker that remembers them asks all the same.
    expect(await keeper.context('acc_a', 'resp_2')).toBeNull()
    expect(await library.remove('acc_a', 'resp_3')).toBe(true)
    expect(Object.values(await rows())).toEqual([0, 0, 0, 0, 0, 0])
    expect(await database.responses.usage('acc_a')).toEqual({ bytes: 0, responses: 0 })
  })

  it('are stored again by a worker that believes their items to be there still', async () => {
    const { worker, library } = await begin()
    const keeper = worker()
    const record = turn({ id: 'resp_1' })
    await keeper.save(record)
    await library.remove('acc_a', 'resp_1')
    expect(await keeper.save(record)).toBe('stored')
    expect((await worker().context('acc_a', 'resp_1'))?.items).toHaveLength(2)
  })

  it('are replaced by a later state of the same response', async () => {
    const { worker, library, rows } = await begin()
    const keeper = worker()
    await keeper.save(turn({ id: 'resp_1', status: 'queued', output: [] }))
    const before = await rows()
    await keeper.save(turn({ id: 'resp_1', output: [answer('one', 'done')] }))
    expect((await library.get('acc_a', 'resp_1'))?.status).toBe('completed')
    expect((await keeper.context('acc_a', 'resp_1'))?.items).toHaveLength(2)
    expect((await rows())['responses']).toBe(before['responses'])
    await library.remove('acc_a', 'resp_1')
    expect(Object.values(await rows())).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('go when their time is over, and are not found from that moment on', async () => {
    const { worker, library, database, clock, rows } = await begin()
    const keeper = worker()
    for (let index = 0; index < 5; index += 1)
      await keeper.save(turn({ id: `resp_${index}`, policy: { ttlMs: 1_000 } }))
    await keeper.save(turn({ id: 'resp_kept', policy: { store: 'keep' } }))
    clock.nowMs += 1_000
    expect(await library.get('acc_a', 'resp_0')).toBeNull()
    expect(await keeper.context('acc_a', 'resp_0')).toBeNull()
    expect(await library.remove('acc_a', 'resp_0')).toBe(false)
    // Bounded, so that nobody waits long for it.
    expect(await database.responses.removeExpired(clock.nowMs, 3)).toBe(3)
    expect(await database.responses.removeExpired(clock.nowMs, 3)).toBe(1)
    expect(await database.responses.removeExpired(clock.nowMs, 3)).toBe(0)
    expect((await rows())['responses']).toBe(1)
    expect((await database.responses.usage('acc_a')).responses).toBe(1)
    expect(await library.get('acc_a', 'resp_kept')).not.toBeNull()
  })

  it('make room by letting the oldest go, as far as the quota of bytes and of responses allows', async () => {
    const { worker, library, database } = await begin()
    const keeper = worker()
    const policy = { quotaBytes: 30_000, quotaResponses: 20 }
    for (let index = 0; index < 60; index += 1) {
      const record = turn({ id: `resp_${index}`, policy, createdAtMs: 1_700_000_000_000 + index })
      expect(await keeper.save(record)).toBe('stored')
      const usage = await database.responses.usage('acc_a')
      expect(usage.bytes).toBeLessThanOrEqual(30_000)
      expect(usage.responses).toBeLessThanOrEqual(20)
    }
    expect(await library.get('acc_a', 'resp_59')).not.toBeNull()
    expect(await library.get('acc_a', 'resp_0')).toBeNull()
    // What is larger than all the room there is takes nothing else's.
    const before = await database.responses.usage('acc_a')
    expect(await keeper.save(turn({ id: 'resp_large', policy, input: [user('x'.repeat(31_000))] }))).toBe('full')
    expect(await database.responses.usage('acc_a')).toEqual(before)
  })

  it('are counted and kept rightly when many accounts save at the same time, some of them more than they may', async () => {
    const { worker, library, database, rows } = await begin()
    const other = deskOn(database)
    const keepers = [worker(), other.worker()]
    const accounts = Array.from({ length: 6 }, (_, index) => `acc_${index}`)
    const owner = { accountId: 'acc_0', keyId: 'key_a', policy: turn({ id: 'x' }).policy }
    const made = await library.conversations.create(owner, { metadata: '{}', items: [] })
    if (typeof made === 'string') throw new Error(made)
    const context = await worker().conversation('acc_0', made.conversationId)
    const results = await Promise.all(
      Array.from({ length: 120 }, async (_, index) => {
        const account = accounts[index % 6] ?? ''
        const policy = account === 'acc_5' ? ({ store: 'keep', quotaResponses: 7 } as const) : { quotaResponses: 15 }
        // Some of them twice, some in a conversation, all with an item that others of the account have as well.
        const id = `resp_${index % 90}`
        const changes = index % 30 === 0 ? { conversationId: made.conversationId } : {}
        const input = [user('shared'), user(`ask ${index}`)]
        const wanted = { id, account, input, policy, changes, context: index % 30 === 0 ? context : null }
        return await (keepers[index % 2] ?? worker()).save(turn(wanted))
      }),
    )
    expect(results.filter((result) => result === 'full').length).toBeGreaterThan(0)
    for (const account of accounts) {
      const { responses } = await database.responses.usage(account)
      expect(responses).toBe(account === 'acc_5' ? 7 : 15)
    }
    // Nothing is counted twice, or not at all: it all goes.
    for (const account of accounts) {
      for (let index = 0; index < 90; index += 1) await other.library.remove(account, `resp_${index}`)
    }
    await library.conversations.remove('acc_0', made.conversationId)
    expect(Object.values(await rows())).toEqual([0, 0, 0, 0, 0, 0])
    for (const account of accounts) expect(await database.responses.usage(account)).toEqual({ bytes: 0, responses: 0 })
  })

  it('are refused where nothing may go to make room', async () => {
    const { worker, library, database } = await begin()
    const keeper = worker()
    const policy = { store: 'keep', quotaBytes: 3_000 } as const
    let kept = 0
    while ((await keeper.save(turn({ id: `resp_${kept}`, policy }))) === 'stored') kept += 1
    expect(kept).toBeGreaterThan(1)
    expect(await library.get('acc_a', `resp_${kept}`)).toBeNull()
    expect(await library.get('acc_a', 'resp_0')).not.toBeNull()
    expect((await database.responses.usage('acc_a')).bytes).toBeLessThanOrEqual(3_000)
    // Another account has a quota of its own.
    expect(await keeper.save(turn({ id: 'resp_b', account: 'acc_b', policy }))).toBe('stored')
  })

  it('are unreadable in the database where the group says so, in all that a client sent', async () => {
    const place = await open.place()
    const { worker, library } = deskOn(await open(place))
    const policy = { encrypt: true }
    const keeper = worker()
    const secret = 'the gold is under the oak'
    const first = turn({
      id: 'resp_1',
      policy,
      input: [user(secret)],
      output: [answer('1', secret)],
      members: { instructions: secret.repeat(20), metadata: { where: secret } },
    })
    await keeper.save(first)
    const conversation = await library.conversations.create(
      { accountId: 'acc_a', keyId: 'key_a', policy: first.policy },
      { metadata: JSON.stringify({ secret }), items: [user(`conversation: ${secret}`)] },
    )
    const lease = await keeper.enqueue(
      turn({ id: 'resp_job', policy, status: 'queued', output: [], input: [user(secret)] }),
      {
        request: JSON.stringify({ secret }),
        stream: true,
        mostOfAccount: 9,
      },
    )
    if (typeof lease === 'string' || typeof conversation === 'string') throw new Error('not stored')
    await keeper.append(lease, [{ sequence: 0, text: JSON.stringify({ secret }) }])
    await using kysely = kyselyOn(place)
    for (const table of TABLES) {
      const { rows } = await sql`select * from ${sql.table(table)}`.execute(kysely)
      expect(rows.length === 0 || !JSON.stringify(rows).includes('gold')).toBe(true)
    }
    expect((await library.get('acc_a', 'resp_1'))?.response).toBe(first.response)
    expect((await library.conversations.get('acc_a', conversation.conversationId))?.metadata).toContain(secret)
    expect((await library.jobs.events('acc_a', 'resp_job', 0, 10))?.events[0]?.text).toContain(secret)
    // A turn after the policy changed is not encrypted, and one back is wholly.
    const context = await worker().context('acc_a', 'resp_1')
    await keeper.save(turn({ id: 'resp_2', context }))
    const back = await worker().context('acc_a', 'resp_2')
    expect(back?.items.slice(0, 2)).toEqual(context?.items)
  })

  it('cost what is new in them, for turns that are chained and for clients that send everything again', async () => {
    for (const kind of ['chained', 'sent again', 'window'] as const) {
      const { worker, rows, database, asks } = await begin()
      const keeper = worker()
      const figures: { turns: number; bytes: number; rows: number; sent: number }[] = []
      let context: StoredContext | null = null
      const history: string[] = []
      // All of them where it is quick; the other database does the same statements.
      const turns = open.kind === 'sqlite' ? 110 : 80
      for (let index = 1; index <= turns; index += 1) {
        const own = [user(`question ${index} ${'q'.repeat(300)}`)]
        const output = [
          JSON.stringify({
            type: 'function_call',
            id: `fc_${index}`,
            call_id: `c${index}`,
            name: 'f',
            arguments: '{}',
          }),
          answer(String(index), `answer ${index} ${'a'.repeat(600)}`),
        ]
        const tools = [{ type: 'function', name: 'f', description: 'x'.repeat(4_000) }]
        // A client's own window: it cuts off what is old.
        const again = kind === 'window' ? history.slice(-60) : history
        const input = kind === 'chained' ? own : [...again, ...own]
        const id = `resp_${index}`
        await keeper.save(turn({ id, input, output, members: { tools }, context }))
        if (kind === 'chained') context = await keeper.context('acc_a', id)
        // As clients send answers back: without ids.
        history.push(...own, ...output.map((item) => JSON.stringify({ ...JSON.parse(item), id: undefined })))
        if (![10, 40, turns].includes(index)) continue
        const { bytes } = await database.responses.usage('acc_a')
        const count = Object.values(await rows()).reduce((sum, value) => sum + value, 0)
        const sent = asks.reduce((sum, ask) => sum + (ask.op === 'save' ? JSON.stringify(ask).length : 0), 0)
        figures.push({ turns: index, bytes, rows: count, sent })
      }
      const [ten, forty, last] = figures
      if (ten === undefined || forty === undefined || last === undefined) throw new Error('no figures')
      // Later turns cost what early ones did, a few list pieces apart.
      const early = (forty.bytes - ten.bytes) / 30
      const late = (last.bytes - forty.bytes) / (turns - 40)
      expect(late).toBeLessThan(early * 1.35)
      expect((last.rows - forty.rows) / (turns - 40)).toBeLessThan(12)
      expect((last.sent - forty.sent) / (turns - 40)).toBeLessThan(((forty.sent - ten.sent) / 30) * 1.35)
    }
  })
})

async function rowsOf(kysely: Kysely<Tables>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of TABLES) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(kysely)
    counts[table] = Number(rows[0]?.count)
  }
  return counts
}
