// Images, sound, video and files to Google: bytes as `inlineData`, addresses as `fileData`. What it does not take is
// refused by the name of its part (H75).

import type { AudioPart, FilePart, ImagePart, VideoPart } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject } from '../../core/json.ts'
import { withTypeOfName } from '../../core/media.ts'
import { mediaToWire } from './media-parts.ts'

/** Source: "Image understanding" guide. GIF is on Vertex AI's list only; Google decides. */
const IMAGES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/heic',
  'image/heif',
  'image/gif',
])

/** Google refuses it. */
const NOTHING_SAID = /^(?:application\/octet-stream)?$/

interface MediaContext {
  readonly target: TargetModel
  readonly notes: Notes
}

export function encodeMedia(
  sent: ImagePart | AudioPart | VideoPart | FilePart,
  { target, notes }: MediaContext,
): JsonObject {
  const part = sent.type === 'file' ? withTypeOfName(sent) : sent
  const { source, at } = part
  if (source.kind === 'file-id' && source.dialect !== 'gemini') {
    return notes.refuseAt(at, 'This file lies at another provider. Send its bytes, or upload it to Google.')
  }
  if (source.kind === 'url' && !/^https?:\/\//i.test(source.url)) {
    return notes.refuseAt(at, 'This address is not of the web. Send an https address, or the bytes as a data URL.')
  }
  if (source.kind === 'url' && !target.traits.mediaUrls) {
    return notes.refuseAt(at, 'This model takes no addresses. Send the bytes as a data URL.')
  }
  if (part.type === 'image' && source.kind === 'base64' && !IMAGES.has(source.mediaType)) {
    return notes.refuseAt(at, `This model takes no ${source.mediaType || 'untyped image'}. Send PNG, JPEG or WebP.`)
  }
  if (source.kind === 'base64' && NOTHING_SAID.test(source.mediaType)) {
    return notes.refuseAt(at, 'The type of this file is not known. Name it in its data URL: data:text/plain;base64,…')
  }
  return mediaToWire(source, part.type)
}

const RESOLUTIONS: Readonly<Record<string, string>> = {
  low: 'MEDIA_RESOLUTION_LOW',
  high: 'MEDIA_RESOLUTION_HIGH',
  original: 'MEDIA_RESOLUTION_HIGH',
}

/** Null = as the model likes. */
export function resolutionOf(detail: string | undefined): string | null {
  return detail === undefined ? null : (RESOLUTIONS[detail] ?? null)
}
