import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer, AnswerEvent } from '../../core/answer.ts'
import { AnswerCollector, replayAnswer } from '../../core/collect-answer.ts'
import { type JsonObject, objectOf, parseJson } from '../../core/json.ts'
import { recordings } from './__fixtures__/recorded.ts'
import { decodeAnswer } from './response.ts'
import { readUsage } from './usage.ts'
import { tokenUsage } from '../../core/token-usage.ts'

function answerOf(content: unknown, more: object = {}): Answer | null {
  const body = { output: { message: { role: 'assistant', content } }, stopReason: 'end_turn', ...more }
  return decodeAnswer(objectOf(parseJson(JSON.stringify(body))) ?? {})
}

function replayed(answer: Answer): Answer {
  const collector = new AnswerCollector()
  replayAnswer(answer, (event: AnswerEvent) => collector.push(event))
  return collector.answer()
}

describe('an answer of Converse', () => {
  it('H26: a tool without arguments was called with {}', () => {
    for (const toolUse of [
      { toolUseId: 'a', name: 'now', input: {} },
      { toolUseId: 'a', name: 'now' },
      { toolUseId: 'a', name: 'now', input: '' },
    ]) {
      expect(answerOf([{ toolUse }], { stopReason: 'tool_use' })?.choices[0]).toEqual({
        parts: [{ type: 'tool-call', id: 'a', name: 'now', kind: 'function', input: '{}' }],
        finish: { reason: 'tool-calls' },
      })
    }
  })

  it('H42: numbers of arguments keep every digit and their spelling', () => {
    const text =
      '{"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f","input":{"id":9007199254740993,"x":1.0,"y":1e400}}}]}},"stopReason":"tool_use"}'
    expect(decodeAnswer(parseJson(text) as JsonObject)?.choices[0]?.parts[0]).toMatchObject({
      input: '{"id":9007199254740993,"x":1.0,"y":1e400}',
    })
  })

  it('keeps signatures and redacted reasoning as they came', () => {
    const content = [
      { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'EvYB+/=' } } },
      { reasoningContent: { redactedContent: 'RXU4RQ==' } },
      { reasoningContent: { reasoningText: { text: 'Unsigned.' } } },
      { text: '' },
      { text: 'So.' },
    ]
    expect(answerOf(content)?.choices[0]?.parts).toEqual([
      {
        type: 'reasoning',
        text: 'Hm.',
        summary: [],
        redacted: false,
        seal: { dialect: 'bedrock-converse', data: 'EvYB+/=' },
      },
      {
        type: 'reasoning',
        text: '',
        summary: [],
        redacted: true,
        seal: { dialect: 'bedrock-converse', data: 'RXU4RQ==' },
      },
      { type: 'reasoning', text: 'Unsigned.', summary: [], redacted: false },
      { type: 'text', text: 'So.', annotations: [] },
    ])
  })

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop-sequence'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'context-window'],
    ['tool_use', 'tool-calls'],
    ['guardrail_intervened', 'content-filter'],
    ['content_filtered', 'content-filter'],
    ['malformed_model_output', 'malformed'],
    ['malformed_tool_use', 'malformed'],
    ['constructor', 'stop'],
    [null, 'stop'],
  ])('a stop because of %s is %s', (stopReason, reason) => {
    expect(answerOf([{ text: 'a' }], { stopReason })?.choices[0]?.finish.reason).toBe(reason)
  })

  it('tells the stop sequence that matched, where it was asked for', () => {
    const more = { stopReason: 'stop_sequence', additionalModelResponseFields: { stop_sequence: 'END' } }
    expect(answerOf([{ text: 'a' }], more)?.choices[0]?.finish).toEqual({
      reason: 'stop-sequence',
      stopSequence: 'END',
    })
  })

  it('counts cache reads and both kinds of cache writes as input, once', () => {
    const usage = {
      inputTokens: 10,
      outputTokens: 5,
      totalTokens: 145,
      cacheReadInputTokens: 100,
      cacheWriteInputTokens: 30,
      cacheDetails: [
        { ttl: '1h', inputTokens: 20 },
        { ttl: '5m', inputTokens: 10 },
      ],
    }
    expect(readUsage(usage)).toEqual(
      tokenUsage({
        input: 140,
        cacheRead: 100,
        cacheWrite5m: 10,
        cacheWrite1h: 20,
        output: 5,
        reasoning: 0,
      }),
    )
    expect(readUsage({ inputTokens: 16, outputTokens: 9, cacheWriteInputTokens: 2387 })).toMatchObject({
      input: 2403,
      cacheWrite5m: 2387,
    })
    expect(readUsage({ inputTokens: -5, outputTokens: 'x', cacheReadInputTokens: 1e300 })).toMatchObject({ output: 0 })
    expect(readUsage(undefined)).toBeNull()
  })

  it('is null for anything else', () => {
    expect(decodeAnswer({ message: 'The provided model identifier is invalid.' })).toBeNull()
    expect(decodeAnswer({ results: [{ index: 2, relevanceScore: 0.9 }] })).toBeNull()
  })

  it('is an answer or null for any JSON in any place, and its events say the same', () => {
    const block = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(
        fc.constantFrom('text', 'toolUse', 'reasoningContent', 'citationsContent', 'image', 'x'),
        fc.oneof(
          fc.jsonValue(),
          fc.dictionary(
            fc.constantFrom(
              'toolUseId',
              'name',
              'input',
              'reasoningText',
              'redactedContent',
              'content',
              'citations',
              'format',
              'source',
            ),
            fc.oneof(
              fc.jsonValue(),
              fc.constantFrom({ text: 'a' }, { text: 'a', signature: 'b' }, [{ text: 'a' }], { bytes: 'YQ==' }, 'png'),
            ),
          ),
        ),
        { maxKeys: 2 },
      ),
    )
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.array(block)),
        fc.jsonValue(),
        fc.jsonValue(),
        (content, stopReason, rest) => {
          const answer = answerOf(content, {
            stopReason,
            usage: rest,
            serviceTier: rest,
            additionalModelResponseFields: rest,
          })
          if (answer !== null) expect(replayed(answer)).toEqual(answer)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe.skipIf(recordings === null)('recorded answers (where ../shared/data lies beside the repository)', () => {
  const answers = recordings?.answers ?? []

  it('are there', () => expect(answers.length).toBeGreaterThan(80))

  it.each(answers)('$name decodes, and its events say the same', ({ body }) => {
    const answer = decodeAnswer(body)
    if (answer === null) throw new Error('not an answer')
    expect(answer.choices[0]?.parts.length).toBeGreaterThan(0)
    expect(replayed(answer)).toEqual(answer)
    const told = objectOf(body['usage'])
    // Our input counts the cache in, as AWS's own total does.
    if (answer.usage !== null) expect(answer.usage.input + answer.usage.output).toBe(told?.['totalTokens'])
  })
})
