// Every recorded exchange of this dialect: requests and answers are understood, and survive the way there and back.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadOpenaiSchemas } from '@fairlead/testkit/openapi-validator.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../core/conversation.ts'
import { GatewayError } from '../../core/errors.ts'
import { arrayOf, objectOf, parseJsonObject, stringOf, type JsonObject } from '../../core/json.ts'
import {
  chunksOf,
  decode,
  OPENAI_MODEL,
  type Sent,
  essence,
  follow,
  hasSharedData,
  json,
  read,
  replyContext,
  send,
  SHARED_DATA,
  stream,
  withoutPlaces,
} from './__fixtures__/support.ts'

interface Recorded {
  readonly name: string
  readonly status: number
  readonly request: JsonObject | null
  readonly reply: JsonObject | null
  readonly stream: string | null
}

const FOLDERS = ['openai-chat', 'openai-compatible', 'azure', 'gemini']

function recordings(): Recorded[] {
  const base = join(SHARED_DATA, 'fixtures')
  return FOLDERS.flatMap((folder) => filesBelow(join(base, folder))).flatMap((path) =>
    readRecording(path, path.slice(base.length + 1)),
  )
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesBelow(path) : [path]
  })
}

function readRecording(path: string, name: string): Recorded[] {
  const text = readFileSync(path, 'utf8')
  const nothing = { name, status: 200, request: null, reply: null, stream: null }
  if (/^data: ?\{/.test(text)) return isChatStream(text) ? [{ ...nothing, stream: text }] : []
  if (name.endsWith('.chunks.txt')) {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    const framed = lines.map((line) => `data: ${line}\n\n`).join('')
    return isChatStream(framed) ? [{ ...nothing, stream: `${framed}data: [DONE]\n\n` }] : []
  }
  const body = parseJsonObject(text)
  if (body === null) return []
  const interactions = arrayOf(body['interactions'])
  if (interactions === undefined) {
    if (isChatReply(body)) return [{ ...nothing, reply: body }]
    return body['messages'] !== undefined && name.startsWith('openai-chat') ? [{ ...nothing, request: body }] : []
  }
  return interactions.flatMap((value, index) => readInteraction(objectOf(value) ?? {}, `${name}#${index}`))
}

function readInteraction(interaction: JsonObject, name: string): Recorded[] {
  const request = objectOf(interaction['request']) ?? {}
  const response = objectOf(interaction['response']) ?? {}
  if (!(stringOf(request['uri']) ?? '').includes('/chat/completions')) return []
  const sent =
    objectOf(request['body']) ?? objectOf(request['parsed_body']) ?? parseJsonObject(stringOf(request['body']) ?? '')
  const text = stringOf(response['text']) ?? ''
  const reply = objectOf(response['parsed_body'])
  return [
    {
      name,
      status: Number(response['status'] ?? 200),
      request: sent !== null && sent['messages'] !== undefined ? sent : null,
      reply: reply !== undefined && isChatReply(reply) ? reply : null,
      stream: text.includes('data:') && isChatStream(text) ? text : null,
    },
  ]
}

function isChatReply(body: JsonObject): boolean {
  return objectOf(objectOf(arrayOf(body['choices'])?.[0])?.['message']) !== undefined
}

function isChatStream(text: string): boolean {
  return text.includes('"choices"') && text.includes('"delta"')
}

/** Servers other than OpenAI are instructed by the system alone. */
function meaning(conversation: Conversation): Conversation {
  const { turns, ...rest } = withoutPlaces(conversation)
  return { ...rest, turns: turns.map((turn) => (turn.role === 'system' ? { ...turn, kind: 'system' } : turn)) }
}

/** Written by hand, and against the rules: it chooses a tool that is not there. */
const IMPOSSIBLE = 'requests__completions__full.json'

/** Null where OpenAI cannot be asked that. */
function tryToSend(conversation: Conversation): Sent | null {
  try {
    return send(conversation, OPENAI_MODEL)
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayError)
    return null
  }
}

