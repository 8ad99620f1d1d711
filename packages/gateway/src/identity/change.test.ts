import { expect, it } from 'vitest'
import { changeFrom, type News } from './change.ts'

it('reads what gateways tell one another, and takes what it has no word for as a reason to forget everything', () => {
  const known: News[] = [
    { kind: 'key', keyId: 'key_a' },
    { kind: 'account', accountId: 'acc_a' },
    { kind: 'group', group: 'pro' },
    { kind: 'prices' },
    { kind: 'response', accountId: 'acc_a', responseId: 'resp_a' },
    { kind: 'all' },
  ]
  for (const change of known) expect(changeFrom(JSON.parse(JSON.stringify(change)))).toEqual(change)
  expect(changeFrom({ kind: 'new in a later release' })).toEqual({ kind: 'all' })
  expect(changeFrom({ kind: 'response', accountId: 'acc_a' })).toEqual({ kind: 'all' })
  expect(changeFrom('nonsense')).toBeNull()
})
