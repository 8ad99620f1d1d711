// The same dialect on both sides: the client's bytes go through with only the model's name, and what else must change,
// spliced in; the answer likewise. Unknown fields survive in both directions.
//
// /!\ Hot path.

import type { DialectName } from '../core/conversation.ts'
import type { PassDialect } from '../dialects/pass-dialects.ts'
import type { StreamReader } from '../dialects/pass-events.ts'
import type { StreamFraming } from '../providers/adapter.ts'
import { hasChoice } from '../routing/route.ts'
import type { Call } from './call.ts'
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

  /** @param origin the deployment that is asked */
  constructor(call: Call, dialect: PassDialect, body: Buffer, dropped: string, framing: StreamFraming, origin: string) {
    this.#call = call
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
    return unframed(this.#dialect.streamReader(this.#call.passFacts()), this.#framing)
  }

  #rememberSeals(piece: Buffer | string, origin: string): void {
    if (!mayHoldSeals(piece, this.dialect)) return
    const { ports, request } = this.#call
    const text = typeof piece === 'string' ? piece : piece.toString('latin1')
    ports.seals.passed(request.principal.accountId, text, this.dialect, origin)
  }

  readJson(body: Buffer): JsonReading {
    const scanned = this.#dialect.scanReply(body.toString('latin1'), this.#call.route.publicIdJson)
    if (scanned === null) {
      return { kind: 'unusable', detail: body.length === 0 ? 'an empty body' : 'a body that is not JSON' }
    }
    if (scanned.isError) return { kind: 'error', text: body.toString('utf8') }
    return { kind: 'answer', body: scanned.text, usage: scanned.usage }
  }
}
