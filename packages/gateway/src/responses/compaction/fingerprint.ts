// Tells whether an item is one that a compaction has seen, whatever happened to it on the way through a client: ids and
// statuses come and go, a text may be a string or a list of parts.

import { createHash } from 'node:crypto'
import { stringOf } from '../../core/json.ts'
import type { ItemView } from './item-view.ts'

/** 12 characters. */
export function fingerprint(view: ItemView): string {
  const hash = createHash('sha256').update(view.kind)
  for (const field of fieldsOf(view)) hash.update('\0').update(field)
  return hash.digest().subarray(0, 9).toString('base64url')
}

function fieldsOf(view: ItemView): readonly string[] {
  const { kind, value, type, text, media, callId, name } = view
  switch (kind) {
    case 'call':
    case 'output':
      return [type, callId, kind === 'call' ? name : '', text, ...media]
    case 'reasoning':
    case 'compaction':
      return [stringOf(value['encrypted_content']) ?? text]
    case 'system':
    case 'user':
    case 'assistant':
      return [stringOf(value['role']) ?? '', text, ...media]
    default: {
      const { id: _, status: __, ...rest } = value
      return [JSON.stringify(rest)]
    }
  }
}
