// What happened to a request on its way into another dialect: dropped, changed, or refused.
//
// A field without an equivalent is dropped when only quality or telemetry suffers, and the client is told in
// `X-Fairlead-Dropped`; it is a 400 when its meaning would change. Both name the field in the client's own words.

import { GatewayError } from './errors.ts'

/** The fields of a conversation that not every dialect has. */
export type Feature =
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'frequencyPenalty'
  | 'presencePenalty'
  | 'seed'
  | 'stop'
  | 'n'
  | 'logprobs'
  | 'topLogprobs'
  | 'logitBias'
  | 'maxOutputTokens'
  | 'verbosity'
  | 'serviceTier'
  | 'endUser'
  | 'cacheKey'
  | 'cache'
  | 'parallelTools'
  | 'tools'
  | 'toolChoice'
  | 'output'
  | 'effort'
  | 'budgetTokens'
  | 'reasoning'
  | 'messages'

const MAX_HEADER_CHARACTERS = 4_000

/** Dotted names in a client's dialect: `generationConfig.seed`. */
export type FieldNames = Readonly<Record<Feature, string>>

export class Notes {
  readonly #names: FieldNames
  readonly #entries = new Set<string>()

  constructor(names: FieldNames) {
    this.#names = names
  }

  /** The field was left out. */
  drop(feature: Feature): void {
    this.#entries.add(this.#names[feature])
  }

  /** The same for a place that the client's words name already: `tools[3]`, `messages[0].name`. */
  dropAt(at: string): void {
    this.#entries.add(at)
  }

  /** The field was sent with another value. */
  change(feature: Feature, value: string | number): void {
    this.#entries.add(`${this.#names[feature]}=${value}`)
  }

  /** @param message says what the upstream cannot do, and what to do instead */
  refuse(feature: Feature, message: string): never {
    throw new GatewayError('invalid_request', message, { param: this.#names[feature] })
  }

  refuseAt(at: string, message: string): never {
    throw new GatewayError('invalid_request', message, { param: at })
  }

  /** The value of `X-Fairlead-Dropped`; '' = nothing to say. */
  toHeader(): string {
    let header = ''
    let left = this.#entries.size
    for (const entry of this.#entries) {
      // Names of fields come from the client: nothing but printable ASCII may reach a header.
      const clean = entry.replace(/[^\x21-\x7e]/g, '?').slice(0, 100)
      // Clients bound the size of a head: hundreds of tools must not cost them the answer.
      if (header.length + clean.length > MAX_HEADER_CHARACTERS) return `${header}, +${left}`
      header = header === '' ? clean : `${header}, ${clean}`
      left -= 1
    }
    return header
  }
}
