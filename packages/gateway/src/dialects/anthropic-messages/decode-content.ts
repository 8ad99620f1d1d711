// Blocks of a request into parts, in their order and with their place in the body.

import type { FilePart, MediaSource, Part, Seal } from '../../core/conversation.ts'
import { objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { base64Source, normalMediaType, sourceFromUrl } from '../../core/media.ts'
import type { SealEnvelope } from '../../core/seal-envelope.ts'
import { summaryOf } from './foreign-summary.ts'
import { carriedSeal, sealLast } from './seal-carrier.ts'
import { DIALECT, booleanField, invalid, objectField, readCacheMark, stringField } from './wire.ts'

/** @param value a string or an array of blocks */
export function decodeContent(value: JsonValue | undefined, at: string, envelope: SealEnvelope): readonly Part[] {
  if (value === null || value === undefined) return []
  if (typeof value === 'string') return [{ type: 'text', at, text: value }]
  if (!Array.isArray(value)) return invalid(at, `${at} must be a string or an array of content blocks.`)
  const parts: Part[] = []
  let nextSeal: Seal | null = null
  for (const [index, element] of value.entries()) {
    const place = `${at}[${index}]`
    const block = objectOf(element)
    if (block === undefined) return invalid(place, `${place} must be a content block: an object with a type.`)
    if (block['type'] === 'redacted_thinking') {
      const opened = envelope.open(stringField(block, 'data', place) ?? '', DIALECT)
      if (opened === null) continue
      const carried = carriedSeal(opened)
      if (carried?.place === 'before') nextSeal = carried.seal
      else if (carried !== null) sealLast(parts, carried.seal)
      else parts.push({ type: 'reasoning', at: place, text: '', summary: [], redacted: true, seal: opened })
      continue
    }
    parts.push(...decodeBlock(block, place, envelope))
    if (nextSeal !== null) sealLast(parts, nextSeal)
    nextSeal = null
  }
  return parts
}

function decodeBlock(block: JsonObject, at: string, envelope: SealEnvelope): readonly Part[] {
  const mark = readCacheMark(block['cache_control'])
  const base = { at, ...(mark === undefined ? {} : { cache: mark }) }
  switch (block['type']) {
    case 'text':
      return [{ type: 'text', ...base, text: stringField(block, 'text', at) ?? '' }]
    case 'image':
      return [{ type: 'image', ...base, source: mediaSource(block, at, 'image/png') }]
    case 'document':
      return decodeDocument(block, base, envelope)
    case 'thinking': {
      const signature = stringField(block, 'signature', at) ?? ''
      const seal = signature === '' ? undefined : envelope.open(signature, DIALECT)
      // An envelope that nobody can open: somebody else's, or tampered with.
      if (seal === null) return []
      const text = stringField(block, 'thinking', at) ?? ''
      const sealed = seal === undefined ? {} : { seal }
      // What OpenAI shows of its reasoning is a summary by nature, and goes back as one.
      if (seal?.dialect === 'openai-responses' && text !== '') {
        return [{ type: 'reasoning', ...base, text: '', summary: [text], redacted: false, seal }]
      }
      return [{ type: 'reasoning', ...base, text, summary: [], redacted: false, ...sealed }]
    }
    case 'tool_use':
      return [
        {
          type: 'tool-call',
          ...base,
          id: stringField(block, 'id', at) ?? '',
          name: stringField(block, 'name', at) ?? '',
          kind: 'function',
          input: JSON.stringify(block['input'] ?? {}),
        },
      ]
    case 'tool_result':
      return [
        {
          type: 'tool-result',
          ...base,
          callId: stringField(block, 'tool_use_id', at) ?? '',
          kind: 'function',
          isError: booleanField(block, 'is_error', at) ?? false,
          parts: resultParts(decodeContent(block['content'], `${at}.content`, envelope)),
        },
      ]
    default: {
      const kind = stringField(block, 'type', at)
      if (kind === undefined) return invalid(`${at}.type`, `${at}.type is missing: say which kind of block this is.`)
      return [{ type: 'foreign', ...base, dialect: DIALECT, kind, value: block, summary: summaryOf(block) }]
    }
  }
}

/** Results hold text and media; what else this dialect allows there is told in words. */
function resultParts(parts: readonly Part[]): readonly Part[] {
  const kept: Part[] = []
  for (const part of parts) {
    if (part.type === 'text' || part.type === 'image' || part.type === 'file') kept.push(part)
    else if (part.type === 'foreign' && part.summary !== '')
      kept.push({ type: 'text', at: part.at, text: part.summary })
  }
  return kept
}

function decodeDocument(
  block: JsonObject,
  base: Pick<FilePart, 'at' | 'cache'>,
  envelope: SealEnvelope,
): readonly Part[] {
  const name = stringField(block, 'title', base.at)
  const context = stringField(block, 'context', base.at)
  const described = {
    ...base,
    ...(name === undefined ? {} : { name }),
    ...(context === undefined ? {} : { context }),
    ...(objectOf(block['citations'])?.['enabled'] === true ? { citations: true } : {}),
  }
  const source = objectField(block, 'source', base.at)
  if (source?.['type'] !== 'content')
    return [{ type: 'file', ...described, source: mediaSource(block, base.at, 'application/pdf') }]
  // A document made of blocks: its text is one file, its images stand behind it.
  const inner = decodeContent(source['content'], `${base.at}.source.content`, envelope)
  const text = inner.map((part) => (part.type === 'text' ? part.text : '')).filter((piece) => piece !== '')
  return [
    { type: 'file', ...described, source: { kind: 'text', mediaType: 'text/plain', text: text.join('\n\n') } },
    ...inner.filter((part) => part.type === 'image'),
  ]
}

function mediaSource(block: JsonObject, parent: string, usualType: string): MediaSource {
  const at = `${parent}.source`
  const source = objectField(block, 'source', parent)
  if (source === undefined) return invalid(at, `${at} is missing.`)
  const mediaType = stringField(source, 'media_type', at)
  switch (source['type']) {
    case 'base64':
      return base64Source(mediaType ?? usualType, stringField(source, 'data', at) ?? '')
    case 'text':
      return {
        kind: 'text',
        mediaType: normalMediaType(mediaType ?? 'text/plain'),
        text: stringField(source, 'data', at) ?? '',
      }
    case 'url':
      return sourceFromUrl(stringField(source, 'url', at) ?? '')
    case 'file':
      return { kind: 'file-id', id: stringField(source, 'file_id', at) ?? '', dialect: DIALECT }
    default:
      return invalid(`${at}.type`, `${at}.type must be base64, url, text, content or file, not ${kindOf(source)}.`)
  }
}

function kindOf(source: JsonObject): string {
  return (stringOf(source['type']) ?? 'missing').slice(0, 40)
}
