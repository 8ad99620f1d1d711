// The answer as a message of Anthropic's, whole and as events.
import { type Answer, type AnswerPart, callId, piecesOf, type Stop, textOf, TokenMeter } from '../../answer.ts'
import type { Incoming, StreamEvent } from '../dialect.ts'
import { isObject, type Json, parsedText } from '../json.ts'
import { lowUsageJson, USAGE_MARK, usageJson, withUsageText } from '../usage-text.ts'

export function messageText(incoming: Incoming, answer: Answer, model: string): string {
  const { usage: lie } = incoming.script
  const usage = usageJson(wholeUsage(answer), lie)
  const message = {
    ...messageHead(incoming, model),
    content: blocks(answer, incoming),
    ...stopMembers(answer),
    usage: USAGE_MARK,
  }
  const text = withUsageText(message, usage)
  return lie === 'twice'
    ? `${withUsageText(message, lowUsageJson(wholeUsage(answer))).slice(0, -1)},"usage":${usage}}`
    : text
}

function messageHead(incoming: Incoming, model: string): Json {
  return { model, id: `msg_01${incoming.id}`, type: 'message', role: 'assistant' }
}

export function anthropicStop(stop: Stop): string {
  switch (stop) {
    case 'end':
    case 'malformed_call':
      return 'end_turn'
    case 'content_filter':
    case 'refusal':
      return 'refusal'
    case 'pause':
      return 'pause_turn'
    case 'context_window':
      return 'model_context_window_exceeded'
    case 'max_tokens':
    case 'stop_sequence':
    case 'tool_use':
      break
  }
  return stop
}

function stopMembers(answer: Answer): Json {
  const stop_reason = anthropicStop(answer.stop)
  const explanation = textOf(answer, 'refusal')
  const refused = stop_reason === 'refusal'
  return {
    stop_reason,
    stop_sequence: answer.stopSequence ?? null,
    ...(refused
      ? { stop_details: { type: 'refusal', category: null, explanation: explanation === '' ? null : explanation } }
      : {}),
  }
}

/** `input_tokens` leaves out what came from the cache or went into it. */
function inputUsage({ usage }: Answer): Json {
  const written = usage.cacheWrite5m + usage.cacheWrite1h
  return {
    input_tokens: usage.input - usage.cacheRead - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: usage.cacheRead,
  }
}

const creation = ({ usage }: Answer): Json => ({
  cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite5m, ephemeral_1h_input_tokens: usage.cacheWrite1h },
})

const thinkingTokens = ({ usage }: Answer): Json =>
  usage.reasoning > 0 ? { output_tokens_details: { thinking_tokens: usage.reasoning } } : {}

function wholeUsage(answer: Answer): Json {
  return {
    ...inputUsage(answer),
    ...creation(answer),
    output_tokens: answer.usage.output,
    ...thinkingTokens(answer),
    service_tier: 'standard',
  }
}

/** A refusal's words stand in `stop_details`, not in the content. */
function blocks(answer: Answer, incoming: Incoming): Json[] {
  return answer.parts.flatMap((part): Json[] => {
    switch (part.kind) {
      case 'text':
        return part.pieces.length === 0 ? [] : [{ type: 'text', text: part.pieces.join('') }]
      case 'reasoning':
        return [thinkingBlock(part, incoming)]
      case 'tool-call':
        return [
          { type: 'tool_use', id: callId(answer, part, 'toolu_'), name: part.name, input: inputOf(part.arguments) },
        ]
      case 'refusal':
        return []
    }
    return []
  })
}

/** Arguments that are no object come wrapped, as the documentation of fine-grained streaming says. */
export function inputOf(text: string | undefined): Json {
  const value = parsedText(text === undefined || text === '' ? '{}' : text)
  return isObject(value) ? value : { INVALID_JSON: text }
}

function thinkingBlock(part: Extract<AnswerPart, { kind: 'reasoning' }>, incoming: Incoming): Json {
  const thinking = part.pieces.join('')
  if (part.redacted) return { type: 'redacted_thinking', data: sealOf(part, incoming) }
  return { type: 'thinking', thinking, signature: sealOf(part, incoming) }
}

