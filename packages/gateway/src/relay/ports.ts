// What the relay needs from the rest of the house, so that it can be put together in one process or in many.

import type { Logger } from 'pino'
import type { Beginning } from '../billing/journal/journal-writer.ts'
import type { TokenCounter } from '../billing/estimates/token-counter.ts'
import type { TokenRatios } from '../billing/estimates/token-ratio.ts'
import type { UsageRecord } from '../billing/usage/usage-record.ts'
import type { WalletAuthority } from '../billing/wallets/wallet-authority.ts'
import type { Config } from '../config/config.ts'
import type { DeadlineWheel } from '../core/deadlines.ts'
import type { JsonObject } from '../core/json.ts'
import type { ListNode } from '../core/intrusive-list.ts'
import type { Principal } from '../identity/principal.ts'
import type { LimitAuthority } from '../limits/authority.ts'
import type { ScannedRequest } from '../dialects/pass-request.ts'
import type { AutoRouter } from '../routing/auto/auto-router.ts'
import type { AutoChoice } from '../routing/auto/choice.ts'
import type { EmbeddedPoint } from '../routing/auto/learning/embedded-point.ts'
import type { AutoName } from '../routing/auto/pools/auto-names.ts'
import type { RequestOptions } from '../routing/auto/request-options.ts'
import type { RequestView } from '../routing/auto/view/request-view.ts'
import type { Fleet } from '../routing/fleet.ts'
import type { Route } from '../routing/route.ts'
import type { AccountsInFlight } from './accounts-in-flight.ts'
import type { Endpoint, PathFacts } from './endpoints.ts'
import type { HeaderNames } from './reply-headers.ts'
import type { RelayMetrics } from './relay-metrics.ts'
import type { ReplySink } from './reply-sink.ts'
import type { SealMemory } from './seal-memory.ts'
import type { TurnTransport } from './turn-transport.ts'
import type { Upstreams } from './upstreams.ts'

export interface RelayPorts {
  config(): Config
  readonly fleet: Fleet
  /** Chooses for requests that leave their model open. */
  readonly auto: AutoRouter
  /** Absent = no call is ever evaluated. */
  readonly shadow?: ShadowPort
  /** Absent = questions are never embedded. */
  readonly embedder?: EmbedPort
  /** Absent = nothing is ever copied. */
  readonly mirror?: MirrorPort
  readonly limits: LimitAuthority
  readonly wallets: WalletAuthority
  readonly deadlines: DeadlineWheel
  readonly upstreams: Upstreams
  readonly metrics: RelayMetrics
  readonly log: Logger
  /** False while the journal cannot be written: then nothing new is let in. */
  recording(): boolean
  /**
   * Before the status line of a reply whose end is not known, and each time that more of it is paid for: how the call counts
   * if this process dies in between. @param before what stood there until now
   */
  begin(record: UsageRecord, before: Beginning | null): Beginning | null
  /**
   * What is accepted is on disk before it is answered: it is when this returns, or, with `then`, when that is called at the
   * end of this turn of the event loop. The lines of one turn cost one write then.
   */
  record(record: UsageRecord, beginning: Beginning | null, then?: () => void): void
  headerNames(): HeaderNames
  /** Signs the envelopes in which clients carry other providers' reasoning; the same in every process. */
  readonly sealKey: Buffer
  readonly seals: SealMemory
  /** Credentials (`CredentialState.id`) whose upstream left `previous_response_id` out of account: they are not asked so again. */
  readonly forgetful: Set<string>
  readonly accounts: AccountsInFlight
  /** What bodies are in tokens, learned by model. */
  readonly ratios: TokenRatios
  /** For answers whose upstream does not count them. */
  readonly counter: TokenCounter
  /** An exchange began to hold resources. */
  open(node: ListNode<OpenExchange>): void
  /** It let go of them; called once for each that was opened. */
  close(node: ListNode<OpenExchange>): void
}

/** Evaluates some of the calls that `auto` has chosen for, beside them. Never throws, never waits. */
export interface ShadowPort {
  /** Whether the body is to be kept until the answer is complete. */
  samples(request: Pick<RelayRequest, 'endpoint' | 'body'>): boolean
  answered(subject: ShadowSubject): void
}

