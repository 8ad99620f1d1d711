// `response.steer`: more from the user while a response is being made.
//
// An upstream that can take it goes on by itself behind the response that was steered, with a response that nobody asked
// for. Here that is a turn like any other, made of the settings of the one before and of what was steered in: identified,
// limited and paid for; only its answer is there already. Where the upstream waits for tool results first
// (`response.steer.pending`), what was steered in waits here, and goes in front of the client's next input.
//
// Source: `ResponseSteerEvent` and its kin in OpenAI's SDKs.

import { scanObject } from '../../core/json-scan.ts'
import type { SteerFrame } from './client-frame.ts'

export type SteerFault =
  | 'response_not_found'
  | 'response_already_completed'
  | 'steering_not_supported'
  | 'invalid_input'

const MESSAGES: Readonly<Record<SteerFault, string>> = {
  response_not_found: 'There is no such response on this connection.',
  response_already_completed: 'The response is complete. Send the input with a new response.create.',
  steering_not_supported: 'The upstream of this response takes no more input. Send it with a new response.create.',
  invalid_input: 'The input must be a string, or a list of messages of the user.',
}

/** Latin1, as all frames. */
export function steerFailed({ responseId, input }: SteerFrame, code: SteerFault, streamId: string | null): string {
  const lane = streamId === null ? '' : `,"stream_id":${JSON.stringify(streamId)}`
  const error = JSON.stringify({ type: 'invalid_request_error', code, message: MESSAGES[code] })
  const steer = `{"previous_response_id":${JSON.stringify(responseId)},"input":${input}}`
  // It belongs to no response's own numbering.
  return `{"type":"response.steer.failed","sequence_number":0,"steer":${steer},"error":${error}${lane}}`
}

/** Items, raw and with commas between them; null = it is neither text nor a list with something in it. */
export function itemsOf(input: string): string | null {
  const text = input.trim()
  if (text.startsWith('"')) return `{"type":"message","role":"user","content":${text}}`
  const inner = text.startsWith('[') ? text.slice(1, -1).trim() : ''
  return inner === '' ? null : inner
}

/** The request for what goes on behind a response. @param items as of `itemsOf` */
export function goOn(body: Buffer, responseId: string, items: readonly string[]): Buffer {
  const input = `"input":[${items.join(',')}]`
  return edited(body, ['input', 'previous_response_id', 'conversation'], [previous(responseId), input])
}

/** The request with what was steered in before it. */
export function withSteered(body: Buffer, items: readonly string[]): Buffer {
  const own = itemsOf(memberOf(body, 'input') ?? '')
  return edited(body, ['input'], [`"input":[${(own === null ? items : [...items, own]).join(',')}]`])
}

/** Raw, latin1. */
export function memberOf(body: Buffer, name: string): string | null {
  const text = body.toString('latin1')
  let value: string | null = null
  scanObject(text, 0, (key, start, end) => {
    if (key === name) value = text.slice(start, end)
  })
  return value
}

function previous(responseId: string): string {
  return `"previous_response_id":${JSON.stringify(responseId)}`
}

function edited(body: Buffer, without: readonly string[], more: readonly string[]): Buffer {
  const text = body.toString('latin1')
  const members: string[] = []
  scanObject(text, 0, (key, start, end) => {
    if (!without.includes(key)) members.push(`"${key}":${text.slice(start, end)}`)
  })
  return Buffer.from(`{${[...members, ...more].join(',')}}`, 'latin1')
}
