// The event sequence of a streamed response, as recorded streams have it: numbers from 0 without a gap, every part opened and closed.
import { type Answer, type AnswerPart, piecesOf, TokenMeter } from '../../answer.ts'
import type { UsageLie } from '../../fault.ts'
import type { ErrorTerms, StreamEvent } from '../dialect.ts'
import { type Json, listOf } from '../json.ts'
import { usageJson, withUsageText } from '../usage-text.ts'
import { type OutputItem, responsesUsage } from './output.ts'

export class ResponseStream {
  #next = 0
  readonly #open: Json
  readonly #finished: Json
  readonly #items: readonly OutputItem[]
  readonly #answer: Answer
  readonly #lie: UsageLie | 'twice' | undefined

  constructor(
    open: Json,
    finished: Json,
    items: readonly OutputItem[],
    answer: Answer,
    lie: UsageLie | 'twice' | undefined,
  ) {
    this.#open = open
    this.#finished = finished
    this.#items = items
    this.#answer = answer
    this.#lie = lie
  }

  *events(): Generator<StreamEvent> {
    yield this.#event('start', 'response.created', { response: this.#open })
    yield this.#event('start', 'response.in_progress', { response: this.#open })
    const meter = new TokenMeter(this.#answer.usage.output)
    for (const [index, item] of this.#items.entries()) yield* this.#item(item, index, meter)
    const status = String(this.#finished['status'])
    const usage = usageJson(responsesUsage(this.#answer), this.#lie)
    const bytes = this.#bytes(`response.${status}`, { response: this.#finished })
    yield { kind: 'done', bytes: withUsage(bytes, usage), tokens: meter.rest() }
  }

  /** An `error` event and, as the last word, `response.failed`. */
  failure(terms: ErrorTerms): StreamEvent {
    const error = {
      type: terms.type ?? 'server_error',
      code: terms.code ?? 'server_error',
      message: terms.message,
      param: terms.param ?? null,
    }
    const failed = { ...this.#open, status: 'failed', error: { code: error.code, message: error.message } }
    const bytes = this.#bytes('error', { error }) + this.#bytes('response.failed', { response: failed })
    return { kind: 'error', bytes, tokens: 0 }
  }

  *#item({ item, part }: OutputItem, output_index: number, meter: TokenMeter): Generator<StreamEvent> {
    yield this.#event('delta', 'response.output_item.added', { output_index, item: opened(item) })
    const at = { item_id: item['id'], output_index }
    switch (part.kind) {
      case 'text':
      case 'refusal':
        yield* this.#content(part, item, at, meter)
        break
      case 'reasoning':
        if (listOf(item['summary']).length > 0) yield* this.#summary(part, at, meter)
        break
      case 'tool-call': {
        const custom = item['type'] === 'custom_tool_call'
        const name = custom ? 'response.custom_tool_call_input' : 'response.function_call_arguments'
        const text = String(custom ? item['input'] : item['arguments'])
        for (const delta of piecesOf(text))
          yield this.#event('delta', `${name}.delta`, { ...at, delta }, meter.take(delta))
        yield this.#event(
          'start',
          `${name}.done`,
          custom ? { ...at, input: text } : { ...at, arguments: text, name: item['name'] },
        )
      }
    }
    yield this.#event('start', 'response.output_item.done', { output_index, item })
  }

  *#content(
    part: Extract<AnswerPart, { kind: 'text' | 'refusal' }>,
    item: Json,
    at: Json,
    meter: TokenMeter,
  ): Generator<StreamEvent> {
    const place = { ...at, content_index: 0 }
    const whole = listOf(item['content'])[0]
    const isText = part.kind === 'text'
    const name = isText ? 'response.output_text' : 'response.refusal'
    const empty = isText
      ? { type: 'output_text', annotations: [], logprobs: [], text: '' }
      : { type: 'refusal', refusal: '' }
    const logprobs = isText ? { logprobs: [] } : {}
    yield this.#event('start', 'response.content_part.added', { ...place, part: empty })
    for (const delta of part.pieces)
      yield this.#event('delta', `${name}.delta`, { ...place, delta, ...logprobs }, meter.take(delta))
    const text = part.pieces.join('')
    yield this.#event('start', `${name}.done`, { ...place, ...(isText ? { text, logprobs: [] } : { refusal: text }) })
    yield this.#event('start', 'response.content_part.done', { ...place, part: whole })
  }

  *#summary(part: Extract<AnswerPart, { kind: 'reasoning' }>, at: Json, meter: TokenMeter): Generator<StreamEvent> {
    const place = { ...at, summary_index: 0 }
    const name = 'response.reasoning_summary'
    yield this.#event('start', `${name}_part.added`, { ...place, part: { type: 'summary_text', text: '' } })
    for (const delta of part.pieces)
      yield this.#event('delta', `${name}_text.delta`, { ...place, delta }, meter.take(delta))
    const text = part.pieces.join('')
    yield this.#event('start', `${name}_text.done`, { ...place, text })
    yield this.#event('start', `${name}_part.done`, { ...place, part: { type: 'summary_text', text } })
  }

  #event(kind: StreamEvent['kind'], type: string, members: Json, tokens = 0): StreamEvent {
    return { kind, bytes: this.#bytes(type, members), tokens }
  }

  #bytes(type: string, members: Json): string {
    const data = JSON.stringify({ type, sequence_number: this.#next, ...members })
    this.#next += 1
    return `event: ${type}\ndata: ${data}\n\n`
  }
}

function withUsage(bytes: string, usage: string | undefined): string {
  const data = bytes.indexOf('{')
  const body: Json = JSON.parse(bytes.slice(data))
  return `${bytes.slice(0, data)}${withUsageText(body, usage)}\n\n`
}

/** An item as it stands when it is announced. */
function opened(item: Json): Json {
  switch (item['type']) {
    case 'message':
      return { ...item, status: 'in_progress', content: [] }
    case 'reasoning':
      return { ...item, summary: [] }
    case 'custom_tool_call':
      return { ...item, status: 'in_progress', input: '' }
    default:
      return { ...item, status: 'in_progress', arguments: '' }
  }
}
