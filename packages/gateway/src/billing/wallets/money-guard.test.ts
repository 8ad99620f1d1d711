import { expect, it } from 'vitest'
import { describeEachDatabase } from '../../store/__fixtures__/each-database.ts'
import { MoneyGuard } from './money-guard.ts'
import type { Violation } from './wallet-store.ts'

describeEachDatabase('the guard of money', (open) => {
  const guarded = async (found: Violation[]) => {
    const { wallets } = await open()
    await wallets.ensure('acc_a')
    const looks: unknown[] = []
    const shouts: unknown[] = []
    const calledBack: string[] = []
    const guard = new MoneyGuard({
      wallets: {
        find: (accountId) => wallets.find(accountId),
        setState: (accountId, state, reason) => wallets.setState(accountId, state, reason),
        checkMoney: async (options) => {
          looks.push(options)
          const real = await wallets.checkMoney(options)
          return { violations: [...real.violations, ...found], lastTransfer: 7 }
        },
      },
      callBack: async (accountId) => calledBack.push(accountId),
      log: { error: (fields) => shouts.push(fields), warn: (fields) => shouts.push(fields) },
    })
    return { guard, wallets, looks, shouts, calledBack }
  }

  it('looks at everything first, and then at what is new', async () => {
    const { guard, looks, shouts } = await guarded([])
    await guard.look()
    await guard.look()
    expect(looks).toEqual([{ full: true }, { sinceTransfer: 7 }])
    expect(guard.violations).toEqual([])
    expect(shouts).toEqual([])
  })

  it('locks the wallet, calls back what is out, shouts, and goes on saying so', async () => {
    const violation: Violation = { invariant: 'I2', accountId: 'acc_a', message: 'acc_a has 5 and should have 6' }
    const found = [violation]
    const { guard, wallets, shouts, calledBack } = await guarded(found)
    await guard.look()
    expect(await wallets.find('acc_a')).toMatchObject({
      state: 'locked',
      lockReason: 'Invariant I2 is broken: acc_a has 5 and should have 6',
    })
    expect(calledBack).toEqual(['acc_a'])
    expect(shouts.length).toBeGreaterThan(0)
    found.pop()
    await guard.look()
    expect(guard.violations).toEqual([violation])
    // A full look that finds nothing ends the alarm; the lock is the operator's to open.
    await guard.look({ full: true })
    expect(guard.violations).toEqual([])
    expect(await wallets.find('acc_a')).toMatchObject({ state: 'locked' })
  })

  it('says so, too, when the fault is in no single wallet', async () => {
    const { guard, wallets, calledBack } = await guarded([{ invariant: 'I6', accountId: '', message: 'revenue' }])
    await guard.look()
    expect(guard.violations).toHaveLength(1)
    expect(calledBack).toEqual([])
    expect(await wallets.find('acc_a')).toMatchObject({ state: 'active' })
  })
})
