import assert from 'node:assert/strict'
import type { Aspect } from '../matrix.ts'
import { partly } from '../matrix.ts'

const SAID = { input: 1200, cacheRead: 1000, cacheWrite5m: 100, cacheWrite1h: 0, output: 77, reasoning: 30 }

export const USAGE: readonly Aspect[] = [
  {
    name: 'cache tokens',
    meaning:
      'The figures of usage, read from and written to a cache, in the way in which this client counts; the gateway books the same',
    async run(cell) {
      cell.fake.answer({ text: 'Hello', usage: SAID })
      const told = await cell.ask({ text: 'Hello' })
      const has = (figure: 'cacheWrite' | 'reasoning'): boolean => !cell.upstream.uncounted.includes(figure)
      const cacheWrite = has('cacheWrite') ? SAID.cacheWrite5m : 0
      const reasoning = has('reasoning') ? SAID.reasoning : 0
      const { input, cacheRead, output } = SAID
      assert.partialDeepStrictEqual(
        told.figures,
        cell.client.figures({ input, cacheRead, cacheWrite, output, reasoning }),
      )
      const booked = await cell.booked()
      assert.partialDeepStrictEqual(booked?.usage, { input, cacheRead, cacheWrite5m: cacheWrite, output, reasoning })
      assert.equal(booked?.estimated, false)
      const { prompt, completion } = cell.fake.ledger.last?.tokensServed ?? {}
      assert.deepEqual([prompt, completion], [input, output])
      const missing = cell.upstream.uncounted.map((figure) => (figure === 'reasoning' ? 'reasoning' : 'cache writes'))
      return missing.length === 0 ? undefined : partly(`this upstream does not count ${missing.join(' and ')} apart`)
    },
  },
]
