import { readdirSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EASY_ORDERS, HARD_ORDERS } from './__fixtures__/orders.ts'
import { PERTURBATIONS } from './__fixtures__/perturb.ts'
import { FIXTURE_PROMPTS } from './__fixtures__/prompts.ts'
import type { PickModel } from './pick.ts'
import { Picker, PRESETS } from './picker.ts'
import { cutText, questionView } from './prompt-view.ts'
import { PromptClassifier } from './prompt-classifier.ts'
import { loadTables } from './tables.ts'
import { TASK_TYPES } from './task-types.ts'

const picker = Picker.load()

/** List prices per million tokens; 400 tokens in, 600 out. */
const POOL: PickModel[] = (
  [
    ['claude-sonnet-4-5', 3, 15],
    ['gpt-5', 1.25, 10],
    ['gemini-2.5-flash', 0.3, 2.5],
    ['gpt-4o-mini', 0.15, 0.6],
    ['deepseek-chat', 0.14, 0.28],
  ] as const
).map(([id, inputPrice, outputPrice]) => ({
  id,
  skills: picker.skillsOf({ id, inputPrice, outputPrice }),
  costNanos: Math.round((inputPrice * 400 + outputPrice * 600) * 1000),
}))

function likeliest(shares: Float64Array, count: number): string[] {
  return TASK_TYPES.map((type, index) => ({ type, share: shares[index] ?? 0 }))
    .sort((a, b) => b.share - a.share)
    .slice(0, count)
    .map(({ type }) => type)
}

describe('the fixture', () => {
  it('has 300 prompts, 15 of each of 20 task types, no two alike', () => {
    expect(FIXTURE_PROMPTS).toHaveLength(300)
    for (const type of TASK_TYPES) expect(FIXTURE_PROMPTS.filter((prompt) => prompt.type === type)).toHaveLength(15)
    expect(new Set(FIXTURE_PROMPTS.map(({ view }) => view.lastUser)).size).toBe(300)
  })

  it('is classified as well as docs/routing.md says, in every group of types', () => {
    const hits = (count: number) =>
      FIXTURE_PROMPTS.filter(({ type, view }) => likeliest(picker.classify(view).taskShares, count).includes(type))
        .length
    expect(hits(1) / 300).toBeGreaterThan(0.65)
    expect(hits(3) / 300).toBeGreaterThan(0.8)
  })

  it.each(Object.entries(PERTURBATIONS))('gets the same choice in 90 of 100 cases under %s', (_, perturb) => {
    for (const knobs of Object.values(PRESETS)) {
      const choiceOf = (view: (typeof FIXTURE_PROMPTS)[number]['view']) =>
        picker.rank(picker.classify(view), POOL, knobs).ranked[0]!.id
      const kept = FIXTURE_PROMPTS.filter(
        ({ view }, index) => choiceOf(view) === choiceOf({ ...view, lastUser: cutText(perturb(view.lastUser, index)) }),
      )
      expect(kept.length / FIXTURE_PROMPTS.length).toBeGreaterThanOrEqual(0.9)
    }
  })
})

describe('orders to an agent', () => {
  const view = (order: string) => questionView(order, { toolCount: 3, inputTokens: 3_000 })
  const difficultyOf = (order: string) => picker.classify(view(order)).difficulty

  it('are told easy from hard, in languages and words that were never trained on', () => {
    const pairs = HARD_ORDERS.flatMap((hard) => EASY_ORDERS.map((easy) => difficultyOf(hard) > difficultyOf(easy)))
    expect(pairs.filter(Boolean).length / pairs.length).toBeGreaterThan(0.95)
  })

  it('go to a cheap model when easy and to a strong one when hard, by the figures and knobs that ship', () => {
    const models = (
      [
        ['gpt-4.1', 2_000_000],
        ['gpt-4o-mini', 150_000],
      ] as const
    ).map(([id, costNanos]) => ({ id, costNanos, skills: picker.skillsOf({ id }) }))
    const cheap = (orders: readonly string[]) =>
      orders.filter(
        (order) => picker.rank(picker.classify(view(order)), models, PRESETS.balanced).ranked[0]!.id === 'gpt-4o-mini',
      ).length
    expect(cheap(EASY_ORDERS) / EASY_ORDERS.length).toBeGreaterThan(0.8)
    expect(cheap(HARD_ORDERS)).toBe(0)
  })
})

describe('the picker', () => {
  it('decides alike in every process: two classifiers, the same figures', () => {
    const other = new PromptClassifier(loadTables())
    for (const { view } of FIXTURE_PROMPTS.slice(0, 40)) expect(other.classify(view)).toEqual(picker.classify(view))
  })

  it('reads no more of a long prompt than its head and tail', () => {
    const head = 'Fix the bug in this file.\n'.padEnd(2_000, 'x = 1\n')
    const long = (filler: string) =>
      questionView(head + filler.repeat(20_000) + 'y = 2\n'.repeat(400), { inputTokens: 30_000 })
    expect(picker.classify(long('alpha '))).toEqual(picker.classify(long('omega ')))
  })

  it('takes a tool loop for an agent’s step, whatever the words', () => {
    const view = questionView('Thank you, go on.', { toolCount: 8, afterToolResult: true })
    expect(likeliest(picker.classify(view).taskShares, 1)).toEqual(['agent-step'])
  })

  it('listens to instructions: the same words are translated or classified', () => {
    const words = 'The parcel arrived two days late and the box was torn.'
    const share = (system: string, type: (typeof TASK_TYPES)[number]) =>
      picker.classify(questionView(words, { system })).taskShares[TASK_TYPES.indexOf(type)]!
    const translator =
      'You are a translator. Translate whatever the user writes into French and return only the translation.'
    const labeller =
      'Classify the sentiment of the message as positive, negative or neutral. Reply with the label only.'
    expect(share(translator, 'translation')).toBeGreaterThan(share(labeller, 'translation'))
    expect(share(labeller, 'classification')).toBeGreaterThan(share(translator, 'classification'))
  })

  it('gives shares that sum to one, and figures within 0 and 1, for anything', () => {
    for (const text of [
      '',
      ' ',
      '???',
      '你好',
      '\u0000\uD800',
      'a'.repeat(9_000),
      '{}'.repeat(3_000),
      '👩‍👩‍👧‍👦'.repeat(500),
    ]) {
      const { taskShares, difficulty, novelty } = picker.classify(questionView(text))
      expect(taskShares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1)
      for (const figure of [difficulty, novelty]) {
        expect(figure).toBeGreaterThanOrEqual(0)
        expect(figure).toBeLessThanOrEqual(1)
      }
    }
  })

  it('costs less from preset to preset', () => {
    const spent = (knobs: (typeof PRESETS)['cheap']) =>
      FIXTURE_PROMPTS.reduce(
        (sum, { view }) => sum + picker.rank(picker.classify(view), POOL, knobs).ranked[0]!.costNanos,
        0,
      )
    expect(spent(PRESETS.cheap)).toBeLessThan(spent(PRESETS.balanced))
    expect(spent(PRESETS.balanced)).toBeLessThan(spent(PRESETS.quality))
  })

  it('ships tables of at most 3 MB', () => {
    const folder = new URL('../tables/', import.meta.url)
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(new URL(name, folder)).size, 0)
    expect(bytes).toBeLessThanOrEqual(3_000_000)
  })
})
