// Everything that moves money in and out, on one database: what the control plane, the command line and tests each put
// together.
import type { SendHttp } from './payments/outbound.ts'
import { PaymentService, type PaymentLog } from './payments/payment-service.ts'
import type { StripeConfig } from './payments/payment-settings.ts'
import type { MoneyDatabase } from './money-database.ts'
import { RedeemCodeService } from './payments/redeem-code-service.ts'
import type { UsageQueries } from './usage/usage-queries.ts'
import { WalletService } from './wallets/wallet-service.ts'
import { webhookKey } from './wallets/wallet-watch.ts'

export interface WalletDeskOptions {
  readonly database: MoneyDatabase & { readonly usage: Pick<UsageQueries, 'record'> }
  /** The installation's secret. */
  readonly secret: Buffer
  readonly now: () => number
  /** Calls back what workers hold of this wallet and have not spent; absent where there are none. */
  readonly recall?: (accountId: string) => Promise<void>
}

export interface WalletDesk {
  readonly wallets: WalletService
  readonly redeemCodes: RedeemCodeService
}

/** What a database alone is enough for. */
export function createWalletDesk(options: WalletDeskOptions): WalletDesk {
  return {
    wallets: new WalletService({ ...options, usage: options.database.usage }),
    redeemCodes: new RedeemCodeService(options),
  }
}

export interface MoneyOptions extends WalletDeskOptions {
  readonly stripe: () => StripeConfig | undefined
  readonly send: SendHttp
  /** As people know this gateway. */
  readonly brand: () => string
  /** Where they find it. */
  readonly homeUrl: () => string
  readonly log: PaymentLog
}

export interface Money extends WalletDesk {
  readonly payments: PaymentService
  webhookKey(accountId: string): string
}

export function createMoneyServices(options: MoneyOptions): Money {
  return {
    ...createWalletDesk(options),
    payments: new PaymentService({ ...options, title: () => `${options.brand()} credit` }),
    webhookKey: (accountId) => webhookKey(options.secret, accountId),
  }
}
