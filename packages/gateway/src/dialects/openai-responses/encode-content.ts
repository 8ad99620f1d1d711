// Parts as content of messages and of tool outputs.
// Source: `InputContent` and `FunctionCallOutputItemParam` of OpenAI's OpenAPI document.

import type { FilePart, ImagePart, MediaSource, Part, ToolResultPart } from '../../core/conversation.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { dataUrl } from '../../core/media.ts'

/** @param own the client speaks this dialect too: what only it has goes back in. Empty = nothing to say */
export function encodePart(part: Part, own: boolean, notes: Notes): readonly JsonObject[] {
  const mark = cacheMark(part, own, notes)
  switch (part.type) {
    case 'text':
      return [{ type: 'input_text', text: part.text, ...mark }]
    case 'image':
      return [{ ...encodeImage(part, notes), ...mark }]
    case 'file':
      return [{ ...encodeFile(part, own, notes), ...mark }]
    case 'audio':
      if (own && part.source.kind === 'base64') {
        const format = part.source.mediaType.replace(/^audio\//, '').replace('mpeg', 'mp3')
        return [{ type: 'input_audio', input_audio: { data: part.source.data, format }, ...mark }]
      }
      return notes.refuseAt(part.at, 'This model takes no audio. Send a transcript, or choose another model.')
    case 'video':
      if (own && part.source.kind !== 'file-id' && part.source.kind !== 'text') {
        return [{ type: 'input_video', video_url: urlOf(part.source), ...mark }]
      }
      return notes.refuseAt(part.at, 'This model takes no video. Send still images, or choose another model.')
    case 'refusal':
      return [{ type: 'input_text', text: part.text }]
    case 'foreign':
      return part.summary === '' ? [] : [{ type: 'input_text', text: part.summary }]
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      return []
    default:
      return part satisfies never
  }
}

function cacheMark(part: Part, own: boolean, notes: Notes): JsonObject {
  if (part.cache === undefined) return {}
  if (own) return { prompt_cache_breakpoint: { mode: 'explicit' } }
  notes.drop('cache')
  return {}
}

function encodeImage({ source, detail, at }: ImagePart, notes: Notes): JsonObject {
  const how = detail ?? 'auto'
  if (source.kind === 'file-id') return { type: 'input_image', file_id: fileId(source, at, notes), detail: how }
  if (source.kind === 'text' || (source.kind === 'base64' && !source.mediaType.startsWith('image/'))) {
    return notes.refuseAt(at, `This is no image: its type is ${source.mediaType}.`)
  }
  return { type: 'input_image', image_url: urlOf(source), detail: how }
}

function encodeFile({ source, name, at }: FilePart, own: boolean, notes: Notes): JsonObject {
  switch (source.kind) {
    case 'file-id':
      return { type: 'input_file', file_id: fileId(source, at, notes) }
    case 'url':
      return { type: 'input_file', file_url: source.url, ...(name === undefined ? {} : { filename: name }) }
    case 'text':
      return { type: 'input_text', text: name === undefined ? source.text : `${name}:\n\n${source.text}` }
    case 'base64': {
      // Data without a name is refused by OpenAI.
      const filename = name ?? (own ? undefined : defaultName(source.mediaType))
      return { type: 'input_file', ...(filename === undefined ? {} : { filename }), file_data: dataUrl(source) }
    }
    default:
      return source satisfies never
  }
}

function defaultName(mediaType: string): string {
  if (mediaType === 'application/pdf') return 'file.pdf'
  return mediaType.startsWith('text/') ? 'file.txt' : 'file'
}

type FileId = Extract<MediaSource, { kind: 'file-id' }>

/** Both of OpenAI's APIs share their files. */
function fileId(source: FileId, at: string, notes: Notes): string {
  if (source.dialect === 'openai-responses' || source.dialect === 'openai-chat') return source.id
  return notes.refuseAt(at, 'This file was uploaded to another provider. Send its contents instead.')
}

function urlOf(source: Exclude<MediaSource, FileId | { kind: 'text' }>): string {
  return source.kind === 'url' ? source.url : dataUrl(source)
}

/** A single text as it is; anything else as parts. An error has no field of its own: it is said (H36). */
export function outputParts(result: ToolResultPart, own: boolean, notes: Notes): JsonValue {
  const parts = result.parts.flatMap((part) => encodePart(part, own, notes))
  const [first] = parts
  if (first === undefined) return result.isError ? 'Error' : ''
  const text = first['type'] === 'input_text' ? first['text'] : undefined
  const marked = result.isError && typeof text === 'string' ? asError(text) : text
  if (parts.length === 1 && typeof marked === 'string' && first['prompt_cache_breakpoint'] === undefined) return marked
  return typeof marked === 'string' ? [{ ...first, text: marked }, ...parts.slice(1)] : parts
}

function asError(text: string): string {
  return /^error\b/i.test(text) ? text : `Error: ${text}`
}
