// What the Open Responses specification (version 2026-04-24) demands of a `response`, of its items, and of every event of a
// stream: each key, whether it may be null, and which values it may have. Members beyond these are welcome, as in the
// specification. Written from its text; where it and OpenAI's document cannot hold together, OpenAI's wins (said there).

import { z } from 'zod'

const integer = z.int()
const count = z.int().min(0)
const text = z.string()
const id = z.string().min(1)
const anything = z.record(z.string(), z.unknown())
const itemStatus = z.enum(['in_progress', 'completed', 'incomplete'])

const logprob = z.object({
  token: text,
  logprob: z.number(),
  bytes: z.array(integer),
  top_logprobs: z.array(z.object({ token: text, logprob: z.number(), bytes: z.array(integer) })),
})
const annotation = z.object({
  type: z.literal('url_citation'),
  url: text,
  title: text,
  start_index: count,
  end_index: count,
})

const outputText = z.object({
  type: z.literal('output_text'),
  text,
  annotations: z.array(annotation),
  logprobs: z.array(logprob),
})
const refusal = z.object({ type: z.literal('refusal'), refusal: text })
const summaryText = z.object({ type: z.literal('summary_text'), text })
const reasoningText = z.object({ type: z.literal('reasoning_text'), text })
const part = z.discriminatedUnion('type', [outputText, refusal, summaryText, reasoningText])

const ITEMS: Readonly<Record<string, z.ZodType>> = {
  message: z.object({
    id,
    status: itemStatus,
    role: z.enum(['assistant', 'user', 'system', 'developer']),
    content: z.array(part),
  }),
  reasoning: z.object({
    id,
    summary: z.array(summaryText),
    content: z.array(reasoningText).optional(),
    encrypted_content: z.string().optional(),
  }),
  function_call: z.object({
    id,
    call_id: z.string().min(1).max(64),
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    arguments: text,
    status: itemStatus,
  }),
  function_call_output: z.object({ id, call_id: z.string().min(1).max(64), output: z.unknown(), status: itemStatus }),
  compaction: z.object({ id, encrypted_content: text }),
  // OpenAI's own, which the specification does not list.
  custom_tool_call: z.object({ id, call_id: text, name: text, input: text }),
}

/** An item of one of these kinds, and whole; the message says what is wrong. */
const item = anything.superRefine((value, context) => {
  const shape = ITEMS[String(value['type'])]
  if (shape === undefined) {
    context.addIssue({ code: 'custom', message: `nobody knows the item type ${String(value['type'])}` })
    return
  }
  const read = shape.safeParse(value)
  for (const issue of read.error?.issues ?? []) {
    context.addIssue({ code: 'custom', message: issue.message, path: [...issue.path] })
  }
})

const functionTool = z.object({
  type: z.literal('function'),
  name: text,
  description: text.nullable(),
  parameters: anything.nullable(),
  strict: z.boolean().nullable(),
})
/** Other kinds are OpenAI's. */
const tool = z.union([functionTool, z.object({ type: z.string().regex(/^(?!function$)/) })])

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.object({ type: z.literal('function'), name: text }),
  z.object({ type: z.literal('allowed_tools'), mode: text, tools: z.array(anything) }),
])

const format = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  // The specification types an echoed `schema` as null; OpenAI sends it whole, and its clients read it.
  z.object({
    type: z.literal('json_schema'),
    name: text,
    description: text.nullish(),
    schema: anything,
    strict: z.boolean(),
  }),
])

const USAGE = z.object({
  input_tokens: count,
  input_tokens_details: z.object({ cached_tokens: count }),
  output_tokens: count,
  output_tokens_details: z.object({ reasoning_tokens: count }),
  total_tokens: count,
})

