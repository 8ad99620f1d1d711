// Conversations and answers within what all dialects can say, and what goes with them through the dialects; for
// properties.

import fc from 'fast-check'
import type { Answer, AnswerPart } from '../../src/core/answer.ts'
import { NO_CHOICE, type Conversation, type Part, type Turn } from '../../src/core/conversation.ts'
import type { ReplyContext } from '../../src/core/dialect.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { SealEnvelope } from '../../src/core/seal-envelope.ts'
import { CLIENT_DIALECTS } from '../../src/dialects/client-dialects.ts'
import type { ClientDialectName } from '../../src/dialects/pass-dialects.ts'
import { reparsed } from './recordings.ts'
import { tokenUsage } from '../../src/core/token-usage.ts'

export const CLIENT_NAMES = Object.keys(CLIENT_DIALECTS) as ClientDialectName[]
export const ORIGIN = 'provider/1'
export const envelope = new SealEnvelope(Buffer.alloc(32, 7), 'account-1', ORIGIN)

// --- conversations ---

/** Words with something in them, at their ends too: blank text is nobody's to keep. */
export const words = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .map((text) => `«${text}»`)
  .filter((text) => Buffer.from(text).toString() === text)

const member = fc.constantFrom('city', 'unit', 'größe', 'a b')
const leaf = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.integer(),
  fc.constant(null),
  fc.array(fc.string(), { maxLength: 2 }),
)
export const input = fc.dictionary(member, leaf, { maxKeys: 3 }).map((value) => JSON.stringify(value))

function objectSchema(minKeys: number): fc.Arbitrary<JsonObject> {
  const type = fc.constantFrom('string', 'integer', 'boolean')
  return fc.dictionary(fc.constantFrom('city', 'unit', 'days'), type, { minKeys, maxKeys: 3 }).map((types) => ({
    type: 'object',
    properties: Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type, description: name }])),
    required: Object.keys(types).toSorted(),
    // Nobody is held to a schema that leaves members open.
    additionalProperties: false,
  }))
}

const tool = fc.record({
  name: fc.constantFrom('get_weather', 'get_time', 'search'),
  description: words,
  parameters: objectSchema(0),
})

interface Call {
  readonly name: string
  readonly input: string
  readonly result: string
}

interface Exchange {
  readonly asked: string
  readonly pictured: boolean
  readonly calls: readonly Call[]
  readonly answered: string
}

const exchange: fc.Arbitrary<Exchange> = fc.record({
  asked: words,
  pictured: fc.boolean(),
  calls: fc.array(fc.record({ name: fc.constantFrom('get_weather', 'get_time'), input, result: words }), {
    maxLength: 3,
  }),
  answered: words,
})

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

function turnsOf({ asked, pictured, calls, answered }: Exchange, number: number): readonly Turn[] {
  const at = `messages[${number}]`
  const question: Part[] = [{ type: 'text', at, text: asked }]
  if (pictured) question.push({ type: 'image', at, source: { kind: 'base64', mediaType: 'image/png', data: PIXEL } })
  const id = (index: number): string => `call_${number}_${index}`
  const turns: Turn[] = [{ role: 'user', parts: question }]
  if (calls.length > 0) {
    turns.push(
      {
        role: 'assistant',
        parts: calls.map(({ name, input }, index) => ({
          type: 'tool-call',
          at,
          id: id(index),
          name,
          kind: 'function',
          input,
        })),
      },
      {
        role: 'user',
        parts: calls.map(({ name, result }, index) => ({
          type: 'tool-result',
          at,
          callId: id(index),
          name,
          kind: 'function',
          isError: false,
          parts: [{ type: 'text', at, text: result }],
        })),
      },
    )
  }
  turns.push({ role: 'assistant', parts: [{ type: 'text', at, text: answered }] })
  return turns
}

