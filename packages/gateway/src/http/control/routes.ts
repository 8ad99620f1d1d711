// Every route of the control plane. A route that is not in this table is not served.
import type { Route } from './api/route.ts'
import type { MoneyServices } from './api/services.ts'
import { docsRoutes } from './docs-routes.ts'
import { HEALTH_ROUTES } from './health-routes.ts'
import { METRICS_ROUTES } from './metrics-route.ts'
import { PAGE_ROUTES } from './page-routes.ts'
import { ACCOUNT_ROUTES } from './resources/accounts.ts'
import { AUDIT_ROUTES } from './resources/audit.ts'
import { BILLING_ROUTES } from './resources/billing.ts'
import { GATEWAY_ROUTES } from './resources/gateway.ts'
import { GROUP_ROUTES } from './resources/groups.ts'
import { ACCOUNT_KEY_ROUTES, KEY_ROUTES } from './resources/keys.ts'
import { MEMBER_ROUTES } from './resources/members.ts'
import { OWN_WALLET_ROUTES } from './resources/own-wallet.ts'
import { PAYMENT_WEBHOOK_ROUTES } from './resources/payment-webhook.ts'
import { PRICE_ROUTES } from './resources/prices.ts'
import { REDEEM_CODE_ROUTES } from './resources/redeem-codes.ts'
import { CONVERSATION_ROUTES } from './resources/conversations.ts'
import { RESPONSE_ROUTES } from './resources/responses.ts'
import { REQUEST_ROUTES } from './resources/requests.ts'
import { SELF_ROUTES } from './resources/self.ts'
import { USAGE_ROUTES } from './resources/usage.ts'
import { WALLET_ROUTES } from './resources/wallets.ts'
import { STATUS_ROUTES } from './status-route.ts'

/** What needs the database alone: the command line has them without a gateway. */
export const DESK_ROUTES: readonly Route<MoneyServices>[] = [
  ...KEY_ROUTES,
  ...ACCOUNT_ROUTES,
  ...ACCOUNT_KEY_ROUTES,
  ...MEMBER_ROUTES,
  ...GROUP_ROUTES,
  ...WALLET_ROUTES,
  ...REDEEM_CODE_ROUTES,
]

/** The JSON API, as its reference shows it. */
export const API_ROUTES: readonly Route[] = [
  ...KEY_ROUTES,
  ...SELF_ROUTES,
  ...USAGE_ROUTES,
  ...REQUEST_ROUTES,
  ...ACCOUNT_ROUTES,
  ...ACCOUNT_KEY_ROUTES,
  ...MEMBER_ROUTES,
  ...GROUP_ROUTES,
  ...OWN_WALLET_ROUTES,
  ...WALLET_ROUTES,
  ...REDEEM_CODE_ROUTES,
  ...PAYMENT_WEBHOOK_ROUTES,
  ...RESPONSE_ROUTES,
  ...CONVERSATION_ROUTES,
  ...BILLING_ROUTES,
  ...PRICE_ROUTES,
  ...GATEWAY_ROUTES,
  ...AUDIT_ROUTES,
  ...HEALTH_ROUTES,
  ...STATUS_ROUTES,
  ...METRICS_ROUTES,
]

export const ROUTES: readonly Route[] = [...API_ROUTES, ...docsRoutes(API_ROUTES), ...PAGE_ROUTES]
