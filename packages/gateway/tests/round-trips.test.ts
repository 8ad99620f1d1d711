// Chains: what goes from one dialect into another and back again says what it said. Random conversations and answers,
// within what both dialects can say.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer, AnswerEvent } from '../src/core/answer.ts'
import { replayAnswer } from '../src/core/collect-answer.ts'
import { collect, eventsFrom } from '../src/core/__fixtures__/answer-events.ts'
import type { Conversation, Part } from '../src/core/conversation.ts'
import { Notes } from '../src/core/field-notes.ts'
import { isJsonObject, objectOf, parseJson, type JsonValue } from '../src/core/json.ts'
import { UNKNOWN_MODEL } from '../src/core/model-traits.ts'
import { CLIENT_DIALECTS } from '../src/dialects/client-dialects.ts'
import type { ClientDialectName } from '../src/dialects/pass-dialects.ts'
import { PROVIDER_DIALECTS } from '../src/dialects/provider-dialects.ts'
import {
  CLIENT_NAMES,
  contextOf,
  envelope,
  plainAnswer,
  plainConversation,
  written,
} from './support/arbitrary-dialogues.ts'
import { reparsed } from './support/recordings.ts'

const PAIRS = CLIENT_NAMES.flatMap((here) =>
  CLIENT_NAMES.filter((there) => there !== here).map((there) => [here, there] as const),
)
const RUNS = { numRuns: 100 }

// --- conversations ---

/** Sends it to a provider of this dialect, who reads it as a gateway would. */
function through(dialect: ClientDialectName, from: Conversation): Conversation {
  const notes = new Notes(CLIENT_DIALECTS[dialect].fieldNames)
  const { body } = PROVIDER_DIALECTS[dialect].encodeRequest(from, { id: 'm', traits: UNKNOWN_MODEL }, notes)
  return CLIENT_DIALECTS[dialect].decodeRequest(reparsed({ ...body, model: 'm' }), {
    model: dialect === 'gemini' ? 'm' : null,
    stream: dialect === 'gemini' ? false : null,
    envelope,
  })
}

/** What was said, without where it stood in whose words. Ids are each dialect's own; what matters is what belongs together. */
function saidIn({ turns, tools, toolChoice, output, sampling, maxOutputTokens }: Conversation): unknown {
  const order = new Map<string, number>()
  const part = (one: Part): unknown => {
    switch (one.type) {
      case 'text':
        return one.text
      case 'image':
        return one.source
      case 'tool-call':
        order.set(one.id, order.size)
        return ['calls', order.size - 1, one.name, JSON.stringify(parseJson(one.input))]
      case 'tool-result':
        return ['results', order.get(one.callId) ?? one.name, one.parts.map(part), one.isError]
      default:
        return one
    }
  }
  const merged: { readonly role: string; readonly said: unknown[] }[] = []
  for (const { role, parts } of turns) {
    const said = parts.map(part)
    if (merged.at(-1)?.role === role) merged.at(-1)?.said.push(...said)
    else merged.push({ role, said })
  }
  return {
    turns: merged,
    tools: tools.map((one) =>
      one.type === 'function' ? [one.name, one.description, plainSchema(one.parameters ?? null)] : one,
    ),
    choice: [toolChoice.mode, toolChoice.name],
    schema: output.type === 'json-schema' ? plainSchema(output.schema) : output.type,
    sampling: [sampling.temperature, sampling.topP, maxOutputTokens],
  }
}

/** An object without members is the same as none; Google writes types in capitals. */
function plainSchema(schema: JsonValue): unknown {
  const plain = JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === 'type' && typeof value === 'string' ? value.toLowerCase() : value,
    ),
  ) as JsonValue
  const members = isJsonObject(plain) ? objectOf(plain['properties']) : undefined
  return members === undefined || Object.keys(members).length === 0 ? null : sorted(plain)
}

function sorted(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value)
    .filter(([name, inner]) => name !== 'additionalProperties' && inner !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner ?? null)]))
}

describe('a conversation', () => {
  it.each(PAIRS)('from %s to %s and back says what it said', (here, there) => {
    fc.assert(
      fc.property(plainConversation, (made) => {
        const first = through(here, made)
        expect(saidIn(first)).toEqual(saidIn(made))
        const back = through(here, through(there, first))
        expect(saidIn(back)).toEqual(saidIn(first))
      }),
      RUNS,
    )
  })
})

// --- answers ---

function whole(dialect: ClientDialectName, made: Answer): Answer {
  const read = PROVIDER_DIALECTS[dialect].decodeAnswer(written(dialect, made))
  if (read === null) throw new Error(`no answer in ${dialect}`)
  return read
}

function streamed(dialect: ClientDialectName, made: Answer): Answer {
  const encoder = CLIENT_DIALECTS[dialect].streamEncoder(contextOf(dialect))
  let text = ''
  replayAnswer(made, (event: AnswerEvent) => void (text += encoder.push(event)))
  const decoder = PROVIDER_DIALECTS[dialect].streamDecoder()
  const answer = collect(eventsFrom(decoder, text + encoder.end()))
  expect([decoder.finished, decoder.broken]).toEqual([true, null])
  return answer
}

function toldIn({ choices, usage }: Answer): unknown {
  const parts = (choices[0]?.parts ?? []).flatMap((part): unknown[] => {
    if (part.type === 'tool-call') return [['calls', part.name, JSON.stringify(parseJson(part.input))]]
    if (part.type !== 'reasoning') return [[part.type, 'text' in part ? part.text : '']]
    // Who thinks in summaries and who thinks aloud is a matter of dialect; what only carries a seal says nothing.
    const thought = part.text + part.summary.join('')
    return thought === '' ? [] : [['thinks', thought]]
  })
  return { parts, end: choices[0]?.finish.reason, usage }
}

describe('an answer', () => {
  it.each(PAIRS)('from %s to %s and back says what it said, whole and as a stream', (here, there) => {
    fc.assert(
      fc.property(plainAnswer, (made) => {
        for (const way of [whole, streamed]) {
          const first = way(here, made)
          expect(toldIn(first)).toEqual(toldIn(made))
          expect(toldIn(way(here, way(there, first)))).toEqual(toldIn(first))
        }
      }),
      RUNS,
    )
  })
})
