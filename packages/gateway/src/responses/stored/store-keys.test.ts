import { describe, expect, it } from 'vitest'
import { isSealed, StoreKeys } from './store-keys.ts'

const keys = new StoreKeys(Buffer.alloc(32, 1))

describe('names and seals', () => {
  it('name the same text alike within an account, and unlike anywhere else', () => {
    const name = keys.nameOf('acc_a', 'item', false, 'text')
    expect(name).toMatch(/^[0-9a-f]{32}$/)
    expect(new StoreKeys(Buffer.alloc(32, 1)).nameOf('acc_a', 'item', false, 'text')).toBe(name)
    const others = [
      keys.nameOf('acc_b', 'item', false, 'text'),
      keys.nameOf('acc_a', 'item', true, 'text'),
      keys.nameOf('acc_a', 'list', false, 'text'),
      keys.nameOf('acc_a', 'item', false, 'text '),
      new StoreKeys(Buffer.alloc(32, 2)).nameOf('acc_a', 'item', false, 'text'),
    ]
    expect(new Set([name, ...others]).size).toBe(6)
  })

  it('open what they sealed, for the same account and unchanged', () => {
    const text = '{"text":"Grüße 👋"}'
    const sealed = keys.seal('acc_a', text)
    expect(isSealed(sealed)).toBe(true)
    expect(keys.seal('acc_a', text)).not.toBe(sealed)
    expect(keys.open('acc_a', sealed)).toBe(text)
    expect(keys.open('acc_a', text)).toBe(text)
    expect(() => keys.open('acc_b', sealed)).toThrow('authenticate data')
    expect(() =>
      keys.open('acc_a', `${sealed.slice(0, 20)}${sealed[20] === 'A' ? 'B' : 'A'}${sealed.slice(21)}`),
    ).toThrow('authenticate data')
    expect(() => new StoreKeys(Buffer.alloc(32, 2)).open('acc_a', sealed)).toThrow('authenticate data')
  })
})
