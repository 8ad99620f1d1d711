// What a model of an upstream can take, as far as it shapes a request. `catalogue/traits.ts` knows it per model; these
// are the answers for a model about which nothing is known: trust it with everything, clamp nothing.

import type { Effort } from './conversation.ts'

export interface ModelTraits {
  /** Takes `temperature`, `top_p`, `top_k`. `one`: not both of the first two (Claude 4.5). */
  readonly sampling: 'all' | 'one' | 'none'
  /** Largest temperature that is not an error. */
  readonly maxTemperature: number
  /**
   * How thinking is asked for. `effort`: a level (OpenAI). `budget`: tokens (Claude up to 4.5, Gemini 2.5).
   * `adaptive`: the model decides, a level may be given (Claude 4.6 and later). `level`: Gemini 3.
   */
  readonly thinking: 'none' | 'effort' | 'budget' | 'adaptive' | 'level'
  /** Levels that it accepts, lowest first; empty = none may be sent. */
  readonly efforts: readonly Effort[]
  /** Thinking can be switched off. */
  readonly canSkipThinking: boolean
  /** `native`: constrained by a schema; `tool`: a forced tool stands in; `none`: neither. */
  readonly structuredOutput: 'native' | 'tool' | 'none'
  readonly strictTools: boolean
  /** A tool can be forced. */
  readonly forcedTools: boolean
  /** 0 = not known. */
  readonly maxOutputTokens: number
  /** Takes `stop`. */
  readonly stop: boolean
  /** More than one answer at once. */
  readonly manyAnswers: boolean
  /** Images and files by URL; otherwise they must be sent as bytes. */
  readonly mediaUrls: boolean
  /** An assistant turn at the end is continued. */
  readonly prefill: boolean
  /** System turns may stand between others. */
  readonly midSystem: boolean
  /** Chat dialect: which field limits the answer, and which role instructs. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens'
  readonly systemRole: 'system' | 'developer'
  /** Chat dialect: the member of an assistant message in which reasoning goes back; null = it must not be sent. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | null
  /** Takes images in tool results. */
  readonly toolResultMedia: boolean
}

const ALL_EFFORTS: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

export const UNKNOWN_MODEL: ModelTraits = Object.freeze({
  sampling: 'all',
  maxTemperature: 2,
  thinking: 'effort',
  efforts: ALL_EFFORTS,
  canSkipThinking: true,
  structuredOutput: 'native',
  strictTools: true,
  forcedTools: true,
  maxOutputTokens: 0,
  stop: true,
  manyAnswers: true,
  mediaUrls: true,
  prefill: true,
  midSystem: true,
  maxTokensField: 'max_tokens',
  systemRole: 'system',
  reasoningField: 'reasoning_content',
  toolResultMedia: false,
})
