// OpenAI's own OpenAPI document as a judge of what we emit. It lies beside the repository and is never copied into it;
// where it is absent there is no judge, and tests say so.
//
// The document is OpenAPI 3.1 with leftovers of 3.0, and OpenAI's own replies break it here and there; what is relaxed
// stands in one list below.

import Ajv2020 from 'ajv/dist/2020.js'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface OpenaiSchemas {
  /** @returns what is wrong, in words; empty = valid. @throws {Error} for a name that the document does not have */
  validate(schemaName: string, value: unknown): string[]
  has(schemaName: string): boolean
}

const FOLDER = resolve(import.meta.dirname, '../../../../shared/data/openapi')
const FILE = resolve(FOLDER, 'openai-openapi-2.3.0.json.gz')
const ID = 'openai'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

let loaded: OpenaiSchemas | null | undefined

/** Null where the document is absent. Read once per process: about a quarter of a second. */
export function loadOpenaiSchemas(): OpenaiSchemas | null {
  loaded ??= existsSync(FILE) ? compile() : null
  return loaded
}

function compile(): OpenaiSchemas {
  const document = JSON.parse(gunzipSync(readFileSync(FILE)).toString('utf8')) as { components: Json }
  const ajv = new Ajv2020.default({ strict: false, allErrors: true, validateFormats: false })
  const components = prepared(document.components) as { schemas: Record<string, Json> }
  relax(components.schemas)
  ajv.addSchema({ $id: ID, components })
  const known = (name: string): boolean => Object.hasOwn(components.schemas, name)
  return {
    has: known,
    validate(schemaName, value) {
      if (!known(schemaName)) throw new Error(`OpenAI's document has no schema ${schemaName}`)
      const reference = `${ID}#/components/schemas/${schemaName}`
      const check = ajv.getSchema(reference)
      if (check === undefined) throw new Error(`The schema ${schemaName} does not compile`)
      if (check(value) === true) return []
      return (check.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath || '/'} ${message ?? ''} ${JSON.stringify(params)}`,
      )
    },
  }
}

const DROPPED: ReadonlySet<string> = new Set(['discriminator', 'example', 'examples'])

/** `nullable` is of OpenAPI 3.0, where a sibling of `$ref` means nothing: here it becomes a choice. */
function prepared(value: Json): Json {
  if (Array.isArray(value)) return value.map(prepared)
  if (value === null || typeof value !== 'object') return value
  const result: { [key: string]: Json } = {}
  for (const [key, inner] of Object.entries(value)) {
    // `properties` may have members of these names.
    if ((DROPPED.has(key) && !isSchemaMap(value)) || (key === 'nullable' && typeof inner === 'boolean')) continue
    // Its alternatives overlap (a message is an `EasyInputMessage` and an `InputMessage`): one that fits is enough.
    result[key === 'oneOf' && Array.isArray(inner) ? 'anyOf' : key] = prepared(inner)
  }
  return value['nullable'] === true ? { anyOf: [result, { type: 'null' }] } : result
}

function isSchemaMap(value: { [key: string]: Json }): boolean {
  return !('type' in value || '$ref' in value || 'anyOf' in value || 'oneOf' in value || 'allOf' in value)
}

/** Where OpenAI's own replies are wider than its document: they send null for what was not asked for. */
const NULLABLE_RESPONSE_MEMBERS = ['user', 'safety_identifier', 'prompt_cache_key', 'usage'] as const

function relax(schemas: Record<string, Json>): void {
  for (const name of ['ModelResponseProperties', 'Response']) {
    for (const properties of propertiesOf(schemas[name])) {
      for (const member of NULLABLE_RESPONSE_MEMBERS) {
        const schema = properties[member]
        if (schema !== undefined) properties[member] = { anyOf: [schema, { type: 'null' }] }
      }
    }
  }
}

function propertiesOf(schema: Json | undefined): { [key: string]: Json }[] {
  if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) return []
  const own = schema['properties']
  const found = own !== null && typeof own === 'object' && !Array.isArray(own) ? [own] : []
  const parts = Array.isArray(schema['allOf']) ? schema['allOf'] : []
  return [...found, ...parts.flatMap(propertiesOf)]
}

const IRREGULAR: Readonly<Record<string, string>> = {
  error: 'ResponseErrorEvent',
  'response.output_text.delta': 'ResponseTextDeltaEvent',
  'response.output_text.done': 'ResponseTextDoneEvent',
  'response.mcp_call_arguments.delta': 'ResponseMCPCallArgumentsDeltaEvent',
  'response.mcp_call_arguments.done': 'ResponseMCPCallArgumentsDoneEvent',
  'response.image_generation_call.in_progress': 'ResponseImageGenCallInProgressEvent',
  'response.image_generation_call.generating': 'ResponseImageGenCallGeneratingEvent',
  'response.image_generation_call.partial_image': 'ResponseImageGenCallPartialImageEvent',
  'response.image_generation_call.completed': 'ResponseImageGenCallCompletedEvent',
}

/** `response.output_item.added` -> `ResponseOutputItemAddedEvent`. */
export function eventSchemaName(type: string): string {
  const irregular = IRREGULAR[type]
  if (irregular !== undefined) return irregular
  const words = type.split(/[._]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  const streaming = type.startsWith('response.shell_call') ? 'Streaming' : ''
  return `${words.join('').replace('Mcp', 'MCP')}${streaming}Event`
}
