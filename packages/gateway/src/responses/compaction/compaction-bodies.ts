// Bodies of requests whose input has become another one.

import { parseJsonObject, stringOf, type JsonObject } from '../../core/json.ts'
import { isEnvelope } from '../../core/seal-envelope.ts'
import type { NativeBody } from '../../relay/ports.ts'
import type { ExpandedItems } from './compaction-port.ts'

/** Items keep their own spelling. */
export function bodyWith(body: JsonObject, items: readonly string[]): Buffer {
  const { input: _, ...rest } = body
  const members = JSON.stringify(rest).slice(1, -1)
  return Buffer.from(`{${members}${members === '' ? '' : ','}"input":[${items.join(',')}]}`)
}

/** For the deployment that made the newest compaction. @param choose which items it is sent */
export function nativeBody(
  body: JsonObject,
  { native }: ExpandedItems,
  choose: (items: readonly string[]) => readonly string[] = readableItems,
): NativeBody | null {
  if (native === null) return null
  const { origin, credential, items } = native
  return { origin, credential, body: bodyWith(body, choose(items)), previousId: null }
}

/** Without the sealed reasoning of others, which means nothing to an upstream of this dialect. */
export function readableItems(items: readonly string[]): readonly string[] {
  return items.filter((raw) => {
    if (!raw.includes('"reasoning"')) return true
    const item = parseJsonObject(raw)
    return item?.['type'] !== 'reasoning' || !isEnvelope(stringOf(item['encrypted_content']) ?? '')
  })
}