export const plainConversation: fc.Arbitrary<Conversation> = fc
  .record({
    system: fc.option(words, { nil: null }),
    exchanges: fc.array(exchange, { maxLength: 3 }),
    last: words,
    // Whoever has called tools has some.
    tools: fc.uniqueArray(tool, { minLength: 3, maxLength: 3, selector: ({ name }) => name }),
    bare: fc.boolean(),
    choice: fc.constantFrom('auto' as const, 'required' as const, 'none' as const, 'tool' as const),
    schema: fc.option(objectSchema(1), { nil: null }),
    temperature: fc.constantFrom(undefined, 0, 0.25, 1),
    topP: fc.constantFrom(undefined, 0.5, 1),
    maxOutputTokens: fc.integer({ min: 16, max: 4_000 }),
  })
  .map(({ bare, ...made }) => {
    const isBare = bare && made.exchanges.every(({ calls }) => calls.length === 0)
    return isBare ? { ...made, tools: [] } : made
  })
  .map(({ system, exchanges, last, tools, choice, schema, temperature, topP, maxOutputTokens }) => ({
    dialect: 'bedrock-converse',
    model: 'm',
    stream: false,
    turns: [
      ...(system === null ? [] : [systemTurn(system)]),
      ...exchanges.flatMap(turnsOf),
      { role: 'user', parts: [{ type: 'text', at: 'messages', text: last }] },
    ],
    tools: tools.map((one, index) => ({ type: 'function', at: `tools[${index}]`, extensions: {}, ...one })),
    toolChoice:
      tools.length === 0
        ? NO_CHOICE
        : { mode: choice, given: true, ...(choice === 'tool' ? { name: tools[0]?.name ?? '' } : {}) },
    output: schema === null || tools.length > 0 ? { type: 'text' } : { type: 'json-schema', name: 'answer', schema },
    sampling: {
      stop: [],
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
    },
    reasoning: {},
    maxOutputTokens,
    usageAsked: true,
    extensions: {},
  }))

function systemTurn(text: string): Turn {
  return { role: 'system', kind: 'system', parts: [{ type: 'text', at: 'system', text }] }
}

// --- answers ---

const usage = fc
  .record({ fresh: fc.nat(5_000), cacheRead: fc.nat(5_000), words: fc.nat(5_000), reasoning: fc.nat(500) })
  .map(({ fresh, cacheRead, words, reasoning }) =>
    tokenUsage({ input: fresh + cacheRead + 1, cacheRead, output: words + reasoning + 1, reasoning }),
  )

export const plainAnswer: fc.Arbitrary<Answer> = fc
  .record({
    thought: fc.option(words, { nil: null }),
    text: fc.option(words, { nil: null }),
    calls: fc.array(fc.record({ name: fc.constantFrom('get_weather', 'get_time'), input }), { maxLength: 3 }),
    cut: fc.boolean(),
    usage,
  })
  .map(({ thought, text, calls, cut, usage }) => {
    const parts: AnswerPart[] = []
    if (thought !== null) parts.push({ type: 'reasoning', text: thought, summary: [], redacted: false })
    if (text !== null || calls.length === 0) parts.push({ type: 'text', text: text ?? '«nothing»', annotations: [] })
    for (const [index, call] of calls.entries())
      parts.push({ type: 'tool-call', id: `call_${index}`, kind: 'function', ...call })
    const reason = calls.length > 0 ? 'tool-calls' : cut ? 'length' : 'stop'
    return { id: 'up-1', model: 'up', createdAtSeconds: 1_800_000_000, choices: [{ parts, finish: { reason } }], usage }
  })

// --- what a reply needs ---

export function contextOf(dialect: ClientDialectName): ReplyContext {
  const made: Conversation = { ...emptyConversation(), dialect }
  return {
    conversation: made,
    requestBody: {},
    publicModel: 'public-model',
    replyId: 'Reply1',
    nowSeconds: 1_800_000_000,
    estimatedInputTokens: 12,
    costJson: () => null,
    envelope,
    arrayStream: false,
  }
}

function emptyConversation(): Conversation {
  return {
    dialect: 'openai-chat',
    model: 'm',
    stream: false,
    turns: [],
    tools: [],
    toolChoice: NO_CHOICE,
    output: { type: 'text' },
    sampling: { stop: [] },
    // Who wants sealed reasoning says so in one dialect; the others always get it.
    reasoning: { sealed: true },
    usageAsked: true,
    extensions: {},
  }
}

export function written(dialect: ClientDialectName, made: Answer): JsonObject {
  return reparsed(CLIENT_DIALECTS[dialect].encodeAnswer(made, contextOf(dialect)))
}
