// Output items of an upstream as parts of an answer.
// Source: `OutputItem` of OpenAI's OpenAPI document; a type that is not known is passed on whole, never refused.

import type { Annotation, AnswerPart, Finish } from '../../core/answer.ts'
import type { Seal } from '../../core/conversation.ts'
import {
  arrayOf,
  isJsonObject,
  numberOf,
  objectOf,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts'
import { textsOf } from './decode-input.ts'
import { OWN } from './wire.ts'

export function decodeItem(item: JsonObject): readonly AnswerPart[] {
  const type = stringOf(item['type']) ?? ''
  switch (type) {
    case 'message':
      return (arrayOf(item['content']) ?? []).flatMap(decodeOutputContent)
    case 'reasoning': {
      const seal = reasoningSeal(item)
      return [
        {
          type: 'reasoning',
          text: textsOf(item['content']).join(''),
          summary: textsOf(item['summary']),
          redacted: false,
          ...(seal === undefined ? {} : { seal }),
        },
      ]
    }
    case 'function_call':
    case 'custom_tool_call':
      return [decodeCall(item, type)]
    case '':
      return []
    default:
      return [{ type: 'foreign', dialect: OWN, kind: type, value: item }]
  }
}

function decodeOutputContent(value: JsonValue): readonly AnswerPart[] {
  const content = objectOf(value)
  if (content?.['type'] === 'refusal') {
    return [{ type: 'refusal', text: stringOf(content['refusal']) ?? stringOf(content['text']) ?? '' }]
  }
  const text = stringOf(content?.['text'])
  if (content === undefined || text === undefined) return []
  const logprobs = arrayOf(content['logprobs']) ?? []
  const annotations = (arrayOf(content['annotations']) ?? []).filter(isJsonObject).map(decodeAnnotation)
  return [{ type: 'text', text, annotations, ...(logprobs.length === 0 ? {} : { logprobs }) }]
}

export function decodeAnnotation(value: JsonObject): Annotation {
  const url = stringOf(value['url'])
  const title = stringOf(value['title'])
  const start = numberOf(value['start_index'])
  const end = numberOf(value['end_index'])
  return {
    dialect: OWN,
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    value,
  }
}

/** Open reasoning is bound to its provider by its id alone: that goes back with it. */
export function reasoningSeal(item: JsonObject): Seal | undefined {
  const data = stringOf(item['encrypted_content']) ?? ''
  const itemId = stringOf(item['id']) ?? ''
  if (data === '' && itemId === '') return undefined
  return { dialect: OWN, data, ...(itemId === '' ? {} : { itemId }) }
}

function decodeCall(item: JsonObject, type: 'function_call' | 'custom_tool_call'): AnswerPart {
  const custom = type === 'custom_tool_call'
  return { type: 'tool-call', ...callOf(item, custom), input: inputOf(item, custom) }
}

export interface DecodedCall {
  readonly id: string
  readonly name: string
  readonly namespace?: string
  readonly kind: 'function' | 'custom'
}

export function callOf(item: JsonObject, custom: boolean): DecodedCall {
  const namespace = stringOf(item['namespace']) ?? ''
  return {
    // Azure and others leave the call's own id out at times.
    id: stringOf(item['call_id']) ?? stringOf(item['id']) ?? '',
    name: stringOf(item['name']) ?? '',
    ...(namespace === '' ? {} : { namespace }),
    kind: custom ? 'custom' : 'function',
  }
}

/** `{}` for a call without arguments (H26); some servers send them parsed. */
export function inputOf(item: JsonObject, custom: boolean): string {
  const value = item[custom ? 'input' : 'arguments']
  const text = typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value)
  return text === '' && !custom ? '{}' : text
}

/** How a response ended. @param called, refused what its output has */
export function finishOf(response: JsonObject, called: boolean, refused: boolean): Finish {
  if (response['status'] === 'incomplete') {
    const reason = stringOf(objectOf(response['incomplete_details'])?.['reason'])
    return { reason: reason === 'content_filter' ? 'content-filter' : 'length' }
  }
  if (refused) return { reason: 'refusal' }
  return { reason: called ? 'tool-calls' : 'stop' }
}
