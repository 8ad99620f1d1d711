// The whole choice with the trained tables, without a network: what no knob may ever turn round, and what it costs.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../catalogue/catalogue.ts'
import { loadConfig } from '../../config/load-config.ts'
import { scanRequest } from '../../dialects/pass-request.ts'
import { Fleet } from '../fleet.ts'
import { AutoRouter } from './auto-router.ts'
import type { AutoChoice } from './choice.ts'
import { Picker } from './picker/picker.ts'
import { FIXTURE_PROMPTS } from './picker/__fixtures__/prompts.ts'
import { NO_OPTIONS, type RequestOptions } from './request-options.ts'
import { viewRequest } from './view/request-view.ts'

const { config } = loadConfig({ text: null, fileName: '', env: {}, overrides: {} })
const fleet = new Fleet({ config, catalogue })
const router = new AutoRouter({ config, fleet, catalogue, picker: () => Picker.load(), tell: () => undefined })

function choose(
  content: string,
  options: Partial<RequestOptions> = {},
  more: Record<string, unknown> = {},
): AutoChoice {
  const name = router.named('auto')
  if (name === undefined) throw new Error('auto is no name')
  const body = Buffer.from(JSON.stringify({ model: 'auto', messages: [{ role: 'user', content }], ...more }))
  return router.choose({
    name,
    options: { ...NO_OPTIONS, ...options },
    view: viewRequest(scanRequest(body)),
    endpoint: 'chat',
    caller: {
      accountId: 'acc',
      group: '',
      dataPolicy: null,
      multiplierPpm: 1_000_000,
      mayUse: () => true,
      priceOf: ({ price }) => price,
    },
    embedded: null,
    session: null,
    nowMs: performance.now(),
    unixMs: Date.now(),
  })
}

function costOf({ chain, candidates }: AutoChoice): number {
  return candidates.find(({ id }) => id === chain[0])?.costNanos ?? NaN
}

const questions = fc.constantFrom(...FIXTURE_PROMPTS.map(({ view }) => view.lastUser))
const tradeoffs = fc.double({ min: 0, max: 10, noNaN: true })
const floors = fc.double({ min: 0, max: 1, noNaN: true })

describe('the choice', () => {
  it('never costs more with more trade-off, or with a lower floor', () => {
    fc.assert(
      fc.property(questions, tradeoffs, tradeoffs, floors, (text, a, b, minQuality) => {
        const less = choose(text, { tradeoff: Math.min(a, b), minQuality })
        const more = choose(text, { tradeoff: Math.max(a, b), minQuality })
        expect(costOf(more)).toBeLessThanOrEqual(costOf(less))
        const lower = choose(text, { tradeoff: 10, minQuality: minQuality / 2 })
        expect(costOf(lower)).toBeLessThanOrEqual(costOf(choose(text, { tradeoff: 10, minQuality })))
      }),
    )
  })

  it('is above the floor, and counted against one baseline whatever is asked', () => {
    fc.assert(
      fc.property(questions, tradeoffs, floors, (text, tradeoff, minQuality) => {
        const { candidates, chain, baseline } = choose(text, { tradeoff, minQuality })
        const best = candidates.reduce((top, { quality }) => Math.max(top, quality ?? 0), 0)
        const quality = candidates.find(({ id }) => id === chain[0])?.quality ?? 0
        expect(quality).toBeGreaterThanOrEqual(minQuality * best - 1e-6)
        expect(baseline?.model).toBe(choose('Hello!').baseline?.model)
        expect(chain.length).toBeLessThanOrEqual(10)
        expect(new Set(chain).size).toBe(chain.length)
      }),
    )
  })

  it('reads no more of a long prompt than of a short one', () => {
    const question = 'Refactor the parser so that it streams its tokens; explain why the lock is held. '
    for (const size of [2_000, 100_000]) {
      const content = question.repeat(Math.ceil(size / question.length)).slice(0, size)
      for (let round = 0; round < 200; round += 1) choose(content)
      const startedUs = process.cpuUsage().user
      for (let round = 0; round < 200; round += 1) choose(content)
      const ms = (process.cpuUsage().user - startedUs) / 200 / 1_000
      console.info(`a prompt of ${size} characters: ${ms.toFixed(3)} ms of CPU, its scan included`)
      // Far above what it takes, on a machine that does other things too.
      expect(ms).toBeLessThan(30)
    }
  })
})
