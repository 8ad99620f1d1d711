import { describe, expect, it } from 'vitest'
import { catalogue } from '../../../catalogue/catalogue.ts'
import { loadConfig } from '../../../config/load-config.ts'
import type { AnswerLengths } from '../../../core/learned.ts'
import { TASK_TYPES } from '../../../core/task-types.ts'
import { Fleet } from '../../fleet.ts'
import { Picker } from '../picker/picker.ts'
import { viewPool, type PoolView } from './pool-curve.ts'

function view(auto: string, models = MODELS, lengths: AnswerLengths | null = null): PoolView {
  const text = `providers: [{ name: p, type: openai-compatible, base_url: "http://127.0.0.1:9/v1", api_key: x }]\nmodels:\n${models}\n${auto}`
  const { config } = loadConfig({ text, fileName: 'f.yaml', env: {}, overrides: {} })
  const [pool] = config.auto.pools
  if (pool === undefined) throw new Error('there is no pool')
  return viewPool(pool, {
    fleet: new Fleet({ config, catalogue }),
    catalogue,
    picker: Picker.load(),
    auto: config.auto,
    lengths,
  })
}

const MODELS = ['gpt-4o', 'gpt-4o-mini', 'claude-haiku-4-5', 'text-embedding-3-small', 'house-model']
  .map((id) => `  - { id: ${id}, targets: [{ provider: p, model: ${id} }] }`)
  .join('\n')

describe('what an operator sees of a pool', () => {
  it('never gets dearer or better along the knob', () => {
    for (const points of [view('auto: { tradeoff: 3 }').curve, view('').whole]) {
      expect(points).toHaveLength(21)
      for (const [index, { costNanos, quality }] of points.slice(1).entries()) {
        expect(costNanos).toBeLessThanOrEqual(points[index]?.costNanos ?? 0)
        expect(quality).toBeLessThanOrEqual((points[index]?.quality ?? 0) + 1e-12)
      }
    }
  })

  it('stands on the curve where the knob stands, and shares all kinds of task among the members', () => {
    const { now, curve, members } = view('auto: { tradeoff: 3, min_quality: 0.9 }')
    expect(now).toEqual(curve.find(({ tradeoff }) => tradeoff === 3))
    expect(now?.minQuality).toBe(0.9)
    expect(members.flatMap(({ firstFor }) => firstFor).toSorted()).toEqual([...TASK_TYPES].toSorted())
  })

  it('shows what has no price, and never picks it', () => {
    const { members, baseline } = view('auto: { pool: [gpt-4o, house-model] }')
    expect(members.find(({ id }) => id === 'house-model')).toMatchObject({
      costNanos: null,
      refused: 'no_price',
      firstFor: [],
    })
    expect(baseline).toBe('gpt-4o')
  })

  it('shows what does not chat, and never picks it', () => {
    const { members } = view('auto: { pool: [gpt-4o, text-embedding-3-small] }')
    expect(members.find(({ id }) => id === 'text-embedding-3-small')).toMatchObject({
      costNanos: null,
      refused: 'not_chat',
      firstFor: [],
    })
  })

  it('is empty without models that can be picked', () => {
    const { members, now, curve, baseline } = view('auto: { pool: [house-model] }')
    expect({ count: members.length, now, curve, baseline }).toEqual({ count: 1, now: null, curve: [], baseline: null })
  })

  it('reckons with answers as long as those seen, and says of which kinds they were', () => {
    const member = (lengths: AnswerLengths | null) =>
      view('', MODELS, lengths).members.find(({ id }) => id === 'gpt-4o-mini')
    const usual = member(null)
    const seen = member({ models: { 'gpt-4o-mini': { chat: [3000, 200], maths: [5000, 90] } }, types: {} })
    expect([...(seen?.seenAnswers ?? [])]).toEqual([
      ['maths', 90],
      ['chat', 200],
    ])
    expect(seen?.costNanos).toBeGreaterThan(1.5 * (usual?.costNanos ?? NaN))
    expect(usual?.seenAnswers.size).toBe(0)
  })

  it('counts against the baseline that the pool names', () => {
    expect(view('auto: { baseline: gpt-4o-mini }').baseline).toBe('gpt-4o-mini')
  })
})
