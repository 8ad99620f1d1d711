import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer, AnswerEvent, AnswerPart } from './answer.ts'
import { collect, replay } from './__fixtures__/answer-events.ts'
import { AnswerCollector } from './collect-answer.ts'
import { tokenUsage } from './token-usage.ts'

const words = fc.string({ unit: 'grapheme', maxLength: 10 })
const some = fc.string({ minLength: 1, maxLength: 10 })
const seal = fc.option(fc.constant({ dialect: 'gemini' as const, data: 'x' }), { nil: undefined })
const sealed = <T extends object>(part: T, seal: object | undefined): T =>
  seal === undefined ? part : { ...part, seal }

const PART: fc.Arbitrary<AnswerPart> = fc.oneof(
  fc.tuple(words, seal).map(([text, seal]): AnswerPart => sealed({ type: 'text', text, annotations: [] }, seal)),
  fc
    .record({ text: some, logprobs: fc.array(fc.jsonValue(), { minLength: 1 }) })
    .map(({ text, logprobs }): AnswerPart => ({
      type: 'text',
      text,
      annotations: [{ dialect: 'openai-chat', url: 'https://example.com', value: {} }],
      logprobs: logprobs as never,
    })),
  fc
    .tuple(words, seal)
    .map(([text, seal]): AnswerPart => sealed({ type: 'reasoning', text, summary: [], redacted: false }, seal)),
  fc
    .array(some, { minLength: 1, maxLength: 3 })
    .map((summary): AnswerPart => ({ type: 'reasoning', text: '', summary, redacted: false })),
  fc.constant<AnswerPart>({
    type: 'reasoning',
    text: '',
    summary: [],
    redacted: true,
    seal: { dialect: 'anthropic-messages', data: 'x' },
  }),
  fc
    .tuple(some, some, seal)
    .map(([id, input, seal]): AnswerPart =>
      sealed({ type: 'tool-call', id, name: 'f', kind: 'function', input }, seal),
    ),
  words.map((input): AnswerPart => ({ type: 'tool-call', id: 'a', name: 'f', namespace: 'n', kind: 'custom', input })),
  words.map((text): AnswerPart => ({ type: 'refusal', text })),
  fc.constant<AnswerPart>({ type: 'media', source: { kind: 'base64', mediaType: 'image/png', data: 'YQ==' } }),
  fc.constant<AnswerPart>({ type: 'foreign', dialect: 'gemini', kind: 'x', value: { a: 1 } }),
)

describe('answers and their events', () => {
  it('say the same, there and back', () => {
    const answer = fc.record({
      choices: fc.array(fc.array(PART, { maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      usage: fc.constantFrom(null, tokenUsage({ input: 3, cacheRead: 1, output: 2, reasoning: 1 })),
      serviceTier: fc.constantFrom(undefined, 'flex'),
    })
    fc.assert(
      fc.property(answer, ({ choices, usage, serviceTier }) => {
        const whole: Answer = {
          id: 'a',
          model: 'm',
          createdAtSeconds: 7,
          choices: choices.map((parts) => ({ parts, finish: { reason: 'stop-sequence', stopSequence: 'X' } })),
          usage,
          ...(serviceTier === undefined ? {} : { serviceTier }),
        }
        expect(collect(replay(whole))).toEqual(whole)
      }),
      { numRuns: 1_000 },
    )
  })

  it('H26: a function that nothing was said to was called with {}, a free-text tool with nothing', () => {
    const opened = { type: 'tool-call', id: 'a', name: 'f' } as const
    const events: AnswerEvent[] = [
      { type: 'part-start', choice: 0, part: 0, opened: { ...opened, kind: 'function' } },
      { type: 'part-start', choice: 0, part: 1, opened: { ...opened, kind: 'custom' } },
    ]
    expect(collect(events).choices[0]?.parts).toMatchObject([{ input: '{}' }, { input: '' }])
  })

  it('the last usage counts, the first start, and choices may come in any order', () => {
    const usage = tokenUsage({ input: 1, output: 1 })
    const answer = collect([
      { type: 'start', id: 'one', model: 'm', createdAtSeconds: 1 },
      { type: 'start', id: 'two', model: 'm', createdAtSeconds: 2 },
      { type: 'usage', usage },
      { type: 'part-start', choice: 1, part: 0, opened: { type: 'text' } },
      { type: 'part-delta', choice: 1, part: 0, text: 'b' },
      { type: 'finish', choice: 1, finish: { reason: 'length' } },
      { type: 'usage', usage: { ...usage, output: 9 } },
    ])
    expect(answer).toMatchObject({
      id: 'one',
      usage: { output: 9 },
      choices: [{ parts: [] }, { parts: [{ text: 'b' }], finish: { reason: 'length' } }],
    })
  })

  it('a failure is kept, and events for parts that were never opened do no harm', () => {
    const collector = new AnswerCollector()
    collector.push({ type: 'part-delta', choice: 3, part: 2, text: 'x' })
    collector.push({ type: 'failure', body: '{"error":1}', status: 500 })
    expect(collector.failure).toBe('{"error":1}')
    expect(collector.answer().choices).toHaveLength(1)
  })
})