/** Has questions embedded, for the choice of a model and for learning. Never throws. */
export interface EmbedPort {
  /** Null = of no use for this one, or not to be sent. */
  embed(question: EmbedQuestion): Embedding | null
}

export interface EmbedQuestion {
  readonly request: Pick<RelayRequest, 'id' | 'principal'>
  readonly name: AutoName
  readonly options: RequestOptions
  readonly text: string
  /** Nobody answers it, and nothing is learned from it. */
  readonly isDryRun: boolean
}

/** A question on its way to becoming a point. */
export interface Embedding {
  /** Null until it is there; it may come later than anybody waits for it. */
  readonly point: EmbeddedPoint | null
  /** When it is there, has failed, or nobody waits any longer; null = there is nothing to wait for. */
  readonly wait: Promise<void> | null
}

/** Sends copies of some requests elsewhere. Never throws, never waits. */
export interface MirrorPort {
  /** A request that limits and wallet have let in, and that nobody has been asked for yet. */
  offered(request: RelayRequest, scan: ScannedRequest, route: Route): void
}

export interface ShadowSubject {
  readonly receiptId: string
  readonly principal: Principal
  readonly choice: AutoChoice
  /** As the client sent it, but for what it says about the choice. */
  readonly body: Buffer
  /** Public id of the model that answered. */
  readonly served: string
}

/** What a request says about the choice of its model, and what it asks. */
export interface AutoReading {
  /** Of the body without the member `auto`. */
  readonly scan: ScannedRequest
  readonly options: RequestOptions
  readonly view: RequestView
}

export interface OpenExchange {
  endForShutdown(): void
}

/** One request that was accepted and whose caller is known. */
export interface RelayRequest {
  readonly id: string
  readonly endpoint: Endpoint
  readonly path: PathFacts
  /** Decompressed. Let go of as soon as no other upstream can be asked any more: an answer may stream for minutes. */
  body: Buffer
  readonly principal: Principal
  /** Lower-case names; the values of headers that came twice are joined. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Monotonic, when its header was complete. */
  readonly startedMs: number
  readonly sink: ReplySink
  /** Of `body`, where somebody has scanned it already. */
  scan?: ScannedRequest
  /** Of one that leaves its model open, where its question is embedded: what was read of it for that. */
  reading?: AutoReading
  embedding?: Embedding
  /**
   * Members of the reply object (Responses) that the body does not say, or says otherwise than the client was told: put
   * into every snapshot, over what an upstream says. `id` is one.
   */
  readonly echo?: JsonObject
  /** For the one upstream that holds the conversation itself; everybody else is sent `body`. Let go of with it. */
  native?: NativeBody | null
  /** `Candidate.origin` of who answered the turn before: asked first, where nothing else says who. */
  readonly prefer?: string
  /** Nothing is written down before the end: what an interrupted run has used is not charged, because it is run again. */
  readonly journal?: 'end-only'
  /** Of background work; `discarded` = somebody else runs it again, or will: what this run has used is not charged. */
  readonly run?: { readonly discarded: boolean }
  /** A way of its own to upstreams that take turns over a WebSocket. */
  readonly transport?: TurnTransport
  /** Nothing is to be said, only made ready (`generate: false` of the WebSocket mode). */
  readonly warmUp?: true
  /** It is one itself, and none is made of it. */
  readonly copy?: true
  /** Told once who answered, when the answer is complete, before its end is written. */
  readonly madeBy?: (made: MadeBy) => void
}

/** A body that only means something to the deployment that answered the turn before. */
export interface NativeBody {
  /** `Candidate.origin` of it. */
  readonly origin: string
  /** `MadeBy.credential` of it. */
  readonly credential: string
  /** With `previous_response_id`, and only what is new. */
  readonly body: Buffer
  /**
   * What that names: an upstream whose reply does not say it again has not gone on from there; null = it names none, and is
   * whole (a compaction that this upstream made itself, and alone can read).
   */
  readonly previousId: string | null
}

/** Who answered. */
export interface MadeBy {
  /** `Candidate.origin`: provider and credential, by name. */
  readonly origin: string
  /** `CredentialState.id`: the same only as long as the secret is. */
  readonly credential: string
  /** The upstream's own name of it. */
  readonly model: string
  /** Under which the upstream keeps the response itself, and can be asked to go on from there; null = it does not. */
  readonly upstreamId: string | null
}
