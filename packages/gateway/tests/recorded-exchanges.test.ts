// Every recorded exchange, whoever it was with, in front of every client and behind every provider: what comes out is
// valid, and says the same. That each dialect reads and writes its own recordings without loss is tested in its folder.
//
// The recordings lie beside the repository, in ../shared/data/fixtures; without them there is nothing to do.

import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream'
import { eventSchemaName, loadOpenaiSchemas } from '@fairlead/testkit/openapi-validator.ts'
import { describe, expect, it } from 'vitest'
import type { Answer, AnswerEvent } from '../src/core/answer.ts'
import { collect, eventsFrom } from '../src/core/__fixtures__/answer-events.ts'
import type { Conversation, DialectName } from '../src/core/conversation.ts'
import type { ReplyContext } from '../src/core/dialect.ts'
import { isJsonObject, parseJson, stringOf, type JsonObject } from '../src/core/json.ts'
import { SealEnvelope } from '../src/core/seal-envelope.ts'
import { CLIENT_DIALECTS } from '../src/dialects/client-dialects.ts'
import type { ClientDialectName } from '../src/dialects/pass-dialects.ts'
import { PROVIDER_DIALECTS } from '../src/dialects/provider-dialects.ts'
import { recordings, reparsed, type Recordings } from './support/recordings.ts'
import { geminiFlaws, messageFlaws } from './support/reply-shapes.ts'

const NONE: Recordings = { requests: [], answers: [], streams: [], others: [] }
const { answers, streams } = recordings ?? NONE
const openai = loadOpenaiSchemas()
const CLIENTS = Object.keys(CLIENT_DIALECTS) as ClientDialectName[]

const envelope = new SealEnvelope(Buffer.alloc(32, 7), 'account-1', 'provider/1')

