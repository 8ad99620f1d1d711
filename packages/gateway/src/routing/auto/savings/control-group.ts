// Conversations that really go to the baseline, so that what the picker saves can be measured and not only reckoned.
import { hashText } from '../../rendezvous.ts'

const PPM = 1_000_000

/** The same for all requests of a conversation, in every process. */
export function isControl(conversationKey: string, sharePpm: number): boolean {
  return sharePpm > 0 && hashText(`control ${conversationKey}`) % PPM < sharePpm
}
