// A receipt: why `auto` chose the model that answered, and what that is counted against. Written by the process that
// chose, through its journal; read by whoever asks for it later. What the call used and cost is not in it: that is the
// usage record's, under the same request id, so that the two can never disagree.

/** Of the JSON in the journal and in the database. Letters of one version never change their meaning. */
export interface ReceiptBody {
  readonly v: 1
  /** As it was asked for: `auto`, `auto:cheap`. */
  readonly asked: string
  /** '' = the default one. */
  readonly pool: string
  /** Public id of the model that answered; '' = none did. */
  readonly model: string
  /** `best`, `kept`, `tool-loop`, `escalated`, `switched`, `control`. */
  readonly reason: string
  readonly tradeoff: number
  readonly minQuality: number
  readonly maxCostNanos: number | null
  readonly taskTypes: readonly { readonly type: string; readonly p: number }[]
  readonly difficulty: number
  readonly novelty: number
  readonly candidates: readonly ReceiptCandidate[]
  /** Models that are not listed, because there are too many. */
  readonly more: number
  /** Public ids in the order in which they would have been asked. */
  readonly chain: readonly string[]
  /** Those that were asked, and failed, before the one that answered. */
  readonly failed: readonly string[]
  readonly baseline: ReceiptBaseline | null
  /** What the choice itself cost, nano-US$. */
  readonly overheadNanos: number
  /** Turns of the conversation that had a model before, and that model; '' = none. */
  readonly before: string
  /** Absent where nothing is to be learned from the call. */
  readonly learn?: ReceiptLearning
}

/**
 * `cut`: at the model's own limit, or its context's; `filtered`: by its provider, or it declined; `bad-call`: of a tool that
 * was not offered, or with arguments that are no JSON; `empty`: neither words nor a call.
 */
export type BadEnd = 'cut' | 'filtered' | 'bad-call' | 'empty'

/** What can be learned from a call; no text. */
export interface ReceiptLearning {
  /** The learned version that chose; '' = what ships with the gateway. */
  readonly version: string
  /** How likely the model was to be chosen, of all that could have been; 1 = nothing was left to chance. */
  readonly propensity: number
  /** The same for all requests of one conversation. */
  readonly conversation: string
  /** Of the last user turn, and how many turns there were. */
  readonly question: string
  readonly turn: number
  /** The client names its conversations. */
  readonly named: boolean
  /** The request brings back the result of a call that could not be made. */
  readonly toolFailed: boolean
  /** How the answer ended, where that was not well. */
  readonly end?: BadEnd
  /** The question as a point: base64, 8 bits a figure; '' = not kept. */
  readonly vector: string
  /** The same as a model of embeddings sees it; absent where none was asked, or did not answer. */
  readonly embedded?: { readonly model: string; readonly vector: string }
}

export interface ReceiptCandidate {
  readonly model: string
  readonly quality: number | null
  readonly costNanos: number | null
  readonly utility: number | null
  /** Null = it was picked, or would have stood in. */
  readonly reason: string | null
}

export interface ReceiptBaseline {
  readonly model: string
  /** As `billing/prices/price-text.ts` writes it, multiplier included. */
  readonly price: string
  readonly warmTokens: number
  readonly outputPpm: number
}

/** `req_0123` has the receipt `rcpt_0123`. */
export function receiptIdOf(requestId: string): string {
  return `rcpt_${requestId.startsWith('req_') ? requestId.slice(4) : requestId}`
}

export function requestIdOf(receiptId: string): string | null {
  return receiptId.startsWith('rcpt_') ? `req_${receiptId.slice(5)}` : null
}

/** Null for what is none, or of a version that this release does not know. */
export function parseReceipt(text: string): ReceiptBody | null {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null && 'v' in body && body.v === 1 ? (body as ReceiptBody) : null
  } catch {
    return null
  }
}
