// One question for every provider's official SDK, and what each of them makes of the answer: so that one test can be run with all of them,
// against the fakes themselves or against a gateway in between.

export interface Ask {
  readonly text: string
  readonly stream: boolean
  /** Default: a model of the SDK's own vendor. */
  readonly model?: string
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly system?: string
  /** A second text of instructions, under the role `developer` where the dialect has one. */
  readonly developer?: string
  /** Base64 of a PNG, beside the text. */
  readonly image?: string
  /** An image that is named only. */
  readonly imageUrl?: string
  /** Base64 of a PDF, beside the text. */
  readonly file?: { readonly name: string; readonly data: string }
  readonly maxTokens?: number
  readonly stop?: readonly string[]
  readonly temperature?: number
  /** Offer ASK_TOOLS; `force` names one of them. */
  readonly tools?: boolean
  readonly force?: string
  /** Ask for ASK_SCHEMA. */
  readonly schema?: boolean
  /** Ask for visible reasoning. */
  readonly think?: boolean
  /** The turns that follow: the calls of each answer with their results, then the text of the user, if there is one. */
  readonly after?: readonly { readonly told: Told; readonly results?: readonly string[]; readonly text?: string }[]
}

/** What the SDK made of the answer. */
export interface Told {
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: unknown }[]
  /** In the SDK's own word. */
  readonly stop: string
  /** What the SDK says besides: the stop sequence that was met, or why an answer is incomplete. */
  readonly stopDetail: string
  /** The whole prompt, and of it what came from a cache; the whole answer. */
  readonly usage: { readonly input: number; readonly cacheRead: number; readonly output: number }
  /** The figures as the dialect has them. */
  readonly figures: unknown
  readonly model: string
  /** The assistant's turn as this SDK takes it back. */
  readonly turn: unknown
}

export interface SdkClient {
  /** As in the ledger. */
  readonly name: string
  /** Its words for how an answer ends. */
  readonly stops: Readonly<Record<'end' | 'max_tokens' | 'tool_use' | 'refusal', string>>
  /** Rejects with the SDK's own error. `origin` has no path. */
  ask(origin: string, ask: Ask): Promise<Told>
}

export const ASK_TOOLS = [
  {
    name: 'get_weather',
    schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
  },
  { name: 'get_time', schema: { type: 'object' as const, properties: {} } },
]

export const ASK_SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, warm: { type: 'boolean' } },
  required: ['city', 'warm'],
  additionalProperties: false,
}

/** Arguments as a value; none are an empty object. */
export function inputOf(text: string): unknown {
  return JSON.parse(text === '' ? '{}' : text)
}

/** For what an SDK types as optional and every answer has. Throws when it has not. */
export function there<Value>(value: Value | null | undefined, what: string): Value {
  if (value === undefined || value === null) throw new Error(`The answer has no ${what}.`)
  return value
}

/** A text member that the SDK's types do not know. */
export function textMember(value: unknown, name: string): string {
  const text: unknown = Reflect.get(Object(value), name)
  return typeof text === 'string' ? text : ''
}
