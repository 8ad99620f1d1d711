// From the neutral answer to the items of a response, and the response object around them.
import { type Answer, type AnswerPart, callId, type Stop } from '../../answer.ts'
import type { Incoming } from '../dialect.ts'
import { isObject, type Json, listOf, parsedText } from '../json.ts'
import { datedModel } from '../openai/wire.ts'
import { USAGE_MARK } from '../usage-text.ts'
import type { ResponsesRequest } from './request.ts'

/** An item and the pieces in which a stream tells it. */
export interface OutputItem {
  readonly item: Json
  readonly part: AnswerPart
}

/** Text and refusal parts that stand side by side share a message in the real API; here each has its own, which is as legal. */
export function outputItems(answer: Answer, request: ResponsesRequest, incoming: Incoming): OutputItem[] {
  return answer.parts.flatMap((part, index): OutputItem[] => {
    const suffix = `${incoming.id}${index.toString().padStart(2, '0')}`
    switch (part.kind) {
      case 'text':
        return [
          {
            part,
            item: message(suffix, { type: 'output_text', annotations: [], logprobs: [], text: part.pieces.join('') }),
          },
        ]
      case 'refusal':
        return [{ part, item: message(suffix, { type: 'refusal', refusal: part.pieces.join('') }) }]
      case 'reasoning':
        return [{ part, item: reasoning(suffix, part, request, incoming) }]
      case 'tool-call':
        return [{ part, item: toolCall(suffix, part, answer, request) }]
      default:
        return []
    }
  })
}

function message(suffix: string, content: Json): Json {
  return { id: `msg_${suffix}`, type: 'message', status: 'completed', content: [content], role: 'assistant' }
}

function reasoning(
  suffix: string,
  part: Extract<AnswerPart, { kind: 'reasoning' }>,
  request: ResponsesRequest,
  incoming: Incoming,
): Json {
  const text = part.pieces.join('')
  const id = `rs_${suffix}`
  const own = typeof part.signature === 'string' ? part.signature : undefined
  const sealed = request.encrypted && part.signature !== false
  return {
    id,
    type: 'reasoning',
    summary: part.redacted || text === '' ? [] : [{ type: 'summary_text', text }],
    ...(sealed ? { encrypted_content: incoming.seals.seal('openai', `${id}\0${text}`, own) } : {}),
  }
}

function toolCall(
  suffix: string,
  part: Extract<AnswerPart, { kind: 'tool-call' }>,
  answer: Answer,
  request: ResponsesRequest,
): Json {
  const call_id = callId(answer, part, 'call_')
  const { name } = part
  const namespace = request.namespaces.get(name)
  const home = namespace === undefined ? {} : { namespace }
  if (request.custom.has(name)) {
    const text = part.arguments ?? ''
    const value = parsedText(text)
    return {
      id: `ctc_${suffix}`,
      type: 'custom_tool_call',
      status: 'completed',
      call_id,
      input: typeof value === 'string' ? value : text,
      name,
      ...home,
    }
  }
  return {
    id: `fc_${suffix}`,
    type: 'function_call',
    status: 'completed',
    arguments: part.arguments ?? '{}',
    call_id,
    name,
    ...home,
  }
}

/** How a response ended: completed, cut off, or failed. */
export function ending(stop: Stop): { status: string; incomplete: Json | null; error: Json | null } {
  switch (stop) {
    case 'max_tokens':
    case 'context_window':
      return { status: 'incomplete', incomplete: { reason: 'max_output_tokens' }, error: null }
    case 'content_filter':
      return { status: 'incomplete', incomplete: { reason: 'content_filter' }, error: null }
    case 'malformed_call':
      return {
        status: 'failed',
        incomplete: null,
        error: { code: 'server_error', message: 'The model produced invalid content.' },
      }
    case 'end':
    case 'stop_sequence':
    case 'tool_use':
    case 'refusal':
    case 'pause':
      break
  }
  return { status: 'completed', incomplete: null, error: null }
}

/** The response with all the members that OpenAI sends; `usage` is a mark until it ends. */
export function responseObject(incoming: Incoming, { body, question }: ResponsesRequest): Json {
  const text = isObject(body['text']) ? body['text'] : {}
  const thinking = isObject(body['reasoning']) ? body['reasoning'] : {}
  return {
    id: `resp_${incoming.id}`,
    object: 'response',
    created_at: incoming.createdS,
    status: 'in_progress',
    background: body['background'] === true,
    completed_at: null,
    error: null,
    frequency_penalty: 0,
    incomplete_details: null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    max_tool_calls: body['max_tool_calls'] ?? null,
    model: datedModel(question.model),
    output: [],
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    presence_penalty: 0,
    previous_response_id: body['previous_response_id'] ?? null,
    prompt_cache_key: body['prompt_cache_key'] ?? null,
    prompt_cache_retention: body['prompt_cache_retention'] ?? null,
    reasoning: { effort: thinking['effort'] ?? null, summary: thinking['summary'] ?? null },
    safety_identifier: body['safety_identifier'] ?? null,
    service_tier: 'default',
    store: body['store'] !== false,
    temperature: body['temperature'] ?? 1,
    text: { format: text['format'] ?? { type: 'text' }, verbosity: text['verbosity'] ?? 'medium' },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: listOf(body['tools']).map(echoedTool),
    top_logprobs: body['top_logprobs'] ?? 0,
    top_p: body['top_p'] ?? 1,
    truncation: body['truncation'] ?? 'disabled',
    usage: null,
    user: body['user'] ?? null,
    metadata: body['metadata'] ?? {},
  }
}

/** A function comes back with all of its members, strict unless that was switched off. */
function echoedTool(tool: unknown): unknown {
  if (!isObject(tool) || tool['type'] !== 'function') return tool
  return { ...tool, description: tool['description'] ?? null, strict: tool['strict'] ?? true }
}

export function finishedResponse(open: Json, output: readonly Json[], answer: Answer, completedS: number): Json {
  const { status, incomplete, error } = ending(answer.stop)
  return {
    ...open,
    status,
    completed_at: status === 'completed' ? completedS : null,
    incomplete_details: incomplete,
    error,
    output,
    usage: USAGE_MARK,
  }
}

export function responsesUsage({ usage }: Answer): Json {
  const cacheWrite = usage.cacheWrite5m + usage.cacheWrite1h
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: cacheWrite },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  }
}
