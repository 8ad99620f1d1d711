// What the routes are given to work with. The composition root puts it together; the command line, which has only a
// database, gives what it has.
import type { PriceService } from '../../../billing/prices/price-service.ts'
import type { PaymentService } from '../../../billing/payments/payment-service.ts'
import type { RedeemCodeService } from '../../../billing/payments/redeem-code-service.ts'
import type { UsageArrivals, UsageQueries } from '../../../billing/usage/usage-queries.ts'
import type { ReceiptDesk } from '../../../billing/usage/receipt-desk.ts'
import type { WalletService } from '../../../billing/wallets/wallet-service.ts'
import type { ConfigDesk } from '../../../config/config-desk.ts'
import type { InstanceRecord } from '../../../core/instance.ts'
import type { AuditStore } from '../../../identity/audit-store.ts'
import type { IdentityServices } from '../../../identity/identity-services.ts'
import type { PeopleServices } from '../../../identity/people/people-services.ts'
import type { Origin } from '../../../identity/origin.ts'
import type { Principal } from '../../../identity/principal.ts'
import type { LimitLedger } from '../../../limits/limit-ledger.ts'
import type { ModelService } from '../../../upstreams/model-service.ts'
import type { ProviderService } from '../../../upstreams/provider-service.ts'
import type { ResponseLibrary } from '../../../responses/response-library.ts'
import type { HealthHistory } from '../../../telemetry/history/health-history.ts'
import type { LearningService } from '../../../routing/auto/learning/learning-service.ts'
import type { PoolView } from '../../../routing/auto/pools/pool-curve.ts'
import type { Door } from './access.ts'
import type { Listener } from './listener.ts'
import type { ControlState } from '../../control-ports.ts'
import type { Dashboard } from '../dashboard/dashboard.ts'
import type { SystemPort } from '../../system-ports.ts'
import type { DatabaseProbe } from '../database-probe.ts'

/** How a request came in, as far as it matters for who sends it. */
export interface Arrival {
  readonly listener: Listener['kind']
  /** The account that the path names; null = none. */
  readonly accountId: string | null
}

/** The instances that share the database, and the clock by which they were seen. */
export interface InstanceView {
  readonly self: string
  readonly nowMs: number
  readonly instances: readonly InstanceRecord[]
}

/** Money, as far as a database alone is enough for it: the command line has these without a gateway. */
export interface MoneyServices extends IdentityServices {
  readonly wallets: WalletService
  readonly redeemCodes: RedeemCodeService
}

/** Who lets the picker learn, or takes it back. */
export interface LearningCaller {
  readonly principal: Principal
  readonly origin: Origin
}

export interface ControlServices extends MoneyServices {
  readonly payments: PaymentService
  readonly people: PeopleServices
  /** With which messages to the webhook of this account are signed. */
  webhookKey(accountId: string): string
  readonly state: ControlState
  readonly prices: PriceService
  readonly providers: ProviderService
  readonly models: ModelService
  readonly system: SystemPort
  readonly configFile: Pick<ConfigDesk, 'file' | 'try' | 'apply' | 'versions'>
  /** For what is no change of the database. */
  readonly auditStore: AuditStore
  readonly usage: UsageQueries & UsageArrivals
  readonly healthHistory: HealthHistory
  readonly receipts: ReceiptDesk
  readonly learning: Pick<LearningService<LearningCaller>, 'learn' | 'versions' | 'serve' | 'rollBack'>
  /** What the picker would choose from, as the config stands. */
  autoPools(): Promise<readonly PoolView[]>
  readonly limits: Pick<LimitLedger, 'peek'>
  readonly responses: ResponseLibrary
  instances(): Promise<InstanceView>
  readonly probe: DatabaseProbe
  readonly dashboard: Dashboard
  /** The admin surface has a listener of its own, and nothing of it is on the port of the models. */
  readonly hasAdminListener: boolean
  /** Who sends this. @throws {GatewayError} `invalid_api_key`, `permission_denied` for a suspended account */
  authenticate(request: Pick<Request, 'headers' | 'method'>, arrival?: Arrival): Promise<Principal>
  /** Whether they may call this route, and as whom. @throws {GatewayError} `permission_denied` */
  admit(door: Door, principal: Principal): Principal
}
