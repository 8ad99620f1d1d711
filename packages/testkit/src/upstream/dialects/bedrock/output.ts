// The answer as Converse has it: whole, and as event-stream frames.
import { bedrockEvent } from '../../../bedrock-frames.ts'
import { type Answer, type AnswerPart, callId, piecesOf, type Stop, textOf, TokenMeter } from '../../answer.ts'
import { inputOf, sealOf } from '../anthropic/output.ts'
import type { Incoming, StreamEvent } from '../dialect.ts'
import type { Json } from '../json.ts'
import { encodeFrame } from '../../../bedrock-frames.ts'
import { lowUsageJson, USAGE_MARK, usageJson, withUsageText } from '../usage-text.ts'

export function converseStop(stop: Stop): string {
  switch (stop) {
    case 'end':
    case 'pause':
      return 'end_turn'
    case 'refusal':
      return 'content_filtered'
    case 'content_filter':
      return 'guardrail_intervened'
    case 'context_window':
      return 'model_context_window_exceeded'
    case 'malformed_call':
      return 'malformed_tool_use'
    case 'max_tokens':
    case 'stop_sequence':
    case 'tool_use':
      break
  }
  return stop
}

/** `inputTokens` leaves out what came from the cache or went into it; the total has everything. */
function tokenUsage({ usage }: Answer): Json {
  const written = usage.cacheWrite5m + usage.cacheWrite1h
  const details = [
    ...(usage.cacheWrite5m > 0 ? [{ ttl: '5m', inputTokens: usage.cacheWrite5m }] : []),
    ...(usage.cacheWrite1h > 0 ? [{ ttl: '1h', inputTokens: usage.cacheWrite1h }] : []),
  ]
  return {
    inputTokens: usage.input - usage.cacheRead - written,
    outputTokens: usage.output,
    totalTokens: usage.input + usage.output,
    cacheReadInputTokens: usage.cacheRead,
    cacheWriteInputTokens: written,
    ...(details.length > 0 ? { cacheDetails: details } : {}),
  }
}

export function converseText(incoming: Incoming, answer: Answer): string {
  const content = answer.parts.flatMap((part): Json[] => {
    switch (part.kind) {
      case 'text':
        return part.pieces.length === 0 ? [] : [{ text: part.pieces.join('') }]
      case 'refusal':
        return []
      case 'reasoning':
        return [{ reasoningContent: reasoningContent(part, incoming) }]
      case 'tool-call':
        return [
          { toolUse: { toolUseId: callId(answer, part, 'tooluse_'), name: part.name, input: inputOf(part.arguments) } },
        ]
    }
    return []
  })
  // A refusal's words are the text of the guardrail.
  const refusal = textOf(answer, 'refusal')
  const all = refusal === '' ? content : [...content, { text: refusal }]
  const body = {
    metrics: { latencyMs: 12 },
    output: { message: { role: 'assistant', content: all } },
    stopReason: converseStop(answer.stop),
    usage: USAGE_MARK,
  }
  const lie = incoming.script.usage
  const text = withUsageText(body, usageJson(tokenUsage(answer), lie))
  return lie === 'twice'
    ? `${withUsageText(body, lowUsageJson(tokenUsage(answer))).slice(0, -1)},"usage":${usageJson(tokenUsage(answer), lie)}}`
    : text
}

function reasoningContent(part: Extract<AnswerPart, { kind: 'reasoning' }>, incoming: Incoming): Json {
  const seal = sealOf(part, incoming)
  if (part.redacted) return { redactedContent: Buffer.from(seal, 'latin1').toString('base64') }
  return { reasoningText: { text: part.pieces.join(''), ...(seal === '' ? {} : { signature: seal }) } }
}

/** Every payload of the real service carries some padding under `p`, so that lengths tell nothing. */
function frame(type: string, payload: Json): Buffer {
  return bedrockEvent(type, { ...payload, p: 'abcdefgh' })
}

export function* converseFrames(incoming: Incoming, answer: Answer): Generator<StreamEvent> {
  yield { kind: 'start', bytes: frame('messageStart', { role: 'assistant' }), tokens: 0 }
  const meter = new TokenMeter(answer.usage.output)
  let contentBlockIndex = 0
  for (const part of answer.parts) {
    if (part.kind === 'text' && part.pieces.length === 0) continue
    if (part.kind === 'tool-call') {
      const start = { toolUse: { toolUseId: callId(answer, part, 'tooluse_'), name: part.name } }
      yield { kind: 'start', bytes: frame('contentBlockStart', { contentBlockIndex, start }), tokens: 0 }
    }
    for (const { delta, text } of deltas(part, incoming)) {
      yield { kind: 'delta', bytes: frame('contentBlockDelta', { contentBlockIndex, delta }), tokens: meter.take(text) }
    }
    yield { kind: 'start', bytes: frame('contentBlockStop', { contentBlockIndex }), tokens: 0 }
    contentBlockIndex += 1
  }
  yield { kind: 'finish', bytes: frame('messageStop', { stopReason: converseStop(answer.stop) }), tokens: meter.rest() }
  const lie = incoming.script.usage
  const usage = tokenUsage(answer)
  if (lie === 'twice') yield metadata(lowUsageJson(usage))
  yield metadata(usageJson(usage, lie))
}

function metadata(usage: string | undefined): StreamEvent {
  const text = withUsageText({ metrics: { latencyMs: 12 }, usage: USAGE_MARK, p: 'abcdefgh' }, usage)
  const headers = { ':event-type': 'metadata', ':content-type': 'application/json', ':message-type': 'event' }
  return { kind: 'done', bytes: encodeFrame(headers, text), tokens: 0 }
}

function* deltas(part: AnswerPart, incoming: Incoming): Generator<{ delta: Json; text: string }> {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      for (const text of part.pieces) yield { delta: { text }, text }
      return
    case 'tool-call':
      if (part.arguments === undefined) yield { delta: { toolUse: { input: '' } }, text: part.name }
      for (const text of piecesOf(part.arguments ?? '')) yield { delta: { toolUse: { input: text } }, text }
      return
    case 'reasoning': {
      const seal = sealOf(part, incoming)
      if (part.redacted) {
        yield {
          delta: { reasoningContent: { redactedContent: Buffer.from(seal, 'latin1').toString('base64') } },
          text: '',
        }
        return
      }
      for (const text of part.pieces) yield { delta: { reasoningContent: { text } }, text }
      if (seal !== '') yield { delta: { reasoningContent: { signature: seal } }, text: '' }
    }
  }
}
