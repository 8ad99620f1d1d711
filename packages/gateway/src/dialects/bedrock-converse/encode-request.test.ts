import { describe, expect, it } from 'vitest'
import type { AnswerPart } from '../../core/answer.ts'
import type { Part } from '../../core/conversation.ts'
import { arrayOf, type JsonObject, objectOf } from '../../core/json.ts'
import { recordings } from './__fixtures__/recorded.ts'
import { converseFaults } from './__fixtures__/sdk-schema.ts'
import { assistant, encode, result, user } from './__fixtures__/talk.ts'
import { decodeAnswer } from './response.ts'

describe.skipIf(recordings === null)('recorded requests (where ../shared/data lies beside the repository)', () => {
  const requests = recordings?.requests ?? []

  it.each(requests)("$name stands the check against AWS's schema", ({ body }) => {
    expect(converseFaults(JSON.parse(JSON.stringify(body)))).toEqual([])
  })

  /** An answer, and the next request of the same client, which sends it back. */
  const pairs = (recordings?.answers ?? []).flatMap(({ name, body }) => {
    const [file = '', index = ''] = name.split('#')
    const next = requests.find((request) => request.name === `${file}#${Number(index) + 1}`)
    const messages = arrayOf(next?.body['messages']) ?? []
    const sent = objectOf(messages.at(-2))
    const answer = decodeAnswer(body)
    const parts = answer?.choices[0]?.parts ?? []
    return index !== '' && sent?.['role'] === 'assistant' && objectOf(messages.at(-1)) !== undefined
      ? [{ name, parts, sent }]
      : []
  })

  it('have answers before them', () => expect(pairs.length).toBeGreaterThan(15))

  it.each(pairs)('$name is sent back as its client sent it: thoughts, signatures, calls', ({ parts, sent }) => {
    const results = parts.flatMap((part) => (part.type === 'tool-call' ? [result(part.id)] : []))
    const { body } = encode({ turns: [user('?'), assistant(...parts.flatMap(asTurnPart)), user('And?', ...results)] })
    const [, back] = arrayOf(body['messages']) ?? []
    expect(JSON.parse(JSON.stringify(objectOf(back)?.['content']))).toEqual(signedOnly(sent))
  })
})

function asTurnPart(part: AnswerPart): Part[] {
  if (part.type === 'text') return [{ type: 'text', at: '', text: part.text }]
  if (part.type === 'tool-call' || part.type === 'reasoning') return [{ ...part, at: '' }]
  return []
}

/** Thoughts without a signature are nobody's to check, and are left out (this client made text of them). */
function signedOnly(message: JsonObject): unknown {
  const content = JSON.parse(JSON.stringify(message['content'])) as {
    text?: string
    reasoningContent?: { reasoningText?: { signature?: string } }
  }[]
  return content.filter(({ text, reasoningContent }) => {
    const thought = reasoningContent?.reasoningText
    return (
      text?.trim() !== '' &&
      text?.startsWith('<think>') !== true &&
      (thought === undefined || thought.signature !== undefined)
    )
  })
}
