// OpenAI's Responses API, over HTTP: create (JSON and events), retrieve, delete, input_tokens and compact.
import { countTokens } from '../../answer.ts'
import { bearer, type Dialect, guarded, type Incoming, jsonReply, type Reply, type WholeReply } from '../dialect.ts'
import { isObject, type Json, parsed, textIn } from '../json.ts'
import { STREAM_HEADERS } from '../openai/chat.ts'
import { checkKey, notAllowed } from '../openai/index.ts'
import { BadRequest, errorReply, openAiTrouble, parseBody, replyHeaders } from '../openai/wire.ts'
import { lowUsageJson, usageJson, withUsageText } from '../usage-text.ts'
import { ResponseMemory } from './memory.ts'
import { finishedResponse, outputItems, responseObject, responsesUsage } from './output.ts'
import { readResponsesRequest } from './request.ts'
import { ResponseStream } from './stream.ts'

export interface ResponsesOptions {
  /** Good keys; without them every key is good, and none too. */
  readonly keys?: readonly string[]
}

export function responsesDialect(options: ResponsesOptions = {}): Dialect {
  let memory: ResponseMemory | undefined
  const dialect: Dialect = {
    name: 'openai-responses',
    owns: (path) => /^\/v1\/responses(?:\/|$)/.test(path),
    glance: (headers, path, body) => {
      const request = parsed(body)
      const stream = isObject(request) && request['stream'] === true
      return { model: textIn(request, 'model'), stream, key: bearer(headers), generates: path === '/v1/responses' }
    },
    reply(incoming) {
      memory ??= new ResponseMemory(incoming.seals)
      const known = memory
      const reply = guarded(dialect, () => {
        checkKey(incoming, options.keys)
        return route(incoming, known)
      })
      return { ...reply, headers: { ...replyHeaders(incoming), ...reply.headers } }
    },
    error: errorReply,
    streamError: (terms) => {
      const error = {
        type: terms.type ?? 'server_error',
        code: terms.code ?? null,
        message: terms.message,
        param: null,
      }
      return {
        kind: 'error',
        bytes: `event: error\ndata: ${JSON.stringify({ type: 'error', sequence_number: 0, error })}\n\n`,
        tokens: 0,
      }
    },
    trouble: openAiTrouble,
    streamHeaders: STREAM_HEADERS,
  }
  return dialect
}

function route(incoming: Incoming, memory: ResponseMemory): Reply {
  const rest = incoming.path.slice('/v1/responses'.length)
  if (rest === '') {
    if (incoming.method !== 'POST') throw notAllowed(incoming)
    return create(incoming, memory)
  }
  if (incoming.method === 'POST' && rest === '/input_tokens') return inputTokens(incoming, memory)
  if (incoming.method === 'POST' && rest === '/compact') return compact(incoming, memory)
  const id = decodeURIComponent(rest.slice(1))
  const stored = memory.response(id)
  if (stored === undefined) throw new BadRequest(`Response with id '${id}' not found.`, null, null, 404)
  if (incoming.method === 'GET') return jsonReply(200, JSON.stringify(stored))
  if (incoming.method !== 'DELETE') throw notAllowed(incoming)
  memory.forget(id)
  return jsonReply(200, JSON.stringify({ id, object: 'response', deleted: true }))
}

function create(incoming: Incoming, memory: ResponseMemory): Reply {
  const request = readResponsesRequest(parseBody(incoming.body), memory)
  const answer = incoming.answer(request.question)
  const items = outputItems(answer, request, incoming)
  const output = items.map(({ item }) => item)
  const open = responseObject(incoming, request)
  const finished = finishedResponse(open, output, answer, incoming.createdS)
  const usage = responsesUsage(answer)
  memory.keep({ ...finished, usage }, output, request.items, request.body['store'] !== false)
  const { usage: lie } = incoming.script
  if (request.stream) {
    const stream = new ResponseStream(open, finished, items, answer, lie)
    return {
      kind: 'stream',
      headers: STREAM_HEADERS,
      events: stream.events(),
      promptTokens: answer.usage.input,
      failure: (terms) => stream.failure(terms),
    }
  }
  const text = withUsageText(finished, usageJson(usage, lie))
  const twice =
    lie === 'twice'
      ? `${withUsageText(finished, lowUsageJson(usage)).slice(0, -1)},"usage":${JSON.stringify(usage)}}`
      : text
  return jsonReply(200, twice, { promptTokens: answer.usage.input, completionTokens: answer.usage.output })
}

function inputTokens(incoming: Incoming, memory: ResponseMemory): WholeReply {
  const request = readResponsesRequest(parseBody(incoming.body), memory)
  const body = { object: 'response.input_tokens', input_tokens: Math.max(1, countTokens(request.question.prompt)) }
  return jsonReply(200, JSON.stringify(body))
}

function compact(incoming: Incoming, memory: ResponseMemory): WholeReply {
  const { question, items } = readResponsesRequest(parseBody(incoming.body), memory)
  const input = Math.max(1, countTokens(question.prompt))
  const item: Json = {
    id: `cmp_${incoming.id}`,
    type: 'compaction',
    encrypted_content: incoming.seals.seal('openai', question.prompt),
  }
  const body = {
    id: `resp_${incoming.id}`,
    object: 'response.compaction',
    created_at: incoming.createdS,
    output: [
      ...items.filter((kept) => kept['role'] === 'user').map((kept, at) => wholeMessage(kept, incoming.id, at)),
      item,
    ],
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 8,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + 8,
    },
  }
  return jsonReply(200, JSON.stringify(body), { promptTokens: input, completionTokens: 8 })
}

/** As it is listed: with an id, a status and a list of parts. */
function wholeMessage(message: Json, suffix: string, at: number): Json {
  const { content } = message
  const parts = typeof content === 'string' ? [{ type: 'input_text', text: content }] : content
  return { ...message, id: message['id'] ?? `msg_${suffix}${at}`, type: 'message', status: 'completed', content: parts }
}
