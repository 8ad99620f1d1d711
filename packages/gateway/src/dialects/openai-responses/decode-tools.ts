// Tools and the choice between them. Tools of a namespace become tools that know their namespace; tools that an input
// item adds later on (`additional_tools`) join the others (H44).
// Source: `Tool` and `ToolChoiceParam` of OpenAI's OpenAPI document.

import { NO_CHOICE, type Tool, type ToolChoice } from '../../core/conversation.ts'
import { isJsonObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { Fields, invalid, put } from './fields.ts'
import { OWN } from './wire.ts'

/** The member of a tool's extensions that keeps the description of its namespace. */
export const NAMESPACE_DESCRIPTION = 'namespace_description'

export class ToolList {
  readonly tools: Tool[] = []
  /** Names that a tool search brought: callable, though not declared. */
  readonly searched = new Set<string>()

  constructor(declared: readonly JsonValue[]) {
    this.add(declared, 'tools')
  }

  add(declared: readonly JsonValue[], at: string): void {
    for (const [index, value] of declared.entries()) this.#addOne(value, `${at}[${index}]`)
  }

  addSearched(declared: readonly JsonValue[]): void {
    for (const value of declared) {
      const tool = objectOf(value)
      const name = stringOf(tool?.['name'])
      if (name !== undefined) this.searched.add(name)
      if (Array.isArray(tool?.['tools'])) this.addSearched(tool['tools'] as readonly JsonValue[])
    }
  }

  #addOne(value: JsonValue, at: string): void {
    if (!isJsonObject(value)) throw invalid(at, `\`${at}\` must be an object that describes a tool.`)
    if (value['type'] !== 'namespace') {
      this.#put(decodeTool(value, at, {}))
      return
    }
    const fields = new Fields(value, at)
    const name = requiredName(fields, at)
    const description = fields.string('description')
    for (const [index, inner] of (fields.array('tools') ?? []).entries()) {
      const place = `${at}.tools[${index}]`
      if (!isJsonObject(inner)) throw invalid(place, `\`${place}\` must be an object that describes a tool.`)
      this.#put(decodeTool(inner, place, { name, ...(description === undefined ? {} : { description }) }))
    }
  }

  /** A tool that is declared again takes the place of the first. */
  #put(tool: Tool): void {
    const known = this.tools.findIndex((other) => isSameTool(other, tool))
    if (known === -1) this.tools.push(tool)
    else this.tools[known] = tool
  }
}

function isSameTool(a: Tool, b: Tool): boolean {
  return a.type !== 'server' && b.type !== 'server' && a.name === b.name && a.namespace === b.namespace
}

interface Namespace {
  readonly name?: string
  readonly description?: string
}

function decodeTool(value: JsonObject, at: string, space: Namespace): Tool {
  const type = value['type'] ?? 'function'
  const namespace = space.name === undefined ? {} : { namespace: space.name }
  if (type === 'function') return decodeFunction(unnested(value, 'function'), at, space)
  if (type === 'custom') {
    const fields = new Fields(unnested(value, 'custom'), at)
    const name = requiredName(fields, at)
    const description = fields.string('description')
    const format = fields.take('format')
    return {
      type: 'custom',
      name,
      ...namespace,
      ...(description === undefined ? {} : { description }),
      ...(format === undefined ? {} : { format }),
      at,
    }
  }
  if (typeof type !== 'string') throw invalid(`${at}.type`, `\`${at}.type\` must be a string.`)
  return { type: 'server', dialect: OWN, name: type, at, value }
}

/** Some clients nest a tool as the chat API does. */
function unnested(value: JsonObject, member: string): JsonObject {
  return value['name'] == null ? (objectOf(value[member]) ?? value) : value
}

function decodeFunction(value: JsonObject, at: string, space: Namespace): Tool {
  const fields = new Fields(value, at)
  fields.take('type')
  const name = requiredName(fields, at)
  const description = fields.string('description')
  const schema = fields.object('input_schema')
  const parameters = fields.object('parameters') ?? schema
  const strict = fields.boolean('strict')
  const kept = space.description === undefined ? {} : { [NAMESPACE_DESCRIPTION]: space.description }
  return {
    type: 'function',
    name,
    ...(space.name === undefined ? {} : { namespace: space.name }),
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(strict === undefined ? {} : { strict }),
    at,
    extensions: { ...fields.rest(), ...kept },
  }
}

