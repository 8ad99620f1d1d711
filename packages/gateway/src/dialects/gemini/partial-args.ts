// Arguments of a function call that arrive as single values with their place: Vertex AI's `partialArgs`, when
// `streamFunctionCallArguments` is on.
//
//   {"jsonPath":"$.items[0].name","stringValue":"App","willContinue":true}
//   {"jsonPath":"$.items[0].name","stringValue":"le"}
//
// They are collected and written out when the call is complete: the places need not come in the order of the text.

import { arrayOf, isJsonObject, isRawNumber, numberOf, stringOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'

/** An index beyond is a provider's mistake. */
const MAX_INDEX = 10_000

type Node = Leaf | ObjectNode | ArrayNode
interface Leaf {
  readonly kind: 'leaf'
  value: JsonValue
}
interface ObjectNode {
  readonly kind: 'object'
  readonly members: Map<string, Node>
}
interface ArrayNode {
  readonly kind: 'array'
  readonly items: Node[]
}

export class PartialArgs {
  readonly #root: ObjectNode = { kind: 'object', members: new Map() }

  /** @param args `functionCall.partialArgs`; what cannot be understood is skipped */
  add(args: JsonValue | undefined): void {
    for (const arg of arrayOf(args) ?? []) {
      if (!isJsonObject(arg)) continue
      const path = parseJsonPath(stringOf(arg['jsonPath']) ?? '')
      const value = valueOf(arg)
      if (path !== null && value !== undefined) this.#set(path, value)
    }
  }

  /** JSON source text of all that came. */
  toJson(): string {
    return JSON.stringify(toValue(this.#root))
  }

  #set(path: readonly (string | number)[], value: JsonValue): void {
    let parent: Node = this.#root
    for (const [depth, step] of path.entries()) {
      const next = path[depth + 1]
      const existing: Node | undefined = childOf(parent, step)
      if (next === undefined) {
        // Strings come in pieces; the last piece may be empty.
        if (existing?.kind === 'leaf' && typeof existing.value === 'string' && typeof value === 'string')
          existing.value += value
        else setChild(parent, step, { kind: 'leaf', value })
        return
      }
      const wanted = typeof next === 'number' ? 'array' : 'object'
      if (existing !== undefined && existing.kind === wanted) {
        parent = existing
        continue
      }
      const made: Node =
        wanted === 'array' ? { kind: 'array', items: [] } : { kind: 'object', members: new Map<string, Node>() }
      if (!setChild(parent, step, made)) return
      parent = made
    }
  }
}

function childOf(parent: Node, step: string | number): Node | undefined {
  if (parent.kind === 'object') return parent.members.get(String(step))
  return parent.kind === 'array' && typeof step === 'number' ? parent.items[step] : undefined
}

function setChild(parent: Node, step: string | number, child: Node): boolean {
  if (parent.kind === 'object') {
    parent.members.set(String(step), child)
    return true
  }
  if (parent.kind !== 'array' || typeof step !== 'number' || step > MAX_INDEX) return false
  while (parent.items.length < step) parent.items.push({ kind: 'leaf', value: null })
  parent.items[step] = child
  return true
}

function toValue(node: Node): JsonValue {
  if (node.kind === 'leaf') return node.value
  if (node.kind === 'array') return node.items.map(toValue)
  return Object.fromEntries([...node.members].map(([name, child]) => [name, toValue(child)]))
}

function valueOf(arg: JsonObject): JsonValue | undefined {
  if (typeof arg['stringValue'] === 'string') return arg['stringValue']
  if (typeof arg['boolValue'] === 'boolean') return arg['boolValue']
  if (isRawNumber(arg['numberValue'])) return arg['numberValue']
  return numberOf(arg['numberValue']) ?? ('nullValue' in arg ? null : undefined)
}

const STEP = /\.([^.[\]]+)|\[(\d+)\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/y

/** The subset of RFC 9535 that names one place: `$.a.b[0]['c d']`. Null for anything else. */
function parseJsonPath(text: string): (string | number)[] | null {
  if (!text.startsWith('$')) return null
  const steps: (string | number)[] = []
  STEP.lastIndex = 1
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text)
    if (match === null) return null
    const [, name, index, single, double] = match
    steps.push(index === undefined ? (name ?? unescaped(single ?? double ?? '')) : Number(index))
  }
  return steps.length === 0 ? null : steps
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, '$1')
}
