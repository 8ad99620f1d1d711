// Looks, every few seconds, for wallets whose balance has got low, and does what their accounts wished for: a message, or
// a charge of the saved card. Any number of instances may look: each crossing of a threshold is taken by one of them, in
// one conditional update, and acted on once. Messages go through a table, so that a crash loses none.
import { createHmac, hkdfSync } from 'node:crypto'
import { dollarsFromNanos } from '../../core/dollars.ts'
import { randomBase62 } from '../../identity/key-format.ts'
import type { MoneyDatabase, MoneyStores } from '../money-database.ts'
import type { DueNotice, Notice } from '../payments/notice-store.ts'
import type { SendHttp, SendMail } from '../payments/outbound.ts'
import { newOrder, type PaymentLog, type PaymentService } from '../payments/payment-service.ts'
import type { PaymentOrder } from '../payments/payment-store.ts'
import type { LowBalance, LowWallet } from './wallet-settings-store.ts'

const LOOK_EVERY_MS = 5_000
/** After this a sender that has not said how it went counts as dead. */
const SENDING_MS = 60_000
/** 10 s, 20 s, … about three hours all together; then it is too late to be of use. */
const FIRST_RETRY_MS = 10_000
const MOST_ATTEMPTS = 10
/** An order that nobody has heard of for so long is asked about again, under the same Idempotency-Key. */
const STALE_ORDER_MS = 120_000
/** Stripe remembers such keys for a day: later, asking again could charge again. */
const ORDER_LIFE_MS = 20 * 3600_000
const DAY_MS = 86_400_000

export interface WalletWatchOptions {
  readonly database: MoneyDatabase
  readonly payments: Pick<PaymentService, 'charge' | 'isOpen'>
  readonly send: SendHttp
  readonly sendMail: SendMail
  /** The installation's secret. */
  readonly secret: Buffer
  readonly brand: () => string
  readonly now: () => number
  readonly log: PaymentLog
}

export class WalletWatch implements AsyncDisposable {
  readonly #options: WalletWatchOptions
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> = Promise.resolve()
  #isOver = true
  #isFailing = false

  constructor(options: WalletWatchOptions) {
    this.#options = options
  }

  start(everyMs: number = LOOK_EVERY_MS): void {
    this.#timer = setInterval(() => {
      if (!this.#isOver) return
      this.#isOver = false
      this.#round = this.#tryToLook().finally(() => {
        this.#isOver = true
      })
    }, everyMs).unref()
  }

  /** One round: everything that is due now. Rejects when the database does not answer. */
  async look(): Promise<void> {
    const { walletSettings } = this.#options.database
    await walletSettings.rearm()
    for (const low of await walletSettings.low()) await this.#tell(low)
    if (this.#options.payments.isOpen) {
      for (const due of await walletSettings.due()) await this.#topUp(due)
      await this.#askAgain()
    }
    await this.#deliver()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#round
  }

  /** A database that is away stays so for a while: it is said once. */
  async #tryToLook(): Promise<void> {
    try {
      await this.look()
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#options.log.warn({ err: error }, 'low balances could not be looked for')
      this.#isFailing = true
    }
  }

  async #tell({ accountId, balanceNanos }: LowWallet): Promise<void> {
    const { database, now } = this.#options
    await database.transaction(async (stores) => {
      if (!(await stores.walletSettings.disarmNotice(accountId))) return
      const { lowBalance } = await stores.walletSettings.find(accountId)
      if (lowBalance === null) return
      const body = { balance: dollarsFromNanos(balanceNanos), threshold: dollarsFromNanos(lowBalance.thresholdNanos) }
      await writeNotices(stores, accountId, lowBalance, { kind: 'wallet.low_balance', fields: body, atMs: now() })
    })
  }

  async #topUp({ accountId }: LowWallet): Promise<void> {
    const { database, now } = this.#options
    const order = await database.transaction(async (stores) => {
      const { autoTopUp } = await stores.walletSettings.find(accountId)
      if (autoTopUp === null) return null
      const atMs = now()
      const ordered = await stores.payments.autoOrderedNanos(accountId, atMs - DAY_MS)
      // It stays armed: the day moves on.
      if (ordered + autoTopUp.amountNanos > autoTopUp.dailyCapNanos) return null
      if (!(await stores.walletSettings.disarmTopUp(accountId))) return null
      const wanted = newOrder('auto', accountId, autoTopUp.amountNanos, '', atMs)
      await stores.payments.insertOrder(wanted)
      return wanted
    })
    if (order !== null) await this.#charge(order)
  }

  async #askAgain(): Promise<void> {
    const { database, now, log } = this.#options
    for (const order of await database.payments.staleAutoOrders(now() - STALE_ORDER_MS)) {
      if (order.paymentRef !== null) continue
      if (now() - order.createdAtMs < ORDER_LIFE_MS) {
        await this.#charge(order)
        continue
      }
      log.error(
        { order: order.orderId },
        'nobody knows what became of an automatic top-up: look for its order at Stripe',
      )
      const failure = 'The payment provider never answered.'
      await database.payments.end(order.orderId, { state: 'failed', failure, atMs: now() })
    }
  }

  async #charge(order: PaymentOrder): Promise<void> {
    const { database, payments, log, now } = this.#options
    const { accountId, orderId } = order
    try {
      const charge = await payments.charge(order)
      if (charge.state !== 'failed') return
      await database.transaction(async (stores) => {
        // A card that was declined is not tried again before its owner has looked at it.
        await stores.walletSettings.pauseTopUp(accountId, charge.reason)
        const { lowBalance } = await stores.walletSettings.find(accountId)
        const fields = { amount: dollarsFromNanos(order.amountNanos), reason: charge.reason, order: orderId }
        if (lowBalance !== null)
          await writeNotices(stores, accountId, lowBalance, { kind: 'wallet.top_up_failed', fields, atMs: now() })
      })
    } catch (error) {
      log.warn(
        { err: error, order: orderId },
        'the outcome of an automatic top-up is not known yet; it is asked for again',
      )
      await database.payments.setRefs(orderId, { atMs: now() })
    }
  }

  async #deliver(): Promise<void> {
    const { database, now, log } = this.#options
    for (;;) {
      const notice = await database.notices.claim(now(), now() + SENDING_MS)
      if (notice === null) return
      try {
        await this.#send(notice)
        await database.notices.remove(notice.noticeId)
      } catch (error) {
        const attempts = notice.attempts + 1
        log.warn({ err: error, notice: notice.noticeId, attempts }, 'a message about a wallet could not be delivered')
        if (attempts >= MOST_ATTEMPTS) await database.notices.remove(notice.noticeId)
        else await database.notices.retry(notice.noticeId, now() + FIRST_RETRY_MS * 2 ** notice.attempts)
      }
    }
  }

  async #send(notice: DueNotice): Promise<void> {
    const { send, sendMail, secret, brand, now } = this.#options
    if (notice.channel === 'mail') {
      await sendMail(mailOf(notice, brand()))
      return
    }
    const timestamp = String(Math.floor(now() / 1000))
    const key = webhookKey(secret, notice.accountId)
    const { status } = await send({
      method: 'POST',
      url: notice.to,
      headers: {
        'content-type': 'application/json',
        'webhook-id': notice.noticeId,
        'webhook-timestamp': timestamp,
        'webhook-signature': webhookSignature(key, notice.noticeId, timestamp, notice.body),
      },
      body: notice.body,
      reach: 'public',
    })
    if (status < 200 || status >= 300) throw new Error(`The webhook answered ${status}.`)
  }
}

