// Receipts of calls that `auto` was asked for, and what callers say about them. They travel with the usage records, through
// the journal, and are kept as long.

/** As a worker writes it down. */
export interface JournalReceipt {
  readonly receiptId: string
  readonly createdAtMs: number
  readonly keyId: string
  readonly accountId: string
  /** JSON: `core/receipt.ts`. */
  readonly body: string
}

/** What somebody says about an answer, for the picker to learn from. */
export interface Feedback {
  readonly feedbackId: string
  readonly receiptId: string
  readonly accountId: string
  readonly keyId: string
  readonly createdAtMs: number
  /** 0 = useless, 1 = as good as can be; null = not said. */
  readonly score: number | null
  /** Words of the caller's own; '' = none. */
  readonly label: string
  /** Public id of the model that should have answered; '' = not said. */
  readonly correctedModel: string
}

export interface ReceiptStore {
  /** @param accountId null = anybody's */
  receipt(accountId: string | null, receiptId: string): Promise<JournalReceipt | null>
  /** What the choice has cost beside the call, nano-US$. */
  overheadOf(receiptId: string): Promise<number>
  addFeedback(feedback: Feedback): Promise<void>
  /** Newest first. */
  feedbackOf(receiptId: string): Promise<readonly Feedback[]>
}
