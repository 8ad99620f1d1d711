// `tools`, `tool_choice`, and the `functions` and `function_call` that came before them.

import type { FunctionTool, Tool, ToolChoice } from '../../core/conversation.ts'
import { NO_CHOICE } from '../../core/conversation.ts'
import { objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { cacheMarkOf } from './decode-content.ts'
import { invalid, readArray, readBoolean, readObject, readString, requireObject, requireString } from './read-fields.ts'
import { CHAT, defined, otherMembers } from './wire.ts'

const KNOWN_IN_TOOL: ReadonlySet<string> = new Set(['type', 'function', 'cache_control'])
const KNOWN_IN_FUNCTION: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'parameters',
  'strict',
  'cache_control',
])

export function decodeTools(body: JsonObject): readonly Tool[] {
  const tools: Tool[] = []
  for (const [index, tool] of (readArray(body, 'tools') ?? []).entries())
    tools.push(decodeTool(tool, `tools[${index}]`))
  for (const [index, value] of (readArray(body, 'functions') ?? []).entries()) {
    const at = `functions[${index}]`
    tools.push(decodeFunction(requireObject(value, at), at, at, {}))
  }
  return tools
}

function decodeTool(value: JsonValue, at: string): Tool {
  const tool = requireObject(value, at)
  const type = readString(tool, 'type', at) ?? 'function'
  if (type === 'custom') return decodeCustom(tool, at)
  if (type !== 'function') return { type: 'server', dialect: CHAT, name: type, at, value: tool }
  const inner = readObject(tool, 'function', at)
  // Some clients write a tool in the flat form of the Responses API.
  if (inner === undefined) return decodeFunction(tool, at, at, {})
  return decodeFunction(inner, `${at}.function`, at, tool)
}

/** @param tool around it; the members that nobody knows stay where they were */
function decodeFunction(inner: JsonObject, innerAt: string, at: string, tool: JsonObject): FunctionTool {
  const others = otherMembers(inner, KNOWN_IN_FUNCTION)
  return {
    type: 'function',
    name: requireString(inner, 'name', innerAt),
    at,
    extensions: {
      ...otherMembers(tool, KNOWN_IN_TOOL),
      ...(Object.keys(others).length === 0 ? {} : { function: others }),
    },
    ...defined({
      description: readString(inner, 'description', innerAt),
      parameters: readObject(inner, 'parameters', innerAt),
      strict: readBoolean(inner, 'strict', innerAt),
      cache: cacheMarkOf(tool) ?? cacheMarkOf(inner),
    }),
  }
}

function decodeCustom(tool: JsonObject, at: string): Tool {
  const custom = readObject(tool, 'custom', at)
  const innerAt = custom === undefined ? at : `${at}.custom`
  const inner = custom ?? tool
  return {
    type: 'custom',
    name: requireString(inner, 'name', innerAt),
    at,
    ...defined({
      description: readString(inner, 'description', innerAt),
      format: inner['format'] === null ? undefined : inner['format'],
    }),
  }
}

/** @throws {GatewayError} also for a name that no tool has (H46) */
export function decodeToolChoice(body: JsonObject, tools: readonly Tool[]): ToolChoice {
  const at = body['tool_choice'] === undefined || body['tool_choice'] === null ? 'function_call' : 'tool_choice'
  const value = body[at]
  if (value === undefined || value === null) return NO_CHOICE
  if (typeof value === 'string') return modeOf(value, at)
  const choice = requireObject(value, at)
  const type = readString(choice, 'type', at)
  if (type === 'allowed_tools') return decodeAllowed(choice, at, tools)
  if (type === 'auto' || type === 'none' || type === 'required' || type === 'any') return modeOf(type, at)
  const inner = objectOf(choice['function']) ?? objectOf(choice['custom']) ?? choice
  const name = stringOf(inner['name']) ?? (type !== 'function' && type !== 'custom' ? type : undefined)
  if (name === undefined || name === '')
    return invalid(at, `The field "${at}" must be auto, none, required, or an object that names a tool.`)
  requireTool(name, at, tools)
  return { mode: 'tool', name, given: true }
}

function modeOf(mode: string, at: string): ToolChoice {
  if (mode === 'auto' || mode === 'none' || mode === 'required') return { mode, given: true }
  // Mistral's word.
  if (mode === 'any') return { mode: 'required', given: true }
  return invalid(at, `The field "${at}" must be auto, none, required, or an object that names a tool.`)
}

function decodeAllowed(choice: JsonObject, at: string, tools: readonly Tool[]): ToolChoice {
  const path = `${at}.allowed_tools`
  const inner = readObject(choice, 'allowed_tools', at) ?? choice
  const mode = readString(inner, 'mode', path) === 'required' ? 'required' : 'auto'
  const allowed = (readArray(inner, 'tools', path) ?? []).map((value, index) => {
    const tool = requireObject(value, `${path}.tools[${index}]`)
    const named = objectOf(tool['function']) ?? objectOf(tool['custom']) ?? tool
    const name = stringOf(named['name']) ?? stringOf(tool['type']) ?? ''
    requireTool(name, `${path}.tools[${index}]`, tools)
    return name
  })
  if (allowed.length === 0) invalid(`${path}.tools`, `The field "${path}.tools" must name at least one tool.`)
  return { mode, allowed, given: true }
}

function requireTool(name: string, at: string, tools: readonly Tool[]): void {
  if (tools.some((tool) => tool.name === name)) return
  invalid(at, `The field "${at}" names the tool "${name.slice(0, 100)}", which is not among the tools.`)
}
