// The judge of a stream of the Responses API, over SSE or over a WebSocket: each event by itself, against the Open Responses
// specification and OpenAI's own document (where that is at hand), and all of them together, as a client builds its answer
// from them.

import { eventSchemaName, loadOpenaiSchemas } from '@fairlead/testkit/openapi-validator.ts'
import { eventFlaws, responseFlaws } from './shapes.ts'

export type Json = Readonly<Record<string, unknown>>

const TERMINAL = /^response\.(?:completed|incomplete|failed)$/
/** `response.output_text.done` tells again what these told in pieces, in this member. */
const WHOLE: Readonly<Record<string, string>> = {
  'response.output_text': 'text',
  'response.refusal': 'refusal',
  'response.reasoning_text': 'text',
  'response.reasoning_summary_text': 'text',
  'response.function_call_arguments': 'arguments',
  'response.custom_tool_call_input': 'input',
}

/** @returns what is wrong with the events of one response, in words; empty = nothing */
export function streamFlaws(events: readonly Json[]): string[] {
  return [...eachFlaws(events), ...orderFlaws(events), ...itemFlaws(events)]
}

/** @returns what is wrong with the text around the events: framing, names, the end */
export function sseFlaws(text: string): string[] {
  const flaws: string[] = []
  if (text.includes('\r')) flaws.push('a CR in the stream')
  const blocks = text.split('\n\n')
  if (blocks.pop() !== '') flaws.push('the stream ends within an event')
  const events = blocks.filter((block) => !block.split('\n').every((line) => line.startsWith(':')))
  if (events.at(-1) !== 'data: [DONE]') flaws.push(`the last message is ${events.at(-1)}`)
  for (const block of events.slice(0, -1)) {
    const lines = block.split('\n').filter((line) => !line.startsWith(':'))
    const [named = '', data = ''] = lines
    if (lines.length !== 2 || !named.startsWith('event: ') || !data.startsWith('data: ')) {
      flaws.push(`not one name and one line of data: ${block.slice(0, 100)}`)
      continue
    }
    const { type } = JSON.parse(data.slice('data: '.length)) as Json
    if (type !== named.slice('event: '.length)) flaws.push(`the event ${String(type)} is named ${named}`)
  }
  return flaws
}

/** @returns what is wrong with one whole response, by both documents */
export function wholeFlaws(response: unknown): string[] {
  return [...responseFlaws(response), ...(loadOpenaiSchemas()?.validate('Response', response) ?? [])]
}

function eachFlaws(events: readonly Json[]): string[] {
  const openai = loadOpenaiSchemas()
  return events.flatMap((event, index) => {
    const type = String(event['type'])
    const name = eventSchemaName(type)
    const theirs = openai?.has(name) === false ? [`OpenAI has no event ${type}`] : (openai?.validate(name, event) ?? [])
    const number = event['sequence_number'] === index ? [] : [`sequence_number ${String(event['sequence_number'])}`]
    return [...eventFlaws(event), ...theirs, ...number].map((flaw) => `event ${index}: ${flaw}`)
  })
}

/** One response from the first event to the last, its snapshots with the same id; one terminal event, and nothing behind it. */
function orderFlaws(events: readonly Json[]): string[] {
  const flaws: string[] = []
  const types = events.map((event) => String(event['type']))
  const [first, second] = types
  if (first !== 'response.created') flaws.push(`the first event is ${first}`)
  if (second !== 'response.in_progress' && second !== 'response.queued') flaws.push(`the second event is ${second}`)
  const ends = types.filter((type) => TERMINAL.test(type))
  if (ends.length !== 1 || !TERMINAL.test(types.at(-1) ?? '')) flaws.push(`it ends with ${types.slice(-2).join(', ')}`)
  const snapshots = events.filter((event) => event['response'] !== undefined)
  for (const member of ['id', 'created_at', 'previous_response_id']) {
    const values = new Set(snapshots.map((event) => (event['response'] as Json)[member]))
    if (values.size !== 1) flaws.push(`one response has the ${member} ${[...values].join(', ')}`)
  }
  for (const event of snapshots) {
    const { status } = event['response'] as Json
    const said = String(event['type']).slice('response.'.length)
    if (status !== (said === 'created' ? status : said)) flaws.push(`${said} says the status ${String(status)}`)
  }
  return flaws
}

/** Items open, grow and close one after the other, and the last event lists what was streamed. */
function itemFlaws(events: readonly Json[]): string[] {
  const flaws: string[] = []
  const open = new Map<unknown, { readonly id: unknown; readonly parts: Set<unknown> }>()
  const done: Json[] = []
  const grown = new Map<string, string>()
  for (const event of events) {
    const type = String(event['type'])
    const index = event['output_index']
    if (type === 'response.output_item.added') {
      const item = event['item'] as Json
      if (index !== open.size + done.length)
        flaws.push(`item ${String(index)} opens as number ${open.size + done.length}`)
      open.set(index, { id: item['id'], parts: new Set() })
    } else if (type === 'response.output_item.done') {
      const item = event['item'] as Json
      if (open.get(index)?.id !== item['id']) flaws.push(`item ${String(index)} closes as ${String(item['id'])}`)
      open.delete(index)
      done[Number(index)] = item
    } else if (index !== undefined) {
      flaws.push(...growthFlaws(event, open.get(index), grown))
    }
  }
  // What was cut off has no end.
  if (events.at(-1)?.['type'] === 'response.failed') return flaws
  if (open.size > 0) flaws.push(`${open.size} items stay open`)
  const last = events.at(-1)?.['response'] as { readonly output?: readonly Json[] } | undefined
  const listed = JSON.stringify(last?.output)
  if (listed !== JSON.stringify(done)) flaws.push(`streamed ${JSON.stringify(done)}, listed ${listed}`)
  return flaws
}

function growthFlaws(
  event: Json,
  item: { readonly id: unknown; readonly parts: Set<unknown> } | undefined,
  grown: Map<string, string>,
): string[] {
  const type = String(event['type'])
  const index = event['content_index'] ?? event['summary_index']
  if (item === undefined) return [`${type} in an item that is not open`]
  const flaws = event['item_id'] === item.id ? [] : [`${type} says the item ${String(event['item_id'])}`]
  if (type.endsWith('_part.added')) item.parts.add(index)
  // Only reasoning's own text has no part around it at OpenAI.
  else if (index !== undefined && !item.parts.has(index) && !type.includes('reasoning_text'))
    flaws.push(`${type} in a part that is not open`)
  const [, stem = '', step] = /^(.*)\.(delta|done)$/.exec(type) ?? []
  const member = WHOLE[stem]
  if (member === undefined) return flaws
  const key = `${stem} ${String(event['output_index'])} ${String(index)}`
  if (step === 'delta') grown.set(key, (grown.get(key) ?? '') + String(event['delta']))
  else if ((grown.get(key) ?? '') !== event[member]) flaws.push(`${type} is not the sum of its pieces`)
  return flaws
}
