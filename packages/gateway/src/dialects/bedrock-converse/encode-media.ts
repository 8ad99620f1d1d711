// Images, sounds, films and documents as Converse takes them: bytes, in a format named by an extension.
// Source: `ImageFormat`, `AudioFormat`, `VideoFormat`, `DocumentFormat` and `DocumentBlock` of AWS's Bedrock runtime model.

import type { AudioPart, FilePart, ImagePart, MediaSource, VideoPart } from '../../core/conversation.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ModelFamily } from './model-family.ts'

/** Words of Converse by media type. */
type Formats = ReadonlyMap<string, string>

const IMAGE_FORMATS: Formats = new Map(
  Object.entries({
    'image/jpeg': 'jpeg',
    'image/png': 'png',
    'image/gif': 'gif',
    'image/webp': 'webp',
  }),
)

const AUDIO_FORMATS: Formats = new Map(
  Object.entries({
    'audio/mpeg': 'mp3',
    'audio/wav': 'wav',
    'audio/flac': 'flac',
    'audio/ogg': 'ogg',
    'audio/opus': 'opus',
    'audio/aac': 'aac',
    'audio/mp4': 'm4a',
    'audio/x-m4a': 'm4a',
    'audio/webm': 'webm',
    'audio/pcm': 'pcm',
    'audio/l16': 'pcm',
  }),
)

const VIDEO_FORMATS: Formats = new Map(
  Object.entries({
    'video/mp4': 'mp4',
    'video/quicktime': 'mov',
    'video/webm': 'webm',
    'video/x-matroska': 'mkv',
    'video/mpeg': 'mpeg',
    'video/x-flv': 'flv',
    'video/x-ms-wmv': 'wmv',
    'video/3gpp': 'three_gp',
  }),
)

const DOCUMENT_FORMATS: Formats = new Map(
  Object.entries({
    'application/pdf': 'pdf',
    'text/csv': 'csv',
    'application/csv': 'csv',
    'application/msword': 'doc',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
    'application/vnd.ms-excel': 'xls',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
    'text/html': 'html',
    'text/markdown': 'md',
    'text/x-markdown': 'md',
    'text/plain': 'txt',
  }),
)

const EXTENSIONS: ReadonlySet<string> = new Set(DOCUMENT_FORMATS.values())

type MediaPart = ImagePart | AudioPart | VideoPart | FilePart

export interface MediaContext {
  readonly notes: Notes
  readonly family: ModelFamily
  readonly documentNames: DocumentNames
}

/** @throws {GatewayError} naming the part, for what this model cannot be given */
export function encodeMedia(part: MediaPart, context: MediaContext): JsonObject {
  switch (part.type) {
    case 'image':
      return { image: encodeBytes(part, IMAGE_FORMATS, 'an image', context.notes) }
    case 'audio':
      refuseForClaude(part, 'audio', context)
      return { audio: encodeBytes(part, AUDIO_FORMATS, 'audio', context.notes) }
    case 'video':
      refuseForClaude(part, 'video', context)
      return { video: encodeBytes(part, VIDEO_FORMATS, 'a video', context.notes) }
    case 'file':
      return encodeFile(part, context)
    default:
      return part satisfies never
  }
}

function refuseForClaude(part: MediaPart, what: string, { family, notes }: MediaContext): void {
  if (family === 'claude') notes.refuseAt(part.at, `Claude on Bedrock does not take ${what}. Leave it out.`)
}

function encodeBytes({ source, at }: MediaPart, formats: Formats, what: string, notes: Notes): JsonObject {
  const { mediaType, bytes } = bytesOf(source, at, notes)
  const format = formats.get(mediaType)
  if (format === undefined) {
    const known = [...formats.keys()].join(', ')
    return notes.refuseAt(at, `Bedrock does not take ${what} of type ${mediaType}. It takes ${known}.`)
  }
  return { format, source: { bytes } }
}

/** A file is what its type says: pictures, sounds and films have blocks of their own. */
function encodeFile(part: FilePart, context: MediaContext): JsonObject {
  const { source, at, cache } = part
  const { mediaType, bytes } = bytesOf(source, at, context.notes)
  const base = { at, source, ...(cache === undefined ? {} : { cache }) }
  if (mediaType.startsWith('image/')) return encodeMedia({ type: 'image', ...base }, context)
  if (mediaType.startsWith('audio/')) return encodeMedia({ type: 'audio', ...base }, context)
  if (mediaType.startsWith('video/')) return encodeMedia({ type: 'video', ...base }, context)
  const format = documentFormat(mediaType, part.name)
  if (format === null) {
    const known = [...EXTENSIONS].join(', ')
    return context.notes.refuseAt(at, `Bedrock does not take documents of type ${mediaType}. It takes ${known}.`)
  }
  return {
    document: {
      format,
      name: context.documentNames.fresh(part.name),
      source: { bytes },
      ...(part.context === undefined ? {} : { context: part.context }),
      ...(part.citations === true ? { citations: { enabled: true } } : {}),
    },
  }
}

function documentFormat(mediaType: string, name: string | undefined): string | null {
  const known = DOCUMENT_FORMATS.get(mediaType)
  if (known !== undefined && known !== 'txt') return known
  const extension = name?.split('.').at(-1)?.toLowerCase() ?? ''
  if (EXTENSIONS.has(extension)) return extension
  // Source code, JSON and the like are text.
  return known === 'txt' || mediaType.startsWith('text/') || /[/+](?:json|xml|yaml)$/.test(mediaType) ? 'txt' : null
}

function bytesOf(
  source: MediaSource,
  at: string,
  notes: Notes,
): { readonly mediaType: string; readonly bytes: string } {
  switch (source.kind) {
    case 'base64':
      return { mediaType: source.mediaType, bytes: source.data }
    case 'text':
      return { mediaType: source.mediaType, bytes: Buffer.from(source.text).toString('base64') }
    case 'url':
      return notes.refuseAt(
        at,
        'Bedrock takes the bytes themselves, not an address, and this one was not fetched. Send a data URL.',
      )
    case 'file-id':
      return notes.refuseAt(
        at,
        'A file that was uploaded to another provider cannot be used at Bedrock. Send its bytes.',
      )
    default:
      return source satisfies never
  }
}

/** Names of documents: each but once in a request, and of letters, digits, single spaces, `-`, `(`, `)`, `[` and `]`. */
export class DocumentNames {
  readonly #taken = new Set<string>()

  fresh(wanted: string | undefined): string {
    const clean = (wanted ?? '')
      .replace(/[^a-zA-Z0-9()[\]-]+/g, ' ')
      .trim()
      .slice(0, 180)
      .trim()
    const base = clean === '' ? 'Document' : clean
    let name = base
    for (let copy = 2; this.#taken.has(name); copy += 1) name = `${base} (${copy})`
    this.#taken.add(name)
    return name
  }
}
