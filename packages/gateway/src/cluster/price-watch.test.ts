import { setImmediate as turn } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import type { PriceStore, PriceVersion } from '../billing/prices/price-store.ts'
import { encodePrice } from '../billing/prices/price-text.ts'
import { makePrice } from '../billing/prices/price.ts'
import { createLogger } from '../telemetry/logger.ts'
import { PriceWatch } from './price-watch.ts'

const log = createLogger('silent')

function versionAt(nanos: number): PriceVersion {
  const price = makePrice({ inputNanosPerMillion: nanos, outputNanosPerMillion: nanos })
  return { model: 'm', version: 1, price, setBy: 'master', setAtMs: 0 }
}

/** A store whose look-ups are answered when the test says so. */
function store() {
  const asked: { answer: (nanos: number) => void; fail: () => void }[] = []
  const prices: PriceStore = {
    newest: async () =>
      await new Promise((resolve, reject) => {
        asked.push({ answer: (nanos) => resolve([versionAt(nanos)]), fail: () => reject(new Error('gone')) })
      }),
    versions: async () => await Promise.resolve([]),
    insert: async () => await Promise.resolve(true),
  }
  return { asked, prices }
}

function watchOn(prices: PriceStore) {
  const seen: string[] = []
  const watch = new PriceWatch({
    store: prices,
    log,
    changed: (now) => seen.push(...Object.values(now).map((price) => encodePrice(price))),
  })
  return { watch, seen }
}

it('looks again when a change is told of during a look, so that nobody waits for the old price', async () => {
  const { asked, prices } = store()
  const { watch, seen } = watchOn(prices)
  using _ = watch
  const first = watch.refresh()
  const second = watch.refresh()
  asked[0]?.answer(1)
  await turn()
  expect(asked).toHaveLength(2)
  asked[1]?.answer(2)
  await Promise.all([first, second])
  expect(seen).toEqual(['i1o1', 'i2o2'])
})

it('tells nobody when nothing is different', async () => {
  const { asked, prices } = store()
  const { watch, seen } = watchOn(prices)
  using _ = watch
  for (const nanos of [1, 1, 2]) {
    const looked = watch.refresh()
    asked.at(-1)?.answer(nanos)
    await looked
  }
  expect(seen).toEqual(['i1o1', 'i2o2'])
})

it('keeps what it knows while the database is away, and tries again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const { asked, prices } = store()
    const { watch, seen } = watchOn(prices)
    using _ = watch
    const looked = watch.refresh()
    asked[0]?.fail()
    await looked
    expect([asked.length, seen]).toEqual([1, []])
    vi.advanceTimersByTime(1_000)
    expect(asked).toHaveLength(2)
    asked[1]?.answer(3)
    await turn()
    expect(seen).toEqual(['i3o3'])
  } finally {
    vi.useRealTimers()
  }
})
