// The words of an answer, so that they can be counted where the upstream does not say how many they were.

import type { Answer, AnswerEvent, AnswerPart } from '../core/answer.ts'
import { arrayOf, objectOf, parseJsonObject, stringOf, type JsonObject } from '../core/json.ts'
import type { ClientDialectName } from './pass-dialects.ts'
import { PROVIDER_DIALECTS } from './provider-dialects.ts'

/** @param body a whole reply in this dialect; '' where it has no words */
export function textOfReply(dialect: ClientDialectName, body: string): string {
  const reply = parseJsonObject(body)
  if (reply === null) return ''
  const answer = PROVIDER_DIALECTS[dialect].decodeAnswer(reply)
  return [...(answer === null ? [] : textsOf(answer)), ...completionTexts(reply)].join('\n')
}

/** Thoughts count: they are paid for. */
function textsOf({ choices }: Answer): string[] {
  return choices.flatMap(({ parts }) => parts.flatMap(textOfPart))
}

function textOfPart(part: AnswerPart): string[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return [part.text]
    case 'reasoning':
      return [part.text, ...part.summary]
    case 'tool-call':
      return [part.name, part.input]
    default:
      return []
  }
}

/** Of the older endpoint, which has no messages. */
function completionTexts(reply: JsonObject): string[] {
  return (arrayOf(reply['choices']) ?? []).flatMap((choice) => stringOf(objectOf(choice)?.['text']) ?? [])
}

export interface StreamText {
  readonly text: string
  /** Events that said something. */
  readonly events: number
}

/** @param bytes some whole or broken events of a stream in this dialect, as latin1 */
export function textOfEvents(dialect: ClientDialectName, bytes: string): StreamText {
  const decoder = PROVIDER_DIALECTS[dialect].streamDecoder()
  let text = ''
  let events = 0
  decoder.push(Buffer.from(bytes, 'latin1'), (event: AnswerEvent) => {
    if (event.type !== 'part-delta') return
    text += event.text
    events += 1
  })
  return { text, events }
}
