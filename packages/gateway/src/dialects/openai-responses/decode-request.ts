// A body of `POST /v1/responses` as a conversation. State (`previous_response_id`, `conversation`, `background`) is not
// this folder's business: those members travel as extensions.
// Source: `CreateResponse` of OpenAI's OpenAPI document; penalties from Open Responses.

import type { Conversation, OutputFormat, ReasoningRequest, Sampling, Turn } from '../../core/conversation.ts'
import type { DecodeContext } from '../../core/dialect.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { isEffort } from '../../core/reasoning-effort.ts'
import { decodeInput } from './decode-input.ts'
import { decodeToolChoice, ToolList } from './decode-tools.ts'
import { Fields, invalid, put } from './fields.ts'
import { INCLUDE_ENCRYPTED, INCLUDE_LOGPROBS, OWN } from './wire.ts'

export function decodeRequest(body: JsonObject, context: DecodeContext): Conversation {
  const fields = new Fields(body)
  const extensions: Record<string, JsonValue> = {}
  const model = context.model ?? fields.string('model')
  if (model === undefined || model === '') throw invalid('model', '`model` is missing. Send the id of a model.')
  const stream = context.stream ?? fields.boolean('stream') ?? false
  const included = readInclude(fields.array('include') ?? [], extensions)
  const reasoning = readReasoning(fields.object('reasoning'), included.has(INCLUDE_ENCRYPTED), extensions)
  const { output, verbosity } = readText(fields.object('text'), extensions)
  const sampling = readSampling(fields, included.has(INCLUDE_LOGPROBS))
  const tools = new ToolList(fields.array('tools') ?? [])
  const turns = readTurns(body, fields, tools, context)
  const choice = fields.take('tool_choice')
  const toolChoice = decodeToolChoice(choice, tools, body['prompt'] != null, extensions)
  const optional = readOptional(fields)
  for (const [name, value] of Object.entries(fields.rest())) if (value !== undefined) put(extensions, name, value)
  return {
    dialect: OWN,
    model,
    stream,
    turns,
    tools: tools.tools,
    toolChoice,
    output,
    sampling,
    reasoning,
    ...optional,
    ...(verbosity === undefined ? {} : { verbosity }),
    usageAsked: true,
    extensions,
  }
}

function readTurns(body: JsonObject, fields: Fields, tools: ToolList, context: DecodeContext): readonly Turn[] {
  const instructions = fields.string('instructions')
  const input = fields.take('input')
  const elsewhere = ['prompt', 'previous_response_id', 'conversation'].some((name) => body[name] != null)
  if (input === undefined && instructions === undefined && !elsewhere) {
    throw invalid('input', '`input` is missing. Send a text, or an array of input items.')
  }
  const turns = decodeInput(input, tools, context.envelope)
  if (instructions === undefined) return turns
  const parts = [{ type: 'text' as const, at: 'instructions', text: instructions }]
  return [{ role: 'system', kind: 'instructions', parts }, ...turns]
}

function readInclude(include: readonly JsonValue[], extensions: Record<string, JsonValue>): ReadonlySet<string> {
  const known = new Set<string>()
  const others = include.filter((entry) => {
    if (entry !== INCLUDE_ENCRYPTED && entry !== INCLUDE_LOGPROBS) return true
    known.add(entry)
    return false
  })
  if (others.length > 0) put(extensions, 'include', others)
  return known
}

function readReasoning(
  value: JsonObject | undefined,
  sealed: boolean,
  extensions: Record<string, JsonValue>,
): ReasoningRequest {
  if (value === undefined) return sealed ? { sealed } : {}
  const fields = new Fields(value, 'reasoning')
  const effort = fields.string('effort')
  if (effort !== undefined && !isEffort(effort)) {
    throw invalid('reasoning.effort', '`reasoning.effort` must be none, minimal, low, medium, high, xhigh or max.')
  }
  const older = fields.string('generate_summary')
  const summary = fields.string('summary') ?? older
  keepRest(fields, 'reasoning', extensions)
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(summary === undefined ? {} : { summary, visible: true }),
    ...(sealed ? { sealed } : {}),
  }
}

/** Members without a place of their own, under their dotted names: `reasoning.context`. */
function keepRest(fields: Fields, at: string, extensions: Record<string, JsonValue>): void {
  for (const [name, value] of Object.entries(fields.rest())) {
    if (value !== undefined) put(extensions, `${at}.${name}`, value)
  }
}

function readText(
  value: JsonObject | undefined,
  extensions: Record<string, JsonValue>,
): { readonly output: OutputFormat; readonly verbosity: string | undefined } {
  if (value === undefined) return { output: { type: 'text' }, verbosity: undefined }
  const fields = new Fields(value, 'text')
  const verbosity = fields.string('verbosity')
  const output = readFormat(fields.object('format'))
  keepRest(fields, 'text', extensions)
  return { output, verbosity }
}

function readFormat(value: JsonObject | undefined): OutputFormat {
  if (value === undefined) return { type: 'text' }
  const fields = new Fields(value, 'text.format')
  const type = fields.string('type')
  if (type === undefined || type === 'text') return { type: 'text' }
  if (type === 'json_object') return { type: 'json' }
  if (type !== 'json_schema') {
    throw invalid('text.format.type', '`text.format.type` must be text, json_object or json_schema.')
  }
  const schema = fields.object('schema')
  if (schema === undefined) throw invalid('text.format.schema', '`text.format.schema` is missing. Send a JSON Schema.')
  const description = fields.string('description')
  const strict = fields.boolean('strict')
  return {
    type: 'json-schema',
    name: fields.string('name') ?? '',
    ...(description === undefined ? {} : { description }),
    schema,
    ...(strict === undefined ? {} : { strict }),
  }
}

function readSampling(fields: Fields, logprobs: boolean): Sampling {
  const temperature = fields.number('temperature')
  const topP = fields.number('top_p')
  const frequencyPenalty = fields.number('frequency_penalty')
  const presencePenalty = fields.number('presence_penalty')
  const topLogprobs = fields.number('top_logprobs')
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(frequencyPenalty === undefined ? {} : { frequencyPenalty }),
    ...(presencePenalty === undefined ? {} : { presencePenalty }),
    ...(logprobs ? { logprobs } : {}),
    ...(topLogprobs === undefined ? {} : { topLogprobs }),
    stop: [],
  }
}

type Optional = Pick<Conversation, 'parallelTools' | 'maxOutputTokens' | 'serviceTier' | 'endUser' | 'cacheKey'>

function readOptional(fields: Fields): Optional {
  const parallelTools = fields.boolean('parallel_tool_calls')
  const maxOutputTokens = fields.count('max_output_tokens')
  const serviceTier = fields.string('service_tier')
  const cacheKey = fields.string('prompt_cache_key')
  // `user` is the older name; when both are there it stays an extension.
  const endUser = fields.string('safety_identifier') ?? fields.string('user')
  return {
    ...(parallelTools === undefined ? {} : { parallelTools }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(endUser === undefined ? {} : { endUser }),
    ...(cacheKey === undefined ? {} : { cacheKey }),
  }
}
