// The members of a request, each read once and held to its type; what nobody asked for is left over.

import { GatewayError } from '../../core/errors.ts'
import { isJsonObject, numberOf, type JsonObject, type JsonValue } from '../../core/json.ts'

export function invalid(param: string, message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param })
}

export class Fields {
  readonly #body: JsonObject
  readonly #prefix: string
  readonly #taken = new Set<string>()

  /** @param at where the object stands, '' = at the top */
  constructor(body: JsonObject, at = '') {
    this.#body = body
    this.#prefix = at === '' ? '' : `${at}.`
  }

  /** Null is the same as absent. */
  take(name: string): JsonValue | undefined {
    this.#taken.add(name)
    return this.#body[name] ?? undefined
  }

  string(name: string): string | undefined {
    const value = this.take(name)
    if (value === undefined || typeof value === 'string') return value
    throw this.#wrong(name, 'a string')
  }

  number(name: string): number | undefined {
    const value = this.take(name)
    if (value === undefined) return undefined
    const number = numberOf(value)
    if (number === undefined || !Number.isFinite(number)) throw this.#wrong(name, 'a number')
    return number
  }

  /** Whole and at least 1. */
  count(name: string): number | undefined {
    const value = this.number(name)
    if (value === undefined || (Number.isInteger(value) && value >= 1)) return value
    throw this.#wrong(name, 'a whole number of at least 1')
  }

  boolean(name: string): boolean | undefined {
    const value = this.take(name)
    if (value === undefined || typeof value === 'boolean') return value
    throw this.#wrong(name, 'true or false')
  }

  object(name: string): JsonObject | undefined {
    const value = this.take(name)
    if (value === undefined || isJsonObject(value)) return value
    throw this.#wrong(name, 'an object')
  }

  array(name: string): readonly JsonValue[] | undefined {
    const value = this.take(name)
    if (value === undefined) return undefined
    if (Array.isArray(value)) return value as readonly JsonValue[]
    throw this.#wrong(name, 'an array')
  }

  /** What was not taken, nulls left out. */
  rest(): JsonObject {
    const rest: Record<string, JsonValue> = {}
    for (const [name, value] of Object.entries(this.#body)) {
      if (value != null && !this.#taken.has(name)) put(rest, name, value)
    }
    return rest
  }

  #wrong(name: string, expected: string): GatewayError {
    return invalid(this.#prefix + name, `\`${this.#prefix}${name}\` must be ${expected}.`)
  }
}

/** `__proto__` too becomes a member like any other. */
export function put(target: Record<string, JsonValue>, name: string, value: JsonValue): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}
