// The items of a Responses request.
import { isObject, type Json, listOf, textIn } from '../json.ts'
import { checkLength, checkName } from '../openai/names.ts'
import { BadRequest } from '../openai/wire.ts'
import type { ResponseMemory } from './memory.ts'

const PARTS: Readonly<Record<string, readonly string[]>> = {
  user: ['input_text', 'input_image', 'input_file'],
  system: ['input_text', 'input_image', 'input_file'],
  developer: ['input_text', 'input_image', 'input_file'],
  assistant: ['output_text', 'refusal'],
}

/** What an id of each kind of item begins with. */
const PREFIXES: Readonly<Record<string, string>> = {
  message: 'msg',
  function_call: 'fc',
  reasoning: 'rs',
  custom_tool_call: 'ctc',
}

const OTHERS =
  /^(?:item_reference|compaction|compaction_trigger|additional_tools|web_search_call|file_search_call|code_interpreter_call|image_generation_call|computer_call|computer_call_output|local_shell_call|local_shell_call_output|shell_call|shell_call_output|apply_patch_call|apply_patch_call_output|mcp_call|mcp_list_tools|mcp_approval_request|mcp_approval_response|tool_search_call|tool_search_output)$/

interface Context {
  readonly memory: ResponseMemory
  readonly store: boolean
}

/** Returns the items with their type, which a message may leave out. Throws BadRequest. */
export function checkItems(items: readonly unknown[], before: number, context: Context): Json[] {
  const typed = items.map((item, index) => {
    if (!isObject(item)) {
      throw new BadRequest(`Invalid type for 'input[${index}]': expected an object.`, `input[${index}]`, 'invalid_type')
    }
    return item['type'] === undefined && item['role'] !== undefined ? { ...item, type: 'message' } : item
  })
  for (const [index, item] of typed.entries()) {
    checkItem(item, `input[${index}]`, context)
    checkNeighbours(typed, index, before, context.memory)
  }
  return typed
}

/** The words of an item, for counting and for the answer. */
export function itemText(item: Json): string {
  const output = item['output'] ?? item['content'] ?? item['arguments'] ?? item['input']
  if (typeof output === 'string') return output
  return listOf(output)
    .map((part) => textIn(part, 'text') ?? textIn(part, 'refusal') ?? '')
    .join('')
}

function checkItem(item: Json, param: string, context: Context): void {
  const type = textIn(item, 'type') ?? ''
  const id = textIn(item, 'id')
  const prefix = Object.hasOwn(PREFIXES, type) ? PREFIXES[type] : undefined
  if (id !== undefined && prefix !== undefined && !id.startsWith(prefix)) {
    const message = `Invalid '${param}.id': '${id}'. Expected an ID that begins with '${prefix}'.`
    throw new BadRequest(message, `${param}.id`, 'invalid_value')
  }
  switch (type) {
    case 'message':
      return checkMessage(item, param)
    case 'function_call':
      checkCallId(item, param)
      checkName(item['name'], `${param}.name`)
      return needText(item, 'arguments', param)
    case 'custom_tool_call':
      checkCallId(item, param)
      return needText(item, 'input', param)
    case 'function_call_output':
    case 'custom_tool_call_output':
      checkCallId(item, param)
      return checkOutput(item, param)
    case 'reasoning':
      return checkReasoning(item, param, context)
    case 'compaction':
      return checkSealed(textIn(item, 'encrypted_content') ?? '', context)
    default:
      if (OTHERS.test(type)) return
      throw new BadRequest(
        `Invalid value: '${type}'. Supported values are: 'message', 'function_call', 'function_call_output', 'reasoning', 'item_reference', 'custom_tool_call', 'custom_tool_call_output', 'compaction'.`,
        param,
        'invalid_value',
      )
  }
}

