// The `response` object around an answer: 31 members, most of which say the request over again. All of them are always
// there: OpenAI wants 14, the Open Responses specification all.
// Sources: `Response` of OpenAI's OpenAPI document; `ResponseResource` of Open Responses, version 2026-04-24.

import type { Finish } from '../../core/answer.ts'
import type { ReplyContext } from '../../core/dialect.ts'
import {
  arrayOf,
  isJsonObject,
  numberOf,
  objectOf,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { writeUsage } from './usage.ts'

export type ResponseStatus = 'in_progress' | 'completed' | 'incomplete' | 'failed'

export interface ResponseState {
  readonly status: ResponseStatus
  readonly createdAtSeconds: number
  readonly output: readonly JsonObject[]
  readonly usage: TokenUsage | null
  readonly serviceTier: string | undefined
  /** Why it is incomplete. */
  readonly incompleteReason: string | null
  /** `{code, message}` of a failed one. */
  readonly error: JsonObject | null
}

/** What a response object needs of its context. */
export type ResponseContext = Pick<
  ReplyContext,
  'requestBody' | 'publicModel' | 'replyId' | 'nowSeconds' | 'costJson' | 'besideCost'
>

/** One per answer: all snapshots have the same id (H84), which may have been told beforehand. */
function responseId({ requestBody, replyId }: ResponseContext): string {
  return stringOf(requestBody['id']) ?? `resp_${replyId}`
}

/** When it was made, which may have been told beforehand. @param upstream as the upstream says; 0 = it does not */
export function createdAtSeconds({ requestBody, nowSeconds }: ResponseContext, upstream: number): number {
  return numberOf(requestBody['created_at']) ?? (upstream || nowSeconds)
}

export function responseObject(context: ResponseContext, state: ResponseState): JsonObject {
  const asked = context.requestBody
  return {
    id: responseId(context),
    object: 'response',
    created_at: state.createdAtSeconds,
    completed_at: state.status === 'completed' ? Math.max(state.createdAtSeconds, context.nowSeconds) : null,
    status: state.status,
    background: asked['background'] === true,
    ...(isJsonObject(asked['conversation']) ? { conversation: asked['conversation'] } : {}),
    error: state.error,
    incomplete_details: state.incompleteReason === null ? null : { reason: state.incompleteReason },
    instructions: stringOf(asked['instructions']) ?? null,
    max_output_tokens: numberAsked(asked, 'max_output_tokens') ?? null,
    max_tool_calls: numberAsked(asked, 'max_tool_calls') ?? null,
    model: context.publicModel,
    output: state.output,
    parallel_tool_calls: asked['parallel_tool_calls'] !== false,
    previous_response_id: stringOf(asked['previous_response_id']) ?? null,
    prompt_cache_key: stringOf(asked['prompt_cache_key']) ?? null,
    reasoning: echoReasoning(asked['reasoning']),
    safety_identifier: stringOf(asked['safety_identifier']) ?? null,
    service_tier: serviceTier(state.serviceTier, asked['service_tier']),
    store: asked['store'] !== false,
    temperature: numberAsked(asked, 'temperature') ?? 1,
    text: echoText(asked['text']),
    tool_choice: echoToolChoice(asked['tool_choice']),
    tools: (arrayOf(asked['tools']) ?? []).filter(isJsonObject).map(echoTool),
    top_logprobs: numberAsked(asked, 'top_logprobs') ?? 0,
    top_p: numberAsked(asked, 'top_p') ?? 1,
    presence_penalty: numberAsked(asked, 'presence_penalty') ?? 0,
    frequency_penalty: numberAsked(asked, 'frequency_penalty') ?? 0,
    truncation: asked['truncation'] === 'auto' ? 'auto' : 'disabled',
    usage: state.usage === null ? null : writeUsage(state.usage, context),
    ...(typeof asked['user'] === 'string' ? { user: asked['user'] } : {}),
    metadata: objectOf(asked['metadata']) ?? {},
  }
}

export interface Outcome {
  readonly status: 'completed' | 'incomplete' | 'failed'
  readonly incompleteReason: string | null
}

const COMPLETED: Outcome = { status: 'completed', incompleteReason: null }

/** @param refused a refusal stands in the output already */
export function outcomeOf(finish: Finish, refused: boolean): Outcome {
  switch (finish.reason) {
    case 'stop':
    case 'stop-sequence':
    case 'tool-calls':
      return COMPLETED
    case 'length':
    case 'context-window':
    case 'pause':
      return { status: 'incomplete', incompleteReason: 'max_output_tokens' }
    case 'refusal':
      return refused ? COMPLETED : { status: 'incomplete', incompleteReason: 'content_filter' }
    case 'content-filter':
      return { status: 'incomplete', incompleteReason: 'content_filter' }
    case 'malformed':
      return { status: 'failed', incompleteReason: null }
    default:
      return finish.reason satisfies never
  }
}

/** What a malformed answer says of itself (H39). */
export function malformedError(finish: Finish): JsonObject {
  return { code: 'server_error', message: finish.detail ?? 'The model produced something that cannot be read.' }
}

/** As it was written: `0.70` stays `0.70`. */
function numberAsked(asked: JsonObject, name: string): JsonValue | undefined {
  const value = asked[name]
  return numberOf(value) === undefined ? undefined : value
}

const SERVICE_TIERS: ReadonlySet<unknown> = new Set(['default', 'flex', 'scale', 'priority', 'ultrafast'])

function serviceTier(used: string | undefined, asked: JsonValue | undefined): JsonValue {
  if (SERVICE_TIERS.has(used)) return used ?? 'default'
  return SERVICE_TIERS.has(asked) ? (asked ?? 'default') : 'default'
}

function echoReasoning(value: JsonValue | undefined): JsonValue {
  if (!isJsonObject(value)) return null
  const { generate_summary: older, ...reasoning } = value
  return { ...reasoning, effort: value['effort'] ?? null, summary: value['summary'] ?? older ?? null }
}

function echoText(value: JsonValue | undefined): JsonObject {
  const text = objectOf(value)
  const format = objectOf(text?.['format'])
  const verbosity = text?.['verbosity']
  return {
    format: echoFormat(format),
    ...(verbosity == null ? {} : { verbosity }),
  }
}

function echoFormat(format: JsonObject | undefined): JsonObject {
  if (format?.['type'] === 'json_object') return { type: 'json_object' }
  if (format?.['type'] !== 'json_schema') return { type: 'text' }
  const { description, ...rest } = format
  return {
    ...rest,
    ...(typeof description === 'string' ? { description } : {}),
    name: format['name'] ?? '',
    strict: format['strict'] === true,
  }
}

function echoToolChoice(value: JsonValue | undefined): JsonValue {
  if (value === 'none' || value === 'auto' || value === 'required') return value
  const choice = objectOf(value)
  const type = choice?.['type']
  if (choice === undefined || typeof type !== 'string') return 'auto'
  // A choice of the chat API keeps its name one level deeper.
  const inner = choice['name'] == null ? objectOf(choice[type]) : undefined
  return inner === undefined ? choice : { type, ...inner }
}

/** Functions with all their members; other tools as they came. */
function echoTool(tool: JsonObject): JsonObject {
  if ((tool['type'] ?? 'function') === 'namespace') {
    return { ...tool, tools: (arrayOf(tool['tools']) ?? []).filter(isJsonObject).map(echoTool) }
  }
  if ((tool['type'] ?? 'function') !== 'function') return tool
  const { function: nested, input_schema: schema, ...flat } = tool
  const value = isJsonObject(nested) ? nested : flat
  return {
    ...value,
    type: 'function',
    name: value['name'] ?? '',
    description: value['description'] ?? null,
    parameters: value['parameters'] ?? schema ?? null,
    strict: value['strict'] ?? null,
  }
}
