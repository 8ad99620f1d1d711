// Thought signatures (H40). Google wants each back on the part on which it came; those of other providers travel in the
// same member, inside our envelope.

import type { Seal } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { SealEnvelope } from '../../core/seal-envelope.ts'

/** Tells Google not to look for a signature: for calls that no Gemini model made. Source: "Thought signatures" guide. */
export const NO_SIGNATURE = 'skip_thought_signature_validator'

/** What clients write themselves where they lost a signature. */
const SENTINELS: ReadonlySet<string> = new Set([NO_SIGNATURE, 'context_engineering_is_the_way_to_go'])

// Anthropic's and Bedrock's redacted thinking looks like thinking with empty text; which of the two it was must survive.
const REDACTED_MARK = 'redacted'

/** Text for `thoughtSignature`. @param redacted the part is encrypted as a whole */
export function sealForClient(seal: Seal, envelope: SealEnvelope, redacted = false): string {
  if (seal.dialect === 'gemini') return seal.data
  return envelope.close(redacted && seal.itemId === undefined ? { ...seal, itemId: REDACTED_MARK } : seal)
}

export interface OpenedSeal {
  /** Null = there is none. */
  readonly seal: Seal | null
  readonly redacted: boolean
  /** An envelope of ours that cannot be trusted: a part that is nothing but reasoning is left out. */
  readonly forged: boolean
}

const NONE: OpenedSeal = { seal: null, redacted: false, forged: false }

export function sealFromClient(signature: unknown, envelope: SealEnvelope): OpenedSeal {
  if (typeof signature !== 'string' || signature === '' || SENTINELS.has(signature)) return NONE
  const seal = envelope.open(signature, 'gemini')
  if (seal === null) return { seal: null, redacted: false, forged: true }
  if (seal.itemId !== REDACTED_MARK) return { seal, redacted: false, forged: false }
  const { itemId: _, ...bare } = seal
  return { seal: bare, redacted: true, forged: false }
}

/** The signature to send; undefined when it is not for this target. */
export function sealForTarget(seal: Seal | undefined, target: TargetModel): string | undefined {
  if (seal?.dialect !== 'gemini') return undefined
  if (seal.origin !== undefined && target.origin !== undefined && seal.origin !== target.origin) return undefined
  return seal.data
}
