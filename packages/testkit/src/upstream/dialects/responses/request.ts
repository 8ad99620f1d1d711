// What OpenAI's Responses API reads in a request, and what it refuses.
import type { OfferedTool, Question } from '../../answer.ts'
import { isObject, type Json, listOf, textIn, written } from '../json.ts'
import { isReasoningModel } from '../openai/chat-limits.ts'
import { checkName, checkStrictSchema } from '../openai/names.ts'
import { BadRequest, requiredModel } from '../openai/wire.ts'
import { checkItems, itemText } from './items.ts'
import type { ResponseMemory } from './memory.ts'

export interface ResponsesRequest {
  readonly body: Json
  readonly stream: boolean
  /** The whole conversation, what a previous response held included. */
  readonly items: readonly Json[]
  readonly encrypted: boolean
  readonly summary: boolean
  /** Tools that take free text, and tools that live in a namespace. */
  readonly custom: ReadonlySet<string>
  readonly namespaces: ReadonlyMap<string, string>
  readonly question: Question
}

/** Names that moved when chat became Responses. */
const MOVED: Readonly<Record<string, string>> = {
  messages: 'input',
  max_tokens: 'max_output_tokens',
  max_completion_tokens: 'max_output_tokens',
  response_format: 'text.format',
  reasoning_effort: 'reasoning.effort',
  verbosity: 'text.verbosity',
}

const FIELDS = new Set(
  (
    'background client_metadata context_management conversation include input instructions max_output_tokens max_tool_calls metadata model moderation ' +
    'parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_options prompt_cache_retention reasoning ' +
    'safety_identifier service_tier store stream stream_options temperature text tool_choice tools top_logprobs top_p truncation user'
  ).split(' '),
)

/** Throws BadRequest. */
export function readResponsesRequest(body: Json, memory: ResponseMemory): ResponsesRequest {
  const model = requiredModel(body)
  checkFields(body)
  checkParameters(body, model)
  const previous = previousItems(body, memory)
  const { input } = body
  if (input === undefined || input === null) {
    throw new BadRequest("Missing required parameter: 'input'.", 'input', 'missing_required_parameter')
  }
  const fresh: readonly unknown[] =
    typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : listOf(input)
  const items = [...previous, ...checkItems(fresh, previous.length, { memory, store: body['store'] !== false })]
  checkPairs(items)
  const { tools, custom, namespaces } = readTools(body['tools'])
  const last = items.at(-1)
  const instructions = textIn(body, 'instructions') ?? ''
  const reasoning = body['reasoning']
  return {
    body,
    stream: body['stream'] === true,
    items,
    encrypted: listOf(body['include']).includes('reasoning.encrypted_content'),
    summary: isObject(reasoning) && typeof reasoning['summary'] === 'string',
    custom,
    namespaces,
    question: {
      model,
      prompt: [instructions, ...items.map((item) => compactedText(item, memory) ?? itemText(item))]
        .filter((text) => text !== '')
        .join('\n'),
      maxTokens: typeof body['max_output_tokens'] === 'number' ? body['max_output_tokens'] : undefined,
      tools,
      choice: readChoice(body['tool_choice'], tools),
      lastUserText: last?.['role'] === 'user' ? itemText(last) : undefined,
      toolResults: trailingResults(items),
      schema: readFormat(body['text']),
      stopSequences: [],
      reasoning: isObject(reasoning) && reasoning['effort'] !== 'none',
    },
  }
}

function checkFields(body: Json): void {
  for (const name of Object.keys(body)) {
    if (FIELDS.has(name)) continue
    const moved = Object.hasOwn(MOVED, name) ? MOVED[name] : undefined
    if (moved === undefined) throw new BadRequest(`Unknown parameter: '${name}'.`, name, 'unknown_parameter')
    const message = `Unsupported parameter: '${name}'. In the Responses API, this parameter has moved to '${moved}'. Try again with the new parameter. See the API documentation for more information: https://platform.openai.com/docs/api-reference/responses/create.`
    throw new BadRequest(message, name, 'unsupported_parameter')
  }
}

function checkParameters(body: Json, model: string): void {
  const max = body['max_output_tokens']
  if (typeof max === 'number' && max < 16) {
    const message = `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got ${max} instead.`
    throw new BadRequest(message, 'max_output_tokens', 'integer_below_min_value')
  }
  for (const [name, top] of [
    ['temperature', 2],
    ['top_p', 1],
  ] as const) {
    const value = body[name]
    if (typeof value !== 'number') continue
    if (isReasoningModel(model) && value !== 1 && !thinkingOff(body)) {
      throw new BadRequest(
        `Unsupported parameter: '${name}' is not supported with this model.`,
        name,
        'unsupported_parameter',
      )
    }
    if (value >= 0 && value <= top) continue
    const [side, limit] = value < 0 ? ['below_min', `>= 0`] : ['above_max', `<= ${top}`]
    const words = value < 0 ? 'below minimum' : 'above maximum'
    throw new BadRequest(
      `Invalid '${name}': decimal ${words} value. Expected a value ${limit}, but got ${value} instead.`,
      name,
      `decimal_${side}_value`,
    )
  }
  // Known families without reasoning; a model that nobody knows is trusted.
  if (/^(?:gpt-4|gpt-3|chatgpt)/.test(model)) {
    const { reasoning } = body
    if (isObject(reasoning) && typeof reasoning['effort'] === 'string' && reasoning['effort'] !== 'none') {
      throw new BadRequest(
        "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
        'reasoning.effort',
        'unsupported_parameter',
      )
    }
    if (listOf(body['include']).includes('reasoning.encrypted_content')) {
      throw new BadRequest('Encrypted content is not supported with this model.', 'include')
    }
  }
  for (const name of ['prompt_cache_key', 'safety_identifier']) {
    const text = textIn(body, name)
    if (text !== undefined && text.length > 64) {
      const message = `Invalid '${name}': string too long. Expected a string with maximum length 64, but got a string with length ${text.length} instead.`
      throw new BadRequest(message, name, 'string_above_max_length')
    }
  }
}

