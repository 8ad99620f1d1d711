// The replies that the pages document, every key with its type, and the checks that many rows share.
import * as c from '../lib/check.ts'
import { json } from '../lib/http.ts'
import type { Reply } from '../lib/http.ts'
import { sseData } from '../lib/sse.ts'

const tokenCounts = { prompt_tokens: c.natural, completion_tokens: c.natural, total_tokens: c.natural }

export function checkChat(reply: Reply, model: string): unknown {
  checkStatus(reply, 200)
  const body = json(reply)
  c.checkShape(body, {
    id: c.text,
    object: c.is('chat.completion'),
    created: c.unixSeconds,
    model: c.is(model),
    choices: [
      {
        index: c.natural,
        message: { role: c.is('assistant'), content: c.text },
        finish_reason: c.oneOf('stop', 'length'),
      },
    ],
    usage: tokenCounts,
  })
  const sum = Number(c.at(body, 'usage.prompt_tokens')) + Number(c.at(body, 'usage.completion_tokens'))
  c.checkEqual(c.at(body, 'usage.total_tokens'), sum, 'usage.total_tokens')
  return body
}

/** A whole event stream whose client did not ask for usage. Returns its text. */
export function checkChatStream(reply: Reply, model: string): string {
  checkStatus(reply, 200)
  const type = reply.headers['content-type'] ?? ''
  c.check(type.startsWith('text/event-stream'), `content-type is "${type}", not text/event-stream`)
  const data = sseData(reply.text)
  c.checkEqual(data.at(-1), '[DONE]', 'the last event')
  const chunks = data.slice(0, -1).map((line): unknown => JSON.parse(line))
  c.check(chunks.length >= 3, `only ${chunks.length} chunks`)
  const id = c.at(chunks[0], 'id')
  for (const [index, chunk] of chunks.entries()) {
    // A chunk with no choices, such as the one for usage, breaks `chunk.choices[0]` in the pages' own loops.
    c.checkShape(
      chunk,
      {
        id: c.is(id),
        object: c.is('chat.completion.chunk'),
        created: c.unixSeconds,
        model: c.is(model),
        choices: [{ index: c.natural, delta: c.object, finish_reason: c.nullOr(c.text) }],
      },
      `chunk ${index}`,
    )
  }
  c.checkEqual(c.at(chunks[0], 'choices.0.delta.role'), 'assistant', 'the first delta.role')
  c.checkShape(c.at(chunks.at(-1), 'choices.0.finish_reason'), c.oneOf('stop', 'length'), 'the last finish_reason')
  const text = chunks
    .map((chunk) => c.at(chunk, 'choices.0.delta.content'))
    .filter((piece) => typeof piece === 'string')
    .join('')
  c.check(text.length > 0, 'the stream had no text')
  return text
}

/** A finished object of the Responses API. */
export function checkResponse(reply: Reply, model: string): void {
  checkStatus(reply, 200)
  c.checkShape(json(reply), {
    id: c.matching(/^resp_/),
    object: c.is('response'),
    created_at: c.unixSeconds,
    status: c.is('completed'),
    model: c.is(model),
    output: [{ type: c.text }],
    usage: { input_tokens: c.natural, output_tokens: c.natural, total_tokens: c.natural },
  })
}

/** Its events, whole; `data: [DONE]` may follow. */
export function checkResponseStream(reply: Reply, model: string): void {
  checkStatus(reply, 200)
  const data = sseData(reply.text).filter((line) => line !== '[DONE]')
  checkResponseEvents(
    data.map((line): unknown => JSON.parse(line)),
    model,
  )
}

/** The events of one response, over whatever they came. Returns its id. */
export function checkResponseEvents(events: readonly unknown[], model: string): string {
  c.checkEqual(c.at(events[0], 'type'), 'response.created', 'the first event')
  c.checkEqual(c.at(events.at(-1), 'type'), 'response.completed', 'the last event')
  c.checkEqual(c.at(events.at(-1), 'response.model'), model, 'the model of the last event')
  c.check(
    events.every((event, index) => c.at(event, 'sequence_number') === index),
    'the events are not numbered in order',
  )
  c.check(
    events.some((event) => c.at(event, 'type') === 'response.output_text.delta'),
    'the stream had no text',
  )
  c.checkEqual(c.at(events.at(-1), 'response.id'), c.at(events[0], 'response.id'), 'the id in the last event')
  return String(c.at(events[0], 'response.id'))
}

