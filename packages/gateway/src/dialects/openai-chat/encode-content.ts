// One part of a message as this dialect's content part, and how parts become `content`.
// Sources: `ChatCompletionRequestMessageContentPart*` of the OpenAPI document. Video and files by URL are not in it;
// they are sent only where the client itself wrote them in this dialect.

import type {
  AudioPart,
  CacheMark,
  Conversation,
  FilePart,
  ImagePart,
  Part,
  TextPart,
} from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { dataUrl } from '../../core/media.ts'
import type { ToolNames } from '../../core/tool-names.ts'
import { defined } from './wire.ts'

/** What every function that writes a request needs. */
export interface Encoding {
  readonly conversation: Conversation
  readonly target: TargetModel
  readonly notes: Notes
  readonly names: ToolNames
  /** The client spoke this dialect too. */
  readonly own: boolean
  readonly openAi: boolean
  /** `cache_control` may be written. */
  readonly marksCache: boolean
}

/** "Images and vision", OpenAI. */
const OPENAI_IMAGES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

/**
 * Text alone is a string, which every server takes; several parts, marks and media need the array.
 * @param between several texts of a client of another dialect; its own stay apart
 */
export function encodeContent(parts: readonly Part[], between: string, encoding: Encoding): JsonValue {
  const texts = parts.filter((part) => part.type === 'text')
  const isMarked = encoding.marksCache && parts.some((part) => part.cache !== undefined)
  const isPlain = texts.length === parts.length && !isMarked && (parts.length < 2 || !encoding.own)
  if (!encoding.marksCache && parts.some((part) => part.cache !== undefined)) encoding.notes.drop('cache')
  if (isPlain) return texts.map((part) => part.text).join(between)
  const encoded = parts.map((part) => encodePart(part, encoding)).filter((part) => part !== null)
  // An array must hold something; what only another dialect understands is left out.
  return encoded.length === 0 ? '' : encoded
}

function encodePart(part: Part, encoding: Encoding): JsonObject | null {
  const value = plainPart(part, encoding)
  if (value === null || part.cache === undefined || !encoding.marksCache) return value
  return { ...value, cache_control: cacheControl(part.cache) }
}

export function cacheControl(mark: CacheMark): JsonObject {
  return mark.ttl === '1h' ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' }
}

function plainPart(part: Part, encoding: Encoding): JsonObject | null {
  switch (part.type) {
    case 'text':
      return textPart(part.text)
    case 'image':
      return imagePart(part, encoding)
    case 'audio':
      return audioPart(part, encoding)
    case 'file':
      return filePart(part, encoding)
    case 'video': {
      const { source } = part
      if (encoding.own && source.kind === 'url') return { type: 'video_url', video_url: { url: source.url } }
      if (encoding.own && source.kind === 'base64') return { type: 'video_url', video_url: { url: dataUrl(source) } }
      return encoding.notes.refuseAt(part.at, 'This model takes no video. Send single images instead.')
    }
    case 'foreign':
      return part.summary === '' ? null : textPart(part.summary)
    case 'refusal':
      return textPart(part.text)
    case 'tool-call':
    case 'tool-result':
    case 'reasoning':
      // They have places of their own in a message.
      return null
    default:
      return part satisfies never
  }
}

function textPart(text: string): JsonObject {
  return { type: 'text', text }
}

function imagePart({ source, detail, at }: ImagePart, { notes, openAi }: Encoding): JsonObject {
  if (source.kind === 'url') return { type: 'image_url', image_url: { url: source.url, ...defined({ detail }) } }
  if (source.kind !== 'base64')
    return notes.refuseAt(at, 'This model takes images as data or by URL, not by the id of an uploaded file.')
  if (!source.mediaType.startsWith('image/') || (openAi && !OPENAI_IMAGES.has(source.mediaType)))
    return notes.refuseAt(at, `This model takes PNG, JPEG, GIF and WebP images, not ${source.mediaType}.`)
  return { type: 'image_url', image_url: { url: dataUrl(source), ...defined({ detail }) } }
}

function audioPart({ source, at }: AudioPart, { notes, own }: Encoding): JsonObject {
  if (source.kind === 'base64') {
    const kind = source.mediaType.slice(source.mediaType.indexOf('/') + 1)
    return { type: 'input_audio', input_audio: { data: source.data, format: kind === 'mpeg' ? 'mp3' : kind } }
  }
  if (source.kind === 'url' && own) return { type: 'audio_url', audio_url: { url: source.url } }
  return notes.refuseAt(at, 'This model takes audio as data in the request, not by reference.')
}

function filePart(part: FilePart, { notes, own, openAi }: Encoding): JsonObject {
  const { source, at, name } = part
  switch (source.kind) {
    case 'text':
      return documentText(part, source.text)
    case 'file-id':
      // The file stores of OpenAI's two dialects are one.
      if (source.dialect === 'openai-chat' || source.dialect === 'openai-responses')
        return { type: 'file', file: { file_id: source.id, ...(own ? defined({ filename: name }) : {}) } }
      return notes.refuseAt(at, 'The file was uploaded to another provider. Send it as data.')
    case 'url':
      if (openAi) return notes.refuseAt(at, 'This model takes files as data, not by URL.')
      return { type: 'file', file: { file_data: source.url, filename: name ?? 'file.pdf' } }
    case 'base64': {
      // Text can be read by every model; files, by few.
      if (!own && source.mediaType.startsWith('text/'))
        return documentText(part, Buffer.from(source.data, 'base64').toString('utf8'))
      const filename = name ?? (own && !openAi ? undefined : defaultName(source.mediaType))
      return { type: 'file', file: { ...defined({ filename }), file_data: dataUrl(source) } }
    }
    default:
      return source satisfies never
  }
}

function documentText({ name, context }: FilePart, text: string): JsonObject {
  return textPart([name, context, text].filter((line) => line !== undefined && line !== '').join('\n\n'))
}

/** OpenAI wants a name with the data. */
function defaultName(mediaType: string): string {
  return mediaType === 'application/pdf' ? 'file.pdf' : `file.${mediaType.slice(mediaType.indexOf('/') + 1)}`
}

export function isText(part: Part): part is TextPart {
  return part.type === 'text'
}