/** With effort `none` the newer models take sampling parameters again. */
function thinkingOff(body: Json): boolean {
  return isObject(body['reasoning']) && body['reasoning']['effort'] === 'none'
}

function previousItems(body: Json, memory: ResponseMemory): readonly Json[] {
  const id = body['previous_response_id']
  if (id === undefined || id === null) return []
  const stored = memory.conversation(written(id))
  if (stored !== undefined) return stored
  throw new BadRequest(
    `Previous response with id '${written(id)}' not found.`,
    'previous_response_id',
    'previous_response_not_found',
  )
}

/** Every output has its call and every call its output. */
function checkPairs(items: readonly Json[]): void {
  const ids = (type: RegExp): Set<unknown> =>
    new Set(items.filter((item) => type.test(String(item['type']))).map((item) => item['call_id']))
  const called = ids(/^(?:function|custom_tool)_call$/)
  const answered = ids(/^(?:function|custom_tool)_call_output$/)
  const callable = ids(/_call$/)
  for (const id of answered) {
    if (!callable.has(id))
      throw new BadRequest(`No tool call found for function call output with call_id ${String(id)}.`, 'input')
  }
  for (const id of called) {
    if (!answered.has(id)) throw new BadRequest(`No tool output found for function call ${String(id)}.`, 'input')
  }
}

function trailingResults(items: readonly Json[]): string[] {
  const isResult = (item: Json): boolean => String(item['type']).endsWith('_output')
  return items.slice(items.findLastIndex((item) => !isResult(item)) + 1).map(itemText)
}

interface Tools {
  readonly tools: OfferedTool[]
  readonly custom: Set<string>
  readonly namespaces: Map<string, string>
}

const HOSTED =
  /^(?:web_search|file_search|code_interpreter|image_generation|mcp|local_shell|shell|apply_patch|computer|tool_search|programmatic)/

function readTools(value: unknown): Tools {
  const found: Tools = { tools: [], custom: new Set(), namespaces: new Map() }
  for (const [index, tool] of listOf(value).entries()) readTool(tool, `tools[${index}]`, found)
  return found
}

function readTool(tool: unknown, param: string, found: Tools): void {
  const type = textIn(tool, 'type')
  if (!isObject(tool) || type === undefined) {
    throw new BadRequest(`Missing required parameter: '${param}.type'.`, `${param}.type`, 'missing_required_parameter')
  }
  if (type === 'namespace') {
    const namespace = checkName(tool['name'], `${param}.name`)
    for (const [index, inner] of listOf(tool['tools']).entries()) {
      readTool(inner, `${param}.tools[${index}]`, found)
      found.namespaces.set(
        checkName(isObject(inner) ? inner['name'] : undefined, `${param}.tools[${index}].name`),
        namespace,
      )
    }
    return
  }
  if (type !== 'function' && type !== 'custom') {
    if (HOSTED.test(type)) return
    const message = `Invalid value: '${type}'. Supported values are: 'function', 'custom', 'namespace', 'web_search', 'file_search', 'mcp'.`
    throw new BadRequest(message, `${param}.type`, 'invalid_value')
  }
  const name = checkName(tool['name'], `${param}.name`)
  if (tool['strict'] === true) checkStrictSchema(tool['parameters'], `function '${name}'`, `${param}.parameters`)
  found.tools.push({ name, parameters: type === 'custom' ? { type: 'string' } : tool['parameters'] })
  if (type === 'custom') found.custom.add(name)
}

function readChoice(choice: unknown, tools: readonly OfferedTool[]): Question['choice'] {
  if (choice === 'none' || choice === 'required') return choice
  if (!isObject(choice)) return 'auto'
  if (choice['type'] === 'allowed_tools') return choice['mode'] === 'required' ? 'required' : 'auto'
  const name = textIn(choice, 'name')
  if (name === undefined) return 'auto'
  if (!tools.some((tool) => tool.name === name)) {
    throw new BadRequest(`Tool choice '${name}' not found in 'tools' parameter.`, 'tool_choice')
  }
  return { name }
}

function readFormat(text: unknown): unknown {
  const format = isObject(text) ? text['format'] : undefined
  const type = textIn(format, 'type')
  if (!isObject(format) || type === undefined || type === 'text') return undefined
  if (type === 'json_object') return true
  const name = checkName(format['name'], 'text.format.name')
  if (!isObject(format['schema'])) {
    throw new BadRequest(
      "Missing required parameter: 'text.format.schema'.",
      'text.format.schema',
      'missing_required_parameter',
    )
  }
  if (format['strict'] === true) checkStrictSchema(format['schema'], `response_format '${name}'`, 'text.format.schema')
  return format['schema']
}

/** What a compaction of this deployment has left. */
function compactedText(item: Json, memory: ResponseMemory): string | undefined {
  return item['type'] === 'compaction'
    ? memory.seals.open('openai', textIn(item, 'encrypted_content') ?? '')
    : undefined
}