/** The 31 members of a response, all of them always there. */
const RESPONSE = z.object({
  id,
  object: z.literal('response'),
  created_at: integer,
  completed_at: integer.nullable(),
  status: z.enum(['queued', 'in_progress', 'completed', 'incomplete', 'failed', 'cancelled']),
  incomplete_details: z.object({ reason: text }).nullable(),
  model: id,
  previous_response_id: text.nullable(),
  instructions: text.nullable(),
  output: z.array(item),
  error: z.object({ code: text, message: text }).nullable(),
  tools: z.array(tool),
  tool_choice: toolChoice,
  truncation: z.enum(['auto', 'disabled']),
  parallel_tool_calls: z.boolean(),
  text: z.object({ format }),
  top_p: z.number(),
  presence_penalty: z.number(),
  frequency_penalty: z.number(),
  top_logprobs: count,
  temperature: z.number(),
  reasoning: z
    .object({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullable(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullable(),
    })
    .nullable(),
  usage: USAGE.nullable(),
  max_output_tokens: integer.nullable(),
  max_tool_calls: integer.nullable(),
  store: z.boolean(),
  background: z.boolean(),
  service_tier: text,
  metadata: anything,
  safety_identifier: text.nullable(),
  prompt_cache_key: text.nullable(),
})

const snapshot = { response: RESPONSE }
const ofItem = { output_index: count, item }
const inItem = { item_id: id, output_index: count }
const inContent = { ...inItem, content_index: count }
const inSummary = { ...inItem, summary_index: count }

/** The specification's 24 events, less the two that only it has, and OpenAI's for what it calls otherwise. */
const EVENTS: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  'response.created': snapshot,
  'response.queued': snapshot,
  'response.in_progress': snapshot,
  'response.completed': snapshot,
  'response.failed': snapshot,
  'response.incomplete': snapshot,
  'response.output_item.added': ofItem,
  'response.output_item.done': ofItem,
  'response.content_part.added': { ...inContent, part },
  'response.content_part.done': { ...inContent, part },
  'response.output_text.delta': { ...inContent, delta: text, logprobs: z.array(logprob) },
  'response.output_text.done': { ...inContent, text, logprobs: z.array(logprob) },
  'response.output_text.annotation.added': { ...inContent, annotation_index: count, annotation },
  'response.refusal.delta': { ...inContent, delta: text },
  'response.refusal.done': { ...inContent, refusal: text },
  'response.reasoning_text.delta': { ...inContent, delta: text },
  'response.reasoning_text.done': { ...inContent, text },
  'response.function_call_arguments.delta': { ...inItem, delta: text },
  'response.function_call_arguments.done': { ...inItem, arguments: text, name: text },
  'response.custom_tool_call_input.delta': { ...inItem, delta: text },
  'response.custom_tool_call_input.done': { ...inItem, input: text },
  'response.reasoning_summary_part.added': { ...inSummary, part: summaryText },
  'response.reasoning_summary_part.done': { ...inSummary, part: summaryText },
  'response.reasoning_summary_text.delta': { ...inSummary, delta: text },
  'response.reasoning_summary_text.done': { ...inSummary, text },
  error: { error: z.object({ type: text, code: text.nullable(), message: text, param: text.nullable() }) },
}

const EVENT_SHAPES = new Map(
  Object.entries(EVENTS).map(([type, members]) => [
    type,
    z.object({ type: z.literal(type), sequence_number: count, ...members }),
  ]),
)

/** @returns what is wrong, in words; empty = nothing */
export function eventFlaws(event: Readonly<Record<string, unknown>>): string[] {
  const type = String(event['type'])
  const shape = EVENT_SHAPES.get(type)
  return shape === undefined ? [`nobody knows the event ${type}`] : flawsOf(shape, event, type)
}

/** @returns what is wrong with a whole response, in words; empty = nothing */
export function responseFlaws(response: unknown): string[] {
  return flawsOf(RESPONSE, response, 'response')
}

function flawsOf(shape: z.ZodType, value: unknown, what: string): string[] {
  const read = shape.safeParse(value)
  return (read.error?.issues ?? []).map(({ path, message }) => `${what}: ${path.join('.')}: ${message}`)
}
