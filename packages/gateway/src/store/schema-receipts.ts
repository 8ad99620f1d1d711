// The tables of migration 013 as TypeScript sees them.

export interface ReceiptTables {
  receipts: ReceiptsTable
  receipt_feedback: ReceiptFeedbackTable
}

export interface ReceiptsTable {
  receipt_id: string
  account_id: string
  key_id: string
  created_at: number
  body: string
}

export interface ReceiptFeedbackTable {
  feedback_id: string
  receipt_id: string
  account_id: string
  key_id: string
  created_at: number
  /** Thousandths. */
  score: number | null
  label: string
  corrected_model: string
}