describe.skipIf(!hasSharedData)('recorded exchanges (../shared/data/fixtures)', () => {
  const judge = loadOpenaiSchemas()
  const all = hasSharedData ? recordings() : []
  const requests = all.filter((one) => one.request !== null)
  const replies = all.filter((one) => one.reply !== null && one.status < 400)
  const streams = all.filter((one) => one.stream !== null)

  it('are there in number', () => {
    console.info(`${requests.length} requests, ${replies.length} answers, ${streams.length} streams`)
    expect(requests.length).toBeGreaterThan(140)
    expect(replies.length).toBeGreaterThan(140)
    expect(streams.length).toBeGreaterThan(20)
  })

  it('hold requests that mean the same when they are sent on in this dialect', () => {
    for (const { name, request, status } of requests) {
      let conversation
      try {
        conversation = decode(request as object)
      } catch (error) {
        expect(error, name).toBeInstanceOf(GatewayError)
        if (status < 400 && !name.includes(IMPOSSIBLE)) throw new Error(name, { cause: error })
        continue
      }
      const sent = send(conversation, {}, { id: conversation.model })
      const again = decode({
        ...sent.body,
        stream: conversation.stream,
        stream_options: request?.['stream_options'] ?? null,
      })
      expect(meaning(again), name).toEqual(meaning(conversation))
    }
  })

  it('hold answers that survive the way there and back, whole and as a stream', () => {
    for (const { name, reply } of replies) {
      const answer = read(reply as object)
      expect(essence(read(json(answer))), name).toEqual(essence(answer))
      const asked = replyContext({ conversation: { ...replyContext().conversation, usageAsked: true } })
      expect(essence(follow(stream(answer, asked)).answer), name).toEqual(essence(answer))
    }
  })

  it('hold streams that end well, and survive the way there and back', () => {
    for (const { name, stream: text } of streams) {
      const { decoder, answer, events } = follow(text ?? '')
      expect(decoder.broken, name).toBe(null)
      const failed = events.some((event) => event.type === 'failure')
      if (!failed) expect(decoder.finished, name).toBe(true)
      expect(essence(read(json(answer))).choices.length, name).toBe(answer.choices.length)
      const asked = replyContext({ conversation: { ...replyContext().conversation, usageAsked: true } })
      expect(essence(follow(stream(answer, asked)).answer), name).toEqual(essence(answer))
    }
  })

  it('hold answers that we pass on as OpenAI’s own document wants them', () => {
    const asked = replyContext({ conversation: { ...replyContext().conversation, usageAsked: true } })
    const answers = [
      ...replies.map(({ reply }) => read(reply as object)),
      ...streams.map((one) => follow(one.stream ?? '').answer),
    ]
    for (const [index, answer] of answers.entries()) {
      const name = [...replies, ...streams][index]?.name
      expect(judge?.validate('CreateChatCompletionResponse', json(answer)), name).toEqual([])
      for (const chunk of chunksOf(stream(answer, asked)))
        expect(judge?.validate('CreateChatCompletionStreamResponse', chunk), name).toEqual([])
    }
  })

  it('hold requests that we send on as OpenAI’s own document wants them', () => {
    for (const { name, request, status } of requests) {
      if (status >= 400 || name.includes(IMPOSSIBLE)) continue
      // From a client of another dialect: what it did not say in ours cannot be wrong.
      const conversation: Conversation = { ...decode(request as object), dialect: 'anthropic-messages', extensions: {} }
      const sent = tryToSend(conversation)
      if (sent !== null) expect(judge?.validate('CreateChatCompletionRequest', sent.json), name).toEqual([])
    }
  })

  it('hold streams that give the same events however they are split', () => {
    for (const { name, stream: text } of streams) {
      const bytes = Buffer.from(text ?? '')
      const whole = follow(bytes).events
      const runs = bytes.length > 200_000 ? 2 : 10
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
          expect(follow(bytes, cuts).events, name).toEqual(whole)
        }),
        { numRuns: runs },
      )
    }
  })
})
