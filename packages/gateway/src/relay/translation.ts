// Between two dialects: client bytes -> conversation -> upstream bytes, and the answer back the same way.
//
// A request is decoded once, however many upstreams are tried; it is encoded for each of them, because each can take
// something else.

import { arrayOf, type JsonObject } from '../core/json.ts'
import type { Answer, AnswerEvent } from '../core/answer.ts'
import type { Conversation, DialectName } from '../core/conversation.ts'
import type {
  ClientDialect,
  EncodedRequest,
  ProviderDialect,
  ReplyContext,
  StreamDecoder,
  StreamEncoder,
  TargetModel,
} from '../core/dialect.ts'
import type { GatewayError } from '../core/errors.ts'
import { Notes } from '../core/field-notes.ts'
import { refuseForeignCompaction } from '../core/foreign-compaction.ts'
import { refuseHostedTools } from '../core/hosted-tool-policy.ts'
import { RestoreTools, restoreAnswer } from '../core/restore-tools.ts'
import { refuseServerState } from '../core/server-state.ts'
import type { TokenUsage } from '../core/token-usage.ts'
import { latin1Of, type StreamReader } from '../dialects/pass-events.ts'
import type { UpstreamResponse } from '../dialects/pass-facts.ts'
import type { FinishedRequest, StreamFraming } from '../providers/adapter.ts'
import { readObject, type Conversion, type JsonReading } from './conversion.ts'
import { SealTracker } from './seal-memory.ts'
import type { Continuation } from './continuation.ts'
import type { EndWatch } from './end-watch.ts'
import { unframed } from './unframe.ts'

export interface TranslationParts {
  readonly client: ClientDialect
  readonly provider: ProviderDialect
  readonly conversation: Conversation
  readonly target: TargetModel
  /** Names the model, and moves what this provider wants elsewhere. */
  readonly finish: (body: JsonObject, headers: Readonly<Record<string, string>>) => FinishedRequest
  readonly framing: StreamFraming
  readonly reply: ReplyContext
  /** Where the route wants that: goes on with what an attempt before this one has begun. */
  readonly continuation: Continuation | null
  /** For clients that cannot carry sealed reasoning themselves; null = this one can. */
  readonly remember: ((answer: Pick<Answer, 'choices'>) => void) | null
  /** For the picker; null = the request names its model. */
  readonly watch: EndWatch | null
}

export class Translation implements Conversion {
  readonly dialect: DialectName
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly dropped: string
  readonly passesLargeReplies = false
  readonly watch = null
  readonly #parts: TranslationParts
  readonly #encoded: EncodedRequest
  #reader: TranslatedStream | null = null
  #toldId = ''