export function sealOf(part: Extract<AnswerPart, { kind: 'reasoning' }>, incoming: Incoming): string {
  if (part.signature === false) return ''
  return incoming.seals.seal(
    'claude',
    part.pieces.join(''),
    typeof part.signature === 'string' ? part.signature : undefined,
  )
}

export interface AnthropicEvent {
  readonly kind: StreamEvent['kind']
  readonly type: string
  readonly json: string
  readonly tokens: number
}

/** The events, framed neither as SSE nor as Bedrock's chunks. */
export function* messageEvents(incoming: Incoming, answer: Answer, model: string): Generator<AnthropicEvent> {
  const event = (kind: StreamEvent['kind'], type: string, members: Json, tokens = 0): AnthropicEvent => ({
    kind,
    type,
    json: JSON.stringify({ type, ...members }),
    tokens,
  })
  const lie = incoming.script.usage
  const usage = { ...inputUsage(answer), ...creation(answer), output_tokens: 1, service_tier: 'standard' }
  const message = {
    ...messageHead(incoming, model),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: USAGE_MARK,
  }
  const opening = withUsageText({ type: 'message_start', message }, usageJson(usage, lie))
  yield { kind: 'start', type: 'message_start', json: opening, tokens: 0 }
  const meter = new TokenMeter(answer.usage.output)
  let index = 0
  for (const part of answer.parts) {
    if (part.kind === 'refusal' || (part.kind === 'text' && part.pieces.length === 0)) continue
    yield event('start', 'content_block_start', { index, content_block: openBlock(part, answer, incoming) })
    // Pings come when they like; one in every answer, so that everybody meets them.
    if (index === 0) yield event('start', 'ping', {})
    for (const { delta, text } of deltas(part, incoming)) {
      yield event('delta', 'content_block_delta', { index, delta }, meter.take(text))
    }
    yield event('start', 'content_block_stop', { index })
    index += 1
  }
  const closing = { ...inputUsage(answer), output_tokens: answer.usage.output, ...thinkingTokens(answer) }
  const delta = { type: 'message_delta', delta: stopMembers(answer), usage: USAGE_MARK }
  if (lie === 'twice')
    yield { kind: 'usage', type: 'message_delta', json: withUsageText(delta, lowUsageJson(closing)), tokens: 0 }
  yield {
    kind: 'finish',
    type: 'message_delta',
    json: withUsageText(delta, usageJson(closing, lie)),
    tokens: meter.rest(),
  }
  yield event('done', 'message_stop', {})
}

function openBlock(part: AnswerPart, answer: Answer, incoming: Incoming): Json {
  switch (part.kind) {
    case 'reasoning':
      if (part.redacted) return { type: 'redacted_thinking', data: sealOf(part, incoming) }
      return { type: 'thinking', thinking: '', signature: '' }
    case 'tool-call':
      return { type: 'tool_use', id: callId(answer, part, 'toolu_'), name: part.name, input: {} }
    case 'text':
    case 'refusal':
      break
  }
  return { type: 'text', text: '' }
}

function* deltas(part: AnswerPart, incoming: Incoming): Generator<{ delta: Json; text: string }> {
  switch (part.kind) {
    case 'text':
      for (const text of part.pieces) yield { delta: { type: 'text_delta', text }, text }
      return
    case 'refusal':
      return
    case 'tool-call':
      // The real one begins with an empty piece, and has no other for a call without arguments.
      yield { delta: { type: 'input_json_delta', partial_json: '' }, text: part.name }
      for (const text of piecesOf(part.arguments ?? ''))
        yield { delta: { type: 'input_json_delta', partial_json: text }, text }
      return
    case 'reasoning': {
      if (part.redacted) return
      for (const text of part.pieces) yield { delta: { type: 'thinking_delta', thinking: text }, text }
      const signature = sealOf(part, incoming)
      if (signature !== '') yield { delta: { type: 'signature_delta', signature }, text: '' }
    }
  }
}
