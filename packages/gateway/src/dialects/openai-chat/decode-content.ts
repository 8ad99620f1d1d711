// The parts of a message's `content`, OpenAI's own and those that other servers of this dialect take too.
// Sources: `ChatCompletionRequestMessageContentPart*` of the OpenAPI document; Mistral "Document QnA" and "Reasoning"
// (`document_url`, `thinking`); vLLM "Multimodal Inputs" (`video_url`, `audio_url`); OpenRouter "Prompt Caching"
// (`cache_control`).

import type { CacheMark, MediaSource, Part } from '../../core/conversation.ts'
import { arrayOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { base64Source, sourceFromUrl } from '../../core/media.ts'
import type { SealEnvelope } from '../../core/seal-envelope.ts'
import { invalid, readString, requireObject, requireString } from './read-fields.ts'
import { CHAT, defined } from './wire.ts'

/** Null, '' and [] are no parts. @param at `messages[2]` */
export function decodeContent(message: JsonObject, at: string, envelope: SealEnvelope): Part[] {
  const content = message['content']
  const path = `${at}.content`
  if (content === undefined || content === null || content === '') return []
  if (typeof content === 'string') return [{ type: 'text', at: path, text: content }]
  const parts = arrayOf(content)
  if (parts === undefined) return [decodePart(requireContent(content, path), path, envelope)]
  return parts.map((value, index) => {
    const place = `${path}[${index}]`
    if (typeof value === 'string') return { type: 'text', at: place, text: value }
    return decodePart(requireObject(value, place), place, envelope)
  })
}

function requireContent(content: JsonValue, at: string): JsonObject {
  return objectOf(content) ?? invalid(at, `The field "${at}" must be a string or an array of parts.`)
}

function decodePart(value: JsonObject, at: string, envelope: SealEnvelope): Part {
  const part = plainPart(value, at, envelope)
  const cache = cacheMarkOf(value)
  return cache === undefined ? part : { ...part, cache }
}

function plainPart(value: JsonObject, at: string, envelope: SealEnvelope): Part {
  const type = readString(value, 'type', at) ?? (typeof value['text'] === 'string' ? 'text' : '')
  switch (type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return { type: 'text', at, text: readString(value, 'text', at) ?? '' }
    case 'refusal':
      return { type: 'refusal', at, text: readString(value, 'refusal', at) ?? '' }
    case 'image_url':
    case 'input_image':
      return decodeImage(value, at)
    case 'input_audio':
      return decodeAudio(requireObject(value['input_audio'], `${at}.input_audio`), `${at}.input_audio`, at)
    case 'audio_url':
    case 'video_url':
    case 'document_url':
      return mediaPart(urlSource(value, type, at).source, at, type)
    case 'file':
    case 'input_file':
      return decodeFile(objectOf(value['file']) ?? value, at)
    case 'thinking':
    case 'reasoning':
      return decodeThinking(value, at, envelope)
    default:
      return invalid(
        `${at}.type`,
        `The content part "${at}" has the type "${type.slice(0, 40)}". It can be text, image_url, input_audio or file.`,
      )
  }
}

function decodeImage(value: JsonObject, at: string): Part {
  const fileId = stringOf(value['file_id'])
  const { source, detail } =
    fileId !== undefined && value['image_url'] === undefined
      ? { source: { kind: 'file-id', id: fileId, dialect: CHAT } as const, detail: stringOf(value['detail']) }
      : urlSource(value, 'image_url', at)
  return { ...mediaPart(source, at, 'image_url'), ...defined({ detail }) }
}

/** `{"image_url": "…"}` as well as `{"image_url": {"url": "…"}}`. */
function urlSource(value: JsonObject, key: string, at: string): { source: MediaSource; detail: string | undefined } {
  const path = `${at}.${key}`
  const given = value[key]
  const url = typeof given === 'string' ? given : requireString(requireObject(given, path), 'url', path)
  if (url === '') return invalid(path, `The field "${path}" must be a URL.`)
  const detail = stringOf(objectOf(given)?.['detail']) ?? stringOf(value['detail'])
  return { source: sourceFromUrl(url.trim()), detail }
}

/** What it is, the bytes say first: some clients send a PDF as `image_url`. */
function mediaPart(source: MediaSource, at: string, type: string): Part {
  const kind = source.kind === 'base64' ? (source.mediaType.split('/')[0] ?? '') : ''
  if (kind === 'image' || (kind === '' && type === 'image_url')) return { type: 'image', at, source }
  if (kind === 'audio' || (kind === '' && type === 'audio_url')) return { type: 'audio', at, source }
  if (kind === 'video' || (kind === '' && type === 'video_url')) return { type: 'video', at, source }
  return { type: 'file', at, source }
}

function decodeAudio(audio: JsonObject, audioAt: string, at: string): Part {
  const data = requireString(audio, 'data', audioAt)
  const declared = `audio/${readString(audio, 'format', audioAt) ?? 'wav'}`
  const source = data.startsWith('data:') ? sourceFromUrl(data) : base64Source(declared, data)
  return { type: 'audio', at, source }
}

function decodeFile(file: JsonObject, at: string): Part {
  const name = readString(file, 'filename', at)
  const data = readString(file, 'file_data', at) ?? readString(file, 'file_url', at)
  const id = readString(file, 'file_id', at)
  if (data !== undefined && data !== '')
    return { type: 'file', at, source: fileSource(data, name), ...defined({ name }) }
  if (id !== undefined && id !== '')
    return { type: 'file', at, source: { kind: 'file-id', id, dialect: CHAT }, ...defined({ name }) }
  return invalid(at, `The content part "${at}" holds no file. Give file_data or file_id.`)
}

/** A data URL, a URL (OpenRouter), or bare base64, whose type then only the name tells. */
function fileSource(data: string, name: string | undefined): MediaSource {
  if (/^(?:data|https?):/i.test(data)) return sourceFromUrl(data)
  const extension = (name ?? '').split('.').at(-1)?.toLowerCase() ?? ''
  return base64Source(TYPES_BY_EXTENSION[extension] ?? 'application/pdf', data)
}

const TYPES_BY_EXTENSION: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  md: 'text/markdown',
  txt: 'text/plain',
  xml: 'text/xml',
}

function decodeThinking(value: JsonObject, at: string, envelope: SealEnvelope): Part {
  const given = value['thinking'] ?? value['text']
  const text = typeof given === 'string' ? given : textOfPieces(given)
  const signature = readString(value, 'signature', at)
  const seal = signature === undefined || signature === '' ? null : envelope.open(signature, CHAT)
  return { type: 'reasoning', at, text, summary: [], redacted: false, ...(seal === null ? {} : { seal }) }
}

/** The text of `[{"type": "text", "text": "…"}, …]`; other entries have none. */
export function textOfPieces(value: JsonValue | undefined): string {
  let text = ''
  for (const piece of arrayOf(value) ?? []) text += stringOf(objectOf(piece)?.['text']) ?? ''
  return text
}

/** OpenRouter's and LiteLLM's `cache_control`; OpenAI's own mark says the same. */
export function cacheMarkOf(value: JsonObject): CacheMark | undefined {
  const mark = objectOf(value['cache_control'])
  if (mark !== undefined) return { ttl: mark['ttl'] === '1h' ? '1h' : '5m' }
  return objectOf(value['prompt_cache_breakpoint']) === undefined ? undefined : { ttl: '5m' }
}
