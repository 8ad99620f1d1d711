// Amazon Bedrock's runtime: converse and converse-stream for every model, invoke for Claude in Anthropic's own shape, count-tokens; and
// from the control plane the list of models. Signed requests or bearer keys.
import { bedrockEvent } from '../../../bedrock-frames.ts'
import { countTokens } from '../../answer.ts'
import { anthropicFlaw } from '../anthropic/errors.ts'
import { readBody as readAnthropic } from '../anthropic/index.ts'
import { type AnthropicEvent, messageEvents, messageText } from '../anthropic/output.ts'
import { questionOf as anthropicQuestion } from '../anthropic/question.ts'
import { hostedRequest } from '../anthropic/shapes.ts'
import {
  BadRequest,
  type Dialect,
  guarded,
  type Incoming,
  jsonReply,
  type Reply,
  type StreamEvent,
  type WholeReply,
} from '../dialect.ts'
import { isObject, type Json, listOf, objectOf, parsed, parsedText, textIn } from '../json.ts'
import { ShapeError } from '../shape.ts'
import { converseFrames, converseText } from './output.ts'
import { questionOf } from './question.ts'
import { checkRules } from './rules.ts'
import { converseRequest } from './shapes.ts'
import { type BedrockCredentials, bedrockKey, checkCredentials } from './sigv4.ts'
import { bedrockError, bedrockFlaw, bedrockStreamError, bedrockTrouble, FRAMES_HEADERS } from './wire.ts'

export interface BedrockOptions extends BedrockCredentials {
  readonly models?: readonly string[]
}

export const BEDROCK_MODELS = [
  'anthropic.claude-sonnet-4-5-20250929-v1:0',
  'amazon.nova-lite-v1:0',
  'openai.gpt-oss-120b-1:0',
]

const PATH = /^\/model\/([^/]+)\/(converse|converse-stream|invoke|invoke-with-response-stream|count-tokens)$/
const LIST = /^\/(?:foundation-models|inference-profiles)$/

export function bedrockDialect(options: BedrockOptions = {}): Dialect {
  const dialect: Dialect = {
    name: 'bedrock-converse',
    owns: (path) => PATH.test(path) || LIST.test(path),
    glance(headers, path) {
      const [, model, action = ''] = PATH.exec(path) ?? []
      return {
        model: model === undefined ? undefined : decodeURIComponent(model),
        stream: action.endsWith('-stream'),
        key: bedrockKey(headers),
        generates: action !== '' && action !== 'count-tokens',
      }
    },
    reply(incoming) {
      const reply = guarded(dialect, () => route(incoming, options))
      return { ...reply, headers: { 'x-amzn-requestid': `00000000-${incoming.id}`, ...reply.headers } }
    },
    error: bedrockError,
    streamError: bedrockStreamError,
    trouble: bedrockTrouble,
    streamHeaders: FRAMES_HEADERS,
  }
  return dialect
}

function route(incoming: Incoming, options: BedrockOptions): Reply {
  const query = incoming.query.toString()
  checkCredentials(incoming, query === '' ? incoming.path : `${incoming.path}?${query}`, options)
  if (LIST.test(incoming.path)) return models(incoming.path, options.models ?? BEDROCK_MODELS)
  const [, encoded = '', action = ''] = PATH.exec(incoming.path) ?? []
  const model = decodeURIComponent(encoded)
  if (incoming.method !== 'POST')
    throw new BadRequest('Method Not Allowed', { status: 405, type: 'UnknownOperationException' })
  switch (action) {
    case 'count-tokens':
      return count(incoming, model)
    case 'invoke':
    case 'invoke-with-response-stream':
      return invoke(incoming, model, action !== 'invoke')
    default:
      return converse(incoming, model, action === 'converse-stream')
  }
}

function converse(incoming: Incoming, model: string, stream: boolean): Reply {
  const request = readConverse(parsed(incoming.body), model, incoming)
  const answer = incoming.answer(questionOf(request, model))
  const promptTokens = answer.usage.input
  if (stream) return { kind: 'stream', headers: FRAMES_HEADERS, events: converseFrames(incoming, answer), promptTokens }
  return jsonReply(200, converseText(incoming, answer), { promptTokens, completionTokens: answer.usage.output })
}

