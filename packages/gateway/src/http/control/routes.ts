// Every route of the control plane. A route that is not in this table is not served.
import type { Route } from './api/route.ts'
import type { MoneyServices } from './api/services.ts'
import { DASHBOARD_ROUTES } from './dashboard/routes.ts'
import { docsRoutes } from './docs-routes.ts'
import { HEALTH_ROUTES } from './health-routes.ts'
import { METRICS_ROUTES } from './metrics-route.ts'
import { PAGE_ROUTES } from './page-routes.ts'
import { ACCESS_TOKEN_ROUTES } from './resources/access-tokens.ts'
import { ACCOUNT_ROUTES } from './resources/accounts.ts'
import { AUDIT_ROUTES } from './resources/audit.ts'
import { AUTO_LEARNING_ROUTES } from './resources/auto-learning.ts'
import { AUTO_POOL_ROUTES } from './resources/auto-pools.ts'
import { BILLING_ROUTES } from './resources/billing.ts'
import { GATEWAY_ROUTES } from './resources/gateway.ts'
import { GROUP_ROUTES } from './resources/groups.ts'
import { ACCOUNT_KEY_ROUTES, KEY_ROUTES } from './resources/keys.ts'
import { INVITATION_ROUTES } from './resources/invitations.ts'
import { MEMBER_ROUTES } from './resources/members.ts'
import { MEMBERSHIP_ROUTES } from './resources/memberships.ts'
import { OWN_WALLET_ROUTES } from './resources/own-wallet.ts'
import { PAYMENT_WEBHOOK_ROUTES } from './resources/payment-webhook.ts'
import { LOG_IN_ROUTES } from './resources/log-in.ts'
import { OWN_EMAIL_ROUTES } from './resources/own-email.ts'
import { OWN_FACTOR_ROUTES } from './resources/own-factors.ts'
import { OWN_SESSION_ROUTES } from './resources/own-sessions.ts'
import { SESSION_ROUTES } from './resources/session.ts'
import { SIGN_UP_ROUTES } from './resources/sign-up.ts'
import { PERSON_ROUTES, type PersonRouteServices } from './resources/people.ts'
import { OVERVIEW_ROUTES } from './resources/overview.ts'
import { SYSTEM_ROUTES } from './resources/system.ts'
import { MODEL_ROUTES } from './resources/model-routes.ts'
import { PLAYGROUND_ROUTES } from './resources/playground.ts'
import { PRICE_ROUTES } from './resources/prices.ts'
import { PROVIDER_ROUTES } from './resources/providers.ts'
import { RECEIPT_ROUTES } from './resources/receipts.ts'
import { REDEEM_CODE_ROUTES } from './resources/redeem-codes.ts'
import { CATALOGUE_ROUTES } from './resources/catalogue.ts'
import { CONVERSATION_ROUTES } from './resources/conversations.ts'
import { RESPONSE_ROUTES } from './resources/responses.ts'
import { REQUEST_ROUTES } from './resources/requests.ts'
import { SELF_ROUTES } from './resources/self.ts'
import { USAGE_ROUTES } from './resources/usage.ts'
import { WALLET_ROUTES } from './resources/wallets.ts'
import { STATUS_HISTORY_ROUTES } from './resources/status-history.ts'
import { STATUS_ROUTES } from './status-route.ts'

/** What needs the database alone: the command line has them without a gateway. */
export const DESK_ROUTES: readonly Route<MoneyServices & PersonRouteServices>[] = [
  ...KEY_ROUTES,
  ...ACCOUNT_ROUTES,
  ...ACCOUNT_KEY_ROUTES,
  ...MEMBER_ROUTES,
  ...GROUP_ROUTES,
  ...WALLET_ROUTES,
  ...REDEEM_CODE_ROUTES,
  ...PERSON_ROUTES,
]

/** The JSON API, as its reference shows it. */
export const API_ROUTES: readonly Route[] = [
  ...KEY_ROUTES,
  ...LOG_IN_ROUTES,
  ...SIGN_UP_ROUTES,
  ...SESSION_ROUTES,
  ...OWN_SESSION_ROUTES,
  ...OWN_FACTOR_ROUTES,
  ...OWN_EMAIL_ROUTES,
  ...PLAYGROUND_ROUTES,
  ...SELF_ROUTES,
  ...USAGE_ROUTES,
  ...REQUEST_ROUTES,
  ...CATALOGUE_ROUTES,
  ...ACCOUNT_ROUTES,
  ...ACCOUNT_KEY_ROUTES,
  ...MEMBERSHIP_ROUTES,
  ...MEMBER_ROUTES,
  ...INVITATION_ROUTES,
  ...ACCESS_TOKEN_ROUTES,
  ...PERSON_ROUTES,
  ...GROUP_ROUTES,
  ...OWN_WALLET_ROUTES,
  ...WALLET_ROUTES,
  ...REDEEM_CODE_ROUTES,
  ...PAYMENT_WEBHOOK_ROUTES,
  ...RESPONSE_ROUTES,
  ...CONVERSATION_ROUTES,
  ...RECEIPT_ROUTES,
  ...AUTO_LEARNING_ROUTES,
  ...AUTO_POOL_ROUTES,
  ...BILLING_ROUTES,
  ...PRICE_ROUTES,
  ...PROVIDER_ROUTES,
  ...MODEL_ROUTES,
  ...GATEWAY_ROUTES,
  ...SYSTEM_ROUTES,
  ...OVERVIEW_ROUTES,
  ...AUDIT_ROUTES,
  ...HEALTH_ROUTES,
  ...STATUS_ROUTES,
  ...STATUS_HISTORY_ROUTES,
  ...METRICS_ROUTES,
]

export const ROUTES: readonly Route[] = [...API_ROUTES, ...docsRoutes(API_ROUTES), ...PAGE_ROUTES, ...DASHBOARD_ROUTES]
