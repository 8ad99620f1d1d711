// How a client of each dialect asks for a few words, and what it makes of the reply: the words, a good end, an error.

import type { CallReply } from '@fairlead/testkit'

export interface Client {
  readonly name: 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini' | 'gemini-array'
  auth(key: string): Record<string, string>
  request(
    model: string,
    text: string,
    stream: boolean,
  ): { readonly path: string; readonly body: Readonly<Record<string, unknown>> }
  /** The words of a JSON reply. */
  textOf(body: unknown): string
  /** The words of a stream, as far as they came. */
  streamedText(reply: CallReply): string
  /** What a client's loop takes for the end of a good answer. */
  endedWell(reply: CallReply): boolean
  /** The error of a JSON reply in this dialect's own shape; throws where it is not. */
  errorOf(body: unknown): ErrorSeen
  /** The error that a stream says; null = it says none. */
  streamedError(reply: CallReply): ErrorSeen | null
}

export interface ErrorSeen {
  readonly message: string
  /** `type` or `status`. */
  readonly kind: string
}

type Json = Readonly<Record<string, unknown>>

export const CHAT_CLIENT: Client = {
  name: 'openai-chat',
  auth: (key) => ({ authorization: `Bearer ${key}` }),
  request: (model, text, stream) => ({
    path: '/v1/chat/completions',
    body: { model, messages: [{ role: 'user', content: text }], ...(stream ? { stream } : {}) },
  }),
  textOf: (body) => at(body, 'choices', 0, 'message', 'content') as string,
  streamedText: ({ data }) => data.map((chunk) => textAt(chunk, 'choices', 0, 'delta', 'content')).join(''),
  endedWell: ({ events }) => events.at(-1)?.data === '[DONE]',
  errorOf: (body) => openAiShape(at(body, 'error')),
  streamedError: ({ data }) => {
    const errors = data.map((chunk) => at(chunk, 'error')).filter((error) => error !== undefined)
    return errors.length === 0 ? null : openAiShape(errors[0])
  },
}

export const RESPONSES_CLIENT: Client = {
  name: 'openai-responses',
  auth: CHAT_CLIENT.auth,
  request: (model, text, stream) => ({
    path: '/v1/responses',
    body: { model, input: text, store: false, ...(stream ? { stream } : {}) },
  }),
  textOf: (body) =>
    (at(body, 'output') as Json[])
      .flatMap((item) => (item['type'] === 'message' ? (item['content'] as Json[]) : []))
      .map((part) => textAt(part, 'text'))
      .join(''),
  streamedText: ({ data }) =>
    data.map((event) => (at(event, 'type') === 'response.output_text.delta' ? textAt(event, 'delta') : '')).join(''),
  endedWell: ({ data }) => data.some((event) => /completed|incomplete/.test(at(event, 'type') as string)),
  errorOf: CHAT_CLIENT.errorOf,
  streamedError: ({ data }) => {
    const event = data.find((event) => at(event, 'type') === 'error')
    const failed = data.find((event) => at(event, 'type') === 'response.failed')
    if (event === undefined && failed === undefined) return null
    // Codex reads the one, SDKs the other: both or nothing.
    const message = at(event, 'message') as string
    if (at(failed, 'response', 'error', 'message') !== message) throw new Error(`two errors: ${JSON.stringify(data)}`)
    return { message, kind: String(at(failed, 'response', 'error', 'code')) }
  },
}

export const MESSAGES_CLIENT: Client = {
  name: 'anthropic-messages',
  auth: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
  request: (model, text, stream) => ({
    path: '/v1/messages',
    body: { model, max_tokens: 200, messages: [{ role: 'user', content: text }], ...(stream ? { stream } : {}) },
  }),
  textOf: (body) => (at(body, 'content') as Json[]).map((block) => textAt(block, 'text')).join(''),
  streamedText: ({ data }) => data.map((event) => textAt(event, 'delta', 'text')).join(''),
  endedWell: ({ events }) => events.some(({ event }) => event === 'message_stop'),
  errorOf: (body) => {
    if (at(body, 'type') !== 'error') throw new Error(`not Anthropic's error: ${JSON.stringify(body)}`)
    return { message: at(body, 'error', 'message') as string, kind: at(body, 'error', 'type') as string }
  },
  streamedError: ({ events }) => {
    const event = events.find(({ event }) => event === 'error')
    return event === undefined ? null : MESSAGES_CLIENT.errorOf(JSON.parse(event.data))
  },
}

export const GEMINI_CLIENT: Client = {
  name: 'gemini',
  auth: (key) => ({ 'x-goog-api-key': key }),
  request: (model, text, stream) => ({
    path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: { contents: [{ role: 'user', parts: [{ text }] }] },
  }),
  textOf: (body) => partsText(body),
  streamedText: ({ data }) => data.map(partsText).join(''),
  endedWell: ({ data }) => data.some((chunk) => at(chunk, 'candidates', 0, 'finishReason') !== undefined),
  errorOf: (body) => googleShape(at(body, 'error')),
  streamedError: ({ data }) => googleErrorIn(data),
}

/** Without `alt=sse`: the elements of one array. */
export const GEMINI_ARRAY_CLIENT: Client = {
  ...GEMINI_CLIENT,
  name: 'gemini-array',
  request: (model, text, stream) => ({
    path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent' : 'generateContent'}`,
    body: { contents: [{ role: 'user', parts: [{ text }] }] },
  }),
  streamedText: (reply) => elements(reply).map(partsText).join(''),
  endedWell: (reply) => elements(reply).some((chunk) => at(chunk, 'candidates', 0, 'finishReason') !== undefined),
  streamedError: (reply) => googleErrorIn(elements(reply)),
}

export const CLIENTS = [CHAT_CLIENT, RESPONSES_CLIENT, MESSAGES_CLIENT, GEMINI_CLIENT] as const
export const STREAM_CLIENTS = [...CLIENTS, GEMINI_ARRAY_CLIENT] as const

/** A member of a value of any shape. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined
    here = (here as Readonly<Record<string | number, unknown>>)[step]
  }
  return here
}

/** The same where it is text; '' where it is not. */
function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const text = at(value, ...path)
  return typeof text === 'string' ? text : ''
}

function partsText(body: unknown): string {
  const parts = (at(body, 'candidates', 0, 'content', 'parts') ?? []) as Json[]
  return parts.map((part) => (part['thought'] === true ? '' : textAt(part, 'text'))).join('')
}

function openAiShape(error: unknown): ErrorSeen {
  const { message, type, code, param } = Object(error) as Json
  if (typeof message !== 'string' || typeof type !== 'string' || code === undefined || param === undefined) {
    throw new Error(`not OpenAI's error: ${JSON.stringify(error)}`)
  }
  return { message, kind: type }
}

function googleShape(error: unknown): ErrorSeen {
  const { message, status, code } = Object(error) as Json
  if (typeof message !== 'string' || typeof status !== 'string' || typeof code !== 'number') {
    throw new Error(`not Google's error: ${JSON.stringify(error)}`)
  }
  return { message, kind: status }
}

function googleErrorIn(chunks: readonly unknown[]): ErrorSeen | null {
  const chunk = chunks.find((chunk) => at(chunk, 'error') !== undefined)
  return chunk === undefined ? null : googleShape(at(chunk, 'error'))
}

function elements(reply: CallReply): readonly unknown[] {
  return reply.json as unknown[]
}
