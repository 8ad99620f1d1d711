// A frame of the client's: which lane it is for, and the body that `POST /v1/responses` would have had.
//
// The frame is scanned, not parsed: what is in its members goes on byte for byte, as a body over HTTP does. Only the
// members of the envelope are taken out.
// Source: `ResponsesClientEvent` of OpenAI's SDKs; OpenAI, "WebSocket mode".

import { JsonScanError, decodeString, scanObject } from '../../core/json-scan.ts'
import { FrameError } from './frame-error.ts'

export type ClientFrame = CreateFrame | SteerFrame

export interface CreateFrame {
  readonly kind: 'create'
  /** The lane; null = the one without a name. */
  readonly streamId: string | null
  /** Of a request over HTTP, with `stream: true`. */
  readonly body: Buffer
  /** `generate: false`: nothing is to be said, only made ready. */
  readonly warmUp: boolean
}

export interface SteerFrame {
  readonly kind: 'steer'
  readonly responseId: string
  /** Raw JSON, latin1. */
  readonly input: string
}

/** Members of the envelope, and those that a WebSocket makes needless. */
const ENVELOPE: ReadonlySet<string> = new Set(['type', 'stream_id', 'stream', 'background', 'generate'])
const STREAM_ID = /^[A-Za-z0-9_.-]{1,256}$/

interface Span {
  readonly start: number
  readonly end: number
}

/** @throws {FrameError} */
export function readClientFrame(bytes: Buffer): ClientFrame {
  const text = bytes.toString('latin1')
  const envelope = new Map<string, Span>()
  const rest: string[] = ['"stream":true']
  let nested = false
  let hasModel = false
  try {
    scanObject(text, 0, (rawKey, start, end) => {
      const key = rawKey.includes('\\') ? (decodeString(`"${rawKey}"`, 0, rawKey.length + 2) ?? rawKey) : rawKey
      if (!ENVELOPE.has(key)) {
        if (key === 'response' && text.charCodeAt(start) === 0x7b) nested = true
        if (key === 'model') hasModel = true
        rest.push(`"${rawKey}":${text.slice(start, end)}`)
        return
      }
      // Spelled otherwise, it could mean one thing here and another one behind.
      if (key !== rawKey) throw invalid(`The field "${key}" is spelled with escapes. Write it plainly.`, key)
      if (envelope.has(key)) throw invalid(`The field "${key}" is there twice. Send it once.`, key)
      envelope.set(key, { start, end })
    })
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error
    throw new FrameError(
      'invalid_request',
      `The frame is not one JSON object: ${error.message}, at byte ${error.offset}.`,
    )
  }
  const streamId = readStreamId(text, envelope.get('stream_id'))
  const type = envelope.get('type')
  const name = type === undefined ? null : decodeString(text, type.start, type.end)
  if (name === 'response.steer') return readSteer(text)
  if (name !== 'response.create') {
    const said = name === null ? 'has no "type"' : `is of type "${name.slice(0, 100)}"`
    const message = `The frame ${said}. Send {"type": "response.create", …} with the fields of POST /v1/responses beside it.`
    throw new FrameError('invalid_request', message, { param: 'type', streamId })
  }
  if (nested && !hasModel) {
    const message = 'The fields of the request stand beside "type", not inside of "response".'
    throw new FrameError('invalid_request', message, { param: 'response', streamId })
  }
  if (flag(text, envelope.get('background'), 'background', streamId) === true) {
    const message = 'There is no background work over a WebSocket. Send it with POST /v1/responses.'
    throw new FrameError('invalid_request', message, { param: 'background', streamId })
  }
  flag(text, envelope.get('stream'), 'stream', streamId)
  const generate = flag(text, envelope.get('generate'), 'generate', streamId)
  return { kind: 'create', streamId, body: Buffer.from(`{${rest.join(',')}}`, 'latin1'), warmUp: generate === false }
}

function readStreamId(text: string, span: Span | undefined): string | null {
  if (span === undefined || text.slice(span.start, span.end) === 'null') return null
  const id = decodeString(text, span.start, span.end)
  if (id !== null && STREAM_ID.test(id)) return id
  const message = 'The field "stream_id" must be 1 to 256 letters, digits, underscores, dashes and periods.'
  throw new FrameError('invalid_stream_id', message, { param: 'stream_id' })
}

function flag(text: string, span: Span | undefined, name: string, streamId: string | null): boolean | null {
  const value = span === undefined ? 'null' : text.slice(span.start, span.end)
  if (value === 'null') return null
  if (value === 'true' || value === 'false') return value === 'true'
  throw new FrameError('invalid_request', `The field "${name}" must be true or false.`, { param: name, streamId })
}

function readSteer(text: string): SteerFrame {
  let responseId: string | null = null
  let input: string | null = null
  scanObject(text, 0, (key, start, end) => {
    if (key === 'previous_response_id') responseId = decodeString(text, start, end)
    else if (key === 'input') input = text.slice(start, end)
    else if (key !== 'type') throw invalid(`response.steer takes no field "${key.slice(0, 100)}".`, key.slice(0, 100))
  })
  if (responseId === null)
    throw invalid('The field "previous_response_id" must name the response to steer.', 'previous_response_id')
  if (input === null) throw invalid('The field "input" is missing.', 'input')
  return { kind: 'steer', responseId, input }
}

function invalid(message: string, param: string): FrameError {
  return new FrameError('invalid_request', message, { param })
}
