// Puts one request of the Responses API as JSON or over SSE, and holds whatever comes back to both documents at once.

import { post } from '../gateway.ts'
import type { Asked } from './checks.ts'
import { sseFlaws, streamFlaws, wholeFlaws, type Json } from './stream-flaws.ts'

/** @throws {Error} that says all that is wrong with the form of the answer, or that there is none */
export async function askOverHttp(url: string, key: string, body: Json): Promise<Asked> {
  const stream = body['stream'] === true
  const reply = await post(`${url}/responses`, key, body)
  if (reply.status !== 200) throw new Error(`status ${reply.status}: ${reply.text}`)
  if (!stream) {
    demandNone(wholeFlaws(reply.json))
    return { response: reply.json, events: [] }
  }
  const events = reply.text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Json)
  demandNone([...sseFlaws(reply.text), ...streamFlaws(events)])
  return { response: lastResponse(events), events }
}

export function lastResponse(events: readonly Json[]): Json {
  return events.at(-1)?.['response'] as Json
}

function demandNone(flaws: readonly string[]): void {
  if (flaws.length > 0) throw new Error([...new Set(flaws)].slice(0, 12).join('\n'))
}
