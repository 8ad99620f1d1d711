import { expect, it } from 'vitest'
import { OPERATOR, type Principal } from '../identity/principal.ts'
import { AccountsInFlight, type AccountInFlight } from './accounts-in-flight.ts'

function of(accountId: string): Principal {
  return { ...OPERATOR, accountId, operator: false }
}

it('lets each account have so many calls under way, and the operator any number', () => {
  const accounts = new AccountsInFlight()
  const first = accounts.enter(of('a'), 2)
  accounts.enter(of('a'), 2)
  expect(() => accounts.enter(of('a'), 2)).toThrow(
    expect.objectContaining({ code: 'rate_limit_exceeded', retryAfterSeconds: 1 }),
  )
  accounts.enter(of('b'), 2)
  accounts.leave(first)
  accounts.enter(of('a'), 2)
  for (let call = 0; call < 5; call++) accounts.enter(OPERATOR, 2)
})

it('forgets nobody who has calls under way, however many accounts come by', () => {
  const accounts = new AccountsInFlight()
  const busy = accounts.enter(of('busy'), 1)
  for (let index = 0; index < 25_000; index++) accounts.leave(accounts.enter(of(`account ${index}`), 1))
  expect(() => accounts.enter(of('busy'), 1)).toThrow('under way')
  accounts.leave(busy)
  accounts.enter(of('busy'), 1)
})

it('comes out even after 10,000 calls that begin and end in any order', () => {
  const accounts = new AccountsInFlight()
  const open: AccountInFlight[] = []
  let seed = 7
  for (let step = 0; step < 10_000; step++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    const leaves = open.length > 50 || (open.length > 0 && seed % 2 === 0)
    if (leaves) for (const account of open.splice(seed % open.length, 1)) accounts.leave(account)
    else open.push(accounts.enter(of(`account ${seed % 3}`), 1_000))
  }
  for (const account of open) accounts.leave(account)
  for (const id of [0, 1, 2]) expect(accounts.enter(of(`account ${id}`), 1).calls).toBe(1)
})
