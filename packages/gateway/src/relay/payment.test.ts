import { describe, expect, test } from 'vitest'
import { ALWAYS_VALID, type DrawAsk, type DrawReply } from '../billing/slices/slice-messages.ts'
import { WorkerWallets } from '../billing/slices/worker-wallets.ts'
import type { WorstCase } from '../billing/estimates/worst-case.ts'
import { Payment, paymentError } from './payment.ts'

const FRAME_BYTES = 160
/** A dollar a million: 1,000 nanos an output token; input 10,000. */
const STREAM: WorstCase = {
  wholeNanos: 10_000 + 20_000 * 1_000,
  firstStepNanos: 10_000 + 1_024 * 1_000,
  likelyInputTokens: 0,
  firstStepTokens: 1_024,
  perOutputStepNanos: 1_024 * 1_000,
}

const ordered = (inSteps: boolean) => ({ inSteps, mostOutputTokens: Infinity, ratio: null, bodyBytes: 100 })

/** A worker whose wallet has so much, given in one piece. */
function wallets(balanceNanos: number): WorkerWallets {
  let left = balanceNanos
  let granted = 0
  const draw = async ({ needNanos }: DrawAsk): Promise<DrawReply> => {
    if (left < needNanos)
      return { ok: false, reason: 'insufficient', availableNanos: left, reachNanos: left, known: null }
    const nanos = left
    granted += nanos
    left = 0
    const forEver = { life: 1, validUntilMs: ALWAYS_VALID, scarce: false }
    return { ok: true, sliceId: 'sl_1', nanos, grantedNanos: granted, ...forEver }
  }
  return new WorkerWallets({ holder: 'w', draw, giveBack: () => true })
}

async function begun(balanceNanos: number, worst = STREAM, inSteps = true): Promise<Payment> {
  const payment = new Payment(wallets(balanceNanos), 'acc_1', ordered(inSteps), worst)
  const answer = await payment.begin()
  if (!answer.ok) throw new Error(answer.reason)
  payment.began(answer)
  return payment
}

/** Delivers a token at a time until it is time to ask, or until so many. */
function deliver(payment: Payment, from: number, most: number): number {
  for (let events = from + 1; events <= most; events += 1) if (payment.deliver(FRAME_BYTES, events)) return events
  return most
}

describe('a stream', () => {
  test('asks for more when three quarters of what is held have been delivered, and in longer steps', async () => {
    const payment = await begun(1_000_000_000)
    const asked: number[] = []
    for (let at = 0; at < 20_000;) {
      at = deliver(payment, at, 20_000)
      asked.push(at)
      expect(payment.spent).toBe(false)
      expect(await payment.grow()).toBe(true)
    }
    expect(asked).toEqual([768, 2_304, 5_376, 11_520, 20_000])
  })

  test('never holds more than the whole call may cost', async () => {
    const payment = await begun(STREAM.wholeNanos)
    for (let at = 0; at < 20_000;) {
      at = deliver(payment, at, 20_000)
      expect(await payment.grow()).toBe(true)
    }
    expect(payment.deliver(FRAME_BYTES, 20_001)).toBe(false)
    expect(payment.end(STREAM.wholeNanos)).toMatchObject({ paidNanos: STREAM.wholeNanos })
  })

  test('goes on to the end of what is held when the wallet is empty, asks once more there, and is spent', async () => {
    const payment = await begun(STREAM.firstStepNanos + 100)
    const at = deliver(payment, 0, 5_000)
    expect(await payment.grow()).toBe(false)
    expect(payment.spent).toBe(false)
    expect(deliver(payment, at, 5_000)).toBe(1_024)
    expect(await payment.grow()).toBe(false)
    expect(payment.spent).toBe(true)
  })

  test('does not ask again while an answer is awaited', async () => {
    const payment = await begun(1_000_000_000)
    const at = deliver(payment, 0, 5_000)
    const answer = payment.grow()
    expect(payment.deliver(FRAME_BYTES, at + 1)).toBe(false)
    await answer
  })
})

test('a reply in one piece is held for whole, and does not grow', async () => {
  const payment = await begun(STREAM.wholeNanos, STREAM, false)
  expect(deliver(payment, 0, 30_000)).toBe(30_000)
  expect(payment.end(5)).toEqual({ sliceId: 'sl_1', paidNanos: 5 })
})

test('a call ends once: whatever comes later takes nothing', async () => {
  const payment = await begun(STREAM.wholeNanos)
  expect(payment.end(7).paidNanos).toBe(7)
  expect(payment.end(7)).toEqual({ sliceId: '', paidNanos: 0 })
})

describe('a model that stands in', () => {
  const dearer: WorstCase = { ...STREAM, firstStepNanos: STREAM.firstStepNanos * 3, wholeNanos: STREAM.wholeNanos * 3 }

  test('is held for at its own price', async () => {
    const payment = await begun(1_000_000_000)
    expect(await payment.switchTo(dearer)).toBe(true)
    expect(payment.end(dearer.firstStepNanos).paidNanos).toBe(dearer.firstStepNanos)
  })

  test('that the wallet cannot pay for changes nothing', async () => {
    const payment = await begun(STREAM.firstStepNanos)
    expect(await payment.switchTo(dearer)).toBe(false)
    expect(payment.end(5).paidNanos).toBe(5)
  })
})

describe('a refusal', () => {
  const wholeNanos = (tokens: number): number => 10_000 + Math.min(tokens, 20_000) * 1_000

  test('says what the call may cost, what there is, and which max_tokens would fit', () => {
    const refused = { ok: false, reason: 'insufficient', availableNanos: 500_000, neededNanos: 20_010_000 } as const
    const error = paymentError(refused, wholeNanos)
    expect(error).toMatchObject({ code: 'insufficient_balance', status: 402 })
    expect(error.message).toBe(
      'Insufficient balance. This request may cost up to US$ 0.02001, and US$ 0.0005 can be spent. Top up the wallet, or send a max_tokens of 490 or less.',
    )
  })

  test('names no max_tokens where none would help', () => {
    const refused = { ok: false, reason: 'insufficient', availableNanos: 5_000, neededNanos: 20_010_000 } as const
    expect(paymentError(refused, wholeNanos).message).toMatch(/Top up the wallet\.$/)
    expect(paymentError({ ...refused, availableNanos: 9 }, () => 20_010_000).message).toMatch(/Top up the wallet\.$/)
  })

  test('of a locked wallet says whom to ask', () => {
    const refused = { ok: false, reason: 'locked', availableNanos: 0, neededNanos: 1 } as const
    expect(paymentError(refused, wholeNanos).message).toMatch(/locked/)
  })
})
