// Media in requests: data URLs, media types and what the bytes say they are (H75).

import type { FilePart, MediaSource } from './conversation.ts'

const DATA_URL = /^data:([^,;]*)((?:;[^,;]*)*),/i

const SYNONYMS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'image/jpg': 'image/jpeg',
    'image/pjpeg': 'image/jpeg',
    'image/x-png': 'image/png',
    'audio/mp3': 'audio/mpeg',
    'audio/x-wav': 'audio/wav',
    'audio/wave': 'audio/wav',
    'application/x-pdf': 'application/pdf',
  }),
)

/** Lower case, without parameters, in its registered spelling. */
export function normalMediaType(mediaType: string): string {
  const bare = (mediaType.split(';')[0] ?? '').trim().toLowerCase()
  return SYNONYMS.get(bare) ?? bare
}

/** A data URL as bytes in base64, anything else as a URL. */
export function sourceFromUrl(url: string): MediaSource {
  const match = DATA_URL.exec(url)
  if (match === null) return { kind: 'url', url }
  const [head, declared = '', parameters = ''] = match
  const payload = url.slice(head.length)
  const data = /;base64\s*$/i.test(parameters)
    ? payload.replace(/\s+/g, '')
    : Buffer.from(decodePercent(payload)).toString('base64')
  return base64Source(declared === '' ? 'text/plain' : declared, data)
}

/** The bytes win over the declaration: a JPEG that is called image/png is refused by every strict provider. */
export function base64Source(declared: string, data: string): MediaSource {
  return { kind: 'base64', mediaType: sniffMediaType(data) ?? normalMediaType(declared), data }
}

export function dataUrl(source: { readonly mediaType: string; readonly data: string }): string {
  return `data:${source.mediaType};base64,${source.data}`
}

const MAGIC: readonly (readonly [start: string, mediaType: string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['JVBERi', 'application/pdf'],
]

/** What the first bytes say, for the kinds that providers take; null = they do not say. @param data base64 */
export function sniffMediaType(data: string): string | null {
  for (const [start, mediaType] of MAGIC) if (data.startsWith(start)) return mediaType
  // RIFF....WEBP and RIFF....WAVE: the kind stands at byte 8.
  if (data.startsWith('UklGR')) {
    const kind = Buffer.from(data.slice(0, 16), 'base64').toString('latin1', 8, 12)
    if (kind === 'WEBP') return 'image/webp'
    if (kind === 'WAVE') return 'audio/wav'
  }
  return null
}

const TYPE_BY_EXTENSION: ReadonlyMap<string, string> = new Map(
  Object.entries({
    pdf: 'application/pdf',
    txt: 'text/plain',
    md: 'text/markdown',
    html: 'text/html',
    css: 'text/css',
    csv: 'text/csv',
    json: 'application/json',
    xml: 'text/xml',
    yaml: 'text/plain',
    yml: 'text/plain',
    py: 'text/x-python',
    js: 'text/javascript',
    ts: 'text/x-typescript',
  }),
)

/** "Some bytes" says nothing: then the file's name says what it is, where it has one that does. */
export function withTypeOfName(part: FilePart): FilePart {
  const { source, name } = part
  if (source.kind !== 'base64' || !/^(?:application\/octet-stream)?$/.test(source.mediaType)) return part
  const mediaType = TYPE_BY_EXTENSION.get(/\.([a-z]+)$/i.exec(name ?? '')?.[1]?.toLowerCase() ?? '')
  return mediaType === undefined ? part : { ...part, source: { ...source, mediaType } }
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
