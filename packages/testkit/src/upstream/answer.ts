// The scripted answer that every dialect renders in its own words.
//
// Token counts follow one rule, so that a test can work them out: ceil(bytes / 4) of the UTF-8 text. A piece has four bytes by
// default, so an answer of 16 pieces is 16 tokens; the prompt counts the text of its messages.
import { hashText, seededRandom } from '../random.ts'
import type { Script } from './script.ts'

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** JSON text. */
  readonly arguments: string
}

export interface Answer {
  /** The text, one piece for an event. Empty when tools are called. */
  readonly pieces: readonly string[]
  readonly toolCalls: readonly ToolCall[]
  readonly promptTokens: number
  readonly completionTokens: number
  readonly finishReason: 'stop' | 'length' | 'tool_calls'
}

/** What a dialect has understood of a request. */
export interface Question {
  /** All text of the prompt. */
  readonly prompt: string
  readonly maxTokens: number | undefined
  /** Tools to call, in order; empty to answer with text. */
  readonly calls: readonly { readonly name: string; readonly parameters: unknown }[]
}

export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}

/** The same question and script give the same answer. */
export function answerOf(question: Question, script: Script): Answer {
  const promptTokens = Math.max(1, countTokens(question.prompt))
  if (question.calls.length > 0) {
    const seed = hashText(question.prompt)
    const toolCalls = question.calls.map((call, index) => ({
      id: `call_${(seed + index).toString(16).padStart(24, '0')}`,
      name: call.name,
      arguments: JSON.stringify(sampleOf(call.parameters, seededRandom(seed + index))),
    }))
    const text = toolCalls.map((call) => call.name + call.arguments).join('')
    return { pieces: [], toolCalls, promptTokens, completionTokens: countTokens(text), finishReason: 'tool_calls' }
  }
  const wanted = Math.max(0, Math.trunc(script.tokens))
  const limit = question.maxTokens === undefined ? wanted : Math.min(wanted, Math.max(1, question.maxTokens))
  const pieces = Array.from({ length: limit }, (_, index) =>
    piece(index, index === 2 && script.bigPieceBytes !== undefined ? script.bigPieceBytes : script.bytes),
  )
  const completionTokens =
    script.bytes === 4 && script.bigPieceBytes === undefined ? limit : countTokens(pieces.join(''))
  return { pieces, toolCalls: [], promptTokens, completionTokens, finishReason: limit < wanted ? 'length' : 'stop' }
}

/** Four bytes each. Accents, Greek and emoji among them, so that whoever cuts characters in two is found out. */
const WORDS = ['Fair', 'lead', ' the', ' né', ' lin', '🙂', ' no ', 'wear', 'αβ', ' ok,']

function piece(index: number, bytes: number): string {
  const word = WORDS[index % WORDS.length] ?? 'word'
  if (bytes === 4) return word
  if (bytes < 4) return 'abc'.slice(0, Math.max(0, bytes))
  return word + 'x'.repeat(bytes - 4)
}

/** A value that fits a JSON Schema well enough for a tool call: required and optional properties, enums, nested objects. */
function sampleOf(schema: unknown, random: () => number): unknown {
  if (typeof schema !== 'object' || schema === null) return {}
  if ('enum' in schema && Array.isArray(schema.enum)) return schema.enum[0]
  const type = 'type' in schema ? (Array.isArray(schema.type) ? schema.type[0] : schema.type) : 'object'
  switch (type) {
    case 'string':
      return 'Paris'
    case 'integer':
      return Math.floor(random() * 100)
    case 'number':
      return Math.floor(random() * 1000) / 10
    case 'boolean':
      return random() < 0.5
    case 'array':
      return 'items' in schema ? [sampleOf(schema.items, random)] : []
    case 'null':
      return null
    default: {
      const properties = 'properties' in schema ? schema.properties : undefined
      if (typeof properties !== 'object' || properties === null) return {}
      return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, sampleOf(value, random)]))
    }
  }
}
