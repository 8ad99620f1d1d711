// Thoughts that only their maker can read, through clients of every dialect and back: unharmed, to the deployment that
// made them, and to nobody else.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer, AnswerPart } from '../src/core/answer.ts'
import type { Conversation, DialectName, Turn } from '../src/core/conversation.ts'
import { Notes } from '../src/core/field-notes.ts'
import { arrayOf, objectOf, type JsonObject } from '../src/core/json.ts'
import { UNKNOWN_MODEL } from '../src/core/model-traits.ts'
import { SealEnvelope } from '../src/core/seal-envelope.ts'
import { CLIENT_DIALECTS } from '../src/dialects/client-dialects.ts'
import type { ClientDialectName } from '../src/dialects/pass-dialects.ts'
import { PROVIDER_DIALECTS } from '../src/dialects/provider-dialects.ts'
import { CLIENT_NAMES, envelope, input, ORIGIN, words, written } from './support/arbitrary-dialogues.ts'
import { reparsed } from './support/recordings.ts'

const RUNS = { numRuns: 100 }

/** The assistant's turn as a client of this dialect sends it back, and a user who goes on. */
function historyOf(client: ClientDialectName, reply: JsonObject): JsonObject {
  switch (client) {
    case 'openai-chat': {
      const message = objectOf(objectOf(arrayOf(reply['choices'])?.[0])?.['message']) ?? {}
      const results = (arrayOf(message['tool_calls']) ?? []).map((call) => ({
        role: 'tool',
        tool_call_id: objectOf(call)?.['id'] ?? '',
        content: 'ok',
      }))
      return {
        model: 'm',
        messages: [{ role: 'user', content: 'Hi' }, message, ...results, { role: 'user', content: 'Go on' }],
      }
    }
    case 'openai-responses': {
      const items = arrayOf(reply['output']) ?? []
      const results = items
        .filter((item) => objectOf(item)?.['type'] === 'function_call')
        .map((item) => ({ type: 'function_call_output', call_id: objectOf(item)?.['call_id'] ?? '', output: 'ok' }))
      return {
        model: 'm',
        input: [{ role: 'user', content: 'Hi' }, ...items, ...results, { role: 'user', content: 'Go on' }],
      }
    }
    case 'anthropic-messages': {
      const content = arrayOf(reply['content']) ?? []
      const results = content
        .filter((block) => objectOf(block)?.['type'] === 'tool_use')
        .map((block) => ({ type: 'tool_result', tool_use_id: objectOf(block)?.['id'] ?? '', content: 'ok' }))
      return {
        model: 'm',
        max_tokens: 99,
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content },
          { role: 'user', content: [...results, { type: 'text', text: 'Go on' }] },
        ],
      }
    }
    case 'gemini': {
      const content = objectOf(objectOf(arrayOf(reply['candidates'])?.[0])?.['content']) ?? {}
      const results = (arrayOf(content['parts']) ?? []).flatMap((part) => {
        const called = objectOf(objectOf(part)?.['functionCall'])
        const response = { name: called?.['name'] ?? '', id: called?.['id'] ?? null, response: { output: 'ok' } }
        return called === undefined ? [] : [{ functionResponse: response }]
      })
      return {
        contents: [
          { role: 'user', parts: [{ text: 'Hi' }] },
          content,
          { role: 'user', parts: [...results, { text: 'Go on' }] },
        ],
      }
    }
  }
}

/** Like nothing else in a request. */
const seal = fc.base64String({ maxLength: 60 }).map((data) => `c2VhbGVk${data}`)

/** Thoughts as each provider seals them. */
const MAKERS: Readonly<Record<string, (thought: string, data: string) => readonly AnswerPart[]>> = {
  'anthropic-messages': (text, data) => [
    { type: 'reasoning', text, summary: [], redacted: false, seal: { dialect: 'anthropic-messages', data } },
    {
      type: 'reasoning',
      text: '',
      summary: [],
      redacted: true,
      seal: { dialect: 'anthropic-messages', data: `${data}AAAA` },
    },
  ],
  'bedrock-converse': (text, data) => [
    { type: 'reasoning', text, summary: [], redacted: false, seal: { dialect: 'bedrock-converse', data } },
  ],
  'openai-responses': (text, data) => [
    {
      type: 'reasoning',
      text: '',
      summary: [text],
      redacted: false,
      seal: { dialect: 'openai-responses', data, itemId: 'rs_1' },
    },
  ],
}

