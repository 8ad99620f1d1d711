// What is different between two configurations, as somebody reads it who is about to apply one: by path, with entries of
// lists told apart by their names rather than their places.
import { isJsonObject } from '../core/json.ts'

export interface ConfigChange {
  /** `server.port`, `providers[openai].weight`. */
  readonly path: string
  /** Undefined = it was not there. */
  readonly before?: unknown
  /** Undefined = it is not there any more. */
  readonly after?: unknown
}

/** @param before plain data, without secrets */
export function configDiff(before: unknown, after: unknown, path = ''): readonly ConfigChange[] {
  if (isJsonObject(before) && isJsonObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...names].flatMap((name) => configDiff(before[name], after[name], path === '' ? name : `${path}.${name}`))
  }
  const [left, right] = [named(before), named(after)]
  if (left !== null && right !== null) {
    const names = new Set([...left.keys(), ...right.keys()])
    return [...names].flatMap((name) => configDiff(left.get(name), right.get(name), `${path}[${name}]`))
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }]
}

/** By name or id; null for a list of anything else. An empty one is as good as any. */
function named(value: unknown): ReadonlyMap<string, unknown> | null {
  if (!Array.isArray(value)) return null
  const entries = value.map((item: unknown) => {
    const name = isJsonObject(item) ? (item['name'] ?? item['id']) : undefined
    return typeof name === 'string' ? ([name, item] as const) : null
  })
  return entries.every((entry) => entry !== null) ? new Map(entries) : null
}
