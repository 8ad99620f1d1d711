// What the front of the Responses API needs of compaction. It resolves the history of a request first, and leaves the
// compaction items in it as they are. Then
//
//   /v1/responses                 concerns(body) ? run({ ...request, body, sink }, (next) => relay.call(next)) : relay.call
//   /v1/responses/compact         compact(request)
//   /v1/responses/input_tokens    countInput(request)
//
// What is stored of a turn is what the client sent, not what became of it here; the answer that is stored is the one that
// went through `sink`, compaction item included.

import type { GatewayError } from '../../core/errors.ts'
import type { RelayRequest } from '../../relay/ports.ts'

export interface CompactionPort {
  /** /!\ Once a request. Whether a body may have to do with compaction at all. @param text the body; latin1 will do */
  concerns(text: string): boolean
  /**
   * A call of /v1/responses. `next` gets it with compaction items of ours as what they stand for. Where `context_management`
   * is asked for and due, or the last item is a `compaction_trigger`, and the upstreams do not compact themselves, it is
   * done here: `next` gets a shorter input, and a sink that puts the compaction item into the answer; or nobody is asked,
   * because the trigger is answered here. Never throws.
   * @param request with its whole history in its body, and a sink that records what is stored
   */
  run(request: RelayRequest, next: (request: RelayRequest) => void): void
  /** Answers POST /v1/responses/compact. Never throws. @param request with its whole history in its body */
  compact(request: RelayRequest): void
  /** Answers POST /v1/responses/input_tokens. Never throws. @param request with its whole history in its body */
  countInput(request: RelayRequest): void
  /**
   * Compaction items of ours, each as what it stands for; what a compaction has covered is left out in front of it. Items
   * of anybody else's stay as they are. (`run` does this by itself.)
   * @param items raw JSON of each item of the input, oldest first
   * @param instructions of the request: said once, also where a compaction has kept the same
   * @throws {GatewayError} 400 for one of ours that cannot be opened: another account's, or changed
   */
  expand(accountId: string, items: readonly string[], instructions?: string): ExpandedItems
  /** What is under way here, between calls of the relay. A drain waits for it. */
  readonly openCount: number
}

export interface ExpandedItems {
  /** For any upstream. */
  readonly items: readonly string[]
  /** False: `items` are those that were given. */
  readonly changed: boolean
  /** For the one deployment that made the newest compaction itself, and reads it better than anybody; null = there is none. */
  readonly native: NativeItems | null
}

export interface NativeItems {
  /** `Candidate.origin`, and what tells its credential from a later one of that name: as `MadeBy` has them. */
  readonly origin: string
  readonly credential: string
  readonly items: readonly string[]
}

/** What compaction needs of the relay. */
export interface CompactionRelay {
  call(request: RelayRequest): void
  /** Answers with an error, in the shape of the client's dialect, and counts it. */
  refuse(request: RelayRequest, error: GatewayError): void
}