/** The key with which messages to this account's webhook are signed: `whsec_` and base64, as "Standard Webhooks" has it. */
export function webhookKey(secret: Buffer, accountId: string): string {
  const bytes = hkdfSync('sha256', secret, 'fairlead', `webhook ${accountId}`, 32)
  return `whsec_${Buffer.from(bytes).toString('base64')}`
}

/** `v1,` and base64 of HMAC-SHA-256 over `id.timestamp.body`. Source: Standard Webhooks, "Signature scheme". */
function webhookSignature(key: string, id: string, timestamp: string, body: string): string {
  const bytes = Buffer.from(key.slice('whsec_'.length), 'base64')
  return `v1,${createHmac('sha256', bytes).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

interface News {
  readonly kind: Notice['kind']
  readonly fields: Readonly<Record<string, string>>
  readonly atMs: number
}

async function writeNotices(
  { notices }: Pick<MoneyStores, 'notices'>,
  accountId: string,
  { webhookUrl, email }: LowBalance,
  { kind, fields, atMs }: News,
): Promise<void> {
  const targets = [
    { channel: 'webhook', to: webhookUrl },
    { channel: 'mail', to: email },
  ] as const
  for (const target of targets.filter(({ to }) => to !== '')) {
    const body = { type: kind, timestamp: new Date(atMs).toISOString(), data: { account: accountId, ...fields } }
    const noticeId = `ntc_${randomBase62(16)}`
    await notices.insert({ noticeId, accountId, kind, ...target, body: JSON.stringify(body), createdAtMs: atMs })
  }
}

function mailOf({ kind, to, body }: DueNotice, brand: string) {
  const { data } = JSON.parse(body) as { data: Record<string, string> }
  return kind === 'wallet.low_balance'
    ? {
        to,
        subject: `${brand}: your balance is low`,
        text: `The balance of the account ${data['account']} is US$ ${data['balance']}, below the US$ ${data['threshold']} at which you wanted to be told.\n`,
      }
    : {
        to,
        subject: `${brand}: an automatic top-up failed`,
        text: `US$ ${data['amount']} for the account ${data['account']} could not be charged: ${data['reason']}\nAutomatic top-ups are paused until you save the setting again.\n`,
      }
}
