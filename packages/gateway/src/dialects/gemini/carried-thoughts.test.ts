import { expect, it } from 'vitest'
import type { Answer, AnswerPart } from '../../core/answer.ts'
import type { JsonObject } from '../../core/json.ts'
import { replay } from '../../core/__fixtures__/answer-events.ts'
import { decode, encodeStream, envelope, json, replyContext } from './__fixtures__/contexts.ts'
import { geminiClient } from './index.ts'

const CLAUDE = { dialect: 'anthropic-messages', data: 'SIG' } as const
const THOUGHT: AnswerPart = {
  type: 'reasoning',
  text: 'A clock is needed.',
  summary: [],
  redacted: false,
  seal: CLAUDE,
}
const WORDS: AnswerPart = { type: 'text', text: 'Look:', annotations: [] }
const call = (name: string): AnswerPart => ({
  type: 'tool-call',
  id: `id-${name}`,
  name,
  kind: 'function',
  input: '{}',
})

interface WirePart extends JsonObject {
  readonly thought?: boolean
  readonly thoughtSignature?: string
}

/** What a client gets, whole and as a stream. */
function partsOf(...said: AnswerPart[]): WirePart[][] {
  const answer: Answer = {
    id: '',
    model: '',
    createdAtSeconds: 0,
    usage: null,
    choices: [{ parts: said, finish: { reason: 'tool-calls' } }],
  }
  const content = (reply: JsonObject): WirePart[] =>
    (reply as unknown as { candidates: { content?: { parts?: WirePart[] } }[] }).candidates[0]?.content?.parts ?? []
  const chunks = encodeStream(replay(answer), replyContext())
    .split('\r\n\r\n')
    .filter((text) => text !== '')
    .map((text) => json(text.slice('data: '.length)))
  return [content(geminiClient.encodeAnswer(answer, replyContext())), chunks.flatMap(content)]
}

/** The turn of the model, as a client sends it back. */
function turnOf(parts: readonly JsonObject[]) {
  const [, model] = decode({ contents: [{ parts: [{ text: 'Hi' }] }, { role: 'model', parts: [...parts] }] }).turns
  return model?.parts.filter((part) => part.type !== 'text' || part.text !== '')
}

const withoutThoughts = (parts: readonly WirePart[]) => parts.filter(({ thought }) => thought !== true)
const unsigned = (parts: readonly WirePart[]) =>
  parts.map(({ thoughtSignature, ...part }) => (part.thought === true ? part : { ...part, thoughtSignature }))

const SEALED = { ...THOUGHT, seal: { ...CLAUDE, origin: envelope.origin } }

it('H40: signed thoughts come back on the call, whether the client keeps them, drops them, or drops their signatures', () => {
  for (const parts of partsOf(THOUGHT, WORDS, call('a'), call('b'))) {
    for (const kept of [parts, withoutThoughts(parts), unsigned(parts)]) {
      const turn = turnOf(kept)
      expect(turn).toMatchObject([SEALED, { type: 'text' }, { name: 'a' }, { name: 'b' }])
      expect(turn?.[2]).not.toHaveProperty('seal')
    }
  }
})

it('H49: each call of a chain brings its own thoughts, redacted and unsigned ones too', () => {
  const redacted: AnswerPart = { ...THOUGHT, text: '', redacted: true, seal: { ...CLAUDE, data: 'ALL' } }
  const open: AnswerPart = { type: 'reasoning', text: 'Unsigned.', summary: [], redacted: false }
  for (const parts of partsOf(THOUGHT, redacted, call('a'), open, call('b'))) {
    const turn = turnOf(withoutThoughts(parts))
    expect(turn).toMatchObject([
      SEALED,
      { redacted: true, text: '', seal: { data: 'ALL' } },
      { name: 'a' },
      { text: 'Unsigned.' },
      { name: 'b' },
    ])
    expect(turn?.[3]).not.toHaveProperty('seal')
  }
})

it('H40: a summary of OpenAI stays one, and keeps the id to which its data is bound', () => {
  const seal = { dialect: 'openai-responses', data: 'ENC', itemId: 'rs_1' } as const
  const summary: AnswerPart = { type: 'reasoning', text: '', summary: ['First.', 'Second.'], redacted: false, seal }
  for (const parts of partsOf(summary, call('a'))) {
    expect(turnOf(withoutThoughts(parts))).toMatchObject([
      { text: '', summary: ['First.\n\nSecond.'], seal: { ...seal, origin: envelope.origin } },
      { name: 'a' },
    ])
  }
})

it("H40: a call's own signature, and what Gemini thought, stay as they are", () => {
  const seal = { dialect: 'gemini', data: 'OWN' } as const
  for (const parts of partsOf({ ...THOUGHT, seal }, { ...call('a'), seal } as AnswerPart, call('b'))) {
    const calls = withoutThoughts(parts).filter((part) => part['functionCall'] !== undefined)
    expect(calls).toMatchObject([{ thoughtSignature: 'OWN' }, {}])
    expect(calls[1]).not.toHaveProperty('thoughtSignature')
  }
})
