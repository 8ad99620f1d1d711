// Tools and the choice between them, for an upstream of this dialect. Namespaces and free-text tools are its own: they
// travel as they are.
// Source: `Tool` and `ToolChoiceParam` of OpenAI's OpenAPI document.

import type { Conversation, CustomTool, FunctionTool, Tool } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { NameRule, ToolNames } from '../../core/tool-names.ts'
import { NAMESPACE_DESCRIPTION } from './decode-tools.ts'
import { OWN } from './wire.ts'

export const TOOL_NAMES: NameRule = { legal: /^[a-zA-Z0-9_-]+$/, maxLength: 64 }

type CallableTool = FunctionTool | CustomTool

export function encodeTools(
  conversation: Conversation,
  target: TargetModel,
  names: ToolNames,
  notes: Notes,
): readonly JsonObject[] {
  const encoded: JsonObject[] = []
  const spaces = new Map<string, JsonObject[]>()
  for (const tool of conversation.tools) {
    if (tool.type === 'server') {
      if (tool.dialect === OWN) encoded.push(tool.value)
      else notes.dropAt(tool.at)
      continue
    }
    const value = encodeCallable(tool, conversation, target, names, notes)
    if (tool.namespace === undefined) {
      encoded.push(value)
      continue
    }
    const space = spaces.get(tool.namespace)
    if (space === undefined) {
      const inner = [value]
      spaces.set(tool.namespace, inner)
      const description = namespaceDescription(conversation.tools, tool.namespace)
      encoded.push({ type: 'namespace', name: tool.namespace, description, tools: inner })
    } else {
      space.push(value)
    }
  }
  return encoded
}

function namespaceDescription(tools: readonly Tool[], namespace: string): string {
  for (const tool of tools) {
    if (tool.type !== 'function' || tool.namespace !== namespace) continue
    const description = tool.extensions[NAMESPACE_DESCRIPTION]
    if (typeof description === 'string') return description
  }
  return namespace
}

function encodeCallable(
  tool: CallableTool,
  conversation: Conversation,
  target: TargetModel,
  names: ToolNames,
  notes: Notes,
): JsonObject {
  const name = names.toUpstream(tool.name, undefined, tool.type)
  const description = tool.description === undefined ? {} : { description: tool.description }
  if (tool.type === 'custom') {
    return { type: 'custom', name, ...description, ...(tool.format === undefined ? {} : { format: tool.format }) }
  }
  if (tool.cache !== undefined) notes.drop('cache')
  const own = conversation.dialect === OWN
  const { [NAMESPACE_DESCRIPTION]: _, ...extensions } = own ? tool.extensions : {}
  const unstrict = tool.strict === true && !target.traits.strictTools
  if (unstrict) notes.dropAt(`${tool.at}.strict`)
  // Not said, it means "strict where the schema allows it" here, and "not strict" everywhere else.
  const strict = unstrict ? false : (tool.strict ?? (own ? null : false))
  return {
    type: 'function',
    name,
    ...description,
    parameters: tool.parameters ?? { type: 'object', properties: {} },
    strict,
    ...extensions,
  }
}

export function encodeToolChoice(
  conversation: Conversation,
  target: TargetModel,
  names: ToolNames,
  notes: Notes,
): JsonValue {
  const choice = conversation.toolChoice
  if ((choice.mode === 'required' || choice.mode === 'tool') && !target.traits.forcedTools) {
    notes.refuse('toolChoice', `The model ${target.id} cannot be made to call a tool. Let it choose, or take another.`)
  }
  if (choice.mode === 'tool') return named(choice.name ?? '', choice.namespace, conversation, names, notes)
  if (choice.allowed === undefined) return choice.mode
  const tools = choice.allowed.map((name) => named(name, undefined, conversation, names, notes))
  return { type: 'allowed_tools', mode: choice.mode === 'required' ? 'required' : 'auto', tools }
}

function named(
  name: string,
  namespace: string | undefined,
  conversation: Conversation,
  names: ToolNames,
  notes: Notes,
): JsonObject {
  const tool = conversation.tools.find(
    (candidate) =>
      candidate.name === name &&
      (namespace === undefined || (candidate.type !== 'server' && candidate.namespace === namespace)),
  )
  if (tool?.type === 'server') {
    if (tool.dialect === OWN) return { type: tool.name }
    notes.refuse(
      'toolChoice',
      `The tool ${JSON.stringify(name)} runs at another provider, and cannot be demanded here.`,
    )
  }
  const upstream = names.toUpstream(name, undefined, tool?.type ?? 'function')
  const space = tool?.namespace === undefined ? {} : { namespace: tool.namespace }
  return { type: tool?.type ?? 'function', name: upstream, ...space }
}