  /** @throws {GatewayError} `invalid_request` when this upstream cannot serve what is asked */
  constructor(parts: TranslationParts) {
    const { client, provider, target, continuation } = parts
    const conversation = continuation?.ask(parts.conversation, target.traits.prefill) ?? parts.conversation
    const notes = new Notes(client.fieldNames)
    if (client.name !== provider.name) {
      refuseServerState(client.name, conversation.extensions)
      for (const [name, value] of Object.entries(conversation.extensions)) {
        if (value !== null && value !== undefined && value !== false && !UNSEEN.has(name)) notes.dropAt(name)
      }
      refuseSound(conversation, notes)
      refuseHostedTools(conversation, notes)
      refuseForeignCompaction(conversation, notes)
    }
    this.dialect = provider.name
    this.#parts = parts
    this.#encoded = provider.encodeRequest(conversation, target, notes)
    const finished = parts.finish(this.#encoded.body, this.#encoded.headers)
    this.body = Buffer.from(JSON.stringify(finished.body))
    this.headers = finished.headers
    this.dropped = notes.toHeader()
  }

  get upstream(): UpstreamResponse | null {
    const id = this.#reader?.upstreamId ?? this.#toldId
    if (id === '' || this.dialect !== 'openai-responses') return null
    return { id, stored: this.#encoded.body['store'] !== false }
  }

  streamReader(): StreamReader {
    const { client, provider, reply, framing, remember, continuation, watch } = this.#parts
    const seals = remember === null ? null : new SealTracker(remember)
    continuation?.begin()
    const encoder = continuation?.encoder ?? client.streamEncoder(reply)
    const reader = new TranslatedStream(provider.streamDecoder(), encoder, this.#encoded, seals, continuation, watch)
    this.#reader = reader
    return unframed(reader, framing)
  }

  readJson(body: Buffer): JsonReading {
    const reading = readObject(body)
    if (reading.kind !== 'object') return reading
    const { client, provider, reply, remember, watch } = this.#parts
    const answer = provider.decodeAnswer(reading.value)
    if (answer === null) return { kind: 'unusable', detail: 'a body that is no answer' }
    if (answer.choices.some(({ finish }) => finish.reason === 'malformed')) {
      return { kind: 'unusable', detail: 'a malformed answer' }
    }
    this.#toldId = answer.id
    const restored = restoreAnswer(answer, this.#encoded)
    remember?.(restored)
    watch?.whole(restored)
    const encoded = client.encodeAnswer(restored, reply)
    return { kind: 'answer', body: latin1Of(JSON.stringify(encoded)), usage: answer.usage }
  }
}

/** Clients do not know that they sent these: betas are a header, the billing block is their program's. */
const UNSEEN: ReadonlySet<string> = new Set(['anthropic_beta', 'system[0]'])

/** An answer that is to be heard cannot be had from a dialect that only writes. */
function refuseSound({ extensions }: Conversation, notes: Notes): void {
  if (arrayOf(extensions['modalities'])?.includes('audio') === true) {
    notes.refuseAt('modalities', 'The upstream of this model cannot answer in audio. Leave "modalities" out.')
  }
}

class TranslatedStream implements StreamReader {
  usage: TokenUsage | null = null
  sawOutput = false
  errorPayload: string | null = null
  eventCount = 0
  done = false
  /** Its own name of the answer; '' = it has not said. */
  upstreamId = ''
  readonly #decoder: StreamDecoder
  readonly #encoder: StreamEncoder
  readonly #restore: RestoreTools
  readonly #seals: SealTracker | null
  readonly #continuation: Continuation | null
  readonly #watch: EndWatch | null
  #malformed = false
  #out = ''

  constructor(
    decoder: StreamDecoder,
    encoder: StreamEncoder,
    undo: EncodedRequest,
    seals: SealTracker | null,
    continuation: Continuation | null,
    watch: EndWatch | null,
  ) {
    this.#watch = watch
    this.#seals = seals
    this.#continuation = continuation
    this.#decoder = decoder
    this.#encoder = encoder
    this.#restore = new RestoreTools(undo, (event) => this.#take(event))
  }

  get sawFinish(): boolean {
    return this.#decoder.finished
  }

  get closing(): string {
    return latin1Of(this.#encoder.end())
  }

  get broken(): string | null {
    return this.#malformed ? 'a malformed answer' : this.#decoder.broken
  }

  push(chunk: Buffer): Buffer | string | null {
    if (this.errorPayload !== null || this.#malformed) return null
    this.#decoder.push(chunk, this.#onEvent)
    if (this.#decoder.ended && this.errorPayload === null && this.broken === null) {
      this.#decoder.end(this.#onEvent)
      this.#out += this.#encoder.end()
      this.done = true
    }
    return this.#flush()
  }

  end(): string | null {
    if (this.errorPayload !== null || this.#malformed) return null
    // What is open stays open, where somebody else may go on with it.
    if (this.#continuation === null || this.#decoder.finished) this.#decoder.end(this.#onEvent)
    return this.#flush()
  }

  fail(error: GatewayError): string {
    return latin1Of(this.#encoder.fail(error))
  }

  readonly #onEvent = (event: AnswerEvent): void => this.#restore.push(event)

  #flush(): string | null {
    const out = this.#out
    this.#out = ''
    return out === '' ? null : latin1Of(out)
  }

  #take(event: AnswerEvent): void {
    this.#seals?.push(event)
    this.#watch?.push(event)
    switch (event.type) {
      case 'start':
        this.upstreamId = event.id
        break
      case 'failure':
        this.errorPayload = event.body
        return
      case 'finish':
        if (event.finish.reason === 'malformed') {
          this.#malformed = true
          return
        }
        this.sawOutput = true
        break
      case 'usage':
        this.usage = this.#continuation?.usage(event.usage) ?? event.usage
        break
      case 'part-delta':
        this.sawOutput ||= event.text !== ''
        this.eventCount += 1
        break
      case 'part-start':
        this.sawOutput ||= event.opened.type !== 'text'
        break
      default:
    }
    if (this.#continuation === null) this.#encode(event)
    else this.#continuation.take(event, this.#encode)
  }

  readonly #encode = (event: AnswerEvent): void => {
    this.#out += this.#encoder.push(event)
  }
}