/** Asks for all that there is: usage, and sealed reasoning. */
const QUESTIONS: Readonly<Record<ClientDialectName, JsonObject>> = {
  'openai-chat': { model: 'm', messages: [{ role: 'user', content: 'Hi' }], stream_options: { include_usage: true } },
  'openai-responses': { model: 'm', input: 'Hi', store: false, include: ['reasoning.encrypted_content'] },
  'anthropic-messages': { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
}

function contextOf(client: ClientDialectName): ReplyContext {
  const requestBody = QUESTIONS[client]
  const context = { model: 'm', stream: true, envelope }
  const conversation: Conversation = CLIENT_DIALECTS[client].decodeRequest(requestBody, context)
  return {
    conversation: { ...conversation, usageAsked: true },
    requestBody,
    publicModel: 'public-model',
    replyId: 'Reply1',
    nowSeconds: 1_800_000_000,
    estimatedInputTokens: 12,
    costJson: () => null,
    envelope,
    arrayStream: false,
  }
}

const CONTEXTS = Object.fromEntries(CLIENTS.map((client) => [client, contextOf(client)]))

function contextFor(client: ClientDialectName): ReplyContext {
  const context = CONTEXTS[client]
  if (context === undefined) throw new Error(`no context for ${client}`)
  return context
}

// --- whole answers ---

function written(client: ClientDialectName, answer: Answer): JsonObject {
  return reparsed(CLIENT_DIALECTS[client].encodeAnswer(answer, contextFor(client)))
}

function answerFlaws(client: ClientDialectName, body: JsonObject): string[] {
  const plain = JSON.parse(JSON.stringify(body)) as JsonObject
  switch (client) {
    case 'openai-chat':
      return openai?.validate('CreateChatCompletionResponse', plain) ?? []
    case 'openai-responses':
      return openai?.validate('Response', plain) ?? []
    case 'anthropic-messages':
      return messageFlaws(plain)
    case 'gemini':
      return geminiFlaws(plain)
  }
}

// --- streams ---

function streamed(client: ClientDialectName, events: readonly AnswerEvent[]): string {
  const encoder = CLIENT_DIALECTS[client].streamEncoder(contextFor(client))
  return events.map((event) => encoder.push(event)).join('') + encoder.end()
}

function eventsIn(text: string): unknown[] {
  return [...text.matchAll(/^data: (\{.*\})\r?$/gm)].map(([, data]) => JSON.parse(data ?? '') as unknown)
}

async function streamFlaws(client: ClientDialectName, text: string): Promise<string[]> {
  const events = eventsIn(text)
  switch (client) {
    case 'openai-chat':
      return events.flatMap((chunk) => openai?.validate('CreateChatCompletionStreamResponse', chunk) ?? [])
    case 'openai-responses':
      return events.flatMap((event) => openai?.validate(eventSchemaName((event as { type: string }).type), event) ?? [])
    case 'anthropic-messages': {
      const lines = events.map((event) => `${JSON.stringify(event)}\n`)
      const whole = JSON.stringify(await accumulated(lines), (key, inner: unknown) =>
        // The SDK's own addition.
        key === 'parsed_output' ? undefined : inner,
      )
      return messageFlaws(JSON.parse(whole))
    }
    case 'gemini':
      return events.flatMap(geminiFlaws)
  }
}

/** As Anthropic's own SDK puts it together; it throws where the order of events is wrong. */
async function accumulated(lines: readonly string[]): Promise<unknown> {
  const stream = MessageStream.fromReadableStream(new Blob([...lines]).stream())
  return await stream.finalMessage()
}

function follow(
  dialect: DialectName,
  bytes: Buffer,
): {
  readonly events: readonly AnswerEvent[]
  readonly answer: Answer
  readonly whole: boolean
} {
  const decoder = PROVIDER_DIALECTS[dialect].streamDecoder()
  const events = eventsFrom(decoder, bytes)
  return { events, answer: collect(events), whole: decoder.finished && decoder.broken === null }
}

// --- what must be the same ---

/** What every dialect can say: words, calls, figures. */
function meaning({ choices, usage }: Answer): unknown {
  const parts = choices[0]?.parts ?? []
  return {
    words: parts.map((part) => (part.type === 'text' || part.type === 'refusal' ? part.text : '')).join(''),
    calls: parts.flatMap((part) => (part.type === 'tool-call' ? [[part.name, inputOf(part.input)]] : [])),
    usage: usage === null ? null : { input: usage.input, cacheRead: usage.cacheRead, output: usage.output },
  }
}

/** Arguments with every digit. Where they are cut off, and the dialect must have an object, they are in one (H27). */
function inputOf(text: string): string {
  try {
    const value = parseJson(text === '' ? '{}' : text)
    const raw = isJsonObject(value) ? stringOf(value['_raw']) : undefined
    return raw ?? JSON.stringify(value)
  } catch {
    return text
  }
}

/** Null where a client of this dialect could not have been given such an answer. */
function expectedOf(client: ClientDialectName, answer: Answer): object | null {
  const parts = answer.choices[0]?.parts ?? []
  const { finish } = answer.choices[0] ?? { finish: { reason: 'malformed' } }
  if (finish.reason === 'malformed') return null
  // Only OpenAI's clients can offer a tool that takes free text.
  if (client !== 'openai-responses' && parts.some((part) => part.type === 'tool-call' && part.kind === 'custom'))
    return null
  const { words, usage, calls } = meaning(answer) as { words: string; usage: unknown; calls: unknown }
  // What is said of a refusal has its own place at Anthropic, and generated media are told in words where they cannot be shown.
  const elsewhere = finish.reason === 'refusal' || parts.some(({ type }) => type === 'media' || type === 'refusal')
  return { words: elsewhere ? expect.any(String) : words, calls, usage: usage ?? expect.anything() }
}

function compared(name: string, read: Answer | null, expected: object, wrong: string[]): void {
  try {
    expect(
      read && { ...(meaning(read) as object), usage: (meaning(read) as { usage: unknown }).usage ?? 'none' },
    ).toEqual(expected)
  } catch (error) {
    wrong.push(
      `${name}: ${error instanceof Error ? error.message : ''}\n${JSON.stringify(expected).slice(0, 1300)}\n${JSON.stringify(read && meaning(read)).slice(0, 1300)}`,
    )
  }
}

describe.skipIf(recordings === null)('recorded answers (skipped without ../shared/data/fixtures)', () => {
  it('are there in number, in five dialects', () => {
    expect(answers.length).toBeGreaterThan(600)
    expect(streams.length).toBeGreaterThan(180)
    expect(new Set([...answers, ...streams].map(({ dialect }) => dialect)).size).toBe(5)
  })

  it.each(CLIENTS)('are valid for clients of %s, and say the same', (client) => {
    const wrong: string[] = []
    let judged = 0
    for (const { name, dialect, value } of answers) {
      const answer = PROVIDER_DIALECTS[dialect].decodeAnswer(value)
      const expected = answer === null ? null : expectedOf(client, answer)
      if (answer === null || expected === null) continue
      judged += 1
      const body = written(client, answer)
      for (const flaw of dialect === client ? [] : answerFlaws(client, body)) wrong.push(`${name}: ${flaw}`)
      compared(name, PROVIDER_DIALECTS[client].decodeAnswer(body), expected, wrong)
    }
    expect(judged).toBeGreaterThan(600)
    expect(wrong).toEqual([])
  })
})

describe.skipIf(recordings === null)('recorded streams (skipped without ../shared/data/fixtures)', () => {
  it.each(CLIENTS)('are valid for clients of %s, event for event, and say the same', async (client) => {
    const wrong: string[] = []
    let judged = 0
    for (const { name, dialect, value } of streams) {
      const { events, answer, whole } = follow(dialect, value)
      const expected = expectedOf(client, answer)
      if (!whole || expected === null) continue
      judged += 1
      const text = streamed(client, events)
      if (dialect !== client) {
        const flaws = await streamFlaws(client, text).catch((error: unknown) => [String(error)])
        for (const flaw of flaws) wrong.push(`${name}: ${flaw}`)
      }
      compared(name, follow(client, Buffer.from(text)).answer, expected, wrong)
    }
    expect(judged).toBeGreaterThan(170)
    expect(wrong).toEqual([])
  })
})
