import { expect, it } from 'vitest'
import { DEFAULT_RESPONSES_POLICY } from '../identity/responses-policy.ts'
import type { Owner } from '../responses/response-library.ts'
import { describeEachDatabase } from './__fixtures__/each-database.ts'
import { answer, deskOn, turn, user } from './__fixtures__/response-desk.ts'

const OWNER: Owner = { accountId: 'acc_a', keyId: 'key_a', policy: DEFAULT_RESPONSES_POLICY }
const ALL = { order: 'asc', limit: 100 } as const

describeEachDatabase('conversations', (open) => {
  const made = async (items: readonly string[] = [], owner = OWNER) => {
    const database = await open()
    const desk = deskOn(database)
    const conversation = await desk.library.conversations.create(owner, { metadata: '{"topic":"x"}', items })
    if (typeof conversation === 'string') throw new Error(conversation)
    return { ...desk, database, id: conversation.conversationId }
  }

  it('are made, read, changed and deleted by their account alone', async () => {
    const { library, id, database } = await made([user('hello')])
    expect(id).toMatch(/^conv_[0-9a-f]{48}$/)
    expect(await library.conversations.get('acc_a', id)).toMatchObject({
      conversationId: id,
      metadata: '{"topic":"x"}',
    })
    for (const other of ['acc_b', '']) {
      expect(await library.conversations.get(other, id)).toBeNull()
      expect(await library.conversations.update(other, id, '{}')).toBeNull()
      expect(await library.conversations.items(other, id, ALL)).toBeNull()
      expect(await library.conversations.addItems({ ...OWNER, accountId: other }, id, [user('x')])).toBeNull()
      expect(await library.conversations.remove(other, id)).toBe(false)
    }
    expect(await library.conversations.update('acc_a', id, '{"topic":"y"}')).toMatchObject({
      metadata: '{"topic":"y"}',
    })
    expect(await library.conversations.get('acc_a', id)).toMatchObject({ metadata: '{"topic":"y"}' })
    expect(await library.conversations.remove('acc_a', id)).toBe(true)
    expect(await library.conversations.remove('acc_a', id)).toBe(false)
    expect(await database.responses.usage('acc_a')).toEqual({ bytes: 0, responses: 0 })
  })

  it('take items in and give them back by their ids, in order', async () => {
    const { library, id } = await made([user('one')])
    const added = await library.conversations.addItems(OWNER, id, [user('two'), answer('3', 'three'), user('two')])
    if (added === null || added === 'full') throw new Error('not added')
    const all = await library.conversations.items('acc_a', id, ALL)
    expect(all?.items.slice(1)).toEqual(added)
    expect(new Set(all?.items.map((item) => item.id)).size).toBe(4)
    expect(added[1]?.id).toBe('msg_3')
    for (const item of added) expect(await library.conversations.item('acc_a', id, item.id)).toBe(item.text)
    expect(await library.conversations.item('acc_a', id, 'msg_none')).toBeNull()
    expect(await library.conversations.removeItem('acc_a', id, added[0]?.id ?? '')).toBe(true)
    expect(await library.conversations.removeItem('acc_a', id, 'msg_3')).toBe(true)
    expect(await library.conversations.removeItem('acc_a', id, 'msg_3')).toBe(false)
    expect(await library.conversations.removeItem('acc_b', id, all?.items[0]?.id ?? '')).toBe(false)
    const left = await library.conversations.items('acc_a', id, ALL)
    expect(left?.items.map(({ text }) => JSON.parse(text).content[0].text)).toEqual(['one', 'two'])
  })

  it('grow by what a turn asked and answered, in the moment in which it is stored', async () => {
    const { worker, library, id } = await made([user('before')])
    const keeper = worker()
    const context = await keeper.conversation('acc_a', id)
    expect(context?.items).toEqual([user('before')])
    const changes = { conversationId: id }
    expect(await keeper.save(turn({ id: 'resp_1', context, changes }))).toBe('stored')
    const items = [user('before'), user('ask resp_1'), answer('resp_1', 'say resp_1')]
    expect((await worker().conversation('acc_a', id))?.items).toEqual(items)
    // One that failed adds nothing.
    const next = await keeper.conversation('acc_a', id)
    await keeper.save(turn({ id: 'resp_2', context: next, changes, status: 'failed', output: [] }))
    expect((await worker().conversation('acc_a', id))?.items).toEqual(items)
    // The responses stay when it goes, and it when they go.
    await library.remove('acc_a', 'resp_1')
    expect((await worker().conversation('acc_a', id))?.items).toEqual(items)
    await library.conversations.remove('acc_a', id)
    expect(await keeper.conversation('acc_a', id)).toBeNull()
    expect((await keeper.context('acc_a', 'resp_2'))?.items).toHaveLength(4)
    // Deleted while a turn was on its way: the turn stands alone.
    expect(await keeper.save(turn({ id: 'resp_3', context: next, changes }))).toBe('stored')
  })

  it('lose nothing when many turns and clients add to one at the same time', async () => {
    const { worker, library, id, database } = await made()
    const other = deskOn(database).worker()
    const keepers = [worker(), other]
    await Promise.all([
      ...Array.from({ length: 6 }, async (_, index) => {
        const keeper = keepers[index % 2] ?? other
        const context = await keeper.conversation('acc_a', id)
        await keeper.save(turn({ id: `resp_${index}`, context, changes: { conversationId: id } }))
      }),
      ...Array.from({ length: 3 }, async (_, index) => {
        await library.conversations.addItems(OWNER, id, [user(`added ${index}`)])
      }),
    ])
    const all = await library.conversations.items('acc_a', id, ALL)
    expect(all?.items).toHaveLength(15)
    const texts = all?.items.map(({ text }) => String(JSON.parse(text).content[0].text)) ?? []
    for (let index = 0; index < 6; index += 1) {
      // A turn's items stay together.
      expect(texts[texts.indexOf(`ask resp_${index}`) + 1]).toBe(`say resp_${index}`)
    }
  })

  it('end some time after they were last used, count against the quota, and are none where nothing is kept', async () => {
    const policy = { ...DEFAULT_RESPONSES_POLICY, ttlMs: 1_000, quotaBytes: 4_000 }
    const owner = { ...OWNER, policy }
    const { worker, library, id, clock, database } = await made([], owner)
    const keeper = worker()
    clock.nowMs += 900
    const context = await keeper.conversation('acc_a', id)
    await keeper.save(
      turn({ id: 'resp_1', context, policy, changes: { conversationId: id }, createdAtMs: clock.nowMs }),
    )
    clock.nowMs += 900
    expect(await library.conversations.get('acc_a', id)).not.toBeNull()
    expect(await library.conversations.addItems(owner, id, [user('x'.repeat(5_000))])).toBe('full')
    clock.nowMs += 1_000
    expect(await library.conversations.get('acc_a', id)).toBeNull()
    while ((await database.responses.removeExpired(clock.nowMs, 10)) > 0);
    expect(await database.responses.usage('acc_a')).toEqual({ bytes: 0, responses: 0 })
    const none = { ...OWNER, policy: { ...policy, store: 'off' as const } }
    expect(await library.conversations.create(none, { metadata: '{}', items: [] })).toBe('off')
  })
})
