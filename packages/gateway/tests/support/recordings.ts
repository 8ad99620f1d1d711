// Every recorded exchange that lies beside the repository, whoever the provider was and in whatever form it was kept, by
// the dialect that it speaks. Without them `recordings` is null, and the tests that want them say so and skip.

import { bedrockEvent } from '@fairlead/testkit'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { DialectName } from '../../src/core/conversation.ts'
import { arrayOf, objectOf, parseJson, parseJsonObject, stringOf, type JsonObject } from '../../src/core/json.ts'

const FOLDER = resolve(import.meta.dirname, '../../../../../shared/data/fixtures')

interface Named<Value> {
  readonly name: string
  readonly dialect: DialectName
  readonly value: Value
}

export interface RecordedRequest extends Named<JsonObject> {
  /** Whether its provider took it. */
  readonly taken: boolean
}

export interface Recordings {
  readonly requests: readonly RecordedRequest[]
  /** Bodies of good replies. */
  readonly answers: readonly Named<JsonObject>[]
  /** As they came, or framed as they would have come. */
  readonly streams: readonly Named<Buffer>[]
  /** Exchanges of other endpoints: uploads, lists, embeddings. */
  readonly others: readonly string[]
}

class Reader {
  readonly requests: RecordedRequest[] = []
  readonly answers: Named<JsonObject>[] = []
  readonly streams: Named<Buffer>[] = []
  readonly others: string[] = []

  file(name: string, bytes: Buffer): void {
    if (name.endsWith('.bin')) {
      this.streams.push({ name, dialect: 'bedrock-converse', value: bytes })
      return
    }
    const text = bytes.toString('utf8')
    if (name.endsWith('.chunks.txt')) this.#chunks(name, text)
    else if (/^(?:event|data): ?/m.test(text.slice(0, 300)) && !text.startsWith('{')) this.#events(name, text)
    else this.#json(name, text)
  }

  #chunks(name: string, text: string): void {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    const dialect = lines.map((line) => dialectOfChunk(parseJsonObject(line) ?? {})).find((found) => found !== null)
    if (dialect == null) this.others.push(name)
    else this.streams.push({ name, dialect, value: framed(lines, dialect) })
  }

  #events(name: string, text: string): void {
    const payloads = [...text.matchAll(/^data: ?(\{.*)$/gm)].map(([, payload]) => parseJsonObject(payload ?? '') ?? {})
    const dialect = payloads.map(dialectOfChunk).find((found) => found !== null)
    if (dialect == null) this.others.push(name)
    else this.streams.push({ name, dialect, value: Buffer.from(text) })
  }

  #json(name: string, text: string): void {
    const body = parseJsonObject(text)
    const interactions = arrayOf(body?.['interactions'])
    if (interactions !== undefined) {
      for (const [index, one] of interactions.entries()) this.#interaction(`${name}#${index}`, objectOf(one) ?? {})
      return
    }
    const request = body === null ? null : dialectOfRequest(body, name)
    const answer = body === null ? null : dialectOfAnswer(body)
    if (body !== null && answer !== null) this.answers.push({ name, dialect: answer, value: body })
    else if (body !== null && request !== null) this.requests.push({ name, dialect: request, value: body, taken: true })
    else this.others.push(name)
  }

  #interaction(name: string, interaction: JsonObject): void {
    const request = objectOf(interaction['request']) ?? {}
    const response = objectOf(interaction['response']) ?? {}
    const uri = stringOf(request['uri']) ?? ''
    const taken = Number(response['status'] ?? 200) < 400
    const asked = objectOf(request['body']) ?? parseJsonObject(stringOf(request['body']) ?? '')
    const dialect = asked === null ? null : dialectOfRequest(asked, uri)
    if (asked !== null && dialect !== null) this.requests.push({ name, dialect, value: asked, taken })
    else this.others.push(name)
    if (!taken) return
    const base64 = stringOf(response['base64'])
    const text = stringOf(response['text']) ?? ''
    if (base64 !== undefined && uri.includes('converse-stream')) {
      this.streams.push({ name, dialect: 'bedrock-converse', value: Buffer.from(base64, 'base64') })
    } else if (/^(?:event|data): ?/m.test(text.slice(0, 300))) this.#events(name, text)
    const body = objectOf(response['parsed_body']) ?? parseJsonObject(text)
    const answer = body === null ? null : dialectOfAnswer(body)
    if (body !== null && answer !== null) this.answers.push({ name, dialect: answer, value: body })
  }
}

