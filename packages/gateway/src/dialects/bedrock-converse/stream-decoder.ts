// ConverseStream: frames into events of an answer.
//
// Only tool calls are announced; text and reasoning begin with their first delta, so their part starts are made here
// (protocols: "synthesize it"). Usage comes in a `metadata` frame, most often behind `messageStop`. Every payload has a
// member `p`, a padding of random length against readers of packet sizes, which means nothing.
// Source: `ConverseStreamOutput` of AWS's Bedrock runtime model; recorded streams.
//
// /!\ Hot path: one frame a delta.

import type { EmitEvent, OpenedPart } from '../../core/answer.ts'
import type { StreamDecoder } from '../../core/dialect.ts'
import { type JsonObject, objectOf, stringOf } from '../../core/json.ts'
import { bedrockErrorBody } from './errors.ts'
import { EventStreamFrames, type FrameHeaders } from './event-stream-frames.ts'
import { decodeCitation, decodeFinish, foreignPart, sealOf } from './response.ts'
import { usageOfReply } from './usage.ts'

interface OpenBlock {
  readonly part: number
  readonly type: OpenedPart['type']
  /** Something of a tool call's arguments has come. */
  spoken: boolean
  /** Signature, or redacted reasoning in base64. */
  seal: string
}

/** A block that is passed on whole: a call of the provider's own tool, its result, an image. */
interface WholeBlock {
  readonly start: JsonObject
  readonly deltas: JsonObject[]
}

const TEXT: OpenedPart = { type: 'text' }
const REASONING: OpenedPart = { type: 'reasoning', form: 'full', redacted: false }
const REDACTED: OpenedPart = { type: 'reasoning', form: 'full', redacted: true }

export class ConverseStreamDecoder implements StreamDecoder {
  finished = false
  /** Usage has come too; the two close the stream, in either order. */
  ended = false
  readonly #frames: EventStreamFrames
  /** The payload of a frame was not JSON. */
  #damage: string | null = null
  #emit: EmitEvent = ignore
  #started = false
  #failed = false
  #called = false
  #parts = 0
  #measured = false
  readonly #open = new Map<unknown, OpenBlock>()
  readonly #whole = new Map<unknown, WholeBlock>()

  constructor() {
    this.#frames = new EventStreamFrames((headers, payload) => this.#frame(headers, payload))
  }

  get broken(): string | null {
    return this.#damage ?? this.#frames.broken
  }

  push(chunk: Buffer, emit: EmitEvent): void {
    if (this.#damage !== null) return
    this.#emit = emit
    this.#frames.push(chunk)
    this.#emit = ignore
  }

  end(emit: EmitEvent): void {
    this.#emit = emit
    this.#frames.end()
    this.#closeAll()
    this.#emit = ignore
  }

  #frame(headers: FrameHeaders, payload: Buffer): void {
    if (this.#failed || this.#damage !== null) return
    const messageType = headers.get(':message-type')
    if (messageType === 'exception' || messageType === 'error') {
      this.#fail(headers, payload)
      return
    }
    const body = parsePayload(payload)
    if (body === undefined) {
      this.#damage = 'the payload of a message is not a JSON object'
      return
    }
    this.#event(headers.get(':event-type'), body)
  }

  #event(type: unknown, body: JsonObject): void {
    switch (type) {
      case 'contentBlockDelta':
        this.#delta(body['contentBlockIndex'], objectOf(body['delta']))
        return
      case 'messageStart':
        this.#start()
        return
      case 'contentBlockStart':
        this.#blockStart(body['contentBlockIndex'], objectOf(body['start']))
        return
      case 'contentBlockStop':
        this.#close(body['contentBlockIndex'])
        return
      case 'messageStop':
        this.#start()
        this.#closeAll()
        if (!this.finished) {
          this.finished = true
          this.ended = this.#measured
          const finish = decodeFinish(body['stopReason'], body['additionalModelResponseFields'], this.#called)
          this.#emit({ type: 'finish', choice: 0, finish })
        }
        return
      case 'metadata': {
        const usage = usageOfReply(body)
        this.#measured = true
        this.ended = this.finished
        if (usage !== null) this.#emit({ type: 'usage', usage })
        return
      }
      default:
      // Kinds that came later.
    }
  }

  #fail(headers: FrameHeaders, payload: Buffer): void {
    const type = headers.get(':exception-type') ?? headers.get(':error-code')
    const said = headers.get(':error-message')
    const text = typeof said === 'string' ? JSON.stringify({ message: said }) : payload.toString('utf8')
    const { status, body } = bedrockErrorBody(500, typeof type === 'string' ? type : null, text)
    this.#closeAll()
    this.#failed = true
    this.#emit({ type: 'failure', status, body })
  }

  #start(): void {
    if (this.#started) return
    this.#started = true
    this.#emit({ type: 'start', id: '', model: '', createdAtSeconds: 0 })
  }

