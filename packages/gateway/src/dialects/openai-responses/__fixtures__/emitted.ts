// Answers to be emitted, and the judge of what is: OpenAI's own document where it is at hand, and always the members that
// OpenAI's schema and the Open Responses specification demand.

import { eventSchemaName, loadOpenaiSchemas } from '@fairlead/testkit/openapi-validator.ts'
import { expect } from 'vitest'
import type { Answer, AnswerChoice, AnswerPart, Finish } from '../../../core/answer.ts'
import type { ReplyContext } from '../../../core/dialect.ts'
import { stringOf, type JsonObject } from '../../../core/json.ts'
import { NEVER_NULL_MEMBERS, NULLABLE_MEMBERS } from '../response-members.ts'
import { eventsOf, json as plainJson, streamOf as plainStream, type WireEvent } from './support.ts'
import { tokenUsage } from '../../../core/token-usage.ts'

export const schemas = loadOpenaiSchemas()

export const USAGE = tokenUsage({ input: 50, cacheRead: 20, cacheWrite5m: 5, cacheWrite1h: 1, output: 30, reasoning: 12 })

export function answer(
  parts: readonly AnswerPart[],
  finish: Finish = { reason: 'stop' },
  more: Partial<Answer> = {},
): Answer {
  const choice: AnswerChoice = { parts, finish }
  return { id: 'up-1', model: 'up', createdAtSeconds: 1_700_000_000, choices: [choice], usage: USAGE, ...more }
}

export const text = (words: string): AnswerPart => ({ type: 'text', text: words, annotations: [] })
export const call = (id: string, input: string, more: object = {}): AnswerPart => ({
  type: 'tool-call',
  id,
  name: 'f',
  kind: 'function',
  input,
  ...more,
})
export const thought = (words: string, more: object = {}): AnswerPart => ({
  type: 'reasoning',
  text: words,
  summary: [],
  redacted: false,
  ...more,
})

/** Members of items and events that must be there, whether or not OpenAI's document is at hand. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  message: ['id', 'status', 'role', 'content'],
  reasoning: ['id', 'summary'],
  function_call: ['id', 'call_id', 'name', 'arguments', 'status'],
  custom_tool_call: ['id', 'call_id', 'name', 'input'],
  output_text: ['text', 'annotations', 'logprobs'],
  refusal: ['refusal'],
  function: ['name', 'description', 'parameters', 'strict'],
  error: ['code', 'message', 'param', 'error'],
  'response.created': ['response'],
  'response.in_progress': ['response'],
  'response.completed': ['response'],
  'response.incomplete': ['response'],
  'response.failed': ['response'],
  'response.output_item.added': ['output_index', 'item'],
  'response.output_item.done': ['output_index', 'item'],
  'response.content_part.added': ['item_id', 'output_index', 'content_index', 'part'],
  'response.content_part.done': ['item_id', 'output_index', 'content_index', 'part'],
  'response.output_text.delta': ['item_id', 'output_index', 'content_index', 'delta', 'logprobs'],
  'response.output_text.done': ['item_id', 'output_index', 'content_index', 'text', 'logprobs'],
  'response.refusal.delta': ['item_id', 'output_index', 'content_index', 'delta'],
  'response.refusal.done': ['item_id', 'output_index', 'content_index', 'refusal'],
  'response.reasoning_text.delta': ['item_id', 'output_index', 'content_index', 'delta'],
  'response.reasoning_text.done': ['item_id', 'output_index', 'content_index', 'text'],
  'response.output_text.annotation.added': [
    'item_id',
    'output_index',
    'content_index',
    'annotation_index',
    'annotation',
  ],
  'response.function_call_arguments.delta': ['item_id', 'output_index', 'delta'],
  'response.function_call_arguments.done': ['item_id', 'output_index', 'arguments', 'name'],
  'response.custom_tool_call_input.delta': ['item_id', 'output_index', 'delta'],
  'response.custom_tool_call_input.done': ['item_id', 'output_index', 'input'],
  'response.reasoning_summary_part.added': ['item_id', 'output_index', 'summary_index', 'part'],
  'response.reasoning_summary_part.done': ['item_id', 'output_index', 'summary_index', 'part'],
  'response.reasoning_summary_text.delta': ['item_id', 'output_index', 'summary_index', 'delta'],
  'response.reasoning_summary_text.done': ['item_id', 'output_index', 'summary_index', 'text'],
}

/** Holds what is emitted to OpenAI's document, and to the list above without it. */
function check(value: JsonObject, schema: string): void {
  expect(schemas?.validate(schema, value) ?? []).toEqual([])
  const walk = (inner: unknown): void => {
    if (Array.isArray(inner)) inner.forEach(walk)
    if (typeof inner !== 'object' || inner === null) return
    const record = inner as Record<string, unknown>
    const required = REQUIRED[stringOf(record['type']) ?? ''] ?? []
    if (record['format'] === undefined && record['mode'] === undefined && inner !== value['tool_choice']) {
      expect(Object.keys(record)).toEqual(expect.arrayContaining([...required]))
    }
    if (record['object'] === 'response') {
      expect([...NULLABLE_MEMBERS, ...NEVER_NULL_MEMBERS].filter((key) => !(key in record))).toEqual([])
      expect(NEVER_NULL_MEMBERS.filter((key) => record[key] === null)).toEqual([])
    }
    Object.values(record).forEach(walk)
  }
  walk(value)
}

export function json(given: Answer, context?: ReplyContext): JsonObject {
  const body = plainJson(given, context)
  check(body, 'Response')
  return body
}

export function checked(stream: string): WireEvent[] {
  const events = eventsOf(stream)
  for (const [index, event] of events.entries()) {
    expect(event['sequence_number']).toBe(index)
    if (event.type in REQUIRED) check(event, eventSchemaName(event.type))
    else throw new Error(`nobody knows the event ${event.type}`)
  }
  return events
}

export const streamOf = (given: Answer, context?: ReplyContext): WireEvent[] => checked(plainStream(given, context))

/** The output in the last event. */
export function outputIn(events: readonly WireEvent[]): JsonObject[] {
  const response = events.at(-1)?.['response'] as JsonObject | undefined
  return response?.['output'] as unknown as JsonObject[]
}

export const EVERYTHING = answer(
  [
    { type: 'reasoning', text: '', summary: ['first', 'second'], redacted: false },
    text('Let me look.'),
    call('c1', '{"a":1.0}'),
    call('c2', 'ls -l', { kind: 'custom', namespace: 'shell' }),
    thought('Aha.'),
    {
      type: 'text',
      text: 'See here',
      annotations: [{ dialect: 'gemini', url: 'https://example.com', title: 'E', start: 0, end: 3, value: {} }],
    },
    { type: 'refusal', text: 'Not more.' },
  ],
  { reason: 'refusal' },
)
