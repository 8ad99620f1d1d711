import type { Directives } from './faults.ts'

/** One server-sent event of a stream. */
export interface StreamEvent {
  /** `event:` line, for those endpoints whose events have names. */
  readonly name?: string
  readonly data: unknown
  /** How many tokens of the answer go out before it: its place in time, and where faults count. */
  readonly afterTokens: number
  /** The start of an answer, sent whatever faults follow. */
  readonly opening?: true
}

export type Reply =
  | { readonly kind: 'json'; readonly body: unknown }
  /** `done`: whether `data: [DONE]` ends it. */
  | { readonly kind: 'stream'; readonly events: Iterable<StreamEvent>; readonly done: boolean }

/** What an endpoint makes of a request: the reply, and what the prompt asked to go wrong with it. */
export interface Answer {
  readonly directives: Directives
  readonly reply: Reply
}

/** What an endpoint may know beside the request. */
export interface ReplyContext {
  readonly createdS: number
  /** A new id such as `chatcmpl-…`. Ids differ from call to call, as everywhere; the answer does not. */
  newId(prefix: string): string
}
