// A whole answer of an upstream of this dialect.
// Source: `CreateChatCompletionResponse` of OpenAI's OpenAPI document; what others add or leave out, by recorded replies
// of some twenty servers: ids, roles, indices and `type` may be missing, `content` may be an array (Mistral), reasoning
// stands in one of three fields.

import type { Annotation, Answer, AnswerChoice, AnswerPart, AnswerText } from '../../core/answer.ts'
import { arrayOf, numberOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { base64Source, sourceFromUrl } from '../../core/media.ts'
import { textOfPieces } from './decode-content.ts'
import { imageUrlsOf, thoughtSignatureOf } from './decode-messages.ts'
import { finishOf, givenReason } from './finish-reasons.ts'
import { detailsOf, ownSeal, reasoningTextOf, textOfDetails } from './reasoning-details.ts'
import { usageOfReply } from './usage.ts'
import { CHAT, defined, sourceText } from './wire.ts'

/** Null when the body is an error, or anything but an answer in this dialect. */
export function decodeAnswer(body: JsonObject): Answer | null {
  const choices = (arrayOf(body['choices']) ?? []).map(objectOf).filter((choice) => choice !== undefined)
  if (choices.length === 0 || (body['error'] !== undefined && body['error'] !== null)) return null
  const ordered = choices.toSorted((a, b) => (numberOf(a['index']) ?? 0) - (numberOf(b['index']) ?? 0))
  return {
    id: stringOf(body['id']) ?? '',
    model: stringOf(body['model']) ?? '',
    createdAtSeconds: secondsOf(body['created']),
    choices: ordered.map(decodeChoice),
    usage: usageOfReply(body),
    ...defined({ serviceTier: stringOf(body['service_tier']) }),
  }
}

/** Whole seconds; some servers give fractions. */
export function secondsOf(value: JsonValue | undefined): number {
  const seconds = numberOf(value) ?? 0
  return seconds > 0 && seconds < 1e12 ? Math.floor(seconds) : 0
}

function decodeChoice(choice: JsonObject): AnswerChoice {
  const message = objectOf(choice['message']) ?? {}
  const parts = decodeMessage(message, logprobsOf(choice))
  const said = {
    calls: parts.some((part) => part.type === 'tool-call'),
    refusal: parts.some((part) => part.type === 'refusal'),
  }
  // OpenRouter reports a provider's failure inside the choice.
  const word = objectOf(choice['error']) === undefined ? givenReason(choice) : 'error'
  return { parts, finish: finishOf(word, said, choice['stop_reason']) }
}

function decodeMessage(message: JsonObject, logprobs: readonly JsonValue[] | undefined): AnswerPart[] {
  const parts: AnswerPart[] = []
  const details = detailsOf(message)
  const thought = reasoningTextOf(message) || textOfDetails(details)
  if (thought !== '' || details.length > 0)
    parts.push({ type: 'reasoning', text: thought, summary: [], redacted: false, seal: ownSeal(details) })
  const audio = objectOf(message['audio'])
  const text = textPart(message, audio, parts)
  if (text !== null) parts.push(logprobs === undefined ? text : { ...text, logprobs })
  const refusal = stringOf(message['refusal'])
  if (refusal !== undefined && refusal !== '') parts.push({ type: 'refusal', text: refusal })
  const data = stringOf(audio?.['data'])
  if (data !== undefined && data !== '') parts.push({ type: 'media', source: base64Source('audio/wav', data) })
  for (const url of imageUrlsOf(message)) parts.push({ type: 'media', source: sourceFromUrl(url) })
  parts.push(...decodeCalls(message))
  return parts
}

/** @param parts gets the thinking that Mistral puts among the content */
function textPart(message: JsonObject, audio: JsonObject | undefined, parts: AnswerPart[]): AnswerText | null {
  const { text, thinking } = readContent(message['content'])
  if (thinking !== '')
    parts.push({ type: 'reasoning', text: thinking, summary: [], redacted: false, seal: ownSeal([]) })
  const words = text === '' ? (stringOf(audio?.['transcript']) ?? '') : text
  const annotations = annotationsOf(message)
  const signature = thoughtSignatureOf(message)
  if (words === '' && annotations.length === 0 && signature === null) return null
  return {
    type: 'text',
    text: words,
    annotations,
    ...(signature === null ? {} : { seal: { dialect: CHAT, data: signature } }),
  }
}

/** `content` as a string, or as an array of texts and thoughts. */
export function readContent(content: JsonValue | undefined): { readonly text: string; readonly thinking: string } {
  if (typeof content === 'string') return { text: content, thinking: '' }
  let text = ''
  let thinking = ''
  for (const value of arrayOf(content) ?? []) {
    if (typeof value === 'string') text += value
    const piece = objectOf(value)
    if (piece === undefined) continue
    if (piece['type'] === 'thinking') thinking += stringOf(piece['thinking']) ?? textOfPieces(piece['thinking'])
    else text += stringOf(piece['text']) ?? ''
  }
  return { text, thinking }
}

function decodeCalls(message: JsonObject): AnswerPart[] {
  const parts: AnswerPart[] = []
  for (const value of arrayOf(message['tool_calls']) ?? []) {
    const call = objectOf(value)
    if (call === undefined) continue
    const part = decodeCall(call)
    if (part !== null) parts.push(part)
  }
  const legacy = objectOf(message['function_call'])
  if (legacy !== undefined && parts.length === 0) {
    const part = decodeCall({ function: legacy })
    if (part !== null) parts.push(part)
  }
  return parts
}

/** Null for a call of nothing, which some servers send where there is none. */
function decodeCall(call: JsonObject): AnswerPart | null {
  const inner = objectOf(call['function'])
  const custom = objectOf(call['custom'])
  const isCustom = call['type'] === 'custom' || inner === undefined
  const name = stringOf((isCustom ? custom : inner)?.['name']) ?? ''
  if (name === '') return null
  const input = isCustom ? sourceText(custom?.['input']) : sourceText(inner?.['arguments']) || '{}'
  const signature = thoughtSignatureOf(call)
  return {
    type: 'tool-call',
    id: stringOf(call['id']) ?? '',
    name,
    kind: isCustom ? 'custom' : 'function',
    input,
    ...(signature === null ? {} : { seal: { dialect: CHAT, data: signature } }),
  }
}

export function annotationsOf(message: JsonObject): Annotation[] {
  const annotations: Annotation[] = []
  for (const entry of arrayOf(message['annotations']) ?? []) {
    const value = objectOf(entry)
    if (value === undefined) continue
    const citation = objectOf(value['url_citation']) ?? {}
    annotations.push({
      dialect: CHAT,
      value,
      ...defined({
        url: stringOf(citation['url']),
        title: stringOf(citation['title']),
        start: numberOf(citation['start_index']),
        end: numberOf(citation['end_index']),
      }),
    })
  }
  return annotations
}

/** The tokens of the text; absent where there are none (H71). @param choice of an answer or of a chunk */
export function logprobsOf(choice: JsonObject): readonly JsonValue[] | undefined {
  const logprobs = choice['logprobs']
  if (logprobs === undefined || logprobs === null) return undefined
  const tokens = arrayOf(objectOf(logprobs)?.['content'])
  return tokens === undefined || tokens.length === 0 ? undefined : tokens
}
