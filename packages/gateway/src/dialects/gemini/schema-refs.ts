// References inside a JSON Schema, and two schemas as one that asks for both.

import { arrayOf, isJsonObject, objectOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { put } from './wire.ts'

/** What `#/$defs/Name` points at; null when it points outside or at nothing. */
export function resolveRef(root: JsonObject, ref: string): JsonObject | null {
  if (ref === '#') return root
  if (!ref.startsWith('#/')) return null
  let found: JsonValue | undefined = root
  for (const raw of ref.slice(2).split('/')) {
    const step = decoded(raw).replaceAll('~1', '/').replaceAll('~0', '~')
    if (Array.isArray(found)) found = (found as readonly JsonValue[])[Number(step)]
    else found = isJsonObject(found) && Object.hasOwn(found, step) ? found[step] : undefined
  }
  return isJsonObject(found) ? found : null
}

/** Properties and requirements of both; of anything else the second one's word counts. */
export function mergeSchemas(first: JsonObject, second: JsonObject): JsonObject {
  const merged: { [name: string]: JsonValue | undefined } = { ...first, ...second }
  const properties = [objectOf(first['properties']), objectOf(second['properties'])]
  if (properties[0] !== undefined && properties[1] !== undefined) {
    const both: { [name: string]: JsonValue | undefined } = { ...properties[0] }
    for (const [name, property] of Object.entries(properties[1])) {
      const known = Object.hasOwn(both, name) ? objectOf(both[name]) : undefined
      const more = objectOf(property)
      if (property !== undefined) {
        put(both, name, known !== undefined && more !== undefined ? mergeSchemas(known, more) : property)
      }
    }
    merged['properties'] = both
  }
  const required = [...(arrayOf(first['required']) ?? []), ...(arrayOf(second['required']) ?? [])]
  if (required.length > 0) merged['required'] = [...new Set(required)]
  const all = [...(arrayOf(first['allOf']) ?? []), ...(arrayOf(second['allOf']) ?? [])]
  if (all.length > 0) merged['allOf'] = all
  return merged
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
