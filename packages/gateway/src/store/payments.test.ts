// Money that comes in through Stripe, on each database, against a Stripe on a real socket.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FakeStripe, type StripeObject } from '@fairlead/testkit/stripe/fake-stripe.ts'
import { DOLLAR, tillOn, type Till } from '../billing/__fixtures__/till.ts'
import type { PaymentOrder } from '../billing/payments/payment-store.ts'
import type { Principal } from '../identity/principal.ts'
import { OPERATOR } from '../identity/principal.ts'
import { createSendHttp } from '../outbound/send-http.ts'
import { describeEachDatabase } from './__fixtures__/each-database.ts'

let stripe: FakeStripe
beforeEach(async () => {
  stripe = await FakeStripe.start()
})
afterEach(() => stripe[Symbol.asyncDispose]())

describeEachDatabase('Payments', (open) => {
  let till: Till
  let accountId: string
  let principal: Principal

  beforeEach(async () => {
    till = tillOn(await open(), createSendHttp())
    till.stripe = {
      secretKey: stripe.secretKey,
      webhookSecret: stripe.webhookSecret,
      apiBase: stripe.url,
      minimumNanos: 5 * DOLLAR,
      maximumNanos: 1000 * DOLLAR,
      successUrl: 'https://shop.example/thanks',
      cancelUrl: '',
    }
    stripe.now = () => till.nowMs
    ;({ accountId, principal } = await till.customer())
  })
  afterEach(async () => {
    const { violations } = await till.database.wallets.checkMoney({ full: true })
    if (violations.length > 0) throw new Error(JSON.stringify(violations))
  })

  const receive = (event: StripeObject): Promise<unknown> => {
    const body = JSON.stringify(event)
    return till.payments.receive(Buffer.from(body), stripe.sign(body))
  }
  const order = async (nanos = 25 * DOLLAR, saveCard = false): Promise<PaymentOrder> =>
    (await till.payments.checkout(principal, { amountNanos: nanos, saveCard })).order
  const paid = async (nanos?: number): Promise<{ order: PaymentOrder; event: StripeObject; intent: string }> => {
    const made = await order(nanos)
    const event = stripe.pay(made.sessionRef ?? '')
    await receive(event)
    return { order: made, event, intent: String(objectOf(event)['payment_intent']) }
  }

  it('asks for a page with the order on it, under an Idempotency-Key', async () => {
    const { order: made, url } = await till.payments.checkout(principal, { amountNanos: 25 * DOLLAR, saveCard: true })
    expect(url).toContain(stripe.url)
    expect(stripe.calls).toHaveLength(1)
    expect(stripe.calls[0]).toMatchObject({
      method: 'POST',
      path: '/v1/checkout/sessions',
      idempotencyKey: made.orderId,
      version: '2024-06-20',
      form: {
        mode: 'payment',
        client_reference_id: made.orderId,
        'metadata[fairlead_order]': made.orderId,
        'payment_intent_data[metadata][fairlead_order]': made.orderId,
        'payment_intent_data[setup_future_usage]': 'off_session',
        customer_creation: 'always',
        success_url: 'https://shop.example/thanks',
        cancel_url: 'https://gateway.example/wallet',
        'line_items[0][price_data][unit_amount]': '2500',
        'line_items[0][price_data][currency]': 'usd',
        'line_items[0][quantity]': '1',
      },
    })
    expect(await till.balance(accountId)).toBe(0)
  })

  it('takes orders of whole cents, within the bounds, for customers', async () => {
    for (const nanos of [0, 5 * DOLLAR - 1, 4.99 * DOLLAR, 1000 * DOLLAR + 10_000_000, 5 * DOLLAR + 1, -5 * DOLLAR])
      await expect(order(nanos)).rejects.toMatchObject({ code: 'invalid_request', param: 'amount' })
    await expect(till.payments.checkout(OPERATOR, { amountNanos: 5 * DOLLAR, saveCard: false })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    expect(stripe.calls).toEqual([])
  })

  it('tells the customer when Stripe gives no page, and forgets nothing', async () => {
    stripe.failWith = 500
    await expect(order()).rejects.toMatchObject({ code: 'service_unavailable' })
    expect((await till.payments.orders(principal, { limit: 5 })).records).toMatchObject([{ state: 'failed' }])
    till.stripe = undefined
    await expect(order()).rejects.toMatchObject({ code: 'not_found' })
  })

  it('credits an order once, whatever comes how often, at the same moment', async () => {
    const made = await order()
    const event = stripe.pay(made.sessionRef ?? '')
    const session = objectOf(event)
    const succeeded = stripe.event('payment_intent.succeeded', {
      id: session['payment_intent'],
      object: 'payment_intent',
      amount_received: 2500,
      currency: 'usd',
      metadata: session['metadata'],
      customer: session['customer'],
    })
    const again = stripe.event('checkout.session.async_payment_succeeded', session)
    const events = [event, succeeded, again, event, succeeded, again, event]
    const outcomes = await Promise.all(events.map(receive))
    expect(outcomes.toSorted()).toEqual(['done', 'done', 'done', 'duplicate', 'duplicate', 'duplicate', 'duplicate'])
    expect(await till.balance(accountId)).toBe(25 * DOLLAR)
    expect(await till.payments.order(principal, made.orderId)).toMatchObject({
      state: 'paid',
      paymentRef: session['payment_intent'],
    })
    const { records } = await till.house.audit.list(OPERATOR, { action: 'payment.paid' })
    expect(records).toHaveLength(1)
  })

  it('shows an order to its account and the operator, and to nobody else', async () => {
    const made = await order()
    const stranger = await till.customer()
    await expect(till.payments.order(stranger.principal, made.orderId)).rejects.toMatchObject({ code: 'not_found' })
    expect((await till.payments.orders(stranger.principal, { limit: 5, accountId })).records).toEqual([])
    expect((await till.payments.orders(OPERATOR, { limit: 5 })).records).toHaveLength(1)
  })

  const wrong: readonly (readonly [string, StripeObject])[] = [
    ['more money than was paid', { amount_total: 250_000 }],
    ['a cent less', { amount_total: 2499 }],
    ['another currency', { currency: 'jpy' }],
    ['another page', { id: 'cs_test_other' }],
    ['no amount', { amount_total: null }],
    ['a broken amount', { amount_total: 2500.5 }],
    ['an amount as text', { amount_total: '2500' }],
  ]
  it.each(wrong)('credits nothing for a signed event with %s', async (_what, changes) => {
    const made = await order()
    const event = stripe.pay(made.sessionRef ?? '', changes)
    await expect(receive(event)).rejects.toMatchObject({ code: expect.stringMatching(/conflict|invalid_request/) })
    expect(await till.balance(accountId)).toBe(0)
    // Nothing is remembered of it: the right event still counts.
    const right = stripe.event('checkout.session.completed', { ...objectOf(event), ...sessionOf(made) })
    expect(await receive(right)).toBe('done')
    expect(await till.balance(accountId)).toBe(25 * DOLLAR)
  })

  const other: readonly (readonly [string, StripeObject])[] = [
    ['that is not paid yet', { payment_status: 'unpaid' }],
    ['that cost nothing', { payment_status: 'no_payment_required' }],
    ['of a subscription', { mode: 'subscription' }],
    ['of which the buyer chose the reference', { metadata: {} }],
    ['whose two references differ', { client_reference_id: 'ord_other' }],
    ['of no order', { client_reference_id: null, metadata: {} }],
    ['of an unknown order', { client_reference_id: 'ord_x', metadata: { fairlead_order: 'ord_x' } }],
  ]
  it.each(other)('passes over a session %s', async (_what, changes) => {
    const made = await order()
    expect(await receive(stripe.pay(made.sessionRef ?? '', changes))).toBe('ignored')
    expect(await till.balance(accountId)).toBe(0)
  })

  it("takes one customer's payment for his own order only", async () => {
    const [mine, theirs] = [await order(), await till.customer()]
    const { order: foreign } = await till.payments.checkout(theirs.principal, {
      amountNanos: 25 * DOLLAR,
      saveCard: false,
    })
    const event = stripe.pay(foreign.sessionRef ?? '', {
      client_reference_id: mine.orderId,
      metadata: { fairlead_order: mine.orderId },
    })
    await expect(receive(event)).rejects.toMatchObject({ code: 'conflict' })
    expect([await till.balance(accountId), await till.balance(theirs.accountId)]).toEqual([0, 0])
  })

  it('credits no play money where real money is taken, and no real money where it is not', async () => {
    const made = await order()
    const event = stripe.pay(made.sessionRef ?? '')
    await expect(receive({ ...event, livemode: true })).rejects.toMatchObject({ code: 'conflict' })
    till.stripe = till.stripe && { ...till.stripe, secretKey: 'sk_live_x' }
    await expect(receive(event)).rejects.toMatchObject({ code: 'conflict' })
    expect(await till.balance(accountId)).toBe(0)
  })

  it('credits money that comes after the order had failed or expired', async () => {
    const made = await order()
    const session = { ...sessionOf(made), payment_status: 'unpaid', status: 'expired' }
    await receive(stripe.event('checkout.session.expired', session))
    expect(await till.payments.order(principal, made.orderId)).toMatchObject({ state: 'expired' })
    await receive(stripe.pay(made.sessionRef ?? ''))
    expect(await till.payments.order(principal, made.orderId)).toMatchObject({ state: 'paid', failure: '' })
    await receive(stripe.event('checkout.session.async_payment_failed', session))
    expect(await till.payments.order(principal, made.orderId)).toMatchObject({ state: 'paid' })
    expect(await till.balance(accountId)).toBe(25 * DOLLAR)
  })

  const refunded = (intent: string, cents: number, rest: StripeObject = {}): StripeObject =>
    stripe.event('charge.refunded', {
      object: 'charge',
      payment_intent: intent,
      amount_refunded: cents,
      currency: 'usd',
      metadata: {},
      ...rest,
    })

  it('takes refunds out of the wallet: each part once, in whatever order they come', async () => {
    const { order: made, intent } = await paid()
    await receive(refunded(intent, 1000))
    await receive(refunded(intent, 1000))
    expect(await till.balance(accountId)).toBe(15 * DOLLAR)
    const late = refunded(intent, 1500)
    await receive(refunded(intent, 2500))
    await receive(late)
    expect(await till.balance(accountId)).toBe(0)
    await expect(receive(refunded(intent, 2501))).rejects.toMatchObject({ code: 'conflict' })
    await expect(receive(refunded(intent, 2400, { currency: 'eur' }))).rejects.toMatchObject({ code: 'conflict' })
    expect(await till.payments.order(principal, made.orderId)).toMatchObject({
      reversedNanos: 25 * DOLLAR,
      shortNanos: 0,
    })
    expect((await till.wallets.get(principal, accountId)).wallet.state).toBe('active')
  })

  it('locks a wallet that cannot cover a refund, and never takes it below nothing', async () => {
    const { order: made, intent } = await paid()
    await till.wallets.adjust(OPERATOR, accountId, { amountNanos: -20 * DOLLAR, note: 'spent', repeatKey: null })
    await receive(refunded(intent, 2500))
    const { wallet } = await till.wallets.get(principal, accountId)
    expect(wallet).toMatchObject({ availableNanos: 0, state: 'locked' })
    expect(wallet.lockReason).toContain(made.orderId)
    expect(await till.payments.order(principal, made.orderId)).toMatchObject({ shortNanos: 20 * DOLLAR })
    const sums = await till.database.wallets.ledgerSums()
    expect(sums.get('refunds')).toBe(BigInt(-20 * DOLLAR))
    expect(sums.get('psp_clearing') ?? 0n).toBe(0n)
  })

  it('asks for a refund that comes before its payment to be sent again', async () => {
    const made = await order()
    const event = stripe.pay(made.sessionRef ?? '')
    const intent = String(objectOf(event)['payment_intent'])
    const refund = refunded(intent, 500, { metadata: { fairlead_order: made.orderId } })
    await expect(receive(refund)).rejects.toMatchObject({ code: 'conflict' })
    await receive(event)
    expect(await receive(refund)).toBe('done')
    expect(await till.balance(accountId)).toBe(20 * DOLLAR)
  })

  const dispute = (step: string, intent: string, rest: StripeObject = {}): StripeObject =>
    stripe.event(`charge.dispute.${step}`, {
      id: 'dp_1',
      object: 'dispute',
      payment_intent: intent,
      amount: 2500,
      currency: 'usd',
      status: 'needs_response',
      ...rest,
    })

  it('locks a wallet when a payment is disputed, takes the money, and gives it back when the dispute is won', async () => {
    const { order: made, intent } = await paid()
    await till.wallets.adjust(OPERATOR, accountId, { amountNanos: -10 * DOLLAR, note: 'spent', repeatKey: null })
    await receive(dispute('created', intent))
    expect((await till.wallets.get(principal, accountId)).wallet).toMatchObject({
      state: 'locked',
      availableNanos: 15 * DOLLAR,
    })
    await receive(dispute('funds_withdrawn', intent))
    await receive(dispute('funds_withdrawn', intent))
    expect((await till.wallets.get(principal, accountId)).wallet).toMatchObject({ state: 'locked', availableNanos: 0 })
    expect(await till.payments.order(principal, made.orderId)).toMatchObject({
      reversedNanos: 25 * DOLLAR,
      shortNanos: 10 * DOLLAR,
    })
    await receive(dispute('funds_reinstated', intent, { status: 'won' }))
    await receive(dispute('funds_reinstated', intent, { status: 'won' }))
    expect((await till.wallets.get(principal, accountId)).wallet).toMatchObject({
      state: 'active',
      availableNanos: 15 * DOLLAR,
    })
    expect(await till.payments.order(principal, made.orderId)).toMatchObject({ reversedNanos: 0, shortNanos: 0 })
    expect((await till.database.wallets.ledgerSums()).get('refunds') ?? 0n).toBe(0n)
  })

  it('takes for a dispute what was not refunded before, and does nothing for a mere question of the bank', async () => {
    const { order: made, intent } = await paid()
    await receive(refunded(intent, 1000))
    expect(await receive(dispute('created', intent, { status: 'warning_needs_response' }))).toBe('ignored')
    expect((await till.wallets.get(principal, accountId)).wallet.state).toBe('active')
    await receive(dispute('funds_withdrawn', intent))
    expect(await till.balance(accountId)).toBe(0)
    expect(await till.payments.order(principal, made.orderId)).toMatchObject({
      reversedNanos: 25 * DOLLAR,
      shortNanos: 0,
    })
  })

  const auto = { thresholdNanos: 5 * DOLLAR, amountNanos: 20 * DOLLAR, dailyCapNanos: 50 * DOLLAR }
  const lowBalance = { thresholdNanos: 5 * DOLLAR, webhookUrl: 'https://hooks.example/x', email: '' }
  /** With a saved card, and little left. */
  const nearlyEmpty = async (): Promise<void> => {
    const made = await order(10 * DOLLAR, true)
    await receive(stripe.pay(made.sessionRef ?? ''))
    await spend(6)
  }
  const spend = async (dollars: number): Promise<void> => {
    const move = { amountNanos: -dollars * DOLLAR, note: 'spent', repeatKey: null }
    await till.wallets.adjust(OPERATOR, accountId, move)
  }

  it('charges the saved card once for each crossing of the threshold, whoever looks', async () => {
    await nearlyEmpty()
    await till.wallets.setSettings(principal, accountId, { autoTopUp: auto })
    await Promise.all([till.watch.look(), till.watch.look(), till.watch.look()])
    expect(await till.balance(accountId)).toBe(24 * DOLLAR)
    expect(stripe.calls.filter(({ path }) => path === '/v1/payment_intents')).toMatchObject([
      { form: { amount: '2000', currency: 'usd', off_session: 'true', confirm: 'true' } },
    ])
    await till.watch.look()
    expect(await till.balance(accountId)).toBe(24 * DOLLAR)
    await spend(22)
    await till.watch.look()
    expect(await till.balance(accountId)).toBe(22 * DOLLAR)
    // The cap of the day: 20 + 20 + 20 would be more.
    await spend(20)
    await till.watch.look()
    expect(await till.balance(accountId)).toBe(2 * DOLLAR)
    till.nowMs += 86_400_001
    await till.watch.look()
    expect(await till.balance(accountId)).toBe(22 * DOLLAR)
  })

  it('charges once when the answer is lost, or its event is quicker', async () => {
    await nearlyEmpty()
    await till.wallets.setSettings(principal, accountId, { autoTopUp: auto })
    stripe.card = 'lost'
    await till.watch.look()
    expect(await till.balance(accountId)).toBe(4 * DOLLAR)
    const [intent] = [...stripe.intents.values()].filter(({ object }) => object === 'payment_intent')
    await receive(stripe.event('payment_intent.succeeded', intent ?? {}))
    expect(await till.balance(accountId)).toBe(24 * DOLLAR)
    stripe.card = 'good'
    till.nowMs += 130_000
    await till.watch.look()
    expect(await till.balance(accountId)).toBe(24 * DOLLAR)
    expect([...stripe.intents.values()].filter(({ object }) => object === 'payment_intent')).toHaveLength(1)
  })

  it('asks again, under the same key, for a charge of which nothing was heard', async () => {
    await nearlyEmpty()
    await till.wallets.setSettings(principal, accountId, { autoTopUp: auto })
    stripe.card = 'lost'
    await till.watch.look()
    stripe.card = 'good'
    await till.watch.look()
    expect(await till.balance(accountId)).toBe(4 * DOLLAR)
    till.nowMs += 130_000
    await till.watch.look()
    expect(await till.balance(accountId)).toBe(24 * DOLLAR)
    expect([...stripe.intents.values()].filter(({ object }) => object === 'payment_intent')).toHaveLength(1)
  })

  it('pauses, and says so, when the card is declined or its owner is wanted', async () => {
    await nearlyEmpty()
    await till.wallets.setSettings(principal, accountId, { autoTopUp: auto, lowBalance })
    stripe.card = 'declined'
    await till.watch.look()
    await till.watch.look()
    expect((await till.wallets.get(principal, accountId)).settings.autoTopUpPaused).toContain('declined')
    const kinds = till.posted.map(({ body }) => (JSON.parse(body) as { type: string }).type)
    expect(kinds.toSorted()).toEqual(['wallet.low_balance', 'wallet.top_up_failed'])
    stripe.card = 'good'
    await till.watch.look()
    expect(await till.balance(accountId)).toBe(4 * DOLLAR)
    await till.wallets.setSettings(principal, accountId, { autoTopUp: auto })
    await till.watch.look()
    expect(await till.balance(accountId)).toBe(24 * DOLLAR)
  })

  it('never charges for a locked wallet, or without a saved card', async () => {
    await till.give(accountId, DOLLAR)
    await till.wallets.setSettings(principal, accountId, { autoTopUp: auto })
    await till.wallets.setState(OPERATOR, accountId, 'locked', 'disputed')
    await till.watch.look()
    expect((await till.wallets.get(principal, accountId)).settings.autoTopUpPaused).toBe('')
    await till.wallets.setState(OPERATOR, accountId, 'active', '')
    await till.watch.look()
    expect((await till.wallets.get(principal, accountId)).settings.autoTopUpPaused).toContain('no saved card')
    expect(stripe.calls.filter(({ path }) => path === '/v1/payment_intents')).toEqual([])
  })
})

function objectOf(event: StripeObject): StripeObject {
  return (event['data'] as { object: StripeObject }).object
}

/** As it was ordered. */
function sessionOf({ orderId, sessionRef, amountMinor, currency }: PaymentOrder): StripeObject {
  return {
    id: sessionRef,
    object: 'checkout.session',
    mode: 'payment',
    payment_status: 'paid',
    amount_total: amountMinor,
    currency,
    client_reference_id: orderId,
    metadata: { fairlead_order: orderId },
  }
}
