import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer, AnswerEvent, AnswerPart } from './answer.ts'
import { AnswerCollector, replayAnswer } from './collect-answer.ts'
import { restoreAnswer, RestoreTools } from './restore-tools.ts'
import { ToolNames } from './tool-names.ts'

const RULE = { legal: /^[a-zA-Z0-9_-]+$/, maxLength: 64 }

function undoOf(outputTool: string | null = null) {
  const toolNames = new ToolNames(RULE)
  const sent = {
    odd: toolNames.toUpstream('mcp.server/tool'),
    spaced: toolNames.toUpstream('get', 'weather'),
    free: toolNames.toUpstream('patch', undefined, 'custom'),
  }
  return { undo: { toolNames, outputTool }, sent }
}

const call = (name: string, input: string): AnswerPart => ({
  type: 'tool-call',
  id: 'a',
  name,
  kind: 'function',
  input,
})

function answerOf(parts: readonly AnswerPart[]): Answer {
  return { id: '', model: '', createdAtSeconds: 0, choices: [{ parts, finish: { reason: 'tool-calls' } }], usage: null }
}

/** Through the stream, its deltas cut into pieces of a given size. */
function streamed(answer: Answer, undo: ReturnType<typeof undoOf>['undo'], size: number): Answer {
  const collector = new AnswerCollector()
  const restore = new RestoreTools(undo, (event) => collector.push(event))
  replayAnswer(answer, (event: AnswerEvent) => {
    if (event.type !== 'part-delta') {
      restore.push(event)
      return
    }
    for (let at = 0; at < event.text.length; at += size)
      restore.push({ ...event, text: event.text.slice(at, at + size) })
  })
  return collector.answer()
}

describe('tools on the way back', () => {
  it('H29, H44: have their names and namespaces again', () => {
    const { undo, sent } = undoOf()
    const parts = [call(sent.odd, '{}'), call(sent.spaced, '{"a":1}'), call('unknown', '{}')]
    expect(restoreAnswer(answerOf(parts), undo).choices[0]).toMatchObject({
      parts: [{ name: 'mcp.server/tool' }, { name: 'get', namespace: 'weather' }, { name: 'unknown' }],
      finish: { reason: 'tool-calls' },
    })
  })

  it('H45: free text comes out of its wrapping, or as it is where the model did not keep to it', () => {
    const { undo, sent } = undoOf()
    const parts = [call(sent.free, '{"input":"*** \\"begin\\"\\n"}'), call(sent.free, 'plain')]
    expect(restoreAnswer(answerOf(parts), undo).choices[0]?.parts).toMatchObject([
      { name: 'patch', kind: 'custom', input: '*** "begin"\n' },
      { kind: 'custom', input: 'plain' },
    ])
  })

  it('H68: the arguments of the stand-in tool are the answer, and it ended by itself', () => {
    const { undo } = undoOf('answer')
    expect(restoreAnswer(answerOf([call('answer', '{"city":"Bonn"}')]), undo).choices[0]).toEqual({
      parts: [{ type: 'text', text: '{"city":"Bonn"}', annotations: [] }],
      finish: { reason: 'stop' },
    })
    const both = restoreAnswer(answerOf([call('answer', '{}'), call('now', '{}')]), undo)
    expect(both.choices[0]?.finish).toEqual({ reason: 'tool-calls' })
  })

  it('the stream says the same as the whole answer, however its pieces are cut', () => {
    const { undo, sent } = undoOf('answer')
    const input = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
    const part = fc.oneof(
      input.map((text) => call(sent.free, JSON.stringify({ input: text }))),
      input.map((text) => call('answer', JSON.stringify({ text }))),
      fc.constantFrom(sent.odd, sent.spaced, 'x').map((name) => call(name, '{"a":1}')),
      fc.constant<AnswerPart>({ type: 'text', text: 'Hello', annotations: [] }),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), fc.integer({ min: 1, max: 9 }), (parts, size) => {
        const answer = answerOf(parts)
        expect(streamed(answer, undo, size)).toEqual(restoreAnswer(answer, undo))
      }),
      { numRuns: 1_000 },
    )
  })
})
