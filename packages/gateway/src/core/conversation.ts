// The canonical conversation: what every client dialect is decoded into and every provider dialect is encoded from.
//
//   client bytes -> [dialect.decodeRequest] -> Conversation -> [dialect.encodeRequest] -> upstream bytes
//
// What two dialects share has one place here. What only one has travels in `extensions` and is used by that dialect
// alone. When client and upstream speak the same dialect none of this runs: the bytes go through.
//
// Values are frozen by convention: decoders build them, everything behind reads them.

import type { JsonObject, JsonValue } from './json.ts'

export type DialectName = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini' | 'bedrock-converse'

export interface Conversation {
  /** The dialect that the client spoke: names of fields in errors and in `X-Fairlead-Dropped` are its own. */
  readonly dialect: DialectName
  /** The id that was asked for. */
  readonly model: string
  readonly stream: boolean
  /** In order. System turns may stand anywhere; tool results are parts of user turns. Never normalised by decoders. */
  readonly turns: readonly Turn[]
  readonly tools: readonly Tool[]
  readonly toolChoice: ToolChoice
  /** False: at most one call at a time. Absent = not said. */
  readonly parallelTools?: boolean
  readonly output: OutputFormat
  readonly sampling: Sampling
  readonly reasoning: ReasoningRequest
  /** Upper bound of output tokens, reasoning included. */
  readonly maxOutputTokens?: number
  readonly verbosity?: string
  readonly serviceTier?: string
  /** The client's name for its end user: `user`, `safety_identifier`, `metadata.user_id`. */
  readonly endUser?: string
  /** `prompt_cache_key`. */
  readonly cacheKey?: string
  /** A cache mark over everything so far (Anthropic's top-level `cache_control`). */
  readonly cache?: CacheMark
  /** The usage chunk was asked for (`stream_options.include_usage`); other dialects always send usage. */
  readonly usageAsked: boolean
  /** Top-level fields that this dialect has and the conversation has no place for, as they came. */
  readonly extensions: JsonObject
}

// --- turns ---

export type Turn = SystemTurn | UserTurn | AssistantTurn

export interface SystemTurn {
  readonly role: 'system'
  /** As the client spelled it; `instructions` = the field of the Responses API, always first. */
  readonly kind: 'system' | 'developer' | 'instructions'
  readonly parts: readonly Part[]
}

export interface UserTurn {
  readonly role: 'user'
  readonly parts: readonly Part[]
  /** `name` of a chat message. */
  readonly name?: string
}

export interface AssistantTurn {
  readonly role: 'assistant'
  readonly parts: readonly Part[]
  readonly name?: string
  /** `commentary` or `final_answer` (Responses). */
  readonly phase?: string
}

// --- parts ---

export type Part =
  | TextPart
  | ImagePart
  | AudioPart
  | VideoPart
  | FilePart
  | ToolCallPart
  | ToolResultPart
  | ReasoningPart
  | RefusalPart
  | ForeignPart

interface PartBase {
  /** Where it stands in the client's body, in the client's words: `messages[2].content[0]`. For errors. */
  readonly at: string
  readonly cache?: CacheMark
  /** What the provider that made this part wants back with it, unread (Gemini's `thoughtSignature`). */
  readonly seal?: Seal
}

export interface TextPart extends PartBase {
  readonly type: 'text'
  readonly text: string
}

export interface ImagePart extends PartBase {
  readonly type: 'image'
  readonly source: MediaSource
  /** low, high, auto, original. */
  readonly detail?: string
}

export interface AudioPart extends PartBase {
  readonly type: 'audio'
  readonly source: MediaSource
}

export interface VideoPart extends PartBase {
  readonly type: 'video'
  readonly source: MediaSource
}

export interface FilePart extends PartBase {
  readonly type: 'file'
  readonly source: MediaSource
  readonly name?: string
  /** Anthropic's `context` of a document. */
  readonly context?: string
  readonly citations?: boolean
}

/** Media types are lower case and without parameters: `image/jpeg`, never `image/jpg` (H75). */
export type MediaSource =
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string; readonly mediaType?: string }
  | { readonly kind: 'text'; readonly mediaType: string; readonly text: string }
  /** Bound to the provider where it was uploaded. */
  | { readonly kind: 'file-id'; readonly id: string; readonly dialect: DialectName }

