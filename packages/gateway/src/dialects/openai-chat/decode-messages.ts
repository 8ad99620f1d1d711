// `messages` as turns: one turn a message, nothing merged, nothing repaired.
// Source: `ChatCompletionRequestMessage` of OpenAI's OpenAPI document, the deprecated `function` role among it.

import type { AssistantTurn, Part, Seal, ToolCallPart, Turn } from '../../core/conversation.ts'
import { arrayOf, objectOf, stringOf, type JsonObject } from '../../core/json.ts'
import type { SealEnvelope } from '../../core/seal-envelope.ts'
import { cacheMarkOf, decodeContent } from './decode-content.ts'
import { decodeReasoningParts } from './reasoning-details.ts'
import { invalid, readArray, readObject, readString, requireObject, requireString } from './read-fields.ts'
import { CHAT, defined, sourceText } from './wire.ts'

type CallKinds = Map<string, ToolCallPart['kind']>

export function decodeMessages(body: JsonObject, envelope: SealEnvelope): readonly Turn[] {
  const messages = readArray(body, 'messages')
  if (messages === undefined || messages.length === 0)
    return invalid('messages', 'The field "messages" is missing or empty. It must hold at least one message.')
  const kinds: CallKinds = new Map()
  return messages.map((value, index) => {
    const at = `messages[${index}]`
    return decodeMessage(requireObject(value, at), at, kinds, envelope)
  })
}

function decodeMessage(message: JsonObject, at: string, kinds: CallKinds, envelope: SealEnvelope): Turn {
  const role = readString(message, 'role', at)
  const name = readString(message, 'name', at)
  const content = (): Part[] => withMessageMark(message, decodeContent(message, at, envelope))
  switch (role) {
    case 'system':
    case 'developer':
      return { role: 'system', kind: role, parts: content() }
    case 'user':
      return { role: 'user', parts: content(), ...defined({ name }) }
    case 'assistant':
      return decodeAssistant(message, content(), at, kinds, envelope)
    case 'tool':
    case 'function': {
      const callId = role === 'tool' ? (readString(message, 'tool_call_id', at) ?? '') : ''
      const kind = kinds.get(callId) ?? 'function'
      const parts = content()
      return {
        role: 'user',
        parts: [{ type: 'tool-result', at, callId, kind, isError: false, parts, ...defined({ name }) }],
      }
    }
    default:
      return invalid(`${at}.role`, `The field "${at}.role" must be one of system, developer, user, assistant, tool.`)
  }
}

/** A mark on the message itself belongs to its last part (LiteLLM). */
function withMessageMark(message: JsonObject, parts: Part[]): Part[] {
  const cache = cacheMarkOf(message)
  const last = parts.at(-1)
  if (cache === undefined || last === undefined) return parts
  return [...parts.slice(0, -1), { ...last, cache }]
}

function decodeAssistant(
  message: JsonObject,
  content: Part[],
  at: string,
  kinds: CallKinds,
  envelope: SealEnvelope,
): AssistantTurn {
  const parts: Part[] = [...decodeReasoningParts(message, at, envelope), ...content]
  const seal = sealOf(message, envelope)
  if (seal !== null) attachSeal(parts, seal, at)
  const refusal = readString(message, 'refusal', at)
  if (refusal !== undefined && refusal !== '') parts.push({ type: 'refusal', at: `${at}.refusal`, text: refusal })
  const audio = readObject(message, 'audio', at)
  if (audio !== undefined)
    parts.push({ type: 'foreign', at: `${at}.audio`, dialect: CHAT, kind: 'audio', value: audio, summary: '' })
  for (const call of decodeCalls(message, at, envelope)) {
    if (call.id !== '') kinds.set(call.id, call.kind)
    parts.push(call)
  }
  return { role: 'assistant', parts, ...defined({ name: readString(message, 'name', at) }) }
}

function decodeCalls(message: JsonObject, at: string, envelope: SealEnvelope): ToolCallPart[] {
  const calls = (readArray(message, 'tool_calls', at) ?? []).map((value, index) => {
    const place = `${at}.tool_calls[${index}]`
    return decodeCall(requireObject(value, place), place, envelope)
  })
  const legacy = objectOf(message['function_call'])
  if (legacy !== undefined && calls.length === 0) {
    const place = `${at}.function_call`
    const input = sourceText(legacy['arguments']) || '{}'
    calls.push({
      type: 'tool-call',
      at: place,
      id: '',
      name: requireString(legacy, 'name', place),
      kind: 'function',
      input,
    })
  }
  return calls
}

function decodeCall(call: JsonObject, at: string, envelope: SealEnvelope): ToolCallPart {
  const isCustom = call['type'] === 'custom'
  const key = isCustom ? 'custom' : 'function'
  const inner = requireObject(call[key], `${at}.${key}`)
  const seal = sealOf(call, envelope)
  return {
    type: 'tool-call',
    at,
    id: readString(call, 'id', at) ?? '',
    name: requireString(inner, 'name', `${at}.${key}`),
    kind: isCustom ? 'custom' : 'function',
    // No arguments are an empty object, as in answers (H26).
    input: isCustom ? sourceText(inner['input']) : sourceText(inner['arguments']) || '{}',
    ...(seal === null ? {} : { seal }),
  }
}

/** `extra_content.google.thought_signature`, the field of Gemini's OpenAI endpoint ("Thought Signatures", H40). */
export function thoughtSignatureOf(carrier: JsonObject): string | null {
  const signature = stringOf(objectOf(objectOf(carrier['extra_content'])?.['google'])?.['thought_signature'])
  return signature === undefined || signature === '' ? null : signature
}

function sealOf(carrier: JsonObject, envelope: SealEnvelope): Seal | null {
  const signature = thoughtSignatureOf(carrier)
  return signature === null ? null : envelope.open(signature, CHAT)
}

/** To the last text, or to an empty one: the signature is wanted back all the same. */
function attachSeal(parts: Part[], seal: Seal, at: string): void {
  const index = parts.findLastIndex((part) => part.type === 'text')
  const text = parts[index]
  if (text === undefined) parts.push({ type: 'text', at: `${at}.content`, text: '', seal })
  else parts[index] = { ...text, seal }
}

/** OpenRouter's generated images. */
export function imageUrlsOf(message: JsonObject): string[] {
  const urls: string[] = []
  for (const image of arrayOf(message['images']) ?? []) {
    const given = objectOf(image)?.['image_url']
    const url = stringOf(given) ?? stringOf(objectOf(given)?.['url'])
    if (url !== undefined && url !== '') urls.push(url)
  }
  return urls
}
