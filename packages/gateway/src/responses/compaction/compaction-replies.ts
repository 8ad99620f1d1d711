// What a client is told of a compaction.

import { unguessableId } from '../../core/request-id.ts'
import type { JsonObject } from '../../core/json.ts'
import { NO_USAGE } from '../../core/token-usage.ts'
import { writeUsage } from '../../dialects/openai-responses/usage.ts'
import { ENDPOINT_BY_PATH, type Endpoint } from '../../relay/endpoints.ts'
import type { RelayRequest } from '../../relay/ports.ts'
import type { Collected } from '../collector-sink.ts'

/**
 * Source: `CompactResource` of OpenAI's OpenAPI document.
 * @param usage of whoever wrote a summary; null = nobody did
 * @param headers of the call that it took, flat
 */
export function answerCompact(
  request: RelayRequest,
  output: readonly JsonObject[],
  usage: JsonObject | null,
  headers: readonly string[],
): void {
  const reply = {
    id: `resp_${unguessableId()}`,
    object: 'response.compaction',
    created_at: Math.floor(Date.now() / 1_000),
    output,
    usage: usage ?? NOTHING_USED,
  }
  answer(request, 200, ['content-type', 'application/json', ...ownHeaders(request, headers)], JSON.stringify(reply))
}

export const NOTHING_USED = writeUsage(NO_USAGE, null)

/** As it came, or with another body. */
export function passOn(request: RelayRequest, { status, headers, body }: Collected, other = body): void {
  answer(request, status, withoutLength(headers), other)
}

function answer({ sink }: RelayRequest, status: number, headers: readonly string[], body: string): void {
  if (!sink.closed) sink.reply(status, [...headers], Buffer.from(body))
}

function withoutLength(headers: readonly string[]): readonly string[] {
  return headers.filter((_, index) => headers[index - (index % 2)]?.toLowerCase() !== 'content-length')
}

/** What a call that was made for a request says of its price and of the limits, under the request's own id. */
export function ownHeaders(request: RelayRequest, headers: readonly string[]): readonly string[] {
  const own = ['x-request-id', request.id]
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? ''
    if (!/^(?:x-request-id|content-(?:type|length))$/i.test(name)) own.push(name, headers[index + 1] ?? '')
  }
  return own
}

export function endpointOf(path: string): Endpoint {
  const endpoint = ENDPOINT_BY_PATH.get(path)
  if (endpoint === undefined) throw new Error(`${path} is not an endpoint of the relay.`)
  return endpoint
}
