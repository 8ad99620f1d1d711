// Which tools the simulator calls, and with what. A forced call is always made; a free choice falls on a tool that the
// user's words name. Nothing is called by chance, and after a tool's result comes text, so no agent loops for ever.

import { badField } from './errors.ts'
import { isObject, missing, requiredString, wrongType, wrongValue } from './fields.ts'
import type { JsonObject } from './fields.ts'
import { sampleFromSchema } from './from-schema.ts'
import { randomFrom } from './seeded.ts'

export interface Tool {
  readonly kind: 'function' | 'custom'
  readonly name: string
  readonly description: string
  /** JSON Schema of the arguments; a custom tool has none and takes plain text. */
  readonly parameters: unknown
}

export type ToolChoice =
  | { readonly mode: 'none' | 'auto' }
  /** At least one of these must be called. */
  | { readonly mode: 'forced'; readonly names: readonly string[] }

export interface ToolCall {
  readonly kind: 'function' | 'custom'
  readonly name: string
  /** JSON text for a function, plain text for a custom tool. */
  readonly input: string
}

export function readTools(value: unknown): readonly Tool[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw wrongType('tools', 'an array of objects', value)
  const list: readonly unknown[] = value
  return list.map((item, index) => {
    const param = `tools[${index}]`
    if (!isObject(item)) throw wrongType(param, 'an object', item)
    const type = requiredString(item, 'type', `${param}.type`)
    if (type !== 'function' && type !== 'custom') throw wrongValue(`${param}.type`, type, ['function', 'custom'])
    const inner = item[type]
    if (!isObject(inner)) throw missing(`${param}.${type}`)
    return readTool(inner, type, `${param}.${type}`)
  })
}

export function readTool(inner: JsonObject, kind: Tool['kind'], param: string): Tool {
  const name = requiredString(inner, 'name', `${param}.name`)
  if (!/^[\w.:-]{1,128}$/u.test(name)) {
    const text = `Invalid '${param}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`
    throw badField(text, `${param}.name`, 'invalid_value')
  }
  const description = typeof inner['description'] === 'string' ? inner['description'] : ''
  return { kind, name, description, parameters: inner['parameters'] ?? { type: 'object', properties: {} } }
}

export function readToolChoice(value: unknown, tools: readonly Tool[]): ToolChoice {
  if (value === undefined || value === null) return { mode: 'auto' }
  if (tools.length === 0) {
    const text = `Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.`
    throw badField(text, 'tool_choice', 'invalid_value')
  }
  if (value === 'none' || value === 'auto') return { mode: value }
  if (value === 'required') return { mode: 'forced', names: tools.map((tool) => tool.name) }
  if (!isObject(value)) throw wrongValue('tool_choice', value, ['none', 'auto', 'required'])
  if (value['type'] === 'allowed_tools') return readAllowedTools(value, tools)
  return { mode: 'forced', names: [namedTool(value, tools)] }
}

function readAllowedTools(value: JsonObject, tools: readonly Tool[]): ToolChoice {
  const allowed = isObject(value['allowed_tools']) ? value['allowed_tools'] : value
  if (allowed['mode'] !== 'required') return { mode: 'auto' }
  const list: readonly unknown[] = Array.isArray(allowed['tools']) ? allowed['tools'] : []
  return { mode: 'forced', names: list.filter(isObject).map((item) => namedTool(item, tools)) }
}

function namedTool(value: JsonObject, tools: readonly Tool[]): string {
  const inner = value['function'] ?? value['custom'] ?? value
  if (!isObject(inner)) throw wrongType('tool_choice.function', 'an object', inner)
  const name = requiredString(inner, 'name', 'tool_choice.function.name')
  if (tools.some((tool) => tool.name === name)) return name
  const text = `Invalid value for 'tool_choice': tool '${name}' not found in 'tools' parameter.`
  throw badField(text, 'tool_choice', 'invalid_value')
}

/** Those calls that answer this prompt; none means text. `asked` is a tool that a directive names. */
export function chooseCalls(
  tools: readonly Tool[],
  choice: ToolChoice,
  prompt: string,
  options: { parallel: boolean; asked: string | undefined },
): readonly ToolCall[] {
  if (choice.mode === 'none') return []
  const allowed = choice.mode === 'forced' ? tools.filter((tool) => choice.names.includes(tool.name)) : tools
  const named = allowed.filter((tool) =>
    options.asked === undefined ? isMeant(tool, prompt) : tool.name === options.asked,
  )
  const meant = named.length === 0 && choice.mode === 'forced' ? allowed.slice(0, 1) : named
  return (options.parallel ? meant : meant.slice(0, 1)).map((tool) => makeCall(tool, prompt))
}

/** Names of tools that change things. Invented arguments must not reach them because of a chance word in a prompt. */
const CHANGES_THINGS =
  /write|edit|bash|shell|exec|run|command|delete|remove|patch|kill|create|update|send|move|install|commit|push|deploy|pay/iu

/** Words that say what any tool does, not which one. */
const COMMON = new Set([
  'get',
  'set',
  'the',
  'and',
  'for',
  'from',
  'with',
  'tool',
  'function',
  'fetch',
  'list',
  'current',
])

/** Whether a prompt's words name the tool: in full, or, when it can do no harm, by every telling word of its name. */
function isMeant(tool: Tool, prompt: string): boolean {
  const text = prompt.toLowerCase()
  const name = tool.name.toLowerCase()
  // Of the signs that a name may hold, only the dot means something in a pattern.
  const spelled = name.replaceAll('.', '\\.')
  if (new RegExp(`\\b(?:call|use|invoke)\\s+(?:the\\s+)?[\`'"]?${spelled}\\b`, 'u').test(text)) return true
  if (CHANGES_THINGS.test(name)) return false
  if (name.includes('_') && text.includes(name)) return true
  const words = (tool.name.match(/\p{Lu}?\p{Ll}+/gu) ?? []).map((word) => word.toLowerCase())
  const telling = words.filter((word) => word.length > 2 && !COMMON.has(word))
  const spoken = new Set(text.match(/\p{L}+/gu))
  return telling.length > 0 && telling.every((word) => spoken.has(word) || spoken.has(`${word}s`))
}

function makeCall(tool: Tool, prompt: string): ToolCall {
  if (tool.kind === 'custom') return { kind: 'custom', name: tool.name, input: prompt }
  const made = sampleFromSchema(tool.parameters, prompt)
  return { kind: 'function', name: tool.name, input: JSON.stringify(isObject(made) ? made : {}) }
}

/** Cuts arguments into the pieces that a stream sends, of uneven length as real ones are. */
export function pieces(text: string): string[] {
  const random = randomFrom(text.length)
  const characters = Array.from(text)
  const parts: string[] = []
  for (let at = 0; at < characters.length;) {
    const length = 1 + Math.floor(random() * 6)
    parts.push(characters.slice(at, at + length).join(''))
    at += length
  }
  return parts
}
