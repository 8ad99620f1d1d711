// The JSON Schema of `fairlead.yaml`, for editors: completion, descriptions on hover, red lines before a start.
import { isJsonObject } from '../core/json.ts'
import { z } from 'zod'
import { configSchema } from './schema.ts'

const HEAD = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'fairlead.yaml',
  description:
    'Configuration of Fairlead. Any value may hold ${NAME} or ${NAME:-default} from the environment; a blank value means the default.',
}

/** Pretty-printed, with a line end. */
export function configJsonSchema(): string {
  const { $schema: _, ...schema } = z.toJSONSchema(configSchema, { io: 'input' })
  return `${JSON.stringify({ ...HEAD, ...relaxed(schema) }, null, 2)}\n`
}

/**
 * What the file may hold before its variables are filled in: blank, or a reference, where the finished value is a
 * number, a choice or a switch. An editor that marks `${PORT}` red would teach people to ignore it.
 */
function relaxed(node: unknown): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(isJsonObject(node) ? node : {})) {
    if (key === 'properties') {
      const required = isJsonObject(node) && Array.isArray(node.required) ? node.required : []
      result[key] = mapValues(value, (child, name) => blankable(relaxed(child), required.includes(name)))
    } else if (key === 'items' || key === 'additionalProperties')
      result[key] = isJsonObject(value) ? relaxed(value) : value
    // An empty section as a default says nothing: its keys have their own.
    else if (key !== 'default' || !isJsonObject(value)) result[key] = value
  }
  return result
}

function blankable(schema: Record<string, unknown>, required: boolean): Record<string, unknown> {
  const { description, default: fallback, ...rest } = schema
  const text = rest.type === 'string' && !('enum' in rest)
  const reference = text || rest.type === 'object' ? [] : [{ type: 'string', pattern: '\\$\\{.+\\}' }]
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [rest, ...reference, ...(required ? [] : [{ type: 'null' }])],
  }
}

function mapValues(value: unknown, change: (child: unknown, name: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(isJsonObject(value) ? value : {}).map(([key, child]) => [key, change(child, key)]),
  )
}