/** What `POST /v1/responses/compact` answers; returns its `output`. */
export function checkCompaction(reply: Reply): readonly unknown[] {
  checkStatus(reply, 200)
  const body = json(reply)
  c.checkShape(body, {
    id: c.text,
    object: c.is('response.compaction'),
    created_at: c.unixSeconds,
    output: [{ type: c.text }],
    usage: {
      input_tokens: c.natural,
      input_tokens_details: { cached_tokens: c.natural },
      output_tokens: c.natural,
      output_tokens_details: { reasoning_tokens: c.natural },
      total_tokens: c.natural,
    },
  })
  const output = c.items(body, 'output')
  c.checkShape(output.at(-1), { type: c.is('compaction'), id: c.text, encrypted_content: c.text }, 'the last item')
  return output
}

export interface HeaderExpectation {
  readonly model: string
  readonly prefix?: string
  readonly streaming?: boolean
}

export function checkReplyHeaders(
  reply: Reply,
  { model, prefix = 'x-fairlead', streaming = false }: HeaderExpectation,
): void {
  const money = c.matching(/^\d+\.\d{9}$/)
  c.checkShape(
    reply.headers,
    {
      'x-request-id': c.text,
      [`${prefix}-provider`]: c.matching(/^[a-z][a-z0-9-]*$/),
      [`${prefix}-model`]: c.is(model),
      [`${prefix}-cost`]: money,
      // Nothing is saved on a model that the client chose itself.
      [`${prefix}-savings`]: c.is('0.000000000'),
      [`${prefix}-attempts`]: c.is('1'),
      ...(streaming ? { [`${prefix}-cost-estimated`]: c.is('true') } : {}),
    },
    'headers',
  )
}

export interface ErrorExpectation {
  readonly status: number
  readonly code: string
  readonly param?: string | null
  readonly message?: RegExp
}

/** OpenAI's error body: always all four keys. */
export function checkError(reply: Reply, expected: ErrorExpectation): void {
  checkStatus(reply, expected.status)
  c.checkShape(json(reply), {
    error: {
      message: expected.message === undefined ? c.text : c.matching(expected.message),
      type: c.text,
      param: expected.param === undefined ? c.nullOr(c.text) : c.is(expected.param),
      code: c.is(expected.code),
    },
  })
  c.checkShape(reply.headers, { 'x-request-id': c.text }, 'headers')
}

/** `Retry-After` in whole seconds, at least one: a client that obeys must not come back at once. */
export function checkRetryAfter(reply: Reply): number {
  c.checkShape(reply.headers, { 'retry-after': c.matching(/^[1-9]\d*$/) }, 'headers')
  return Number(reply.headers['retry-after'])
}

export function checkModels(reply: Reply): readonly unknown[] {
  checkStatus(reply, 200)
  const body = json(reply)
  c.checkShape(body, {
    object: c.is('list'),
    data: [
      {
        id: c.text,
        object: c.is('model'),
        created: c.unixSeconds,
        owned_by: c.text,
        description: c.text,
        permission: c.emptyList,
        root: c.text,
        parent: c.is(null),
        context_length: c.anything,
        pricing: c.anything,
      },
    ],
  })
  for (const model of c.items(body, 'data')) c.checkEqual(c.at(model, 'root'), c.at(model, 'id'), 'root')
  return c.items(body, 'data')
}

export function findModel(models: readonly unknown[], id: string): unknown {
  const found = models.find((model) => c.at(model, 'id') === id)
  c.check(found !== undefined, `${id} is not in the list of ${models.length} models`)
  return found
}

export function checkStatus(reply: Reply, status: number): void {
  c.check(reply.status === status, `status ${reply.status}, expected ${status}: ${reply.text.slice(0, 300)}`)
}

/** What an SDK snippet printed. */
export function checkPrinted(printed: string): string {
  c.check(printed.trim().length > 0, 'it printed nothing')
  return printed.trim()
}
