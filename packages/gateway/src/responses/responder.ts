// The front of the Responses API: between whoever takes a request in (HTTP, a WebSocket, the runner of background work)
// and the relay.
//
//   request -> what it goes on from -> one whole body -> relay -> what is said, recorded -> client
//
// A request names its past: `previous_response_id`, `conversation`, references to items, compactions. Here it becomes a
// body with all of it, which any provider can answer; and what is answered is kept before its end is told. Whoever wants
// neither (`store: false`, nothing to go on from) is passed on as he came.
//
// /!\ Hot path: `call`, for requests that want neither.

import type { Logger } from 'pino'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { scanRequest, type ScannedRequest } from '../dialects/pass-request.ts'
import type { RelayRequest } from '../relay/ports.ts'
import { readAsked, type AskedResponse } from './asked-response.ts'
import { forAnyUpstream } from './chain-items.ts'
import type { CompactionPort } from './compaction/compaction-port.ts'
import { History, type HistoryPorts, type Past } from './history.ts'
import { mayHoldReferences, splitInput } from './input-text.ts'
import type { BackgroundDraft, JobRun } from './jobs/job-run.ts'
import type { ResponseKeeper } from './keeper.ts'
import type { LocalContexts } from './local-contexts.ts'
import type { ResponsesPolicy } from '../identity/responses-policy.ts'
import { Recording } from './recording.ts'
import { RecordingSink } from './recording-sink.ts'
import { changedBody } from './request-body.ts'

/** How a response's storing went, for metrics. */
export type StoredOutcome = 'stored' | 'full' | 'failed' | 'late'

export interface ResponderPorts {
  readonly relay: RelayPort
  readonly keeper: ResponseKeeper
  readonly log: Logger
  /** What the caller's group keeps. */
  policy(principal: RelayRequest['principal']): ResponsesPolicy
  /** The relay's own: closes the envelopes around reasoning that only its maker can read. */
  readonly sealKey: Buffer
  /**
   * Takes over a request that says `background: true`, and answers it at once; absent = such a request is a 400.
   */
  readonly background?: (request: RelayRequest, draft: BackgroundDraft) => void
  /** Shorter histories, and what becomes of them; absent = there is nothing of the kind. */
  readonly compaction?: CompactionPort
  /** Of a request with all of its past; absent = any number. */
  readonly maxBodyBytes?: () => number
  /** Told for each response that was to be stored. */
  readonly saved?: (outcome: StoredOutcome) => void
}

export interface RelayPort {
  call(request: RelayRequest): void
  /** Answers with an error, in the shape of the client's dialect, and counts it. */
  refuse(request: RelayRequest, error: GatewayError): void
}

export interface ResponderOptions {
  /** Of the connection: responses with `store: false` that its next turns may go on from. */
  readonly local?: LocalContexts
  /** The run of background work: its `background: true` is not handed over again, and its save holds the lease. */
  readonly job?: JobRun
}

type Purpose = 'create' | 'compact' | 'count'

const PURPOSES: ReadonlyMap<string, Purpose> = new Map([
  ['/v1/responses', 'create'],
  ['/v1/responses/compact', 'compact'],
  ['/v1/responses/input_tokens', 'count'],
])

/** Resolved here, so that no upstream is to look for them. */
const RESOLVED: ReadonlySet<string> = new Set(['previous_response_id', 'conversation', 'background'])
const NOTHING: ReadonlySet<string> = new Set()

/** A request that is on its way to the relay. */
interface Going {
  readonly request: RelayRequest
  readonly scan: ScannedRequest
  readonly asked: AskedResponse
  readonly options: ResponderOptions
  readonly purpose: Purpose
}

export class Responder {
  readonly #ports: ResponderPorts
  readonly #history: History
  #open = 0

  constructor(ports: ResponderPorts) {
    this.#ports = ports
    this.#history = new History(ports satisfies HistoryPorts)
  }

  /** Requests that wait here: for their history, or for their answer to be stored. A drain waits for them. */
  get openCount(): number {
    return this.#open + (this.#ports.compaction?.openCount ?? 0)
  }

