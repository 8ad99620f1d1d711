// Members that only this dialect has, under their paths (`generationConfig.speechConfig`,
// `contents[0].parts[1].videoMetadata`), and back where they came from.

import { isJsonObject } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { put } from './wire.ts'

const NESTED = /^(?:generationConfig|toolConfig)\./

export class ExtensionPaths {
  readonly #top: [path: string, value: JsonValue][] = []
  /** By the place that they belong to: `contents[0].parts[1]`, `contents[0]`. */
  readonly #inContents = new Map<string, [name: string, value: JsonValue][]>()

  constructor(extensions: JsonObject) {
    for (const [path, value] of Object.entries(extensions)) {
      if (value === undefined) continue
      const dot = path.lastIndexOf('.')
      if (dot !== -1 && /^(?:contents\[|systemInstruction\.)/.test(path)) {
        const place = path.slice(0, dot)
        const known = this.#inContents.get(place)
        if (known === undefined) this.#inContents.set(place, [[path.slice(dot + 1), value]])
        else known.push([path.slice(dot + 1), value])
      } else this.#top.push([path, value])
    }
  }

  /** @param at the place of a part or a content */
  of(at: string): JsonObject {
    const found = this.#inContents.get(at)
    return found === undefined ? {} : Object.fromEntries(found)
  }

  /** The body with the members of `generationConfig`, `toolConfig` and of its own top level. */
  putBack(body: JsonObject): JsonObject {
    let out = body
    for (const [path, value] of this.#top) out = withMember(out, NESTED.test(path) ? path.split('.') : [path], value)
    return out
  }
}

function withMember(object: JsonObject, [name = '', ...rest]: readonly string[], value: JsonValue): JsonObject {
  const copy: { [name: string]: JsonValue | undefined } = { ...object }
  const inner = Object.hasOwn(copy, name) ? copy[name] : undefined
  put(copy, name, rest.length === 0 ? value : withMember(isJsonObject(inner) ? inner : {}, rest, value))
  return copy
}