function requiredName(fields: Fields, at: string): string {
  const name = fields.string('name')
  if (name === undefined || name === '') throw invalid(`${at}.name`, `\`${at}.name\` is missing. Give the tool a name.`)
  return name
}

// --- the choice ---

/**
 * @param unseen the request names a stored prompt, which may bring tools that are not in the body
 * @throws {GatewayError} for a tool that is not there (H46)
 */
export function decodeToolChoice(
  choice: JsonValue | undefined,
  list: ToolList,
  unseen: boolean,
  extensions: Record<string, JsonValue>,
): ToolChoice {
  if (choice === undefined) return NO_CHOICE
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { mode: choice, given: true }
  const value = objectOf(choice)
  const type = stringOf(value?.['type'])
  if (value === undefined || type === undefined) {
    throw invalid('tool_choice', '`tool_choice` must be auto, none, required, or an object with a `type`.')
  }
  if (type === 'auto' || type === 'none' || type === 'required') return { mode: type, given: true }
  if (type === 'allowed_tools') return decodeAllowed(objectOf(value['allowed_tools']) ?? value, list, unseen)
  // Which server's tool is meant has no place in a conversation.
  if (type === 'mcp') put(extensions, 'tool_choice', value)
  const name = nameOfChoice(value, list, unseen, 'tool_choice')
  const namespace = stringOf(value['namespace'])
  return { mode: 'tool', name, ...(namespace === undefined ? {} : { namespace }), given: true }
}

function decodeAllowed(value: JsonObject, list: ToolList, unseen: boolean): ToolChoice {
  const fields = new Fields(value, 'tool_choice')
  const mode = fields.string('mode') ?? 'auto'
  if (mode !== 'auto' && mode !== 'required') {
    throw invalid('tool_choice.mode', '`tool_choice.mode` must be auto or required.')
  }
  const allowed = (fields.array('tools') ?? []).map((tool, index) => {
    const at = `tool_choice.tools[${index}]`
    if (!isJsonObject(tool)) throw invalid(at, `\`${at}\` must be an object that names a tool.`)
    return nameOfChoice(tool, list, unseen, at)
  })
  if (allowed.length === 0) {
    throw invalid('tool_choice.tools', '`tool_choice.tools` is empty. Name at least one tool, or choose none.')
  }
  return { mode, allowed, given: true }
}

function nameOfChoice(value: JsonObject, list: ToolList, unseen: boolean, at: string): string {
  const type = stringOf(value['type']) ?? 'function'
  if (type !== 'function' && type !== 'custom') return serverName(type, list, unseen, at)
  const name = stringOf(value['name']) ?? stringOf(objectOf(value[type])?.['name'])
  if (name === undefined || name === '') throw invalid(`${at}.name`, `\`${at}.name\` is missing. Name a tool.`)
  const namespace = stringOf(value['namespace'])
  const found = list.tools.some(
    (tool) => tool.type !== 'server' && tool.name === name && (namespace === undefined || tool.namespace === namespace),
  )
  if (found || unseen || list.searched.has(name)) return name
  throw invalid(at, `\`${at}\` names the tool ${JSON.stringify(name)}, which is not among \`tools\`.`)
}

function serverName(type: string, list: ToolList, unseen: boolean, at: string): string {
  const wanted = family(type)
  const found = list.tools.find((tool) => tool.type === 'server' && family(tool.name) === wanted)
  if (found !== undefined) return found.name
  if (unseen) return type
  throw invalid(at, `\`${at}\` names the tool ${JSON.stringify(type)}, which is not among \`tools\`.`)
}

/** `web_search_preview_2025_03_11` and `web_search` are one tool in two versions. */
function family(type: string): string {
  return type.replace(/_preview.*$|_\d{4}_.*$/, '')
}
