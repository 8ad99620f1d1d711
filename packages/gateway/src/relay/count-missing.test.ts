import { afterAll, describe, expect, it } from 'vitest'
import { TokenCounter } from '../billing/estimates/token-counter.ts'
import type { ClientDialectName } from '../dialects/pass-dialects.ts'
import { countReply, StreamSample } from './count-missing.ts'

const WORDS = 'A fairlead guides a line round a corner without wear. '
const counter = new TokenCounter()
afterAll(() => counter[Symbol.dispose]())

const REPLIES: readonly (readonly [ClientDialectName, object])[] = [
  ['openai-chat', { choices: [{ index: 0, message: { role: 'assistant', content: WORDS }, finish_reason: 'stop' }] }],
  ['openai-chat', { object: 'text_completion', choices: [{ index: 0, text: WORDS }] }],
  [
    'openai-responses',
    {
      status: 'completed',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: WORDS }] }],
    },
  ],
  ['anthropic-messages', { type: 'message', content: [{ type: 'text', text: WORDS }], stop_reason: 'end_turn' }],
  ['gemini', { candidates: [{ content: { parts: [{ text: WORDS }] }, finishReason: 'STOP' }] }],
]

function chunks(pieces: readonly string[]): string {
  return pieces
    .map(
      (content) =>
        `data: ${JSON.stringify({ id: 'a', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] })}\n\n`,
    )
    .join('')
}

describe('an answer whose upstream does not count it', () => {
  it.each(REPLIES)('is counted by its words in %s', async (dialect, reply) => {
    const tokens = await countReply(counter, dialect, Buffer.from(JSON.stringify({ model: 'm', id: 'x', ...reply })))
    expect(tokens).toBeGreaterThanOrEqual(12)
    expect(tokens).toBeLessThanOrEqual(16)
  })

  it('counts calls of tools and thoughts too', async () => {
    const call = { id: 'c', type: 'function', function: { name: 'look_up', arguments: '{"city":"Kiel"}' } }
    const message = { role: 'assistant', content: null, reasoning_content: WORDS, tool_calls: [call] }
    const tokens = await countReply(counter, 'openai-chat', JSON.stringify({ choices: [{ index: 0, message }] }))
    expect(tokens).toBeGreaterThan(18)
  })

  it('cannot be counted where there are no words', async () => {
    expect(await countReply(counter, 'openai-chat', '{"choices":[]}')).toBe(null)
    expect(await countReply(counter, 'gemini', 'nothing')).toBe(null)
  })

  it('is as many tokens as its stream had events, where these are short', () => {
    const sample = new StreamSample()
    const pieces = WORDS.repeat(100).split(/(?= )/)
    for (const piece of pieces) sample.add(Buffer.from(chunks([piece])))
    expect(sample.count(counter, 'openai-chat', pieces.length)).toBe(null)
  })

  it('is counted by a sample where its events are long, of whatever length it is', async () => {
    const sample = new StreamSample()
    for (let event = 0; event < 500; event += 1) sample.add(Buffer.from(chunks([WORDS])))
    const tokens = (await sample.count(counter, 'openai-chat', 500)) ?? 0
    expect(tokens).toBeGreaterThan(500 * 11)
    expect(tokens).toBeLessThan(500 * 15)
  })

  it('is not counted from a stream that has said nothing', () => {
    const sample = new StreamSample()
    expect(sample.count(counter, 'openai-chat', 0)).toBe(null)
    sample.add('data: {"choices":[]}\n\n')
    expect(sample.count(counter, 'openai-chat', 3)).toBe(null)
  })
})