function dialectOfChunk(chunk: JsonObject): DialectName | null {
  const type = stringOf(chunk['type']) ?? ''
  if (type.startsWith('response.')) return 'openai-responses'
  if (type === 'message_start') return 'anthropic-messages'
  if (chunk['candidates'] !== undefined || chunk['usageMetadata'] !== undefined) return 'gemini'
  if (chunk['messageStart'] !== undefined || chunk['contentBlockDelta'] !== undefined) return 'bedrock-converse'
  const choice = objectOf(arrayOf(chunk['choices'])?.[0])
  return choice?.['delta'] === undefined ? null : 'openai-chat'
}

function dialectOfAnswer(body: JsonObject): DialectName | null {
  if (body['object'] === 'response') return 'openai-responses'
  if (body['type'] === 'message' && body['role'] === 'assistant') return 'anthropic-messages'
  if (arrayOf(body['candidates']) !== undefined || body['promptFeedback'] !== undefined) return 'gemini'
  if (objectOf(objectOf(body['output'])?.['message']) !== undefined) return 'bedrock-converse'
  const choice = objectOf(arrayOf(body['choices'])?.[0])
  return objectOf(choice?.['message']) === undefined ? null : 'openai-chat'
}

/** @param hint the address that it was sent to, or the name of its file */
function dialectOfRequest(body: JsonObject, hint: string): DialectName | null {
  if (/count[-_]tokens|countTokens|input_tokens|compact|\/conversations|\/v2\/chat/.test(hint)) return null
  if (body['contents'] !== undefined) return 'gemini'
  if (/\/converse/.test(hint)) return 'bedrock-converse'
  if (body['input'] !== undefined && /responses|codex/.test(hint)) return 'openai-responses'
  if (arrayOf(body['messages']) === undefined) return null
  if (/\/v1\/messages|requests__messages/.test(hint)) return 'anthropic-messages'
  return /chat\/completions|requests__completions|openai-chat/.test(hint) ? 'openai-chat' : null
}

function framed(lines: readonly string[], dialect: DialectName): Buffer {
  switch (dialect) {
    case 'openai-chat':
      return Buffer.from(`${lines.map((line) => `data: ${line}\n\n`).join('')}data: [DONE]\n\n`)
    case 'gemini':
      return Buffer.from(lines.map((line) => `data: ${line}\r\n\r\n`).join(''))
    case 'bedrock-converse':
      return Buffer.concat(lines.map(frame))
    default: {
      const typeOf = (line: string): string => stringOf(parseJsonObject(line)?.['type']) ?? ''
      return Buffer.from(lines.map((line) => `event: ${typeOf(line)}\ndata: ${line}\n\n`).join(''))
    }
  }
}

/** `{"messageStart": {…}}` a line. */
function frame(line: string): Buffer {
  const [[type, payload] = ['', {}]] = Object.entries(JSON.parse(line) as Record<string, object>)
  return bedrockEvent(type, payload)
}

function read(): Recordings {
  const reader = new Reader()
  // Damaged on purpose, for whoever tells dialects apart.
  const files = globSync('*/**/*', { cwd: FOLDER, withFileTypes: true }).filter((entry) => entry.isFile())
  const names = files.map((entry) => resolve(entry.parentPath, entry.name).slice(FOLDER.length + 1)).toSorted()
  for (const name of names) {
    if (!name.startsWith('misc-detect/')) reader.file(name, readFileSync(resolve(FOLDER, name)))
  }
  return reader
}

export const recordings: Recordings | null = existsSync(FOLDER) ? read() : null

/** A copy that numbers beyond a double survive. */
export function reparsed(value: object): JsonObject {
  return objectOf(parseJson(JSON.stringify(value))) ?? {}
}
