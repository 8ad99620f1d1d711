// Tools, tool choice and output format, which hang together: where a model cannot be held to a schema while it has tools,
// its answer is the arguments of one more tool (H68).

import type { Conversation, FunctionTool, Tool, ToolChoice } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import { arrayOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { ToolNames } from '../../core/tool-names.ts'
import { parametersForGemini, schemaForGemini } from './gemini-schema.ts'

export interface EncodedTools {
  readonly list: readonly JsonObject[]
  /** `toolConfig`. */
  readonly config: JsonObject | null
  /** Members of `generationConfig`. */
  readonly format: JsonObject
  readonly outputTool: string | null
  /** To be added to the system's words; '' = nothing. */
  readonly instruction: string
}

interface ToolContext {
  readonly target: TargetModel
  readonly notes: Notes
  readonly toolNames: ToolNames
}

const JSON_ONLY = 'Answer with one valid JSON object and nothing else: no explanation, no code fence.'
const OUTPUT_TOOL = 'give_answer'
const OUTPUT_TOOL_WORDS = 'Call this function to give the final answer.'

export function encodeTools(conversation: Conversation, context: ToolContext): EncodedTools {
  const { list, names } = toolList(conversation, context)
  const format = outputFormat(conversation, names, context)
  const declared = format.tool === null ? list : withDeclaration(list, format.tool.declaration)
  return {
    list: declared,
    config: toolConfig(conversation.toolChoice, { names, outputTool: format.tool?.name ?? null }, context),
    format: format.members,
    outputTool: format.tool?.name ?? null,
    instruction: format.instruction,
  }
}

// --- the tools ---

function toolList({ tools }: Conversation, context: ToolContext): { list: JsonObject[]; names: Set<string> } {
  const declarations: JsonObject[] = []
  const list: JsonObject[] = []
  const names = new Set<string>()
  for (const tool of tools) {
    if (tool.type === 'server') {
      if (tool.dialect === 'gemini') list.push(tool.value)
      else context.notes.dropAt(tool.at)
      continue
    }
    const name = context.toolNames.toUpstream(tool.name, tool.namespace, tool.type)
    if (names.has(name)) continue
    // All functions in one place, where the first of them stood.
    if (names.size === 0) list.push({ functionDeclarations: declarations })
    names.add(name)
    declarations.push(declaration(tool, name, context))
  }
  return { list, names }
}

function declaration(tool: Exclude<Tool, { type: 'server' }>, name: string, context: ToolContext): JsonObject {
  const described = tool.description === undefined ? {} : { description: tool.description }
  if (tool.type === 'custom') return { name, ...described, parameters: customParameters(tool.format) }
  if (tool.strict === true && !context.target.traits.strictTools) context.notes.dropAt(`${tool.at}.strict`)
  return { ...own(tool), name, ...described, ...parameters(tool.parameters, context.target) }
}

/** A tool that takes free text takes an object with that text (H45). */
function customParameters(format: JsonValue | undefined): JsonObject {
  const hint = format === undefined ? {} : { description: `Text of this form: ${JSON.stringify(format)}` }
  return { type: 'OBJECT', properties: { input: { type: 'STRING', ...hint } }, required: ['input'] }
}

/**
 * Models that hold to a schema take JSON Schema as it is (Gemini 2.5 and later, `parametersJsonSchema`); for others it is
 * brought into the older form, in which a function that takes nothing must not have an empty object.
 */
function parameters(schema: JsonObject | undefined, { traits }: TargetModel): JsonObject {
  if (traits.strictTools) return schema === undefined ? {} : { parametersJsonSchema: schema }
  const cleaned = parametersForGemini(schema)
  return cleaned === undefined ? {} : { parameters: cleaned }
}

/** Members of a declaration that only Google knows. */
function own(tool: FunctionTool): JsonObject {
  return tool.at.includes('functionDeclarations') ? tool.extensions : {}
}

function withDeclaration(list: readonly JsonObject[], added: JsonObject): JsonObject[] {
  const at = list.findIndex((tool) => tool['functionDeclarations'] !== undefined)
  if (at === -1) return [{ functionDeclarations: [added] }, ...list]
  const declared = arrayOf(list[at]?.['functionDeclarations']) ?? []
  return list.map((tool, index) => (index === at ? { ...tool, functionDeclarations: [...declared, added] } : tool))
}

// --- the choice ---

interface Declared {
  readonly names: ReadonlySet<string>
  readonly outputTool: string | null
}

function toolConfig(choice: ToolChoice, declared: Declared, context: ToolContext): JsonObject | null {
  const { names, outputTool } = declared
  const allowed = choice.allowed?.map((name) => knownName(name, undefined, names, context))
  if (choice.mode === 'tool') {
    const name = knownName(choice.name ?? '', choice.namespace, names, context)
    requireForcing(context)
    return calling('ANY', [name])
  }
  if (choice.mode === 'required') {
    if (names.size === 0) context.notes.refuse('toolChoice', 'A tool must be called, but there is none. Give a tool.')
    requireForcing(context)
    return calling('ANY', allowed)
  }
  if (outputTool !== null) {
    // Every answer is a call now: of a tool, or of the one that takes the answer.
    return calling('ANY', choice.mode === 'none' ? [outputTool] : allowed && [...allowed, outputTool])
  }
  if (names.size === 0 || !choice.given) return null
  if (choice.mode === 'none') return calling('NONE', undefined)
  // Outside of ANY only VALIDATED takes names.
  return calling(allowed === undefined ? 'AUTO' : 'VALIDATED', allowed)
}

function calling(mode: string, allowed: readonly string[] | undefined): JsonObject {
  return { functionCallingConfig: { mode, ...(allowed === undefined ? {} : { allowedFunctionNames: allowed }) } }
}

function knownName(
  name: string,
  namespace: string | undefined,
  names: ReadonlySet<string>,
  { toolNames, notes }: ToolContext,
): string {
  // Whoever names a tool in a choice does not always name its namespace.
  const upstream = toolNames.toUpstream(name, namespace)
  const found = names.has(upstream) ? upstream : [...names].find((other) => toolNames.toClient(other).name === name)
  return found ?? notes.refuse('toolChoice', `The tool ${JSON.stringify(name).slice(0, 80)} is not among the tools.`)
}

function requireForcing({ target, notes }: ToolContext): void {
  if (!target.traits.forcedTools) notes.refuse('toolChoice', 'This model cannot be made to call a tool. Use "auto".')
}

// --- the output ---

interface OutputFormatting {
  readonly members: JsonObject
  readonly tool: { readonly name: string; readonly declaration: JsonObject } | null
  readonly instruction: string
}

const PLAIN: OutputFormatting = { members: {}, tool: null, instruction: '' }

function outputFormat(
  { output, toolChoice }: Conversation,
  names: ReadonlySet<string>,
  { target, notes }: ToolContext,
): OutputFormatting {
  const { traits } = target
  if (output.type === 'text') return PLAIN
  // Up to Gemini 2.5, JSON output and function calling exclude each other; a forced call has no text to be formatted.
  const hasTools = names.size > 0 && toolChoice.mode !== 'none'
  const exclusive = hasTools && traits.thinking !== 'level'
  if (exclusive && (toolChoice.mode === 'tool' || toolChoice.mode === 'required')) return PLAIN
  if (output.type === 'json') {
    if (!exclusive && traits.structuredOutput !== 'none') {
      return { ...PLAIN, members: { responseMimeType: 'application/json' } }
    }
    notes.change('output', 'text')
    return { ...PLAIN, instruction: JSON_ONLY }
  }
  if (!exclusive && traits.structuredOutput === 'native') {
    const schema = traits.strictTools
      ? { responseJsonSchema: output.schema }
      : { responseSchema: schemaForGemini(output.schema) }
    return { ...PLAIN, members: { responseMimeType: 'application/json', ...schema } }
  }
  if (traits.structuredOutput === 'none' || !traits.forcedTools) {
    return notes.refuse('output', 'This model cannot be held to a JSON schema. Ask for JSON without one.')
  }
  const name = freeName(names)
  const description =
    output.description === undefined ? OUTPUT_TOOL_WORDS : `${OUTPUT_TOOL_WORDS} ${output.description}`
  const declaration = { name, description, ...parameters(output.schema, target) }
  return { ...PLAIN, tool: { name, declaration } }
}

/** Not the name of one of the client's own tools. */
function freeName(names: ReadonlySet<string>): string {
  let name = OUTPUT_TOOL
  for (let number = 2; names.has(name); number += 1) name = `${OUTPUT_TOOL}_${number}`
  return name
}
