// How a server that speaks OpenAI's format differs from OpenAI. Plain data: `known-providers.ts` has one set for each
// vendor, `catalogue/traits.ts` and `providers/chat-quirks.ts` act on it.

export interface Quirks {
  /** Takes `stream_options.include_usage`; who does not, sends usage anyway. */
  readonly streamUsage: boolean
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens'
  /** What it calls instructions; who does not know `developer` refuses it. */
  readonly systemRole: 'system' | 'developer'
  /** The member of an assistant message in which reasoning goes back; null = it must not be sent. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | null
  /** `tool_choice` may be `required` or name a function. */
  readonly forcedTools: boolean
  /** How JSON that follows a schema is got: constrained by it, through a forced tool, or not at all. */
  readonly structuredOutput: 'native' | 'tool' | 'none'
  readonly strictTools: boolean
  /** `n` above 1. */
  readonly manyAnswers: boolean
  /** Images by URL; otherwise as data URLs only. */
  readonly mediaUrls: boolean
  /** Largest temperature that is not an error. */
  readonly maxTemperature: number
  /** Ids of tool calls: the longest, and whether every id must have this very length, of letters and digits only. */
  readonly callIdLength: number
  readonly callIdExact: boolean
  /** Top-level request fields that are an error there. They are left out, and named in `X-Fairlead-Dropped`. */
  readonly refusedFields: readonly string[]
  /** Members of a message that are an error there. */
  readonly refusedMessageFields: readonly string[]
  /** Top-level request fields that have another name there: OpenAI's -> theirs. */
  readonly renamedFields: Readonly<Record<string, string>>
}

/** A server about which nothing is known: trusted with everything, and spoken to in the words that most servers know. */
export const NO_QUIRKS: Quirks = Object.freeze({
  streamUsage: true,
  maxTokensField: 'max_tokens',
  systemRole: 'system',
  reasoningField: 'reasoning_content',
  forcedTools: true,
  structuredOutput: 'native',
  strictTools: true,
  manyAnswers: true,
  mediaUrls: true,
  maxTemperature: 2,
  callIdLength: 64,
  callIdExact: false,
  refusedFields: [],
  refusedMessageFields: [],
  renamedFields: {},
})
