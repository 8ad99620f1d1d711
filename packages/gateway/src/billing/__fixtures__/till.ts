// Everything that moves money in and out, on a database of any kind, with a clock that the test moves.
import { houseOn, type House } from '../../identity/__fixtures__/house.ts'
import { OPERATOR, type Principal } from '../../identity/principal.ts'
import type { Database } from '../../store/database.ts'
import type { Mail, OutboundReply, OutboundRequest, SendHttp } from '../payments/outbound.ts'
import { PaymentService } from '../payments/payment-service.ts'
import type { StripeConfig } from '../payments/payment-settings.ts'
import { RedeemCodeService } from '../payments/redeem-code-service.ts'
import { WalletService } from '../wallets/wallet-service.ts'
import { WalletWatch } from '../wallets/wallet-watch.ts'

export const SECRET = Buffer.alloc(32, 9)
export const DOLLAR = 1_000_000_000

export interface Till {
  readonly house: House
  readonly database: Database
  readonly wallets: WalletService
  readonly codes: RedeemCodeService
  readonly payments: PaymentService
  readonly watch: WalletWatch
  stripe: StripeConfig | undefined
  /** What went to webhooks; `answer` says what they say. */
  readonly posted: OutboundRequest[]
  readonly mails: Mail[]
  answer: (request: OutboundRequest) => OutboundReply
  readonly said: string[]
  readonly recalled: string[]
  nowMs: number
  /** An account with a key. */
  customer(name?: string): Promise<{ readonly accountId: string; readonly principal: Principal }>
  balance(accountId: string): Promise<number>
  /** Puts money there, as the operator. */
  give(accountId: string, nanos: number): Promise<void>
}

/** @param toStripe how Stripe is reached; not at all when absent */
export function tillOn(database: Database, toStripe?: SendHttp): Till {
  const house = houseOn(database)
  const now = (): number => house.nowMs
  const note = (level: string) => (_: object, message: string) => void till.said.push(`${level}: ${message}`)
  const log = { info: note('info'), warn: note('warn'), error: note('error') }
  const recall = async (accountId: string): Promise<void> => void till.recalled.push(accountId)
  const send: SendHttp = async (request) => {
    if (request.reach === 'anywhere') {
      if (toStripe === undefined) throw new Error('Stripe is not there.')
      return await toStripe(request)
    }
    till.posted.push(request)
    return till.answer(request)
  }
  const payments = new PaymentService({
    database,
    stripe: () => till.stripe,
    send,
    title: () => 'Fairlead credit',
    homeUrl: () => 'https://gateway.example',
    now,
    log,
    recall,
  })
  const sendMail = async (mail: Mail): Promise<void> => void till.mails.push(mail)
  const till: Till = {
    house,
    database,
    wallets: new WalletService({ database, usage: database.usage, now, recall }),
    codes: new RedeemCodeService({ database, secret: SECRET, now }),
    payments,
    watch: new WalletWatch({ database, payments, send, sendMail, secret: SECRET, brand: () => 'Fairlead', now, log }),
    stripe: undefined,
    posted: [],
    mails: [],
    answer: () => ({ status: 200, text: '' }),
    said: [],
    recalled: [],
    get nowMs() {
      return house.nowMs
    },
    set nowMs(value) {
      house.nowMs = value
    },
    async customer(name = 'a customer') {
      const { accountId } = await house.accounts.create(OPERATOR, { name })
      const { principal } = await house.key({ accountId })
      return { accountId, principal }
    },
    async balance(accountId) {
      return (await database.wallets.find(accountId))?.availableNanos ?? 0
    },
    async give(accountId, amountNanos) {
      await till.wallets.topUp(OPERATOR, accountId, { amountNanos, note: '', repeatKey: null })
    },
  }
  return till
}
