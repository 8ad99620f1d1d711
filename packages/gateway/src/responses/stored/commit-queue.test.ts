import { describe, expect, it } from 'vitest'
import type { Save, SaveOutcome } from '../response-store.ts'
import { CommitQueue } from './commit-queue.ts'

const save = (id: string, characters = 0): Save =>
  ({ response: { responseId: id, shell: 'x'.repeat(characters) }, objects: [] }) as unknown as Save

function slowStore() {
  const batches: string[][] = []
  const open: (() => void)[] = []
  return {
    batches,
    next: (): void => open.shift()?.(),
    async commit(saves: readonly Save[]): Promise<readonly SaveOutcome[]> {
      const ids = saves.map(({ response }) => response.responseId)
      batches.push(ids)
      await new Promise<void>((resolve) => open.push(resolve))
      if (ids.includes('bad')) throw new Error('bad')
      return saves.map(({ response }) => (response.responseId === 'full' ? { kind: 'full' } : { kind: 'stored' }))
    },
  }
}

const turns = async (): Promise<void> => {
  for (let index = 0; index < 5; index += 1) await Promise.resolve()
}

describe('the queue of saves', () => {
  it('writes all that wait in one transaction, while nobody waits for more than two', async () => {
    const store = slowStore()
    const queue = new CommitQueue({ store, now: () => 0, lanes: 1 })
    const first = queue.commit(save('a'))
    await turns()
    const others = ['b', 'full', 'c'].map((id) => queue.commit(save(id)))
    await turns()
    expect(store.batches).toEqual([['a']])
    store.next()
    expect(await first).toEqual({ kind: 'stored' })
    await turns()
    expect(store.batches).toEqual([['a'], ['b', 'full', 'c']])
    store.next()
    expect((await Promise.all(others)).map(({ kind }) => kind)).toEqual(['stored', 'full', 'stored'])
    expect(queue.counts).toEqual({ saves: 3, transactions: 2, refused: 1 })
  })

  it('keeps the trouble of one from the others', async () => {
    const store = slowStore()
    const queue = new CommitQueue({ store, now: () => 0, lanes: 1 })
    const all = Promise.allSettled(['a', 'bad', 'c'].map((id) => queue.commit(save(id))))
    for (let index = 0; index < 4; index += 1) {
      await turns()
      store.next()
    }
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('makes no transaction of more than some megabytes, and several at a time where the database takes them', async () => {
    const store = slowStore()
    const queue = new CommitQueue({ store, now: () => 0, lanes: 2 })
    const large = ['a', 'b', 'c'].map((id) => queue.commit(save(id, 3_000_000)))
    await turns()
    expect(store.batches).toEqual([['a'], ['b']])
    for (let index = 0; index < 3; index += 1) {
      store.next()
      await turns()
    }
    await Promise.all(large)
    expect(store.batches).toEqual([['a'], ['b'], ['c']])
  })
})