function checkMessage(item: Json, param: string): void {
  const role = textIn(item, 'role') ?? ''
  const known = Object.hasOwn(PARTS, role) ? PARTS[role] : undefined
  if (known === undefined) {
    const message = `Invalid value: '${role}'. Supported values are: 'assistant', 'system', 'developer', and 'user'.`
    throw new BadRequest(message, `${param}.role`, 'invalid_value')
  }
  const { content } = item
  if (typeof content === 'string') return
  if (!Array.isArray(content)) {
    throw new BadRequest(
      `Missing required parameter: '${param}.content'.`,
      `${param}.content`,
      'missing_required_parameter',
    )
  }
  for (const [index, part] of content.entries()) {
    const type = textIn(part, 'type') ?? ''
    if (known.includes(type)) continue
    const supported = known.map((name) => `'${name}'`).join(', ')
    const at = `${param}.content[${index}]`
    throw new BadRequest(`Invalid value: '${type}'. Supported values are: ${supported}.`, at, 'invalid_value')
  }
}

function checkCallId(item: Json, param: string): void {
  const id = textIn(item, 'call_id')
  if (id === undefined) {
    throw new BadRequest(
      `Missing required parameter: '${param}.call_id'.`,
      `${param}.call_id`,
      'missing_required_parameter',
    )
  }
  if (id === '') {
    const message = `Invalid '${param}.call_id': empty string. Expected a string with minimum length 1, but got an empty string instead.`
    throw new BadRequest(message, `${param}.call_id`, 'empty_string')
  }
  checkLength(id, 64, `${param}.call_id`)
}

function needText(item: Json, name: string, param: string): void {
  if (textIn(item, name) !== undefined) return
  throw new BadRequest(
    `Missing required parameter: '${param}.${name}'.`,
    `${param}.${name}`,
    'missing_required_parameter',
  )
}

function checkOutput(item: Json, param: string): void {
  const { output } = item
  if (typeof output === 'string') return
  if (!Array.isArray(output)) {
    throw new BadRequest(
      `Missing required parameter: '${param}.output'.`,
      `${param}.output`,
      'missing_required_parameter',
    )
  }
  for (const [index, part] of output.entries()) {
    if (['input_text', 'input_image', 'input_file'].includes(textIn(part, 'type') ?? '')) continue
    const message = `Invalid value: '${textIn(part, 'type')}'. Supported values are: 'input_text', 'input_image', and 'input_file'.`
    throw new BadRequest(message, `${param}.output[${index}]`, 'invalid_value')
  }
}

function checkReasoning(item: Json, param: string, context: Context): void {
  if (!Array.isArray(item['summary'])) {
    throw new BadRequest(
      `Missing required parameter: '${param}.summary'.`,
      `${param}.summary`,
      'missing_required_parameter',
    )
  }
  const sealed = textIn(item, 'encrypted_content')
  const id = textIn(item, 'id') ?? ''
  if (sealed !== undefined) {
    checkSealed(sealed, context)
    return
  }
  if (context.store && context.memory.knowsItem(id)) return
  const advice = context.store
    ? ''
    : ' Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input.'
  throw new BadRequest(`Item with id '${id}' not found.${advice}`, 'input', null, 404)
}

function checkSealed(sealed: string, { memory }: Context): void {
  if (memory.seals.knows('openai', sealed)) return
  const message = `The encrypted content ${sealed.slice(0, 8)}... could not be verified. Reason: Encrypted content could not be decrypted or parsed.`
  throw new BadRequest(message, null, 'invalid_encrypted_content')
}

/** Reasoning stands directly before what it led to, and what it led to does not come without it. */
function checkNeighbours(items: readonly Json[], index: number, before: number, memory: ResponseMemory): void {
  const item = items[index]
  if (item === undefined) return
  const id = textIn(item, 'id')
  if (item['type'] === 'reasoning') {
    const next = items[index + 1]
    const follows =
      next !== undefined &&
      (next['type'] !== 'message' || next['role'] === 'assistant') &&
      !String(next['type']).endsWith('_output')
    if (!follows) {
      throw new BadRequest(
        `Item '${id ?? ''}' of type 'reasoning' was provided without its required following item.`,
        'input',
      )
    }
    return
  }
  const needed = id === undefined ? undefined : memory.reasoningOf(id)
  if (needed === undefined || before > 0) return
  if (items.slice(0, index).some((other) => other['id'] === needed)) return
  const message = `Item '${id ?? ''}' of type '${String(item['type'])}' was provided without its required 'reasoning' item: '${needed}'.`
  throw new BadRequest(message, 'input')
}
