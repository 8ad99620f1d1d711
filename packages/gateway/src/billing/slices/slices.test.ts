import { expect, it } from 'vitest'
import { describeEachDatabase } from '../../store/__fixtures__/each-database.ts'
import { Bank } from './__fixtures__/bank.ts'

describeEachDatabase('wallets in slices', (open) => {
  const bank = async (nanos: number, workers = 1): Promise<Bank> => {
    const made = new Bank(await open(), workers)
    await made.payIn('acc_a', nanos)
    return made
  }

  it('answer at once, without a promise, as long as the slice has the money', async () => {
    const { wallets } = await bank(1_000_000)
    const first = await wallets.hold('acc_a', 100)
    expect(first).toMatchObject({ ok: true, accountId: 'acc_a', amountNanos: 100 })
    const second = wallets.hold('acc_a', 100)
    expect(second).not.toBeInstanceOf(Promise)
    expect(wallets.view('acc_a')).toMatchObject({ heldNanos: 200 })
  })

  it('give back to the slice what a call did not cost, and end a hold once', async () => {
    const { wallets } = await bank(1_000_000)
    const hold = await mustHold(wallets, 100)
    const before = wallets.view('acc_a')?.freeNanos ?? 0
    expect(wallets.capture(hold, 30)).toEqual({ sliceId: hold.sliceId, paidNanos: 30 })
    expect(wallets.view('acc_a')).toMatchObject({ freeNanos: before + 70, heldNanos: 0 })
    expect(wallets.capture(hold, 30)).toEqual({ sliceId: '', paidNanos: 0 })
    wallets.release(hold)
    expect(wallets.view('acc_a')).toMatchObject({ freeNanos: before + 70, heldNanos: 0 })
  })

  it('pay for an overrun out of the slice, as far as it goes', async () => {
    const { wallets } = await bank(250)
    const hold = await mustHold(wallets, 200)
    const free = wallets.view('acc_a')?.freeNanos ?? 0
    expect(wallets.capture(hold, 1_000)).toMatchObject({ paidNanos: 200 + free })
  })

  it('refuse what the wallet does not have, and say what it has', async () => {
    const { wallets } = await bank(250)
    expect(await wallets.hold('acc_a', 300)).toEqual({
      ok: false,
      reason: 'insufficient',
      availableNanos: 250,
      neededNanos: 300,
    })
    expect(await wallets.hold('acc_nobody', 1)).toMatchObject({ ok: false, reason: 'insufficient', availableNanos: 0 })
  })

  it('cost nothing to calls that cost nothing', async () => {
    const { wallets } = await bank(0)
    const hold = wallets.hold('acc_nobody', 0)
    expect(hold).toMatchObject({ ok: true, amountNanos: 0 })
  })

  it('call back what other workers have not spent, before anybody is refused', async () => {
    const made = await bank(1_000, 3)
    const [one, two, three] = made.allWallets()
    for (const wallets of [one, two]) wallets.release(await mustHold(wallets, 100))
    expect((one.view('acc_a')?.freeNanos ?? 0) + (two.view('acc_a')?.freeNanos ?? 0)).toBeGreaterThan(0)
    const all = await three.hold('acc_a', 1_000)
    expect(all).toMatchObject({ ok: true, amountNanos: 1_000 })
    expect(await one.hold('acc_a', 1)).toMatchObject({ ok: false, reason: 'insufficient', availableNanos: 0 })
  })

  it('refuse nobody while somebody who may have the money does not answer', async () => {
    const made = await bank(1_000, 2)
    const [one, two] = made.allWallets()
    one.release(await mustHold(one, 100))
    made.silence(0)
    await expect(two.hold('acc_a', 1_000)).rejects.toMatchObject({ code: 'service_unavailable' })
    // What there is without him is enough for this one, and for one that nobody could ever pay for there is an answer too.
    await made.later(1_000)
    expect(await two.hold('acc_a', 300)).toMatchObject({ ok: true })
    expect(await two.hold('acc_a', 2_000)).toMatchObject({ ok: false, reason: 'insufficient' })
  })

  it('serve calls that wait in their order', async () => {
    const { wallets } = await bank(1_000)
    const order: number[] = []
    const asks = [400, 100, 300, 200].map(async (nanos) => {
      expect(await wallets.hold('acc_a', nanos)).toMatchObject({ ok: true, amountNanos: nanos })
      order.push(nanos)
    })
    await Promise.all(asks)
    expect(order).toEqual([400, 100, 300, 200])
  })

  it('refuse those that cannot be paid, and serve the smaller ones behind them', async () => {
    const { wallets } = await bank(500)
    const answers = await Promise.all([600, 400, 700, 100, 50].map(async (nanos) => await wallets.hold('acc_a', nanos)))
    expect(answers.map(({ ok }) => ok)).toEqual([false, true, false, true, false])
  })

  it('serve a call that waits when another one ends', async () => {
    const made = await bank(500)
    const { wallets } = made
    const hold = await mustHold(wallets, 500)
    made.holdAnswers()
    const waiting = wallets.hold('acc_a', 400)
    wallets.capture(hold, 50)
    expect(await waiting).toMatchObject({ ok: true, amountNanos: 400 })
    made.letAnswersPass()
  })

  it('grow a hold, and leave it as it was when the wallet cannot pay', async () => {
    const { wallets } = await bank(1_000)
    const hold = await mustHold(wallets, 100)
    expect(await wallets.grow(hold, 500)).toBe(true)
    expect(hold.amountNanos).toBe(600)
    expect(await wallets.grow(hold, 500)).toBe(false)
    expect(hold.amountNanos).toBe(600)
    expect(wallets.capture(hold, 600).paidNanos).toBe(600)
    expect(await wallets.grow(hold, 1)).toBe(false)
  })

  it('let a call under way grow on credit while nobody can say, and refuse new ones with 503', async () => {
    const made = await bank(1_000)
    const { wallets } = made
    const hold = await mustHold(wallets, 100)
    const free = wallets.view('acc_a')?.freeNanos ?? 0
    made.breakDatabase()
    await expect(wallets.hold('acc_a', 900)).rejects.toMatchObject({ code: 'service_unavailable' })
    expect(await wallets.grow(hold, 900)).toBe(true)
    expect(hold.amountNanos).toBe(100)
    expect(wallets.capture(hold, 900).paidNanos).toBe(100 + free)
  })

  it('give back what nobody has used for ten seconds, and everything at the end', async () => {
    const made = await bank(1_000)
    const { wallets } = made
    wallets.release(await mustHold(wallets, 100))
    expect((await made.wallet('acc_a')).heldNanos).toBeGreaterThan(0)
    for (let second = 0; second < 11; second++) wallets.look()
    await made.drain()
    expect(await made.wallet('acc_a')).toMatchObject({ availableNanos: 1_000, heldNanos: 0 })
    const hold = await mustHold(wallets, 100)
    wallets[Symbol.dispose]()
    wallets.capture(hold, 40)
    made.journalCapture(0, hold, 40)
    await made.drain()
    expect(await made.wallet('acc_a')).toMatchObject({ availableNanos: 960, heldNanos: 0 })
  })

  it('give nothing any more when the wallet is locked, and what they had goes back', async () => {
    const made = await bank(1_000)
    const { wallets } = made
    wallets.release(await mustHold(wallets, 100))
    await made.database.wallets.setState('acc_a', 'locked', 'a test')
    await made.slices.callBack('acc_a')
    expect(await made.wallet('acc_a')).toMatchObject({ availableNanos: 1_000, heldNanos: 0 })
    expect(await wallets.hold('acc_a', 1)).toMatchObject({ ok: false, reason: 'locked', availableNanos: 0 })
    await made.database.wallets.setState('acc_a', 'active', '')
    expect(await wallets.hold('acc_a', 1)).toMatchObject({ ok: true })
  })

  it('close the slices of a worker that died, with what it had captured', async () => {
    const made = await bank(1_000, 2)
    const [one] = made.allWallets()
    const hold = await mustHold(one, 100)
    one.capture(hold, 70)
    made.journalCapture(0, hold, 70)
    made.kill(0)
    await expect.poll(() => made.wallet('acc_a')).toMatchObject({ availableNanos: 930, heldNanos: 0 })
  })

  it('hear of money whose draw was committed and never answered', async () => {
    const made = await bank(1_000)
    const { wallets } = made
    made.loseNextAnswer()
    await expect(wallets.hold('acc_a', 900)).rejects.toMatchObject({ code: 'service_unavailable' })
    expect(await made.wallet('acc_a')).toMatchObject({ availableNanos: 100, heldNanos: 900 })
    await made.later(1_000)
    expect(await wallets.hold('acc_a', 950)).toMatchObject({ ok: true, amountNanos: 950 })
  })

  it('hold nothing in slices of a gateway that was silent too long, and move a call that grows', async () => {
    const made = await bank(1_000, 1)
    made.share()
    const { wallets } = made
    const hold = await mustHold(wallets, 100)
    const before = hold.sliceId
    await made.later(16_000)
    const late = wallets.hold('acc_a', 1)
    expect(late).toBeInstanceOf(Promise)
    // Nobody has written it off: it is good again.
    expect(await late).toMatchObject({ ok: true, sliceId: before })
    await made.later(60_000)
    await made.writeOff()
    expect(await made.wallet('acc_a')).toMatchObject({ availableNanos: 1_000, heldNanos: 0 })
    expect(await wallets.grow(hold, 50)).toBe(true)
    expect(hold.amountNanos).toBe(150)
    expect(hold.sliceId).not.toBe(before)
  })
})

async function mustHold(wallets: Bank['wallets'], nanos: number) {
  const hold = await wallets.hold('acc_a', nanos)
  if (!hold.ok) throw new Error(`refused: ${hold.reason}`)
  return hold
}
