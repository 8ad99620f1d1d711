// Tools and the choice among them, for an upstream. Also the tool that stands in for structured output where a model has
// none: its arguments are the answer (H68).

import type { Conversation, CustomTool, FunctionTool, Tool, ToolChoice } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import { objectOf, stringOf, type JsonObject } from '../../core/json.ts'
import type { ToolNames } from '../../core/tool-names.ts'
import type { DraftMessage } from './encode-messages.ts'
import type { OutputPlan } from './encode-output.ts'
import { constrainSchema, inputSchema } from './output-schema.ts'
import { DIALECT, writeCacheMark, type Draft } from './wire.ts'

export interface EncodedTools {
  readonly tools: readonly Draft[]
  /** Null = leave it out. */
  readonly choice: JsonObject | null
  /** The model must call something, which excludes thinking. */
  readonly forced: boolean
}

export function encodeTools(
  conversation: Conversation,
  output: OutputPlan,
  target: TargetModel,
  toolNames: ToolNames,
  notes: Notes,
): EncodedTools {
  const { toolChoice } = conversation
  const tools: Draft[] = []
  for (const tool of conversation.tools) {
    if (toolChoice.allowed !== undefined && !toolChoice.allowed.includes(tool.name)) continue
    const encoded = encodeTool(tool, conversation, target, toolNames, notes)
    if (encoded !== null) tools.push(encoded)
  }
  checkChoice(conversation, tools.length, notes)
  if (output.tool !== null) {
    const { name, schema, description } = output.tool
    tools.push({ name, description, input_schema: inputSchema(schema) })
  }
  if (tools.length === 0) return { tools, choice: null, forced: false }
  const choice = encodeChoice(conversation, output, toolNames, tools.length)
  const forced = choice?.['type'] === 'any' || choice?.['type'] === 'tool'
  if (forced && output.tool === null && !target.traits.forcedTools)
    notes.refuse('toolChoice', 'This model cannot be made to call a tool: ask for auto.')
  return { tools, choice, forced }
}

/**
 * A history with calls wants tools, also where the client offers none any more: those that were used, and not to be used
 * again.
 */
export function pastTools(messages: readonly DraftMessage[]): readonly Draft[] {
  const names = new Set<string>()
  for (const { content } of messages) {
    for (const block of content) if (block['type'] === 'tool_use') names.add(stringOf(block['name']) ?? '')
  }
  return [...names].map((name) => ({ name, input_schema: inputSchema(undefined) }))
}

function encodeTool(
  tool: Tool,
  conversation: Conversation,
  target: TargetModel,
  toolNames: ToolNames,
  notes: Notes,
): Draft | null {
  if (tool.type === 'function') return encodeFunction(tool, conversation, target, toolNames, notes)
  if (tool.type === 'custom') return encodeCustom(tool, toolNames)
  if (tool.dialect === DIALECT) return { ...tool.value }
  if (conversation.toolChoice.mode === 'tool' && conversation.toolChoice.name === tool.name)
    return notes.refuse('toolChoice', `The tool ${tool.name} runs at another provider and cannot be forced here.`)
  notes.dropAt(tool.at)
  return null
}

function encodeFunction(
  tool: FunctionTool,
  conversation: Conversation,
  target: TargetModel,
  toolNames: ToolNames,
  notes: Notes,
): Draft {
  const strict = tool.strict === true && target.traits.strictTools
  if (tool.strict === true && !strict) notes.dropAt(`${tool.at}.strict`)
  const schema = inputSchema(tool.parameters)
  const constrained = strict ? constrainSchema(schema) : { schema, open: false }
  if (constrained.open) notes.dropAt(`${tool.at}.strict`)
  const strictness = strict && !constrained.open ? { strict: true } : {}
  const own = conversation.dialect === DIALECT
  return {
    name: toolNames.toUpstream(tool.name, tool.namespace, 'function'),
    ...(tool.description === undefined ? {} : { description: tool.description }),
    input_schema: constrained.open ? schema : constrained.schema,
    ...(own && tool.strict === false ? { strict: false } : strictness),
    ...(own ? tool.extensions : {}),
    ...(tool.cache === undefined ? {} : { cache_control: writeCacheMark(tool.cache) }),
  }
}

/** Free text travels as the one argument of a function; its grammar is told in words. */
function encodeCustom(tool: CustomTool, toolNames: ToolNames): Draft {
  const grammar = stringOf(objectOf(tool.format)?.['definition'])
  const words = [tool.description ?? '', grammar === undefined ? '' : `The input follows this grammar:\n${grammar}`]
  const description = words.filter((text) => text !== '').join('\n\n')
  return {
    name: toolNames.toUpstream(tool.name, tool.namespace, 'custom'),
    ...(description === '' ? {} : { description }),
    input_schema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
  }
}

/** A choice must be able to come true (H46). */
function checkChoice(conversation: Conversation, sent: number, notes: Notes): void {
  const { toolChoice, tools } = conversation
  for (const name of toolChoice.allowed ?? []) {
    if (!tools.some((tool) => tool.name === name))
      notes.refuse('toolChoice', `The tool ${JSON.stringify(name)} is allowed, but it is not among the tools.`)
  }
  if (toolChoice.mode === 'required' && sent === 0)
    notes.refuse('toolChoice', 'A tool must be called, but there is none that this model can be given.')
  if (toolChoice.mode === 'tool' && !isThere(toolChoice, tools, conversation))
    notes.refuse(
      'toolChoice',
      `The tool ${JSON.stringify(toolChoice.name)} must be called, but it is not among the tools.`,
    )
}

function isThere(choice: ToolChoice, tools: readonly Tool[], conversation: Conversation): boolean {
  if (tools.some((tool) => tool.name === choice.name)) return true
  // Toolsets and MCP servers bring tools of their own.
  if (conversation.dialect !== DIALECT) return false
  return 'mcp_servers' in conversation.extensions || tools.some((tool) => tool.type === 'server')
}

function encodeChoice(
  conversation: Conversation,
  output: OutputPlan,
  toolNames: ToolNames,
  count: number,
): JsonObject | null {
  const { toolChoice, parallelTools, dialect } = conversation
  // The answer itself is a call now: some call there must be, and where there is nothing else it is this one.
  if (output.tool !== null && toolChoice.mode !== 'tool') {
    const only = count === 1 || toolChoice.mode === 'none'
    const forced: JsonObject = only ? { type: 'tool', name: output.tool.name } : { type: 'any' }
    return parallelTools === false ? { ...forced, disable_parallel_tool_use: true } : forced
  }
  if (toolChoice.mode === 'none') return { type: 'none' }
  const single =
    parallelTools === false || (parallelTools === true && dialect === DIALECT)
      ? { disable_parallel_tool_use: !parallelTools }
      : {}
  switch (toolChoice.mode) {
    case 'required':
      return { type: 'any', ...single }
    case 'tool': {
      const name = toolNames.toUpstream(toolChoice.name ?? '', toolChoice.namespace)
      return { type: 'tool', name, ...single }
    }
    default:
      return toolChoice.given || 'disable_parallel_tool_use' in single ? { type: 'auto', ...single } : null
  }
}
