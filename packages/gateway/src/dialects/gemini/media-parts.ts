// Media: `inlineData` holds bytes, `fileData` a place where Google can fetch them.

import type { MediaSource } from '../../core/conversation.ts'
import { objectOf, stringOf } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import { base64Source, normalMediaType } from '../../core/media.ts'
import { field } from './wire.ts'

export interface WireMedia {
  readonly source: MediaSource
  /** `image/png`; '' where none is given. */
  readonly mediaType: string
  readonly name?: string
}

// Files that were uploaded to Google, and its buckets: nobody else can read them.
const BOUND_TO_GOOGLE = /^(?:gs:\/\/|files\/|https:\/\/generativelanguage\.googleapis\.com\/)/i

/** Null when the part holds no media, or none that can be understood. */
export function mediaFromWire(part: JsonObject): WireMedia | null {
  const inline = objectOf(field(part, 'inlineData'))
  if (inline !== undefined) {
    const data = stringOf(field(inline, 'data'))
    if (data === undefined) return null
    const source = base64Source(stringOf(field(inline, 'mimeType')) ?? '', standardBase64(data))
    return withName(source, source.kind === 'base64' ? source.mediaType : '', inline)
  }
  const file = objectOf(field(part, 'fileData'))
  const uri = stringOf(file === undefined ? undefined : field(file, 'fileUri'))
  if (file === undefined || uri === undefined) return null
  const mediaType = normalMediaType(stringOf(field(file, 'mimeType')) ?? '')
  if (BOUND_TO_GOOGLE.test(uri)) return withName({ kind: 'file-id', id: uri, dialect: 'gemini' }, mediaType, file)
  return withName({ kind: 'url', url: uri, ...(mediaType === '' ? {} : { mediaType }) }, mediaType, file)
}

function withName(source: MediaSource, mediaType: string, holder: JsonObject): WireMedia {
  const name = stringOf(field(holder, 'displayName'))
  return name === undefined ? { source, mediaType } : { source, mediaType, name }
}

/** Protobuf's JSON also takes the URL-safe alphabet. */
function standardBase64(data: string): string {
  return /[-_]/.test(data) ? data.replaceAll('-', '+').replaceAll('_', '/') : data
}

const TYPE_BY_EXTENSION: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
  gif: 'image/gif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  html: 'text/html',
  csv: 'text/csv',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  ogg: 'audio/ogg',
  flac: 'audio/flac',
  mp4: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
}

const FALLBACK_TYPE = {
  image: 'image/jpeg',
  audio: 'audio/mpeg',
  video: 'video/mp4',
  file: 'application/pdf',
} as const

/** `fileData` must name a type: what the address ends in says it, else the likeliest of its kind. */
function guessMediaType(kind: keyof typeof FALLBACK_TYPE, url: string): string {
  const extension = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? ''
  return TYPE_BY_EXTENSION[extension] ?? FALLBACK_TYPE[kind]
}

export function kindOfMedia(mediaType: string, url: string): keyof typeof FALLBACK_TYPE {
  const family = mediaType.split('/')[0]
  if (family === 'image' || family === 'audio' || family === 'video') return family
  if (mediaType === '' && /^https?:\/\/(?:[a-z]+\.)?(?:youtube\.com|youtu\.be)\//i.test(url)) return 'video'
  if (mediaType !== '' || url === '') return 'file'
  const guessed = guessMediaType('file', url).split('/')[0]
  return guessed === 'image' || guessed === 'audio' || guessed === 'video' ? guessed : 'file'
}

/** A source as a part of ours to Google. The caller has made sure that it can be sent. */
export function mediaToWire(source: MediaSource, kind: keyof typeof FALLBACK_TYPE): JsonObject {
  switch (source.kind) {
    case 'base64':
      return { inlineData: { mimeType: source.mediaType, data: source.data } }
    case 'text':
      return { inlineData: { mimeType: source.mediaType, data: Buffer.from(source.text).toString('base64') } }
    case 'url':
      return { fileData: { mimeType: source.mediaType ?? guessMediaType(kind, source.url), fileUri: source.url } }
    case 'file-id':
      return { fileData: { mimeType: guessMediaType(kind, source.id), fileUri: source.id } }
    default:
      return source satisfies never
  }
}
