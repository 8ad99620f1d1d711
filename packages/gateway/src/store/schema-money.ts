// The tables of migration 008 as TypeScript sees them.
import type { Generated } from 'kysely'

export interface MoneyTables {
  redeem_batches: RedeemBatchesTable
  redeem_codes: RedeemCodesTable
  payment_orders: PaymentOrdersTable
  payment_events: PaymentEventsTable
  payment_customers: PaymentCustomersTable
  refund_sums: RefundSumsTable
  wallet_settings: WalletSettingsTable
  notices: NoticesTable
}

interface RedeemBatchesTable {
  id: Generated<number>
  batch_id: string
  name: string
  /** Of one code. */
  amount_nanos: number
  code_count: number
  expires_at: number | null
  made_by: string
  created_at: number
  voided_at: number | null
}

interface RedeemCodesTable {
  id: Generated<number>
  code_id: string
  batch_id: string
  /** HMAC-SHA-256, hexadecimal. */
  digest: string
  last4: string
  redeemed_at: number | null
  /** An account. */
  redeemed_by: string | null
}

export interface PaymentOrdersTable {
  id: Generated<number>
  order_id: string
  account_id: string
  provider: string
  kind: string
  amount_minor: number
  currency: string
  amount_nanos: number
  state: string
  session_ref: string | null
  payment_ref: string | null
  reversed_nanos: number
  short_nanos: number
  failure: string
  actor: string
  created_at: number
  updated_at: number
  paid_at: number | null
}

/** Append only: what is here has been done. */
interface PaymentEventsTable {
  provider: string
  event_id: string
  type: string
  order_id: string
  received_at: number
}

interface PaymentCustomersTable {
  provider: string
  account_id: string
  customer_ref: string
}

interface RefundSumsTable {
  subject: string
  original_nanos: number
  refunded_nanos: number
}

export interface WalletSettingsTable {
  account_id: string
  low_nanos: Generated<number | null>
  webhook_url: Generated<string>
  email: Generated<string>
  /** 1 = the next crossing acts; likewise below. */
  notice_armed: Generated<number>
  top_up_below_nanos: Generated<number | null>
  top_up_nanos: Generated<number | null>
  top_up_cap_nanos: Generated<number | null>
  top_up_armed: Generated<number>
  top_up_paused: Generated<string>
  updated_at: number
}

interface NoticesTable {
  notice_id: string
  account_id: string
  kind: string
  channel: string
  recipient: string
  body: string
  attempts: number
  due_at: number
  created_at: number
}
