// The answer as Gemini's GenerateContentResponse: whole, as events with CRLF, and as the pieces of a JSON array.
import { type Answer, countTokens, type Stop, textOf, TokenMeter, toolCallsOf } from '../../answer.ts'
import type { Incoming, StreamEvent } from '../dialect.ts'
import { isObject, type Json, parsedText } from '../json.ts'
import { lowUsageJson, USAGE_MARK, usageJson, withUsageText } from '../usage-text.ts'
import { isGemini3 } from './rules.ts'

export interface GeminiAnswer {
  readonly incoming: Incoming
  readonly answer: Answer
  readonly model: string
  readonly candidates: number
  readonly vertex: boolean
}

export function finishReason(stop: Stop): string {
  switch (stop) {
    case 'max_tokens':
    case 'context_window':
      return 'MAX_TOKENS'
    case 'refusal':
      return 'SAFETY'
    case 'content_filter':
      return 'PROHIBITED_CONTENT'
    case 'malformed_call':
      return 'MALFORMED_FUNCTION_CALL'
    case 'pause':
      return 'CONTINUATION'
    case 'end':
    case 'stop_sequence':
    case 'tool_use':
      break
  }
  return 'STOP'
}

export function wholeText(given: GeminiAnswer): string {
  const { answer, incoming } = given
  const { parts, closing } = partsOf(given)
  const all = closing === undefined ? parts : [...parts, closing]
  const content = all.length === 0 ? { role: 'model' } : { parts: merged(all), role: 'model' }
  const ended = endMembers(answer)
  const candidates = Array.from({ length: given.candidates }, (_, index) => ({ content, ...ended, index }))
  const body = { candidates, usageMetadata: USAGE_MARK, ...tailMembers(given) }
  const usage = usageMetadata(answer, answer.usage.output, given)
  const lie = incoming.script.usage
  const text = withUsageText(body, usageJson(usage, lie))
  return lie === 'twice'
    ? `${withUsageText(body, lowUsageJson(usage)).slice(0, -1)},"usageMetadata":${usageJson(usage, lie)}}`
    : text
}

function endMembers(answer: Answer): Json {
  const malformed = malformedCall(answer)
  if (malformed !== undefined)
    return { finishReason: 'MALFORMED_FUNCTION_CALL', finishMessage: `Malformed function call: ${malformed}` }
  const refusal = textOf(answer, 'refusal')
  return { finishReason: finishReason(answer.stop), ...(refusal === '' ? {} : { finishMessage: refusal }) }
}

/** Arguments that are no JSON object: Gemini does not send such a call at all. */
function malformedCall(answer: Answer): string | undefined {
  return toolCallsOf(answer).find(
    (call) => (call.arguments ?? '') !== '' && !isObject(parsedText(call.arguments ?? '')),
  )?.arguments
}

function tailMembers({ incoming, model, vertex }: GeminiAnswer): Json {
  const created = vertex ? { createTime: new Date(incoming.createdS * 1000).toISOString() } : {}
  return { modelVersion: model, ...created, responseId: incoming.id }
}

/** `candidatesTokenCount` leaves the thoughts out; the total has everything. */
function usageMetadata({ usage }: Answer, served: number, { vertex, candidates }: GeminiAnswer): Json {
  const output = Math.max(0, served - usage.reasoning) * candidates
  return {
    promptTokenCount: usage.input,
    ...(output > 0 ? { candidatesTokenCount: output } : {}),
    totalTokenCount: usage.input + output + usage.reasoning,
    ...(usage.cacheRead > 0 ? { cachedContentTokenCount: usage.cacheRead } : {}),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: usage.input }],
    ...(usage.reasoning > 0 ? { thoughtsTokenCount: usage.reasoning } : {}),
    ...(vertex ? { trafficType: 'ON_DEMAND' } : {}),
  }
}

interface Parts {
  readonly parts: readonly Json[]
  /** The empty part that carries a signature when no call does. */
  readonly closing: Json | undefined
}

