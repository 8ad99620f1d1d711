// An answer out of its events, and events out of an answer: the two forms say the same, and tests hold every dialect to
// that.

import type {
  Annotation,
  Answer,
  AnswerChoice,
  AnswerEvent,
  AnswerPart,
  EmitEvent,
  Finish,
  OpenedPart,
  StartEvent,
} from './answer.ts'
import type { Seal } from './conversation.ts'
import type { JsonValue } from './json.ts'
import type { TokenUsage } from './token-usage.ts'

interface PartUnderWay {
  readonly opened: OpenedPart
  text: string
  readonly sections: string[]
  readonly annotations: Annotation[]
  logprobs: JsonValue[] | null
  seal: Seal | null
}

export class AnswerCollector {
  #start: StartEvent | null = null
  #usage: TokenUsage | null = null
  readonly #choices: { parts: PartUnderWay[]; finish: Finish | null }[] = []
  /** The payload of an error event, if one came. */
  failure: string | null = null

  push(event: AnswerEvent): void {
    switch (event.type) {
      case 'start':
        this.#start ??= event
        break
      case 'part-start':
        this.#choice(event.choice).parts[event.part] = {
          opened: event.opened,
          text: '',
          sections: [],
          annotations: [],
          logprobs: null,
          seal: null,
        }
        break
      case 'part-delta': {
        const part = this.#part(event.choice, event.part)
        if (part === undefined) break
        part.text += event.text
        if (event.logprobs !== undefined) (part.logprobs ??= []).push(...event.logprobs)
        break
      }
      case 'section': {
        const part = this.#part(event.choice, event.part)
        if (part === undefined) break
        part.sections.push(part.text)
        part.text = ''
        break
      }
      case 'annotation':
        this.#part(event.choice, event.part)?.annotations.push(event.annotation)
        break
      case 'seal': {
        const part = this.#part(event.choice, event.part)
        if (part !== undefined) part.seal = event.seal
        break
      }
      case 'finish':
        this.#choice(event.choice).finish = event.finish
        break
      case 'usage':
        this.#usage = event.usage
        break
      case 'failure':
        this.failure = event.body
        break
      case 'part-end':
      case 'ping':
        break
      default:
        event satisfies never
    }
  }

  answer(): Answer {
    const start = this.#start
    const choices = this.#choices.map(({ parts, finish }): AnswerChoice => ({
      parts: parts.map(finished),
      finish: finish ?? { reason: 'stop' },
    }))
    return {
      id: start?.id ?? '',
      model: start?.model ?? '',
      createdAtSeconds: start?.createdAtSeconds ?? 0,
      choices: choices.length === 0 ? [{ parts: [], finish: { reason: 'stop' } }] : choices,
      usage: this.#usage,
      ...(start?.serviceTier === undefined ? {} : { serviceTier: start.serviceTier }),
    }
  }

  #choice(index: number): { parts: PartUnderWay[]; finish: Finish | null } {
    for (let missing = this.#choices.length; missing <= index; missing += 1) {
      this.#choices.push({ parts: [], finish: null })
    }
    // oxlint-disable-next-line typescript/no-non-null-assertion
    return this.#choices[index]!
  }

  #part(choice: number, part: number): PartUnderWay | undefined {
    return this.#choices[choice]?.parts[part]
  }
}

function finished({ opened, text, sections, annotations, logprobs, seal }: PartUnderWay): AnswerPart {
  const sealed = seal === null ? {} : { seal }
  switch (opened.type) {
    case 'text':
      return { type: 'text', text, annotations, ...(logprobs === null ? {} : { logprobs }), ...sealed }
    case 'reasoning': {
      const { form, redacted } = opened
      if (form === 'full') return { type: 'reasoning', text, summary: [], redacted, ...sealed }
      const summary = text === '' && sections.length === 0 ? [] : [...sections, text]
      return { type: 'reasoning', text: '', summary, redacted, ...sealed }
    }
    case 'refusal':
      return { type: 'refusal', text }
    case 'tool-call': {
      const { type: _, ...call } = opened
      return { type: 'tool-call', ...call, input: text === '' && opened.kind === 'function' ? '{}' : text, ...sealed }
    }
    case 'media':
      return { type: 'media', source: opened.source, ...sealed }
    case 'foreign':
      return opened
    default:
      return opened satisfies never
  }
}

/** The events that would have brought this answer. */
export function replayAnswer(answer: Answer, emit: EmitEvent): void {
  const { id, model, createdAtSeconds, serviceTier } = answer
  emit({ type: 'start', id, model, createdAtSeconds, ...(serviceTier === undefined ? {} : { serviceTier }) })
  for (const [choice, { parts, finish }] of answer.choices.entries()) {
    for (const [part, content] of parts.entries()) replayPart(content, { choice, part }, emit)
    emit({ type: 'finish', choice, finish })
  }
  if (answer.usage !== null) emit({ type: 'usage', usage: answer.usage })
}

function replayPart(content: AnswerPart, place: { choice: number; part: number }, emit: EmitEvent): void {
  emit({ type: 'part-start', ...place, opened: openedOf(content) })
  switch (content.type) {
    case 'text':
      if (content.text !== '') {
        const logprobs = content.logprobs === undefined ? {} : { logprobs: content.logprobs }
        emit({ type: 'part-delta', ...place, text: content.text, ...logprobs })
      }
      for (const annotation of content.annotations) emit({ type: 'annotation', ...place, annotation })
      break
    case 'reasoning': {
      const paragraphs = content.text === '' ? content.summary : [content.text]
      for (const [index, text] of paragraphs.entries()) {
        if (index > 0) emit({ type: 'section', ...place })
        if (text !== '') emit({ type: 'part-delta', ...place, text })
      }
      break
    }
    case 'refusal':
      if (content.text !== '') emit({ type: 'part-delta', ...place, text: content.text })
      break
    case 'tool-call':
      if (content.input !== '') emit({ type: 'part-delta', ...place, text: content.input })
      break
    case 'media':
    case 'foreign':
      break
    default:
      content satisfies never
  }
  if ('seal' in content && content.seal !== undefined) emit({ type: 'seal', ...place, seal: content.seal })
  emit({ type: 'part-end', ...place })
}

function openedOf(content: AnswerPart): OpenedPart {
  switch (content.type) {
    case 'text':
    case 'refusal':
      return { type: content.type }
    case 'reasoning':
      return {
        type: 'reasoning',
        form: content.text === '' && content.summary.length > 0 ? 'summary' : 'full',
        redacted: content.redacted,
      }
    case 'tool-call': {
      const { id, name, namespace, kind } = content
      return { type: 'tool-call', id, name, kind, ...(namespace === undefined ? {} : { namespace }) }
    }
    case 'media':
      return { type: 'media', source: content.source }
    case 'foreign':
      return content
    default:
      return content satisfies never
  }
}
