// `tools` and `toolConfig` of a request.

import { NO_CHOICE } from '../../core/conversation.ts'
import type { FunctionTool, Tool, ToolChoice } from '../../core/conversation.ts'
import { arrayOf, objectOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { schemaFromGemini } from './schema-from-gemini.ts'
import { camelOf, field, invalid, listField, objectField, otherFields, stringField } from './wire.ts'

const DECLARATION_FIELDS: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'parametersJsonSchema'])

export function decodeTools(body: JsonObject): Tool[] {
  const tools: Tool[] = []
  for (const [index, entry] of listField(body, 'tools', 'tools').entries()) {
    if (entry === null) continue
    const at = `tools[${index}]`
    const holder = objectOf(entry) ?? invalid(at, `${at} must be an object such as {"functionDeclarations": […]}.`)
    for (const [key, value] of Object.entries(holder)) {
      if (value === null || value === undefined) continue
      const name = camelOf(key)
      if (name === 'functionDeclarations') decodeDeclarations(holder, at, tools)
      else tools.push({ type: 'server', dialect: 'gemini', name, at: `${at}.${name}`, value: { [name]: value } })
    }
  }
  return tools
}

function decodeDeclarations(holder: JsonObject, holderAt: string, tools: Tool[]): void {
  const listAt = `${holderAt}.functionDeclarations`
  for (const [index, entry] of listField(holder, 'functionDeclarations', listAt).entries()) {
    const at = `${listAt}[${index}]`
    const declaration = objectOf(entry) ?? invalid(at, `${at} must be an object with a name.`)
    const name = stringField(declaration, 'name', `${at}.name`)
    if (name === undefined || name === '') invalid(`${at}.name`, `${at}.name is missing.`)
    const description = stringField(declaration, 'description', `${at}.description`)
    const parameters = schemaOf(declaration, at)
    tools.push({
      type: 'function',
      name,
      at,
      extensions: Object.fromEntries(otherFields(declaration, DECLARATION_FIELDS)),
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined ? {} : { parameters }),
    } satisfies FunctionTool)
  }
}

function schemaOf(declaration: JsonObject, at: string): JsonObject | undefined {
  const schema = objectField(declaration, 'parametersJsonSchema', `${at}.parametersJsonSchema`)
  if (schema !== undefined) return schema
  const openApi = objectField(declaration, 'parameters', `${at}.parameters`)
  return openApi === undefined ? undefined : schemaFromGemini(openApi)
}

const CONFIG_AT = 'toolConfig.functionCallingConfig'
const CALLING_FIELDS: ReadonlySet<string> = new Set(['mode', 'allowedFunctionNames'])

/** @param extensions takes what has no place in a tool choice */
export function decodeToolChoice(body: JsonObject, extensions: [path: string, value: JsonValue][]): ToolChoice {
  const config = objectField(body, 'toolConfig', 'toolConfig')
  if (config === undefined) return NO_CHOICE
  for (const [name, value] of otherFields(config, new Set(['functionCallingConfig']))) {
    extensions.push([`toolConfig.${name}`, value])
  }
  const calling = objectField(config, 'functionCallingConfig', CONFIG_AT)
  if (calling === undefined) return NO_CHOICE
  for (const [name, value] of otherFields(calling, CALLING_FIELDS)) extensions.push([`${CONFIG_AT}.${name}`, value])
  const mode = (stringField(calling, 'mode', `${CONFIG_AT}.mode`) ?? 'AUTO').toUpperCase()
  const allowed = namesOf(calling)
  switch (mode) {
    case 'NONE':
      return { mode: 'none', given: true }
    case 'ANY': {
      const [only] = allowed
      if (only !== undefined && allowed.length === 1) return { mode: 'tool', name: only, given: true }
      return { mode: 'required', given: true, ...(allowed.length === 0 ? {} : { allowed }) }
    }
    case 'VALIDATED':
      // Like AUTO, with arguments that are sure to fit their schema.
      extensions.push([`${CONFIG_AT}.mode`, mode])
      return { mode: 'auto', given: true, ...(allowed.length === 0 ? {} : { allowed }) }
    case 'AUTO':
    case 'MODE_UNSPECIFIED':
      return { mode: 'auto', given: true, ...(allowed.length === 0 ? {} : { allowed }) }
    default:
      return invalid(`${CONFIG_AT}.mode`, `${CONFIG_AT}.mode must be AUTO, ANY, NONE or VALIDATED.`)
  }
}

function namesOf(calling: JsonObject): string[] {
  const at = `${CONFIG_AT}.allowedFunctionNames`
  return (arrayOf(field(calling, 'allowedFunctionNames')) ?? []).map((name, index) =>
    typeof name === 'string' ? name : invalid(`${at}[${index}]`, `${at}[${index}] must be a string.`),
  )
}
