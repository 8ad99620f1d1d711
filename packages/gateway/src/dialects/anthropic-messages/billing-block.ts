// Claude Code puts a line of accounting in front of its system text: `x-anthropic-billing-header: …` with a hash that
// differs from request to request. Anthropic reads it; to everybody else it is noise that spoils every prompt cache
// behind it (H56). It leaves the conversation and waits among the extensions, under the place where it stood, which is
// also what the client is told when it was not sent on.

import { objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'

const LINE = 'x-anthropic-billing-header:'
const PLACE = /^system\[\d+\]$/

/** @param block an element of `system` */
export function isBillingBlock(block: JsonValue | undefined): boolean {
  const text = stringOf(objectOf(block)?.['text'])
  return text !== undefined && text.startsWith(LINE) && !text.trimEnd().includes('\n')
}

/** The key of a conversation's extensions under which such a block is kept. */
export function billingKey(index: number): string {
  return `system[${index}]`
}

export function isBillingKey(key: string): boolean {
  return PLACE.test(key)
}

/** What this dialect's own encoder puts back, in order. */
export function billingBlocks(extensions: JsonObject): readonly JsonObject[] {
  const found: JsonObject[] = []
  for (const [key, value] of Object.entries(extensions)) {
    const block = isBillingKey(key) ? objectOf(value) : undefined
    if (block !== undefined) found.push(block)
  }
  return found
}
