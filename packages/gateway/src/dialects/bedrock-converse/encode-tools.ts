// Tools, the choice between them, and the tool that stands in for structured output.
//
// Converse has no "none", and wants its `toolConfig` whenever the history has calls or results (H33, H34): then the
// specifications are made again from the names in the history.

import type { Conversation, CustomTool, FunctionTool } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import { isJsonObject, type JsonObject, objectOf, stringOf } from '../../core/json.ts'
import type { ToolNames } from '../../core/tool-names.ts'
import { constrainSchema, inputSchema } from '../anthropic-messages/output-schema.ts'
import type { CachePoints } from './cache-points.ts'
import type { OutputPlan } from './encode-output.ts'
import { familyOf } from './model-family.ts'

export interface EncodedTools {
  /** Null = leave it out. */
  readonly toolConfig: JsonObject | null
  /** The model must call something. */
  readonly forced: boolean
}

interface ToolContext {
  readonly target: TargetModel
  readonly notes: Notes
  readonly toolNames: ToolNames
  readonly cachePoints: CachePoints
  readonly output: OutputPlan
}

const NOTHING: JsonObject = Object.freeze({ type: 'object', properties: {} })
const FREE_TEXT: JsonObject = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
  additionalProperties: false,
}

/** @param called names of the calls that stay in the history, as they are sent */
export function encodeTools(
  conversation: Conversation,
  called: ReadonlySet<string>,
  context: ToolContext,
): EncodedTools {
  checkChoice(conversation, context.notes)
  const { mode } = conversation.toolChoice
  const specs = encodeSpecs(conversation, context)
  const standIn = context.output.tool
  if (standIn !== null) {
    const toolChoice = specs.length === 0 || mode === 'none' ? { tool: { name: standIn.name } } : { any: {} }
    return { toolConfig: { tools: [...specs, { toolSpec: standIn.spec }], toolChoice }, forced: true }
  }
  if (called.size === 0 && (mode === 'none' || specs.length === 0)) return { toolConfig: null, forced: false }
  if (mode === 'none') context.notes.change('toolChoice', 'auto')
  if (specs.length === 0) return { toolConfig: { tools: [...called].map(placeholderSpec) }, forced: false }
  const toolChoice = encodeChoice(conversation, context)
  return {
    toolConfig: { tools: specs, ...(toolChoice === null ? {} : { toolChoice }) },
    forced: toolChoice !== null,
  }
}

/** A choice of what is not there changes what the client gets (H46). */
function checkChoice({ toolChoice, tools }: Conversation, notes: Notes): void {
  const names = new Set(tools.map((tool) => tool.name))
  if (toolChoice.mode === 'tool' && toolChoice.name !== undefined && !names.has(toolChoice.name)) {
    notes.refuse('toolChoice', `There is no tool ${toolChoice.name} in this request. Add it, or choose another one.`)
  }
  const absent = toolChoice.allowed?.find((name) => !names.has(name))
  if (absent !== undefined) {
    notes.refuse('toolChoice', `There is no tool ${absent} in this request. Add it, or take it out of the choice.`)
  }
  if (toolChoice.mode === 'required' && tools.length === 0) {
    notes.refuse('toolChoice', 'A tool call is required, but the request has no tools. Add some.')
  }
}

/** Null = automatic, which not every model lets itself be told. */
function encodeChoice({ toolChoice }: Conversation, { target, notes, toolNames }: ToolContext): JsonObject | null {
  if (toolChoice.mode === 'auto' || toolChoice.mode === 'none') return null
  if (!target.traits.forcedTools) {
    notes.refuse('toolChoice', `${target.id} cannot be made to call a tool. Use "auto".`)
  }
  if (toolChoice.mode === 'required' || toolChoice.name === undefined) return { any: {} }
  return { tool: { name: toolNames.toUpstream(toolChoice.name, toolChoice.namespace) } }
}

// --- specifications ---

function encodeSpecs(conversation: Conversation, context: ToolContext): JsonObject[] {
  const { allowed, mode, name } = conversation.toolChoice
  const claude = familyOf(context.target.id) === 'claude'
  const specs: JsonObject[] = []
  for (const tool of conversation.tools) {
    if (allowed !== undefined && !allowed.includes(tool.name)) continue
    if (tool.type === 'server') {
      if (mode === 'tool' && name === tool.name) {
        context.notes.refuse(
          'toolChoice',
          `${tool.name} runs at its own provider and not at Bedrock. Choose another tool.`,
        )
      }
      context.notes.dropAt(tool.at)
      continue
    }
    specs.push({ toolSpec: tool.type === 'custom' ? customSpec(tool, context) : functionSpec(tool, context) })
    if (claude && tool.type === 'function') context.cachePoints.add(specs, tool.cache)
  }
  if (specs.length === 0 && mode === 'required' && conversation.tools.length > 0) {
    context.notes.refuse('toolChoice', 'None of the tools of this request can be called at Bedrock.')
  }
  return specs
}

function functionSpec(tool: FunctionTool, { target, notes, toolNames }: ToolContext): JsonObject {
  const schema = inputSchema(tool.parameters)
  const constrained = constrainSchema(schema)
  const strict = tool.strict === true && target.traits.strictTools && !constrained.open
  if (tool.strict === true && !strict) notes.dropAt(`${tool.at}.strict`)
  return {
    name: toolNames.toUpstream(tool.name, tool.namespace),
    ...(tool.description ? { description: tool.description } : {}),
    inputSchema: { json: strict ? constrained.schema : schema },
    ...(strict ? { strict: true } : {}),
  }
}

function customSpec(tool: CustomTool, { toolNames }: ToolContext): JsonObject {
  const description = [tool.description ?? '', grammarOf(tool)].filter((text) => text !== '').join('\n\n')
  return {
    name: toolNames.toUpstream(tool.name, tool.namespace, 'custom'),
    ...(description === '' ? {} : { description }),
    inputSchema: { json: FREE_TEXT },
  }
}

/** A grammar cannot be enforced here, but the model can read it. */
function grammarOf({ format }: CustomTool): string {
  const value = isJsonObject(format) ? format : undefined
  const grammar = objectOf(value?.['grammar']) ?? value
  const definition = stringOf(grammar?.['definition'])
  if (definition === undefined) return ''
  return `The input is text that follows this ${stringOf(grammar?.['syntax']) ?? ''} grammar:\n${definition}`
}

function placeholderSpec(name: string): JsonObject {
  return {
    toolSpec: { name, description: 'Was used earlier and is gone. Do not call it.', inputSchema: { json: NOTHING } },
  }
}