function readConverse(value: unknown, model: string, incoming: Incoming): Json {
  if (!isObject(value)) throw new BadRequest('Unexpected token in the request body', { type: 'SerializationException' })
  try {
    converseRequest(value, [])
  } catch (error) {
    if (error instanceof ShapeError) throw bedrockFlaw(error.flaw)
    throw error
  }
  checkRules(value, model, incoming.seals)
  return value
}

const VERSION = 'bedrock-2023-05-31'

function invoke(incoming: Incoming, model: string, stream: boolean): Reply {
  if (!/anthropic|claude/.test(model)) throw new BadRequest('The fake invokes Claude only; use converse.')
  const terms = { betas: [], version: '2023-06-01', hosted: true, alternate: false, model }
  const request = readAnthropic(incoming, hostedRequest(VERSION, false), terms)
  const answer = incoming.answer(anthropicQuestion(request, model))
  const promptTokens = answer.usage.input
  const completionTokens = answer.usage.output
  const public_id = /anthropic\.(.+?)(?:-v\d+:\d+)?$/.exec(model)?.[1] ?? model
  if (stream) {
    const events = asChunks(messageEvents(incoming, answer, public_id), promptTokens, completionTokens)
    return {
      kind: 'stream',
      headers: { ...FRAMES_HEADERS, 'x-amzn-bedrock-content-type': 'application/json' },
      events,
      promptTokens,
    }
  }
  return jsonReply(
    200,
    messageText(incoming, answer, public_id),
    { promptTokens, completionTokens },
    {
      'x-amzn-bedrock-input-token-count': String(promptTokens),
      'x-amzn-bedrock-output-token-count': String(completionTokens),
    },
  )
}

function* asChunks(events: Iterable<AnthropicEvent>, input: number, output: number): Generator<StreamEvent> {
  for (const { kind, json, tokens, type } of events) {
    // The last one brings Bedrock's own figures with it.
    const metrics = { inputTokenCount: input, outputTokenCount: output, invocationLatency: 12, firstByteLatency: 6 }
    const text = type === 'message_stop' ? JSON.stringify({ type, 'amazon-bedrock-invocationMetrics': metrics }) : json
    const payload = { bytes: Buffer.from(text).toString('base64'), p: 'abcdefgh' }
    yield { kind, bytes: bedrockEvent('chunk', payload), tokens }
  }
}

function count(incoming: Incoming, model: string): WholeReply {
  const input = objectOf(objectOf(parsed(incoming.body))['input'])
  const { converse: request, invokeModel } = input
  if (isObject(request)) {
    return tokens(questionOf(readConverse(request, model, incoming), model).prompt)
  }
  const body = textIn(invokeModel, 'body')
  const invoked = body === undefined ? undefined : parsedText(Buffer.from(body, 'base64').toString('utf8'))
  if (!isObject(invoked))
    throw new BadRequest(
      "1 validation error detected: Value null at 'input' failed to satisfy constraint: Member must not be null",
    )
  try {
    hostedRequest(VERSION, false)(invoked, [])
  } catch (error) {
    if (error instanceof ShapeError) throw anthropicFlaw(error.flaw)
    throw error
  }
  return tokens(anthropicQuestion(invoked, model).prompt)
}

function tokens(prompt: string): WholeReply {
  return jsonReply(200, JSON.stringify({ inputTokens: Math.max(1, countTokens(prompt)) }))
}

function models(path: string, ids: readonly string[]): WholeReply {
  if (path === '/inference-profiles') return jsonReply(200, JSON.stringify({ inferenceProfileSummaries: [] }))
  const modelSummaries = listOf(ids).map((id) => ({
    modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${String(id)}`,
    modelId: id,
    modelName: id,
    providerName: String(id).split('.')[0],
    inputModalities: ['TEXT'],
    outputModalities: ['TEXT'],
    responseStreamingSupported: true,
    inferenceTypesSupported: ['ON_DEMAND'],
    modelLifecycle: { status: 'ACTIVE' },
  }))
  return jsonReply(200, JSON.stringify({ modelSummaries }))
}
