// Tools and the choice among them, out of a request.

import { NO_CHOICE, type Tool, type ToolChoice } from '../../core/conversation.ts'
import { objectOf, type JsonObject } from '../../core/json.ts'
import { DIALECT, arrayField, booleanField, invalid, objectField, readCacheMark, restOf, stringField } from './wire.ts'

const READ = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control'])

export function decodeTools(body: JsonObject): readonly Tool[] {
  return (arrayField(body, 'tools') ?? []).map((element, index): Tool => {
    const at = `tools[${index}]`
    const tool = objectOf(element)
    if (tool === undefined) return invalid(at, `${at} must be an object.`)
    const type = stringField(tool, 'type', at) ?? 'custom'
    if (type !== 'custom') {
      return { type: 'server', dialect: DIALECT, name: stringField(tool, 'name', at) ?? type, at, value: tool }
    }
    return decodeFunction(tool, at)
  })
}

function decodeFunction(tool: JsonObject, at: string): Tool {
  const name = stringField(tool, 'name', at)
  if (name === undefined || name === '') return invalid(`${at}.name`, `${at}.name is missing.`)
  const description = stringField(tool, 'description', at)
  const parameters = objectField(tool, 'input_schema', at)
  const strict = booleanField(tool, 'strict', at)
  const cache = readCacheMark(tool['cache_control'])
  return {
    type: 'function',
    name,
    at,
    extensions: restOf(tool, READ) ?? {},
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(strict === undefined ? {} : { strict }),
    ...(cache === undefined ? {} : { cache }),
  }
}

export interface DecodedChoice {
  readonly toolChoice: ToolChoice
  readonly parallelTools?: boolean
}

export function decodeToolChoice(body: JsonObject, tools: readonly Tool[]): DecodedChoice {
  const choice = objectField(body, 'tool_choice')
  if (choice === undefined) return { toolChoice: NO_CHOICE }
  const single = booleanField(choice, 'disable_parallel_tool_use', 'tool_choice')
  const parallel = single === undefined ? {} : { parallelTools: !single }
  return { toolChoice: decodeMode(choice, body, tools), ...parallel }
}

function decodeMode(choice: JsonObject, body: JsonObject, tools: readonly Tool[]): ToolChoice {
  switch (choice['type']) {
    case 'auto':
    case 'none':
      return { mode: choice['type'], given: true }
    case 'any':
      return { mode: 'required', given: true }
    case 'tool': {
      const name = stringField(choice, 'name', 'tool_choice') ?? ''
      if (!tools.some((tool) => tool.name === name) && !hasHiddenTools(body, tools))
        return invalid(
          'tool_choice.name',
          `tool_choice names the tool ${JSON.stringify(name)}, which tools do not have.`,
        )
      return { mode: 'tool', name, given: true }
    }
    default:
      return invalid('tool_choice.type', 'tool_choice.type must be auto, any, tool or none.')
  }
}

/** Toolsets and MCP servers bring tools whose names only Anthropic knows. */
function hasHiddenTools(body: JsonObject, tools: readonly Tool[]): boolean {
  return (body['mcp_servers'] ?? null) !== null || tools.some((tool) => tool.type === 'server')
}
