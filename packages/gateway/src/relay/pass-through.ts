// The same dialect on both sides: the client's bytes go through with only the model's name, and what else must change,
// spliced in; the answer likewise. Unknown fields survive in both directions.
//
// /!\ Hot path.

import type { DialectName } from '../core/conversation.ts'
import type { ReplyTruth, UpstreamResponse } from '../dialects/pass-facts.ts'
import type { PassDialect } from '../dialects/pass-dialects.ts'
import { utf8Of, type StreamReader } from '../dialects/pass-events.ts'
import type { StreamFraming } from '../providers/adapter.ts'
import { hasChoice } from '../routing/route.ts'
import type { Call } from './call.ts'
import type { NativeBody } from './ports.ts'
import type { Conversion, JsonReading } from './conversion.ts'
import { mayHoldSeals } from './seal-marks.ts'
import { unframed } from './unframe.ts'

export class PassThrough implements Conversion {
  readonly dialect: DialectName
  readonly body: Buffer
  readonly dropped: string
  readonly #call: Call
  readonly #dialect: PassDialect
  readonly #framing: StreamFraming
  readonly watch: Conversion['watch']

  readonly native: boolean
  #told: UpstreamResponse | null = null
  #reader: StreamReader | null = null
  readonly #truth: ReplyTruth

  /**
   * @param origin the deployment that is asked
   * @param native where it is sent what nobody else could read
   */
  constructor(
    call: Call,
    dialect: PassDialect,
    body: Buffer,
    dropped: string,
    framing: StreamFraming,
    origin: string,
    native: Pick<NativeBody, 'previousId'> | null = null,
  ) {
    this.#call = call
    this.native = native !== null
    this.#truth = call.truth(native?.previousId ?? null)
    this.dialect = dialect.name
    this.#dialect = dialect
    this.body = body
    this.dropped = dropped
    this.#framing = framing
    // Where there is a choice, whoever has signed something must be known again.
    this.watch = hasChoice(call.route) ? (piece) => this.#rememberSeals(piece, origin) : null
  }

  get passesLargeReplies(): boolean {
    return this.#dialect.passesLargeReplies
  }

  streamReader(): StreamReader {
    const reader = this.#dialect.streamReader(this.#call.passFacts(this.#truth))
    this.#reader = reader
    return unframed(reader, this.#framing)
  }

  get upstream(): UpstreamResponse | null {
    return this.#reader?.upstream ?? this.#told
  }

  #rememberSeals(piece: Buffer | string, origin: string): void {
    if (!mayHoldSeals(piece, this.dialect)) return
    const { ports, request } = this.#call
    const text = typeof piece === 'string' ? piece : piece.toString('latin1')
    ports.seals.passed(request.principal.accountId, text, this.dialect, origin)
  }

  readJson(body: Buffer): JsonReading {
    const scanned = this.#dialect.scanReply(body.toString('latin1'), this.#call.route.publicIdJson, this.#truth)
    if (scanned === null) {
      return { kind: 'unusable', detail: body.length === 0 ? 'an empty body' : 'a body that is not JSON' }
    }
    if (scanned.isError) return { kind: 'error', text: utf8Of(scanned.text) }
    const { text, usage, upstream } = scanned
    this.#told = upstream ?? null
    return { kind: 'answer', body: text, usage }
  }
}
