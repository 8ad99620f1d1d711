import { describe, expect, it } from 'vitest'
import type { AnswerEvent, AnswerPart, StopReason } from '../core/answer.ts'
import type { BadEnd } from '../core/receipt.ts'
import { EndWatch } from './end-watch.ts'

const TOOLS = [{ type: 'function', name: 'look', at: 'tools[0]', extensions: {} }] as const
const words: AnswerPart = { type: 'text', text: 'Well.', annotations: [] }
const thought: AnswerPart = { type: 'reasoning', text: 'Hm.', summary: [], redacted: false }
const call = (name: string, input: string): AnswerPart => ({
  type: 'tool-call',
  id: 'c',
  name,
  kind: 'function',
  input,
})

/** The same answer in pieces. */
function eventsOf(parts: readonly AnswerPart[], reason: StopReason): readonly AnswerEvent[] {
  const events = parts.flatMap((part, index): AnswerEvent[] => {
    const at = { choice: 0, part: index }
    const pieces = (text: string): AnswerEvent[] => [...text].map((one) => ({ type: 'part-delta', ...at, text: one }))
    const whole = (opened: object, text: string): AnswerEvent[] => [
      { type: 'part-start', ...at, opened } as AnswerEvent,
      ...pieces(text),
      { type: 'part-end', ...at },
    ]
    if (part.type === 'text') return whole({ type: 'text' }, part.text)
    if (part.type === 'reasoning') return whole({ type: 'reasoning', form: 'full', redacted: false }, part.text)
    return part.type === 'tool-call' ? whole({ ...part }, part.input) : []
  })
  return [...events, { type: 'finish', choice: 0, finish: { reason } }]
}

describe('an answer that ends', () => {
  it.each<[string, readonly AnswerPart[], StopReason, boolean, BadEnd | null]>([
    ['well', [words], 'stop', false, null],
    ['with a call that can be made', [call('look', '{"at":1}')], 'tool-calls', false, null],
    ['with a call that takes nothing', [call('look', '')], 'tool-calls', false, null],
    ['with arguments that are no JSON', [call('look', '{"at":')], 'tool-calls', false, 'bad-call'],
    ['with a call of a tool that nobody offered', [call('delete', '{}')], 'tool-calls', false, 'bad-call'],
    ['at its own limit', [words], 'length', false, 'cut'],
    ["at the client's limit", [words], 'length', true, null],
    ["in a call, at the client's limit", [call('look', '{"at":')], 'length', true, null],
    ['at the end of its context', [words], 'context-window', true, 'cut'],
    ['in a filter', [words], 'content-filter', false, 'filtered'],
    ['because the model declined', [words], 'refusal', false, 'filtered'],
    ['without a word', [], 'stop', false, 'empty'],
    ['with thoughts alone', [thought], 'stop', false, 'empty'],
    ['with blanks alone', [{ ...words, text: ' \n' }], 'stop', false, 'empty'],
  ])('%s', (_name, parts, reason, isLimited, expected) => {
    const whole = new EndWatch(TOOLS)
    whole.whole({ choices: [{ parts, finish: { reason } }] })
    expect(whole.badEnd(isLimited)).toBe(expected)
    const pieces = new EndWatch(TOOLS)
    for (const event of eventsOf(parts, reason)) pieces.push(event)
    expect(pieces.badEnd(isLimited)).toBe(expected)
  })

  it('is not judged before it has ended', () => {
    const watch = new EndWatch(TOOLS)
    watch.push({ type: 'part-start', choice: 0, part: 0, opened: { type: 'text' } })
    expect(watch.badEnd(false)).toBeNull()
  })
})
