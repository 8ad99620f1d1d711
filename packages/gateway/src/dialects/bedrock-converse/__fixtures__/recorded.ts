// Recorded exchanges with Bedrock, which lie beside the repository and not in it. Without them `recordings` is null, and
// the tests that want them say so and skip.

import { bedrockEvent } from '@fairlead/testkit/bedrock-frames.ts'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type JsonObject, objectOf, parseJson } from '../../../core/json.ts'

const FOLDER = resolve(import.meta.dirname, '../../../../../../../shared/data/fixtures/bedrock')

export interface Recordings {
  /** Bodies of replies with status 200 of Converse. */
  readonly answers: readonly { readonly name: string; readonly body: JsonObject }[]
  /** Frames as they came; packet boundaries are recorded nowhere. */
  readonly streams: readonly { readonly name: string; readonly bytes: Buffer }[]
  readonly errors: readonly { readonly name: string; readonly status: number; readonly body: string }[]
  readonly requests: readonly { readonly name: string; readonly body: JsonObject }[]
}

export const recordings: Recordings | null = existsSync(FOLDER) ? readRecordings() : null

interface Exchange {
  readonly request: { readonly uri: string; readonly body: unknown }
  readonly response: { readonly status: number; readonly parsed_body?: unknown; readonly text?: string; readonly base64?: string }
}

function readRecordings(): Recordings {
  const found = { answers: [], streams: [], errors: [], requests: [] } as {
    answers: { name: string; body: JsonObject }[]
    streams: { name: string; bytes: Buffer }[]
    errors: { name: string; status: number; body: string }[]
    requests: { name: string; body: JsonObject }[]
  }
  for (const path of readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).sort()) {
    const full = resolve(FOLDER, path)
    if (path.endsWith('.bin')) found.streams.push({ name: path, bytes: readFileSync(full) })
    if (path.endsWith('.chunks.txt')) found.streams.push({ name: path, bytes: framed(readFileSync(full, 'utf8')) })
    if (!path.endsWith('.json')) continue
    const body = objectOf(parseJson(readFileSync(full, 'utf8'))) ?? {}
    if (body['output'] !== undefined) found.answers.push({ name: path, body })
    const exchanges = (body['interactions'] ?? []) as unknown as readonly Exchange[]
    for (const [index, exchange] of exchanges.entries()) readExchange(`${path}#${index}`, exchange, found)
  }
  return found
}

function readExchange(name: string, { request, response }: Exchange, found: { [Kind in keyof Recordings]: unknown[] }): void {
  if (!/\/converse(?:-stream)?$/.test(request.uri)) return
  const body = objectOf(response.text === undefined ? response.parsed_body : parseJson(response.text))
  const bytes = response.base64 === undefined ? undefined : Buffer.from(response.base64, 'base64')
  if (response.status !== 200) found.errors.push({ name, status: response.status, body: JSON.stringify(body) })
  else if (bytes === undefined) found.answers.push({ name, body })
  else found.streams.push({ name, bytes })
  const asked = objectOf(request.body)
  if (asked !== undefined) found.requests.push({ name, body: asked })
}

/** `{"messageStart": {…}}` a line. */
function framed(lines: string): Buffer {
  const frames = lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [[type, payload] = ['', {}]] = Object.entries(JSON.parse(line) as Record<string, object>)
      return bedrockEvent(type, payload)
    })
  return Buffer.concat(frames)
}