  #blockStart(index: unknown, start: JsonObject | undefined): void {
    const toolUse = objectOf(start?.['toolUse'])
    if (toolUse !== undefined && toolUse['type'] !== 'server_tool_use') {
      const id = stringOf(toolUse['toolUseId']) ?? ''
      const name = stringOf(toolUse['name']) ?? ''
      this.#called = true
      this.#openPart(index, { type: 'tool-call', id, name, kind: 'function' })
    } else if (start !== undefined && Object.values(start).some((value) => objectOf(value) !== undefined)) {
      this.#close(index)
      this.#whole.set(index, { start, deltas: [] })
    }
  }

  #delta(index: unknown, delta: JsonObject | undefined): void {
    if (delta === undefined) return
    const whole = this.#whole.size === 0 ? undefined : this.#whole.get(index)
    if (whole !== undefined) {
      whole.deltas.push(delta)
      return
    }
    const text = delta['text']
    if (typeof text === 'string') {
      if (text !== '') this.#say(this.#ensure(index, TEXT), text)
      return
    }
    const input = objectOf(delta['toolUse'])?.['input']
    if (typeof input === 'string') {
      const block = this.#open.get(index)
      if (block?.type === 'tool-call' && input !== '') this.#say(block, input)
      return
    }
    const reasoning = objectOf(delta['reasoningContent'])
    if (reasoning !== undefined) this.#reason(index, reasoning)
    const citation = objectOf(delta['citation'])
    if (citation !== undefined) {
      const { part } = this.#ensure(index, TEXT)
      this.#emit({ type: 'annotation', choice: 0, part, annotation: decodeCitation(citation) })
    }
  }

  #reason(index: unknown, reasoning: JsonObject): void {
    const text = stringOf(reasoning['text']) ?? ''
    if (text !== '') this.#say(this.#ensure(index, REASONING), text)
    const signature = stringOf(reasoning['signature']) ?? ''
    if (signature !== '') this.#ensure(index, REASONING).seal += signature
    const redacted = stringOf(reasoning['redactedContent']) ?? ''
    if (redacted !== '') {
      const block = this.#ensure(index, REDACTED)
      block.seal = block.seal === '' ? redacted : joinBase64(block.seal, redacted)
    }
  }

  #say(block: OpenBlock, text: string): void {
    block.spoken = true
    this.#emit({ type: 'part-delta', choice: 0, part: block.part, text })
  }

  /** The open part at this index; a block that turns into another kind becomes two parts. */
  #ensure(index: unknown, opened: OpenedPart): OpenBlock {
    const block = this.#open.get(index)
    return block?.type === opened.type ? block : this.#openPart(index, opened)
  }

  #openPart(index: unknown, opened: OpenedPart): OpenBlock {
    this.#start()
    this.#close(index)
    const block: OpenBlock = { part: this.#parts, type: opened.type, spoken: false, seal: '' }
    this.#parts += 1
    this.#open.set(index, block)
    this.#emit({ type: 'part-start', choice: 0, part: block.part, opened })
    return block
  }

  #close(index: unknown): void {
    const block = this.#open.get(index)
    if (block !== undefined) {
      this.#open.delete(index)
      const place = { choice: 0, part: block.part }
      // A tool without arguments (H26).
      if (block.type === 'tool-call' && !block.spoken) this.#emit({ type: 'part-delta', ...place, text: '{}' })
      if (block.seal !== '') this.#emit({ type: 'seal', ...place, seal: sealOf(block.seal) })
      this.#emit({ type: 'part-end', ...place })
    }
    const whole = this.#whole.get(index)
    if (whole === undefined) return
    this.#whole.delete(index)
    this.#openPart(index, wholePart(whole))
    this.#close(index)
  }

  #closeAll(): void {
    for (const index of [...this.#open.keys(), ...this.#whole.keys()]) this.#close(index)
  }
}

function wholePart({ start, deltas }: WholeBlock): OpenedPart {
  const format = stringOf(objectOf(start['image'])?.['format'])
  if (format !== undefined) {
    const pieces = deltas.map((delta) => stringOf(objectOf(objectOf(delta['image'])?.['source'])?.['bytes']) ?? '')
    return { type: 'media', source: { kind: 'base64', mediaType: `image/${format}`, data: joinBase64(...pieces) } }
  }
  const part = foreignPart({ ...start, deltas })
  return part.type === 'foreign' ? part : TEXT
}

/** Pieces that were encoded one by one. */
function joinBase64(...pieces: readonly string[]): string {
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64'))).toString('base64')
}

/** Numbers of arguments travel inside text here, so that nothing is lost. */
function parsePayload(payload: Buffer): JsonObject | undefined {
  try {
    return objectOf(JSON.parse(payload.toString('utf8')))
  } catch {
    return undefined
  }
}

function ignore(): void {}
