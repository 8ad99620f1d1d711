// All that the domain asks of the database, on one connection or inside one transaction.
import type { Kysely } from 'kysely'
import type { NoticeStore } from '../billing/payments/notice-store.ts'
import type { PaymentStore } from '../billing/payments/payment-store.ts'
import type { RedeemCodeStore } from '../billing/payments/redeem-code-store.ts'
import type { RefundStore } from '../billing/payments/refund-store.ts'
import type { PriceStore } from '../billing/prices/price-store.ts'
import type { ReceiptStore } from '../billing/usage/receipts.ts'
import type { UsageStore } from '../billing/usage/usage-store.ts'
import type { WalletSettingsStore } from '../billing/wallets/wallet-settings-store.ts'
import type { WalletStore } from '../billing/wallets/wallet-store.ts'
import type { InstanceStore } from '../core/instance.ts'
import type { IdempotencyStore } from '../core/idempotency-store.ts'
import type { ChangeStore } from '../identity/change.ts'
import type { IdentityStores } from '../identity/identity-database.ts'
import type { ResponseStore } from '../responses/response-store.ts'
import type { HealthHistory } from '../telemetry/history/health-history.ts'
import type { ProviderHistoryStore } from '../upstreams/provider-history.ts'
import type { UpstreamStore } from '../upstreams/upstream-store.ts'
import type { LearningStore } from '../routing/auto/learning/learning-store.ts'
import { SqlAccessTokenStore } from './access-token-store.ts'
import { SqlAccountStore } from './account-store.ts'
import { SqlAuditStore } from './audit-store.ts'
import { SqlChangeStore } from './change-store.ts'
import type { DatabaseKind } from './database.ts'
import { SqlDeviceStore } from './device-store.ts'
import { SqlFactorStore } from './factor-store.ts'
import { SqlGroupStore } from './group-store.ts'
import { SqlHealthStore } from './health-store.ts'
import { SqlIdempotencyStore } from './idempotency-store.ts'
import { SqlInstanceStore } from './instance-store.ts'
import { SqlInvitationStore } from './invitation-store.ts'
import { SqlKeyStore } from './key-store.ts'
import { SqlLearningStore } from './learning-store.ts'
import { SqlLinkStore } from './link-store.ts'
import { SqlMemberStore } from './member-store.ts'
import { SqlPriceStore } from './price-store.ts'
import { SqlProviderHistoryStore } from './provider-history-store.ts'
import { SqlNoticeStore } from './notice-store.ts'
import { SqlPaymentStore } from './payment-store.ts'
import { SqlPersonStore } from './person-store.ts'
import { SqlReceiptStore } from './receipt-store.ts'
import { SqlRedeemCodeStore } from './redeem-code-store.ts'
import { SqlRefundStore } from './refund-store.ts'
import { SqlResponseStore } from './response-store.ts'
import type { Tables } from './schema.ts'
import { SqlSessionStore } from './session-store.ts'
import { SqlThrottleStore } from './throttle-store.ts'
import { SqlTicketStore } from './ticket-store.ts'
import { SqlUpstreamStore } from './upstream-store.ts'
import { SqlWalletSettingsStore } from './wallet-settings-store.ts'
import { SqlWalletStore } from './wallet-store.ts'

/** What may be used inside a transaction as well. */
export interface DomainStores extends IdentityStores {
  readonly prices: PriceStore
  readonly changes: ChangeStore
  readonly instances: InstanceStore
  readonly repeatable: IdempotencyStore
  readonly wallets: WalletStore
  readonly walletSettings: WalletSettingsStore
  readonly redeemCodes: RedeemCodeStore
  readonly payments: PaymentStore
  readonly refunds: RefundStore
  readonly notices: NoticeStore
  readonly responses: ResponseStore
  readonly upstreams: UpstreamStore
  readonly providerHistory: ProviderHistoryStore
  readonly health: HealthHistory
  readonly receipts: ReceiptStore
  readonly learning: LearningStore
}

export interface Stores extends DomainStores {
  /** Has transactions of its own, and a way of its own into each database. */
  readonly usage: UsageStore
}

/**
 * @param moneyMoved told whenever a transfer was posted, before its caller hears of it
 * @param wrote told how many KiB of a log stored responses have taken, roughly
 */
export function domainStores(
  kysely: Kysely<Tables>,
  kind: DatabaseKind,
  moneyMoved: () => Promise<void>,
  wrote: (kib: number) => void,
): DomainStores {
  return {
    keys: new SqlKeyStore(kysely),
    accounts: new SqlAccountStore(kysely),
    groups: new SqlGroupStore(kysely),
    members: new SqlMemberStore(kysely),
    audit: new SqlAuditStore(kysely),
    persons: new SqlPersonStore(kysely),
    sessions: new SqlSessionStore(kysely),
    factors: new SqlFactorStore(kysely),
    links: new SqlLinkStore(kysely),
    invitations: new SqlInvitationStore(kysely),
    accessTokens: new SqlAccessTokenStore(kysely),
    throttle: new SqlThrottleStore(kysely),
    devices: new SqlDeviceStore(kysely),
    tickets: new SqlTicketStore(kysely),
    prices: new SqlPriceStore(kysely),
    changes: new SqlChangeStore(kysely, kind),
    instances: new SqlInstanceStore(kysely, kind),
    repeatable: new SqlIdempotencyStore(kysely),
    wallets: new SqlWalletStore(kysely, kind, moneyMoved),
    walletSettings: new SqlWalletSettingsStore(kysely),
    redeemCodes: new SqlRedeemCodeStore(kysely),
    payments: new SqlPaymentStore(kysely),
    refunds: new SqlRefundStore(kysely),
    notices: new SqlNoticeStore(kysely),
    responses: new SqlResponseStore(kysely, wrote),
    upstreams: new SqlUpstreamStore(kysely),
    providerHistory: new SqlProviderHistoryStore(kysely),
    health: new SqlHealthStore(kysely),
    receipts: new SqlReceiptStore(kysely),
    learning: new SqlLearningStore(kysely),
  }
}
