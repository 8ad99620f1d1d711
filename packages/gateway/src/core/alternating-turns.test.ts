import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryTurns } from './__fixtures__/arbitrary-turns.ts'
import { alternatingTurns, withoutEmptyText } from './alternating-turns.ts'
import type { Part, TextPart, Turn } from './conversation.ts'

const text = (words: string, more: object = {}): TextPart => ({ type: 'text', at: '', text: words, ...more })
const user = (...words: string[]): Turn => ({ role: 'user', parts: words.map((word) => text(word)) })
const assistant = (...words: string[]): Turn => ({ role: 'assistant', parts: words.map((word) => text(word)) })
const system = (...words: string[]): Turn => ({
  role: 'system',
  kind: 'developer',
  parts: words.map((word) => text(word)),
})
const cache = { ttl: '5m' } as const

function wordsOf(turns: readonly Turn[]): readonly string[] {
  return turns.map(
    (turn) => `${turn.role}: ${turn.parts.map((part) => (part.type === 'text' ? part.text : part.type)).join(' | ')}`,
  )
}

describe('turns of user and assistant in turn', () => {
  it('H60: the leading system turns stand apart, later ones are reminders in the user’s place', () => {
    const { system: apart, turns } = alternatingTurns([
      system('A', ' '),
      system('B'),
      user('Hi'),
      system('C'),
      user('Well?'),
    ])
    expect(apart).toEqual([text('A'), text('B')])
    expect(wordsOf(turns)).toEqual(['user: Hi | <system-reminder>\nC\n</system-reminder> | Well?'])
  })

  it('H60: nobody but the system: the user says nothing', () => {
    expect(wordsOf(alternatingTurns([system('A')]).turns)).toEqual(['user: (no content)'])
    expect(wordsOf(alternatingTurns([]).turns)).toEqual(['user: (no content)'])
  })

  it('H61: begin with the user and are merged', () => {
    const { turns } = alternatingTurns([assistant('a'), assistant('b'), user('c'), user('d'), assistant('e')])
    expect(wordsOf(turns)).toEqual(['user: (no content)', 'assistant: a | b', 'user: c | d', 'assistant: e'])
  })

  it('H30: results stand before what else the user says', () => {
    const call: Part = { type: 'tool-call', at: '', id: 'a', name: 'now', kind: 'function', input: '{}' }
    const result: Part = { type: 'tool-result', at: '', callId: 'a', kind: 'function', isError: false, parts: [] }
    const { turns } = alternatingTurns([
      user('?'),
      { role: 'assistant', parts: [call] },
      { role: 'user', parts: [text('Hm'), result] },
    ])
    expect(wordsOf(turns)).toEqual(['user: ?', 'assistant: tool-call', 'user: tool-result | Hm'])
  })

  it('H62: blank text goes, its cache mark moves to the part before, also among the system’s words', () => {
    expect(withoutEmptyText([text('a'), text('\n ', { cache })])).toEqual([text('a', { cache })])
    expect(withoutEmptyText([text('', { cache }), text('a')])).toEqual([text('a')])
    const marked: Turn = { role: 'system', kind: 'system', parts: [text(' ', { cache })] }
    expect(alternatingTurns([system('A'), marked, user('?')]).system).toEqual([text('A', { cache })])
  })

  it('H62: text that is empty but sealed stays', () => {
    const sealed = text('', { seal: { dialect: 'gemini', data: 'x' } })
    expect(withoutEmptyText([sealed])).toEqual([sealed])
  })

  it('are strict for any history, and lose nobody’s words', () => {
    fc.assert(
      fc.property(arbitraryTurns, (all) => {
        const { system: apart, turns } = alternatingTurns(all)
        for (const [index, turn] of turns.entries()) {
          expect(turn.role).toBe(index % 2 === 0 ? 'user' : 'assistant')
          expect(turn.parts.length).toBeGreaterThan(0)
          const calls = turn.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []))
          const behind = turns[index + 1]?.parts ?? []
          const results = behind
            .slice(0, calls.length)
            .map((part) => (part.type === 'tool-result' ? part.callId : undefined))
          if (turn.role === 'assistant') expect(results).toEqual(calls)
          expect(behind.slice(calls.length).some((part) => part.type === 'tool-result')).toBe(false)
          for (const part of turn.parts) if (part.type === 'text') expect(part.text.trim()).not.toBe('')
        }
        const sent = JSON.stringify([apart, turns])
        for (const turn of all) {
          for (const part of turn.parts) {
            if (part.type === 'text' && part.text.trim() !== '')
              expect(sent).toContain(JSON.stringify(part.text).slice(1, -1))
          }
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
