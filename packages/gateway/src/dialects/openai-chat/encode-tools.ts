// Tools and the choice among them. OpenAI takes free-text tools and `allowed_tools`; everybody else gets functions of
// `{input: string}`, and only the tools that are allowed.

import type { CustomTool, FunctionTool, Tool, ToolChoice } from '../../core/conversation.ts'
import { objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { cacheControl, type Encoding } from './encode-content.ts'
import { CHAT, defined } from './wire.ts'

/** @param extraTool stands in for structured output: it or another tool must be called */
export function encodeTools(encoding: Encoding, extraTool: FunctionTool | null): JsonObject {
  const { conversation, notes, names } = encoding
  const choice = checkedChoice(encoding)
  const offered =
    choice.allowed !== undefined && !encoding.openAi ? allowedOnly(choice.allowed, encoding) : conversation.tools
  const tools = offered.map((tool) => encodeTool(tool, encoding)).filter((tool) => tool !== null)
  if (extraTool !== null) {
    names.toUpstream(extraTool.name)
    tools.push(encodeFunction(extraTool, encoding))
    return { tools, tool_choice: tools.length === 1 ? named(extraTool.name) : 'required' }
  }
  if (tools.length === 0) {
    // Empty tools are refused by some servers, and so is a choice among none (H73).
    if (choice.mode === 'required' || choice.mode === 'tool')
      notes.refuse('toolChoice', 'The choice demands a call, but no tool is left that this model could call.')
    return {}
  }
  return {
    tools,
    ...(choice.given ? { tool_choice: encodeChoice(choice, encoding) } : {}),
    ...defined({ parallel_tool_calls: conversation.parallelTools }),
  }
}

function encodeTool(tool: Tool, encoding: Encoding): JsonObject | null {
  if (tool.type === 'function') return encodeFunction(tool, encoding)
  if (tool.type === 'custom') return encoding.openAi ? encodeCustom(tool, encoding) : encodeWrapped(tool, encoding)
  if (tool.dialect === CHAT && encoding.own) return tool.value
  encoding.notes.dropAt(tool.at)
  return null
}

function encodeFunction(tool: FunctionTool, { names, own, notes, target, marksCache }: Encoding): JsonObject {
  const { function: others, ...around } = own ? tool.extensions : {}
  const strict = target.traits.strictTools ? tool.strict : undefined
  if (tool.strict === true && strict === undefined) notes.dropAt(`${tool.at}.strict`)
  if (tool.cache !== undefined && !marksCache) notes.drop('cache')
  return {
    ...around,
    type: 'function',
    function: {
      ...objectOf(others),
      name: names.toUpstream(tool.name, tool.namespace),
      ...defined({
        description: tool.description,
        // Not every server knows that a function without parameters takes none.
        parameters: tool.parameters ?? (own ? undefined : { type: 'object', properties: {} }),
        strict,
      }),
    },
    ...(tool.cache !== undefined && marksCache ? { cache_control: cacheControl(tool.cache) } : {}),
  }
}

function encodeCustom(tool: CustomTool, { names }: Encoding): JsonObject {
  const name = names.toUpstream(tool.name, tool.namespace, 'custom')
  return { type: 'custom', custom: { name, ...defined({ description: tool.description, format: tool.format }) } }
}

function encodeWrapped(tool: CustomTool, { names }: Encoding): JsonObject {
  const grammar = grammarOf(tool.format)
  const description = [tool.description ?? '', grammar].filter((text) => text !== '').join('\n\n')
  return {
    type: 'function',
    function: {
      name: names.toUpstream(tool.name, tool.namespace, 'custom'),
      ...(description === '' ? {} : { description }),
      parameters: {
        type: 'object',
        properties: { input: { type: 'string', description: 'The whole input of the tool, as plain text.' } },
        required: ['input'],
        additionalProperties: false,
      },
    },
  }
}

/** Nobody constrains the text here, so the model at least reads what it should follow. */
function grammarOf(format: JsonValue | undefined): string {
  const outer = objectOf(format)
  const grammar = objectOf(outer?.['grammar']) ?? outer
  const definition = stringOf(grammar?.['definition'])
  if (definition === undefined) return ''
  return `The input must follow this ${stringOf(grammar?.['syntax']) ?? ''} grammar:\n${definition}`
}

/** Naming a tool that is not there is an error at every provider (H46). */
function checkedChoice({ conversation: { toolChoice, tools }, notes, target }: Encoding): ToolChoice {
  const isKnown = (name: string): boolean =>
    tools.some((tool) => tool.name === name || (tool.type !== 'server' && joined(tool) === name))
  const absent = [...(toolChoice.name === undefined ? [] : [toolChoice.name]), ...(toolChoice.allowed ?? [])].find(
    (name) => !isKnown(name),
  )
  if (absent !== undefined)
    notes.refuse('toolChoice', `The choice names the tool "${absent.slice(0, 100)}", which is not among the tools.`)
  const isForced = toolChoice.mode === 'required' || toolChoice.mode === 'tool'
  if (isForced && !target.traits.forcedTools)
    notes.refuse('toolChoice', 'This model cannot be made to call a tool. Use auto.')
  return toolChoice
}

function joined(tool: FunctionTool | CustomTool): string {
  return tool.namespace === undefined ? tool.name : `${tool.namespace}__${tool.name}`
}

function allowedOnly(allowed: readonly string[], { conversation }: Encoding): readonly Tool[] {
  return conversation.tools.filter((tool) => allowed.includes(tool.name))
}

function encodeChoice(choice: ToolChoice, encoding: Encoding): JsonValue {
  const { conversation, names, notes } = encoding
  if (choice.allowed !== undefined && encoding.openAi) {
    const tools = allowedOnly(choice.allowed, encoding).map((tool) => chosen(tool, encoding))
    const mode = choice.mode === 'required' ? 'required' : 'auto'
    return { type: 'allowed_tools', allowed_tools: { mode, tools } }
  }
  if (choice.mode !== 'tool' || choice.name === undefined) return choice.mode === 'tool' ? 'required' : choice.mode
  const { name, namespace } = choice
  const tool = conversation.tools.find((one) => one.name === name && namespaceOf(one) === namespace)
  if (tool?.type === 'server' && !(tool.dialect === CHAT && encoding.own))
    notes.refuse('toolChoice', `The tool "${name}" runs at another provider, so this model cannot be made to call it.`)
  return tool === undefined ? named(names.toUpstream(name, namespace)) : chosen(tool, encoding)
}

function namespaceOf(tool: Tool): string | undefined {
  return tool.type === 'server' ? undefined : tool.namespace
}

function chosen(tool: Tool, { names, openAi }: Encoding): JsonObject {
  if (tool.type === 'server') return { type: tool.name }
  const name = names.toUpstream(tool.name, tool.namespace, tool.type)
  return tool.type === 'custom' && openAi ? { type: 'custom', custom: { name } } : named(name)
}

function named(name: string): JsonObject {
  return { type: 'function', function: { name } }
}
