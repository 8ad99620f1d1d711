// Receipts for whoever asks: the choice as it was written down, and the call as the books have it. What was saved is
// reckoned from the two, by the same arithmetic that the reply's header came from.
import { randomBytes } from 'node:crypto'
import { parseReceipt, requestIdOf, type ReceiptBody } from '../../core/receipt.ts'
import type { Feedback, JournalReceipt, ReceiptStore } from './receipts.ts'
import type { UsageQueries } from './usage-queries.ts'
import type { StoredUsageRecord } from './usage-record.ts'

export interface FoundReceipt {
  readonly receipt: JournalReceipt
  readonly body: ReceiptBody
  /** What the choice has cost so far, nano-US$: a call may be evaluated after its end. */
  readonly overheadNanos: number
  /** Null while the call is under way. */
  readonly record: StoredUsageRecord | null
}

export interface ReceiptDeskOptions {
  readonly receipts: ReceiptStore
  readonly usage: Pick<UsageQueries, 'record'>
  /** Brings in what workers have written down. */
  readonly drain: () => Promise<void>
  readonly now: () => number
}

export class ReceiptDesk {
  readonly #options: ReceiptDeskOptions

  constructor(options: ReceiptDeskOptions) {
    this.#options = options
  }

  /** @param accountId null = anybody's */
  async find(accountId: string | null, receiptId: string): Promise<FoundReceipt | null> {
    const requestId = requestIdOf(receiptId)
    if (requestId === null) return null
    const found = await this.#find(accountId, receiptId, requestId)
    if (found !== null && found.record !== null) return found
    // A client may ask as soon as its reply has ended, before the journal was read.
    await this.#options.drain()
    return await this.#find(accountId, receiptId, requestId)
  }

  async addFeedback(feedback: Omit<Feedback, 'feedbackId' | 'createdAtMs'>): Promise<Feedback> {
    const whole = {
      ...feedback,
      feedbackId: `fb_${randomBytes(12).toString('hex')}`,
      createdAtMs: this.#options.now(),
    }
    await this.#options.receipts.addFeedback(whole)
    return whole
  }

  async #find(accountId: string | null, receiptId: string, requestId: string): Promise<FoundReceipt | null> {
    const { receipts, usage } = this.#options
    const receipt = await receipts.receipt(accountId, receiptId)
    const body = receipt === null ? null : parseReceipt(receipt.body)
    if (receipt === null || body === null) return null
    const overheadNanos = body.overheadNanos + (await receipts.overheadOf(receiptId))
    return { receipt, body, overheadNanos, record: await usage.record(receipt.accountId, requestId) }
  }
}