function sealsOf(turns: readonly Turn[]): string[] {
  return turns.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.seal === undefined ? [] : [`${part.type}:${part.seal.data}`])),
  )
}

describe('sealed reasoning', () => {
  const makers = Object.keys(MAKERS) as DialectName[]
  const cases = makers.flatMap((maker) => CLIENT_NAMES.map((client) => [maker, client] as const))

  it.each(cases)('of %s comes back to its maker through clients of %s, and goes to nobody else', (maker, client) => {
    fc.assert(
      fc.property(words, seal, words, input, (thought, data, text, input) => {
        const sealed = MAKERS[maker]?.(thought, data) ?? []
        const call: AnswerPart = { type: 'tool-call', id: 'call_1', name: 'get_time', kind: 'function', input }
        const parts: AnswerPart[] = [...sealed, { type: 'text', text, annotations: [] }, call]
        const made: Answer = {
          id: 'up-1',
          model: 'up',
          createdAtSeconds: 0,
          choices: [{ parts, finish: { reason: 'tool-calls' } }],
          usage: null,
        }
        const reply = written(client, made)
        const decode = (envelope: SealEnvelope): Conversation =>
          CLIENT_DIALECTS[client].decodeRequest(reparsed(historyOf(client, reply)), {
            model: client === 'gemini' ? 'm' : null,
            stream: client === 'gemini' ? false : null,
            envelope,
          })
        const expected = sealed.map((part) => ('seal' in part ? `reasoning:${part.seal?.data ?? ''}` : ''))
        expect(sealsOf(decode(envelope).turns)).toEqual(expected)

        const send = (dialect: DialectName, origin: string): string => {
          const target = { id: 'm', traits: UNKNOWN_MODEL, origin }
          const notes = new Notes(CLIENT_DIALECTS[client].fieldNames)
          return JSON.stringify(PROVIDER_DIALECTS[dialect].encodeRequest(decode(envelope), target, notes).body)
        }
        expect(send(maker, ORIGIN)).toContain(JSON.stringify(data))
        // Not to another deployment, unless the client keeps the seals as they are; nor to another vendor.
        if (maker !== client) expect(send(maker, 'provider/2')).not.toContain(JSON.stringify(data))
        expect(send(maker === 'openai-responses' ? 'anthropic-messages' : 'openai-responses', ORIGIN)).not.toContain(
          JSON.stringify(data),
        )
        // Nor for another account.
        if (maker === client) return
        expect(sealsOf(decode(new SealEnvelope(Buffer.alloc(32, 7), 'account-2', ORIGIN)).turns)).toEqual([])
      }),
      RUNS,
    )
  })

  it.each(CLIENT_NAMES)('of Gemini stays on its call through clients of %s', (client) => {
    fc.assert(
      fc.property(seal, input, (data, input) => {
        const parts: AnswerPart[] = [
          {
            type: 'tool-call',
            id: 'call_1',
            name: 'get_time',
            kind: 'function',
            input,
            seal: { dialect: 'gemini', data },
          },
          { type: 'tool-call', id: 'call_2', name: 'get_time', kind: 'function', input },
        ]
        const choices = [{ parts, finish: { reason: 'tool-calls' as const } }]
        const reply = written(client, { id: 'up-1', model: 'up', createdAtSeconds: 0, choices, usage: null })
        const again = CLIENT_DIALECTS[client].decodeRequest(reparsed(historyOf(client, reply)), {
          model: client === 'gemini' ? 'm' : null,
          stream: client === 'gemini' ? false : null,
          envelope,
        })
        const target = { id: 'm', traits: UNKNOWN_MODEL, origin: ORIGIN }
        const { body } = PROVIDER_DIALECTS.gemini.encodeRequest(
          again,
          target,
          new Notes(CLIENT_DIALECTS[client].fieldNames),
        )
        const calls = (arrayOf(body['contents']) ?? [])
          .flatMap((content) => arrayOf(objectOf(content)?.['parts']) ?? [])
          .filter((part) => objectOf(part)?.['functionCall'] !== undefined)
        expect(calls.map((part) => objectOf(part)?.['thoughtSignature'])).toEqual([data, undefined])
      }),
      RUNS,
    )
  })
})
