// A compaction that an upstream made itself, on its way to another one, which cannot read it. Where what it covers still
// stands in front of it, nothing is lost; where it does not, an answer would be an answer to something else.

import type { Conversation } from './conversation.ts'
import type { Notes } from './field-notes.ts'

/** @throws {GatewayError} 400, naming the item */
export function refuseForeignCompaction({ turns, dialect }: Conversation, notes: Notes): void {
  if (dialect !== 'openai-responses') return
  let spoken = false
  for (const { role, parts } of turns) {
    for (const part of parts) {
      if (part.type !== 'foreign' || part.kind !== 'compaction') {
        spoken ||= role !== 'system'
      } else if (spoken) notes.dropAt(part.at)
      else notes.refuseAt(part.at, foreignCompactionMessage(part.at))
    }
  }
}

export function foreignCompactionMessage(at: string): string {
  return `\`${at}\` is a compaction that another provider made, and alone can read. Send the conversation itself, or choose a model of that provider.`
}
