import { describe, expect, it } from 'vitest'
import type { AnswerEvent, AnswerPart } from '../core/answer.ts'
import { replayAnswer } from '../core/collect-answer.ts'
import { bareConversation } from '../core/__fixtures__/bare-conversation.ts'
import type { Conversation, Part } from '../core/conversation.ts'
import { SealMemory, SealTracker, type SealEntry } from './seal-memory.ts'

const SEAL = { dialect: 'anthropic-messages', data: 'signature' } as const
const THOUGHT: AnswerPart = { type: 'reasoning', text: 'Hm.', summary: [], redacted: false, seal: SEAL }
const call = (id: string, more: object = {}): AnswerPart => ({
  type: 'tool-call',
  id,
  name: 'f',
  kind: 'function',
  input: '{}',
  ...more,
})
const answer = (...parts: AnswerPart[]) => ({ choices: [{ parts, finish: { reason: 'tool-calls' as const } }] })

const history = (...parts: Part[]): Conversation => bareConversation([{ role: 'assistant', parts }])

const asked = (id: string): Part => ({ type: 'tool-call', at: '', id, name: 'f', kind: 'function', input: '{}' })

describe('what belonged to a call', () => {
  it('is put back when the call returns without it, with the deployment that made it', () => {
    const memory = new SealMemory()
    memory.remember(
      'account',
      answer(THOUGHT, { type: 'text', text: 'Look:', annotations: [] }, call('c1'), call('c2')),
      'p/k',
    )
    const words: Part = { type: 'text', at: '', text: 'Look:' }
    const { turns } = memory.restore('account', history(words, asked('c1'), asked('c2')))
    const thought = { type: 'reasoning', text: 'Hm.', seal: { ...SEAL, origin: 'p/k' } }
    expect(turns[0]?.parts).toMatchObject([thought, words, { id: 'c1' }, { id: 'c2' }])
  })

  it("keeps a call's own seal", () => {
    const memory = new SealMemory()
    const seal = { dialect: 'gemini', data: 'thought' } as const
    memory.remember('account', answer(call('c1', { seal }), call('c2')), 'p/k')
    const { turns } = memory.restore('account', history(asked('c1'), asked('c2')))
    expect(turns[0]?.parts).toMatchObject([{ id: 'c1', seal: { ...seal, origin: 'p/k' } }, { id: 'c2' }])
    expect(turns[0]?.parts[1]).not.toHaveProperty('seal')
  })

  it('is nobody else’s, and leaves alone what the client brought itself', () => {
    const memory = new SealMemory()
    memory.remember('account', answer(THOUGHT, call('c1')), 'p/k')
    const plain = history(asked('c1'))
    expect(memory.restore('other', plain)).toBe(plain)
    const brought = history(
      { type: 'reasoning', at: '', text: 'Own.', summary: [], redacted: false, seal: SEAL },
      asked('c1'),
    )
    expect(memory.restore('account', brought)).toBe(brought)
  })

  it('is not kept where there was no seal', () => {
    const memory = new SealMemory()
    memory.remember('account', answer({ ...THOUGHT, seal: undefined } as unknown as AnswerPart, call('c1')), 'p/k')
    const plain = history(asked('c1'))
    expect(memory.restore('account', plain)).toBe(plain)
  })
})

describe('a stream', () => {
  it('is followed to the same memory', () => {
    const memory = new SealMemory()
    const tracker = new SealTracker((seen) => memory.remember('account', seen, 'p/k'))
    const whole = { id: '', model: '', createdAtSeconds: 0, usage: null, ...answer(THOUGHT, call('c1')) }
    replayAnswer(whole, (event: AnswerEvent) => tracker.push(event))
    const { turns } = memory.restore('account', history(asked('c1')))
    expect(turns[0]?.parts).toMatchObject([{ text: 'Hm.', seal: SEAL }, { id: 'c1' }])
  })

  it('is a summary where it was told as one, paragraph by paragraph', () => {
    const memory = new SealMemory()
    const tracker = new SealTracker((seen) => memory.remember('account', seen, 'p/k'))
    const summary: AnswerPart = { ...THOUGHT, type: 'reasoning', text: '', summary: ['First.', 'Second.'] }
    const whole = { id: '', model: '', createdAtSeconds: 0, usage: null, ...answer(summary, call('c1')) }
    replayAnswer(whole, (event: AnswerEvent) => tracker.push(event))
    const { turns } = memory.restore('account', history(asked('c1')))
    expect(turns[0]?.parts).toMatchObject([{ text: '', summary: ['First.', 'Second.'] }, { id: 'c1' }])
  })

  it('without a seal is not reported', () => {
    const tracker = new SealTracker(() => expect.unreachable())
    const whole = { id: '', model: '', createdAtSeconds: 0, usage: null, ...answer(call('c1')) }
    replayAnswer(whole, (event: AnswerEvent) => tracker.push(event))
  })
})

describe('the deployment to ask again', () => {
  const memory = new SealMemory()
  memory.remember('account', answer(THOUGHT, call('c1'), call('c2')), 'p/one')
  memory.remember('account', answer(THOUGHT, call('c3')), 'p/two')
  const result = (id: string): object => ({ role: 'tool', tool_call_id: id, content: 'x' })
  const whoWaits = (body: object, space = 0): string | null =>
    memory.originOf('account', JSON.stringify(body, null, space), 'openai-chat')

  it('waits for the newest result that was remembered, also among parallel ones', () => {
    expect(whoWaits([result('c1'), result('c2')])).toBe('p/one')
    expect(whoWaits([result('c1'), result('c2'), result('c3')])).toBe('p/two')
    expect(whoWaits([result('c3')], 2)).toBe('p/two')
  })

  it('is known from results in Google’s form', () => {
    const part = { functionResponse: { name: 'f', id: 'c3', response: { output: 'x' } } }
    expect(memory.originOf('account', JSON.stringify({ contents: [{ parts: [part] }] }), 'gemini')).toBe('p/two')
  })

  it('is nobody for other accounts, and where nothing returns', () => {
    expect(memory.originOf('other', JSON.stringify([result('c1')]), 'openai-chat')).toBeNull()
    expect(whoWaits({ messages: [{ role: 'user', content: 'Hi' }] })).toBeNull()
    expect(whoWaits([result('c9')])).toBeNull()
  })

  it.each([
    ['anthropic-messages', 'signature'],
    ['anthropic-messages', 'data'],
    ['openai-responses', 'encrypted_content'],
    ['gemini', 'thoughtSignature'],
  ] as const)('%s: has made the newest seal that went by, by its `%s`', (dialect, member) => {
    const told: SealEntry[] = []
    const seals = new SealMemory((entry) => told.push(entry))
    const sealed = (index: number): object => ({ [member]: `${'A'.repeat(80)}${index}=` })
    seals.passed('account', JSON.stringify([sealed(1), sealed(2)]), dialect, 'p/one')
    seals.passed('account', JSON.stringify(sealed(3), null, 2), dialect, 'p/two')
    seals.passed('account', JSON.stringify(sealed(3)), dialect, 'p/three')
    expect(told).toHaveLength(3)
    const origin = (...values: object[]): string | null => seals.originOf('account', JSON.stringify(values), dialect)
    expect(origin(sealed(1), sealed(3), sealed(9))).toBe('p/two')
    expect(origin(sealed(3), sealed(2))).toBe('p/one')
    expect(origin(sealed(9), { [member]: 'short' }, { [member]: 7 })).toBeNull()
    expect(seals.originOf('other', JSON.stringify(sealed(1)), dialect)).toBeNull()
  })
})
