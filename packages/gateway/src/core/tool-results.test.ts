import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryTurns } from './__fixtures__/arbitrary-turns.ts'
import type { Part, ToolCallPart, ToolResultPart, Turn } from './conversation.ts'
import { repairToolResults } from './tool-results.ts'

const text = (words: string): Part => ({ type: 'text', at: '', text: words })
const call = (id: string, name = 'now'): ToolCallPart => ({
  type: 'tool-call',
  at: 'c',
  id,
  name,
  kind: 'function',
  input: '{}',
})
const result = (callId: string, words: string, name?: string): ToolResultPart => ({
  type: 'tool-result',
  at: 'r',
  callId,
  kind: 'function',
  isError: false,
  parts: [text(words)],
  ...(name === undefined ? {} : { name }),
})
const user = (...parts: Part[]): Turn => ({ role: 'user', parts })
const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts })
const missing = { isError: true, parts: [{ text: 'No result was recorded for this call.' }] }

/** Id and words of the results of a turn. */
function resultsOf(turn: Turn | undefined): readonly string[] {
  return (turn?.parts ?? []).flatMap((part) => {
    if (part.type !== 'tool-result') return []
    const [words] = part.parts
    return [`${part.callId}: ${words?.type === 'text' ? words.text : ''}`]
  })
}

describe('a history whose results are repaired', () => {
  it('is the same object where it has no tools', () => {
    const turns = [user(text('a')), assistant(text('b'))]
    expect(repairToolResults(turns)).toBe(turns)
  })

  it('H31: has parallel results in one turn, in the order of the calls, before what else was said', () => {
    const turns = [
      assistant(call('a'), call('b')),
      user(text('Hm'), result('b', 'two')),
      user(result('a', 'one'), text('Well?')),
    ]
    const repaired = repairToolResults(turns)
    expect(resultsOf(repaired[1])).toEqual(['a: one', 'b: two'])
    expect(repaired.slice(1).flatMap((turn) => turn.parts.filter((part) => part.type === 'text'))).toEqual([
      text('Hm'),
      text('Well?'),
    ])
  })

  it('H32: has a result for every call, also for the last one of all', () => {
    expect(repairToolResults([assistant(call('a')), user(text('Go on'))])[1]?.parts).toMatchObject([
      { callId: 'a', ...missing },
      { text: 'Go on' },
    ])
    expect(repairToolResults([user(text('?')), assistant(call('a'))])[2]).toMatchObject({
      role: 'user',
      parts: [{ callId: 'a', ...missing }],
    })
    expect(repairToolResults([assistant(call('a')), assistant(text('So'))])[2]?.parts).toMatchObject([
      { callId: 'a', ...missing },
    ])
  })

  it('H32: tells results without a call as text', () => {
    expect(repairToolResults([user(result('x', 'noon', 'now'))])[0]?.parts).toMatchObject([
      { type: 'text', text: '[Result of now of an earlier call] noon' },
    ])
    const behind = repairToolResults([assistant(call('a')), user(result('a', 'one'), result('x', 'two'))])
    expect(behind[1]?.parts).toMatchObject([{ callId: 'a' }, { type: 'text', text: '[Result of an earlier call] two' }])
  })

  it('takes the last of several results of one call', () => {
    expect(
      resultsOf(repairToolResults([assistant(call('a')), user(result('a', 'old'), result('a', 'new'))])[1]),
    ).toEqual(['a: new'])
  })

  it('answers several calls of one id in order', () => {
    const turns = [assistant(call('a', 'f'), call('a', 'g')), user(result('a', 'one'), result('a', 'two'))]
    expect(resultsOf(repairToolResults(turns)[1])).toEqual(['a: one', 'a: two'])
  })

  it('matches by name and order where there are no ids', () => {
    const turns = [
      assistant(call('', 'f'), call('', 'g'), call('', 'f')),
      user(result('', 'g1', 'g'), result('', 'f1', 'f'), result('', 'f2', 'f')),
    ]
    expect(resultsOf(repairToolResults(turns)[1])).toEqual([': f1', ': g1', ': f2'])
  })

  it('a system turn between a call and its result stays, behind the results', () => {
    const note: Turn = { role: 'system', kind: 'system', parts: [text('Mind this')] }
    const repaired = repairToolResults([assistant(call('a')), note, user(result('a', 'one'))])
    expect(repaired.map((turn) => turn.role)).toEqual(['assistant', 'user', 'system'])
    expect(resultsOf(repaired[1])).toEqual(['a: one'])
  })

  it('answers every call exactly once, in the turn behind it, and loses no words', () => {
    fc.assert(
      fc.property(arbitraryTurns, (turns) => {
        const repaired = repairToolResults(turns)
        let open: string[] = []
        for (const [index, turn] of repaired.entries()) {
          const answered = resultsOf(turn).map((line) => line.slice(0, line.indexOf(':')))
          expect(answered).toEqual(turn.role === 'user' ? open : [])
          if (turn.role !== 'assistant') open = []
          for (const part of turn.parts) if (part.type === 'tool-call') open.push(part.id)
          if (open.length > 0) expect(['user', 'assistant']).toContain(repaired[index + 1]?.role)
        }
        expect(open).toEqual([])
        const said = (list: readonly Turn[]): string[] =>
          list.flatMap((turn) =>
            turn.parts.flatMap((part) => (part.type === 'text' && !part.text.startsWith('[Result') ? [part.text] : [])),
          )
        expect(said(repaired).sort()).toEqual(said(turns).sort())
      }),
      { numRuns: 2_000 },
    )
  })

  it('is repaired once and for all', () => {
    fc.assert(
      fc.property(arbitraryTurns, (turns) => {
        const once = repairToolResults(turns)
        expect(repairToolResults(once)).toEqual(once)
      }),
    )
  })
})
