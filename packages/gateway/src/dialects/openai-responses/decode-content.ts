// Content of messages and of tool outputs: a text, or parts.
// Source: `InputContent` and `OutputMessageContent` of OpenAI's OpenAPI document; `input_audio` from older versions of
// it, `input_video` from Open Responses; `text` and `image_url` from clients that mix up the two APIs.

import type { CacheMark, MediaSource, Part } from '../../core/conversation.ts'
import { arrayOf, isJsonObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { base64Source, normalMediaType, sourceFromUrl } from '../../core/media.ts'
import { Fields, invalid } from './fields.ts'
import { OWN } from './wire.ts'

export function decodeContent(content: JsonValue | undefined, at: string): readonly Part[] {
  if (content === undefined) return []
  if (typeof content === 'string') return [{ type: 'text', at, text: content }]
  const parts = arrayOf(content)
  if (parts === undefined) throw invalid(at, `\`${at}\` must be a text or an array of content parts.`)
  return parts.map((part, index) => {
    const place = `${at}[${index}]`
    if (!isJsonObject(part)) throw invalid(place, `\`${place}\` must be an object with a \`type\`.`)
    return decodePart(part, place)
  })
}

function decodePart(value: JsonObject, at: string): Part {
  const fields = new Fields(value, at)
  const cache = cacheMark(value)
  switch (value['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
    case 'summary_text':
    case 'reasoning_text':
      return { type: 'text', at, text: required(fields.string('text'), `${at}.text`), ...cache }
    case 'refusal': {
      const text = fields.string('text')
      return { type: 'refusal', at, text: fields.string('refusal') ?? text ?? '' }
    }
    case 'input_image':
    case 'computer_screenshot':
    case 'image_url':
      return decodeImage(fields, at, cache)
    case 'input_file':
    case 'file':
      return decodeFile(fields, at, cache)
    case 'input_audio':
      return { type: 'audio', at, source: audioSource(objectOf(value['input_audio']) ?? value, at), ...cache }
    case 'input_video': {
      const url = required(fields.string('video_url'), `${at}.video_url`)
      return { type: 'video', at, source: sourceFromUrl(url), ...cache }
    }
    default:
      throw invalid(`${at}.type`, `\`${at}.type\` is not a kind of content that can be sent: ${shown(value['type'])}.`)
  }
}

function shown(type: JsonValue | undefined): string {
  return typeof type === 'string' ? JSON.stringify(type.slice(0, 60)) : 'it must be a string'
}

function required(text: string | undefined, at: string): string {
  if (text === undefined) throw invalid(at, `\`${at}\` is missing.`)
  return text
}

function cacheMark(value: JsonObject): { readonly cache?: CacheMark } {
  return isJsonObject(value['prompt_cache_breakpoint']) ? { cache: { ttl: '5m' } } : {}
}

function decodeImage(fields: Fields, at: string, cache: { readonly cache?: CacheMark }): Part {
  const link = fields.take('image_url')
  const nested = objectOf(link)
  const url = stringOf(link) ?? stringOf(nested?.['url'])
  const id = fields.string('file_id')
  const detail = fields.string('detail') ?? stringOf(nested?.['detail'])
  const source: MediaSource | undefined =
    url === undefined ? (id === undefined ? undefined : { kind: 'file-id', id, dialect: OWN }) : sourceFromUrl(url)
  if (source === undefined) throw invalid(at, `\`${at}\` needs \`image_url\` or \`file_id\`.`)
  return { type: 'image', at, source, ...(detail === undefined ? {} : { detail }), ...cache }
}

function decodeFile(fields: Fields, at: string, cache: { readonly cache?: CacheMark }): Part {
  const nested = fields.object('file')
  const inner = nested === undefined ? fields : new Fields(nested, `${at}.file`)
  const data = inner.string('file_data')
  const url = inner.string('file_url')
  const id = inner.string('file_id')
  const name = inner.string('filename')
  let source: MediaSource
  if (data !== undefined) source = fileSource(data, name)
  else if (url !== undefined) source = sourceFromUrl(url)
  else if (id !== undefined) source = { kind: 'file-id', id, dialect: OWN }
  else throw invalid(at, `\`${at}\` needs \`file_data\`, \`file_url\` or \`file_id\`.`)
  return { type: 'file', at, source, ...(name === undefined ? {} : { name }), ...cache }
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  md: 'text/markdown',
  txt: 'text/plain',
}

/** A data URL, or bare base64 whose kind the file's name tells. */
function fileSource(data: string, name: string | undefined): MediaSource {
  if (/^data:/i.test(data)) return sourceFromUrl(data)
  const extension = /\.([a-z0-9]+)$/i.exec(name ?? '')?.[1]?.toLowerCase() ?? ''
  return base64Source(Object.hasOwn(MEDIA_TYPES, extension) ? (MEDIA_TYPES[extension] ?? '') : 'application/pdf', data)
}

function audioSource(value: JsonObject, at: string): MediaSource {
  const data = required(stringOf(value['data']), `${at}.input_audio.data`)
  const format = stringOf(value['format']) ?? 'wav'
  return { kind: 'base64', mediaType: normalMediaType(`audio/${format}`), data }
}
