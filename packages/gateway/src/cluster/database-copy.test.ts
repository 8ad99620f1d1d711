import { setImmediate as turn } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { createLogger } from '../telemetry/logger.ts'
import { DatabaseCopy } from './database-copy.ts'

const log = createLogger('silent')

/** A database whose look-ups are answered when the test says so. */
function database() {
  const asked: { answer: (value: number) => void; fail: () => void }[] = []
  const read = async (): Promise<number> =>
    await new Promise((resolve, reject) => {
      asked.push({ answer: resolve, fail: () => reject(new Error('gone')) })
    })
  return { asked, read }
}

function copyOf(read: () => Promise<number>) {
  const seen: number[] = []
  const copy = new DatabaseCopy({ what: 'figures', empty: 0, read, changed: (now) => seen.push(now), log })
  return { copy, seen }
}

it('looks again when a change is told of during a look, so that nobody waits for what was before', async () => {
  const { asked, read } = database()
  const { copy, seen } = copyOf(read)
  using _ = copy
  const first = copy.refresh()
  const second = copy.refresh()
  asked[0]?.answer(1)
  await turn()
  expect(asked).toHaveLength(2)
  asked[1]?.answer(2)
  await Promise.all([first, second])
  expect(seen).toEqual([1, 2])
})

it('tells nobody when nothing is different', async () => {
  const { asked, read } = database()
  const { copy, seen } = copyOf(read)
  using _ = copy
  for (const value of [1, 1, 2]) {
    const looked = copy.refresh()
    asked.at(-1)?.answer(value)
    await looked
  }
  expect(seen).toEqual([1, 2])
})

it('keeps what it knows while the database is away, and tries again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const { asked, read } = database()
    const { copy, seen } = copyOf(read)
    using _ = copy
    const looked = copy.refresh()
    asked[0]?.fail()
    await looked
    expect([asked.length, seen]).toEqual([1, []])
    vi.advanceTimersByTime(1_000)
    expect(asked).toHaveLength(2)
    asked[1]?.answer(3)
    await turn()
    expect(seen).toEqual([3])
  } finally {
    vi.useRealTimers()
  }
})