  /** /v1/responses and what is below it; any other endpoint goes straight to the relay. Never throws: answers through the sink. */
  call(request: RelayRequest, options: ResponderOptions = NO_OPTIONS): void {
    const { relay } = this.#ports
    const purpose = PURPOSES.get(request.endpoint.path)
    if (purpose === undefined) {
      relay.call(request)
      return
    }
    let scan: ScannedRequest
    try {
      scan = request.scan ?? scanRequest(request.body, request.path)
    } catch {
      // Whoever reads it next says what is wrong with it.
      relay.call(request)
      return
    }
    try {
      const asked = readAsked(scan, this.#ports.policy(request.principal))
      this.#begin({ request, scan, asked, options, purpose })
    } catch (error) {
      relay.refuse(request, toGatewayError(error))
    }
  }

  #begin(going: Going): void {
    const { request, scan, asked, options } = going
    if (isBackground(going)) this.#mayRunLater(asked)
    const { text } = scan
    if (asked.previous === null && asked.conversation === null && !mayHoldReferences(text)) {
      this.#go(going, null)
      return
    }
    if (scan.hasMessages && !scan.hasInput) {
      const message = 'A request with `messages` has nothing to go on from. Send the new items as `input`.'
      throw new GatewayError('invalid_request', message, { param: 'messages' })
    }
    this.#open += 1
    this.#history.resolve(request, asked, splitInput(text, scan.input), options.local).then(
      (past) => {
        this.#open -= 1
        // Nobody is there to be answered.
        if (request.sink.closed) return
        try {
          this.#go(going, past)
        } catch (error) {
          this.#ports.relay.refuse(request, toGatewayError(error))
        }
      },
      (error: unknown) => {
        this.#open -= 1
        this.#ports.relay.refuse(request, toGatewayError(error))
      },
    )
  }

  #mayRunLater({ stores, wantsStore }: AskedResponse): void {
    if (this.#ports.background === undefined) {
      const message = 'Nothing is answered in the background here. Leave "background" out.'
      throw new GatewayError('invalid_request', message, { param: 'background' })
    }
    if (stores) return
    const message = 'What is answered in the background has to be stored. Leave "background" out, or "store": false.'
    throw new GatewayError('invalid_request', message, { param: wantsStore ? 'background' : 'store' })
  }

  #runLater({ request, scan, asked }: Going, past: Past | null): void {
    this.#ports.background?.(request, {
      accountId: request.principal.accountId,
      keyId: request.principal.keyId,
      policy: asked.policy,
      previousResponseId: asked.previous,
      conversationId: asked.conversation,
      context: past?.context ?? null,
      input: past?.input ?? splitInput(scan.text, scan.input),
    })
  }

  /** @param past null = the request says all of it itself */
  #go(going: Going, past: Past | null): void {
    const { request, scan, asked, options, purpose } = going
    if (isBackground(going)) {
      this.#runLater(going, past)
      return
    }
    const isPlain = past === null && !asked.background && asked.stores === asked.wantsStore
    if (isPlain && purpose === 'create' && !asked.stores && options.local === undefined && request.warmUp !== true) {
      this.#hand(request, scan)
      return
    }
    const whole = this.#whole(going, past)
    switch (purpose) {
      case 'compact':
      case 'count':
        this.#answerOther(whole, purpose)
        return
      case 'create':
        this.#create(going, past, whole, isPlain)
    }
  }

  #answerOther(request: RelayRequest, purpose: 'compact' | 'count'): void {
    const { compaction, relay } = this.#ports
    if (compaction === undefined) relay.call(request)
    else if (purpose === 'compact') compaction.compact(request)
    else compaction.countInput(request)
  }

  #create(going: Going, past: Past | null, whole: RelayRequest, isPlain: boolean): void {
    const { request, scan, asked, options } = going
    const echo = this.#echo(going)
    const recording = asked.stores || options.local !== undefined ? this.#recording(going, past) : null
    const recorded: RelayRequest =
      recording === null ? { ...whole, ...echo } : { ...whole, ...echo, sink: recording.sink, madeBy: recording.madeBy }
    // The relay says what a model of that name can do here, and whether the caller may use it.
    if (request.warmUp === true) this.#ports.relay.call(recorded)
    else this.#hand(recorded, isPlain ? scan : null)
  }

  /** @param scan of the body; null = it is another one now */
  #hand(request: RelayRequest, scan: ScannedRequest | null): void {
    const { relay, compaction } = this.#ports
    const known = scan ?? scanRequest(request.body, request.path)
    if (compaction?.concerns(known.text) === true) {
      // What becomes of the body there has another scan.
      compaction.run(request, (next) => relay.call(next))
      return
    }
    request.scan = known
    relay.call(request)
  }

  /** With its past in its body. */
  #whole({ request, scan, asked, purpose }: Going, past: Past | null): RelayRequest {
    const { text } = scan
    const put = purpose !== 'create' || asked.stores === asked.wantsStore ? {} : { store: 'false' }
    if (past === null) {
      if (!asked.background && put.store === undefined) return request
      return { ...request, body: changedBody(text, { drop: asked.background ? RESOLVED : NOTHING, put }) }
    }
    const { items, context, input } = past
    const body = changedBody(text, { drop: RESOLVED, put, input: [...forAnyUpstream(items), ...input] })
    if (body.length > (this.#ports.maxBodyBytes?.() ?? Infinity)) throw tooLong(body.length)
    const made = context?.made ?? null
    const whole: RelayRequest = { ...request, body, ...(made === null ? {} : { prefer: made.origin }) }
    if (made?.upstreamId != null && asked.previous !== null && purpose === 'create') {
      const { origin, credential, upstreamId } = made
      const id = JSON.stringify(upstreamId)
      const short = changedBody(text, { drop: RESOLVED, put: { ...put, previous_response_id: id }, input })
      whole.native = { origin, credential, body: short, previousId: upstreamId }
    }
    return whole
  }

  /** What the reply says that the body does not say any more. */
  #echo({ request, asked, options }: Going): { readonly echo?: JsonObject } {
    const echo: Record<string, JsonValue> = {}
    if (asked.stores) echo['store'] = true
    if (asked.previous !== null) echo['previous_response_id'] = asked.previous
    if (asked.conversation !== null) echo['conversation'] = { id: asked.conversation }
    if (options.job !== undefined) {
      const { lease, createdAtSeconds } = options.job
      echo['background'] = true
      echo['id'] = lease.responseId
      if (createdAtSeconds !== undefined) echo['created_at'] = createdAtSeconds
    }
    const all = { ...echo, ...request.echo }
    return Object.keys(all).length === 0 ? {} : { echo: all }
  }

  #recording({ request, scan, asked, options }: Going, past: Past | null): Recorded {
    const { keeper, log, saved, sealKey } = this.#ports
    const { text, input } = scan
    const recording = new Recording(
      { keeper, log, saved: saved ?? (() => undefined), sealKey },
      {
        requestId: request.id,
        accountId: request.principal.accountId,
        keyId: request.principal.keyId,
        policy: asked.stores ? asked.policy : null,
        previous: asked.previous,
        conversation: asked.conversation,
        context: past?.context ?? null,
        input: past === null ? () => splitInput(text, input) : () => past.input,
        local: options.local ?? null,
        job: options.job ?? null,
      },
      (change) => {
        this.#open += change
      },
    )
    return { sink: new RecordingSink(request.sink, recording), madeBy: (made) => recording.madeBy(made) }
  }
}

function tooLong(bytes: number): GatewayError {
  const megabytes = Math.ceil(bytes / 1_048_576)
  const message = `What this request goes on from has grown to ${megabytes} MB, more than a request may have. Begin anew, or compact it: POST /v1/responses/compact.`
  return new GatewayError('request_too_large', message, { param: 'previous_response_id' })
}

/** It is to be run later, not now. */
function isBackground({ asked, options, purpose }: Going): boolean {
  return asked.background && options.job === undefined && purpose === 'create'
}

type Recorded = Required<Pick<RelayRequest, 'sink' | 'madeBy'>>

const NO_OPTIONS: ResponderOptions = Object.freeze({})
