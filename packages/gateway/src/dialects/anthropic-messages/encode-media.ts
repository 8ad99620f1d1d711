// Images and documents into blocks. Anthropic takes four kinds of images, PDF and plain text; what it cannot take is
// refused by the place where it stands, since leaving it out would change what was asked.

import type { FilePart, ImagePart, MediaSource, Part } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject } from '../../core/json.ts'
import { withTypeOfName } from '../../core/media.ts'
import { DIALECT, type Draft } from './wire.ts'

const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])
const TEXT_TYPES = /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|javascript|typescript|toml|x-sh)$)/

export function encodeImage(part: ImagePart, target: TargetModel, notes: Notes): Draft {
  if (part.detail !== undefined && part.detail !== 'auto') notes.dropAt(`${part.at}.detail`)
  return { type: 'image', source: imageSource(part, part.source, target, notes) }
}

function imageSource(part: Part, source: MediaSource, target: TargetModel, notes: Notes): JsonObject {
  if (source.kind === 'base64') {
    if (IMAGE_TYPES.has(source.mediaType)) return { type: 'base64', media_type: source.mediaType, data: source.data }
    return notes.refuseAt(part.at, `Images must be JPEG, PNG, GIF or WebP for this model, not ${source.mediaType}.`)
  }
  if (source.kind === 'text') return notes.refuseAt(part.at, 'This is text where an image was announced.')
  return remoteSource(part, source, target, notes)
}

export function encodeFile(sent: FilePart, target: TargetModel, notes: Notes): Draft {
  const part = withTypeOfName(sent)
  const { source } = part
  if ('mediaType' in source && source.mediaType?.startsWith('image/'))
    return { type: 'image', source: imageSource(part, source, target, notes) }
  return {
    type: 'document',
    source: documentSource(part, target, notes),
    ...(part.name === undefined ? {} : { title: part.name }),
    ...(part.context === undefined ? {} : { context: part.context }),
    ...(part.citations === true ? { citations: { enabled: true } } : {}),
  }
}

function documentSource(part: FilePart, target: TargetModel, notes: Notes): JsonObject {
  const { source } = part
  if (source.kind === 'text') return { type: 'text', media_type: 'text/plain', data: source.text }
  if (source.kind !== 'base64') return remoteSource(part, source, target, notes)
  if (source.mediaType === 'application/pdf')
    return { type: 'base64', media_type: 'application/pdf', data: source.data }
  if (TEXT_TYPES.test(source.mediaType))
    return { type: 'text', media_type: 'text/plain', data: Buffer.from(source.data, 'base64').toString('utf8') }
  return notes.refuseAt(part.at, `Files must be PDF or text for this model, not ${source.mediaType}.`)
}

function remoteSource(
  part: Part,
  source: Extract<MediaSource, { readonly kind: 'url' | 'file-id' }>,
  target: TargetModel,
  notes: Notes,
): JsonObject {
  if (source.kind === 'file-id') {
    if (source.dialect === DIALECT) return { type: 'file', file_id: source.id }
    return notes.refuseAt(part.at, 'This file was uploaded to another provider: send the file itself, as base64.')
  }
  if (!/^https?:\/\//i.test(source.url)) return notes.refuseAt(part.at, 'Only http and https URLs can be sent.')
  if (target.traits.mediaUrls) return { type: 'url', url: source.url }
  return notes.refuseAt(part.at, 'This model fetches no URLs: send the image or file itself, as base64.')
}