export interface ToolCallPart extends PartBase {
  readonly type: 'tool-call'
  /** Empty where the dialect gave none (Gemini). */
  readonly id: string
  readonly name: string
  /** The namespace of a Responses tool. */
  readonly namespace?: string
  readonly kind: 'function' | 'custom'
  /** Source text of a JSON value as the model wrote it, which may be cut off or invalid (H27); plain text for `custom`. */
  readonly input: string
}

export interface ToolResultPart extends PartBase {
  readonly type: 'tool-result'
  /** Empty where the dialect gave none; then results answer calls of this name in order. */
  readonly callId: string
  /** The called function, where the dialect says it. */
  readonly name?: string
  readonly kind: 'function' | 'custom'
  readonly isError: boolean
  /** Text and media only. One text part that is JSON text, where the dialect carries an object (Gemini). */
  readonly parts: readonly Part[]
}

export interface ReasoningPart extends PartBase {
  readonly type: 'reasoning'
  /** What could be read of it; empty when it came redacted or encrypted. */
  readonly text: string
  /** Summary paragraphs (Responses). */
  readonly summary: readonly string[]
  /** Encrypted as a whole: Anthropic's `redacted_thinking`. */
  readonly redacted: boolean
}

export interface RefusalPart extends PartBase {
  readonly type: 'refusal'
  readonly text: string
}

/** A block that only its own dialect understands (server tool calls and their results, compaction items…). */
export interface ForeignPart extends PartBase {
  readonly type: 'foreign'
  readonly dialect: DialectName
  readonly kind: string
  readonly value: JsonObject
  /** What can be said of it in words to other dialects; empty = nothing. */
  readonly summary: string
}

export interface CacheMark {
  readonly ttl: '5m' | '1h'
}

/**
 * Signed or encrypted data of the provider that made a part: Anthropic's `signature` or `redacted_thinking.data`,
 * OpenAI's `encrypted_content`, Gemini's `thoughtSignature`. Good only where it came from.
 */
export interface Seal {
  readonly dialect: DialectName
  readonly data: string
  /** The item's own id, where the data is bound to it (Responses). */
  readonly itemId?: string
  /** The deployment that made it, when it came through our envelope: provider name and credential id. */
  readonly origin?: string
}

// --- tools ---

export type Tool = FunctionTool | CustomTool | ServerTool

export interface FunctionTool {
  readonly type: 'function'
  readonly name: string
  readonly namespace?: string
  readonly description?: string
  /** A JSON Schema object; absent = takes nothing. */
  readonly parameters?: JsonObject
  readonly strict?: boolean
  readonly cache?: CacheMark
  readonly at: string
  /** Other members, for its own dialect. */
  readonly extensions: JsonObject
}

/** Takes free text (OpenAI's `custom`). */
export interface CustomTool {
  readonly type: 'custom'
  readonly name: string
  readonly namespace?: string
  readonly description?: string
  readonly format?: JsonValue
  readonly at: string
}

/** Runs at the provider: web search, code execution… */
export interface ServerTool {
  readonly type: 'server'
  readonly dialect: DialectName
  readonly name: string
  readonly at: string
  readonly value: JsonObject
}

export interface ToolChoice {
  readonly mode: 'auto' | 'none' | 'required' | 'tool'
  /** With `tool`. */
  readonly name?: string
  readonly namespace?: string
  /** Only these may be called, with `auto` or `required`. */
  readonly allowed?: readonly string[]
  /** Whether the client said anything at all. */
  readonly given: boolean
}

// --- the rest of the request ---

export type OutputFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | {
      readonly type: 'json-schema'
      readonly name: string
      readonly description?: string
      readonly schema: JsonObject
      readonly strict?: boolean
    }

export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  readonly seed?: number
  /** Empty = none. */
  readonly stop: readonly string[]
  /** Absent = 1. */
  readonly n?: number
  readonly logprobs?: boolean
  readonly topLogprobs?: number
  readonly logitBias?: JsonObject
}

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

export interface ReasoningRequest {
  /** Absent = the model's own default. */
  readonly effort?: Effort
  /** Tokens to think with; -1 = as the model likes (Gemini). */
  readonly budgetTokens?: number
  /** The model decides whether to think (Anthropic's `adaptive`). */
  readonly adaptive?: boolean
  /** Whether the client wants to see it: `summary`, `display`, `includeThoughts`. Absent = not said. */
  readonly visible?: boolean
  /** The client's own word for how: `auto`, `concise`, `detailed`. */
  readonly summary?: string
  /** Encrypted reasoning was asked for in the reply (Responses: `include`). */
  readonly sealed?: boolean
}

export const NO_CHOICE: ToolChoice = Object.freeze({ mode: 'auto', given: false })
