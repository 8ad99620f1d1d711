// The clients of the matrix: official SDKs, and what each of them should see.

import { CLIENT_SDKS, type SdkClient, type Told } from '@fairlead/testkit/clients/sdk/index.ts'
import { at, listOf, objectOf, parsedInput, textOf } from './received/json.ts'
import type { Ending } from './upstreams.ts'

export interface Client {
  /** As in the ledger of a fake. */
  readonly name: string
  readonly title: string
  readonly sdk: SdkClient
  /** How an answer ends, in its words; with a second word where the first says too little, and every word that will do. */
  readonly endings: Readonly<Record<Ending, string | readonly string[]>>
  /** These figures in its own way of counting; of cache writes one kind. */
  figures(counted: Counted): object
  /** What a client makes of the answer that knows nothing of reasoning; null = this one always knows. */
  forgetful(told: Told): Told | null
  readError(error: unknown): ClientError
  /** Path, and what a body needs beside the conversation. */
  endpoint(model: string, stream: boolean): readonly [path: string, body: object]
}

export interface Counted {
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly output: number
  readonly reasoning: number
}

export interface ClientError {
  readonly status: number | undefined
  /** Whatever the dialect has of a machine's word: `code`, `type`, `status`. */
  readonly code: string
  readonly message: string
  readonly retryAfterSeconds: number | undefined
  /** All of it, for words that must not be in it. */
  readonly text: string
}

export const CLIENTS: readonly Client[] = [
  {
    name: 'openai-chat',
    title: 'OpenAI Chat Completions',
    sdk: sdkOf('openai-chat'),
    endings: {
      end: 'stop',
      'stop-sequence': 'stop',
      'max-tokens': 'length',
      'context-window': 'length',
      'tool-use': 'tool_calls',
      refusal: 'content_filter',
      filter: 'content_filter',
    },
    figures: ({ input, cacheRead, cacheWrite, output, reasoning }) => ({
      prompt_tokens: input,
      prompt_tokens_details: {
        cached_tokens: cacheRead,
        ...(cacheWrite === 0 ? {} : { cache_write_tokens: cacheWrite }),
      },
      completion_tokens: output,
      completion_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + output,
    }),
    forgetful: (told) => ({
      ...told,
      turn: without(told.turn, ['reasoning_content', 'reasoning', 'reasoning_details']),
    }),
    readError: readHttpError,
    endpoint: (model, stream) => ['/v1/chat/completions', { model, stream }],
  },
  {
    name: 'openai-responses',
    title: 'OpenAI Responses',
    sdk: sdkOf('openai-responses'),
    endings: {
      end: 'completed',
      'stop-sequence': 'completed',
      'max-tokens': 'incomplete max_output_tokens',
      'context-window': 'incomplete max_output_tokens',
      'tool-use': 'completed',
      // With words it is a part of the answer, without them a reason of its end.
      refusal: ['completed', 'incomplete content_filter'],
      filter: 'incomplete content_filter',
    },
    figures: ({ input, cacheRead, cacheWrite, output, reasoning }) => ({
      input_tokens: input,
      input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + output,
    }),
    forgetful: () => null,
    readError: readHttpError,
    endpoint: (model, stream) => ['/v1/responses', { model, stream }],
  },
  {
    name: 'anthropic-messages',
    title: 'Anthropic Messages',
    sdk: sdkOf('anthropic-messages'),
    endings: {
      end: 'end_turn',
      'stop-sequence': ['stop_sequence END', 'stop_sequence'],
      'max-tokens': 'max_tokens',
      'context-window': 'model_context_window_exceeded',
      'tool-use': 'tool_use',
      refusal: 'refusal',
      filter: 'refusal',
    },
    figures: ({ input, cacheRead, cacheWrite, output }) => ({
      input_tokens: input - cacheRead - cacheWrite,
      cache_read_input_tokens: cacheRead,
      cache_creation_input_tokens: cacheWrite,
      output_tokens: output,
    }),
    forgetful: () => null,
    readError: readHttpError,
    endpoint: (model, stream) => ['/v1/messages', { model, stream }],
  },
  {
    name: 'gemini',
    title: 'Gemini generateContent',
    sdk: sdkOf('gemini'),
    endings: {
      end: 'STOP',
      'stop-sequence': 'STOP',
      'max-tokens': 'MAX_TOKENS',
      'context-window': 'MAX_TOKENS',
      'tool-use': 'STOP',
      refusal: 'SAFETY',
      filter: ['SAFETY', 'PROHIBITED_CONTENT'],
    },
    figures: ({ input, cacheRead, output, reasoning }) => ({
      promptTokenCount: input,
      cachedContentTokenCount: cacheRead,
      candidatesTokenCount: output - reasoning,
      ...(reasoning === 0 ? {} : { thoughtsTokenCount: reasoning }),
      totalTokenCount: input + output,
    }),
    // As Gemini CLI keeps its history: without thoughts.
    forgetful: (told) => ({ ...told, turn: listOf(told.turn).filter(({ thought }) => thought !== true) }),
    readError: readGoogleError,
    endpoint: (model, stream) => [
      `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
      {},
    ],
  },
]

function sdkOf(name: string): SdkClient {
  const sdk = CLIENT_SDKS.find((known) => known.name === name)
  if (sdk === undefined) throw new Error(`There is no SDK for ${name}.`)
  return sdk
}

function without(turn: unknown, names: readonly string[]): unknown {
  return Object.fromEntries(Object.entries(objectOf(turn)).filter(([name]) => !names.includes(name)))
}

/** As OpenAI's and Anthropic's SDKs have them: status, headers, and the parsed body in `error`. */
function readHttpError(thrown: unknown): ClientError {
  const status = at(thrown, 'status')
  const headers: unknown = at(thrown, 'headers')
  const after = headers instanceof Headers ? headers.get('retry-after') : null
  const body = at(thrown, 'error')
  const inner = at(body, 'error') ?? body
  return {
    status: typeof status === 'number' ? status : undefined,
    code: textOf(at(inner, 'code')) || textOf(at(inner, 'type')),
    message: textOf(at(inner, 'message')) || messageOf(thrown),
    retryAfterSeconds: after === null ? undefined : Number(after),
    text: `${messageOf(thrown)} ${JSON.stringify(body ?? null)}`,
  }
}

/** Google's has the body's text as its message. */
function readGoogleError(thrown: unknown): ClientError {
  const status = at(thrown, 'status')
  const message = messageOf(thrown)
  const error = at(parsedInput(message.slice(Math.max(0, message.indexOf('{')))), 'error')
  const delay = listOf(at(error, 'details')).flatMap((detail) => textOf(detail['retryDelay']) || [])[0]
  return {
    status: typeof status === 'number' ? status : undefined,
    code: textOf(at(error, 'status')),
    message: textOf(at(error, 'message')) || message,
    retryAfterSeconds: delay === undefined ? undefined : Number.parseFloat(delay),
    text: message,
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