function partsOf({ answer, incoming, model }: GeminiAnswer): Parts {
  if (malformedCall(answer) !== undefined) return { parts: [], closing: undefined }
  const thought = answer.parts.find((part) => part.kind === 'reasoning')
  const signs = thought === undefined ? isGemini3(model) : thought.signature !== false
  const own = typeof thought?.signature === 'string' ? thought.signature : undefined
  const signature = signs ? { thoughtSignature: incoming.seals.seal('gemini', JSON.stringify(answer.parts), own) } : {}
  const parts: Json[] = []
  let signed = false
  for (const part of answer.parts) {
    if (part.kind === 'text') parts.push(...part.pieces.map((text) => ({ text })))
    else if (part.kind === 'reasoning' && !part.redacted)
      parts.push(...part.pieces.map((text) => ({ text, thought: true })))
    else if (part.kind === 'tool-call') {
      const args = part.arguments === undefined || part.arguments === '' ? {} : parsedText(part.arguments)
      const id = part.id === undefined ? {} : { id: part.id }
      // Of parallel calls only the first is signed.
      parts.push({ functionCall: { ...id, name: part.name, args }, ...(signed ? {} : signature) })
      signed = true
    }
  }
  return { parts, closing: signs && !signed ? { text: '', ...signature } : undefined }
}

/** Neighbours of a kind as one part, as a reply that is not streamed has them. */
function merged(parts: readonly Json[]): Json[] {
  const result: Json[] = []
  for (const part of parts) {
    const before = result.at(-1)
    const joins =
      typeof part['text'] === 'string' && typeof before?.['text'] === 'string' && before['thought'] === part['thought']
    if (joins)
      result[result.length - 1] = { ...before, ...part, text: `${String(before['text'])}${String(part['text'])}` }
    else result.push(part)
  }
  return result
}

/** One chunk after the other, as JSON; the last one says how it ended. */
export function* chunks(given: GeminiAnswer): Generator<{ kind: StreamEvent['kind']; json: string; tokens: number }> {
  const { answer, incoming } = given
  const meter = new TokenMeter(answer.usage.output)
  let served = 0
  const chunk = (kind: StreamEvent['kind'], part: Json | undefined, ended: Json, tokens: number, low = false) => {
    served += tokens
    const content = part === undefined ? { role: 'model' } : { parts: [part], role: 'model' }
    const candidates = Array.from({ length: given.candidates }, (_, index) => ({ content, ...ended, index }))
    const usage = usageMetadata(answer, served, given)
    const body = { candidates, usageMetadata: USAGE_MARK, ...tailMembers(given) }
    return {
      kind,
      json: withUsageText(body, low ? lowUsageJson(usage) : usageJson(usage, incoming.script.usage)),
      tokens,
    }
  }
  const { parts, closing } = partsOf(given)
  const twice = incoming.script.usage === 'twice'
  for (const part of parts) {
    const text = typeof part['text'] === 'string' ? part['text'] : JSON.stringify(part['functionCall'])
    yield chunk('delta', part, {}, Math.min(meter.take(text), countTokens(text)), twice)
  }
  const ended = endMembers(answer)
  const empty = parts.length === 0 && closing === undefined
  yield chunk('finish', empty ? undefined : (closing ?? { text: '' }), ended, meter.rest())
}

export const SSE_HEADERS = { 'content-type': 'text/event-stream', 'content-disposition': 'attachment' } as const
export const ARRAY_HEADERS = { 'content-type': 'application/json; charset=UTF-8' } as const

export function* sseEvents(given: GeminiAnswer): Generator<StreamEvent> {
  for (const { kind, json, tokens } of chunks(given)) yield { kind, bytes: `data: ${json}\r\n\r\n`, tokens }
}

/** Without `alt=sse`: one JSON array, sent in pieces. */
export function* arrayEvents(given: GeminiAnswer): Generator<StreamEvent> {
  let opening = '['
  for (const { kind, json, tokens } of chunks(given)) {
    yield { kind, bytes: `${opening}${json}`, tokens }
    opening = '\r\n,\r\n'
  }
  yield { kind: 'done', bytes: '\r\n]', tokens: 0 }
}
