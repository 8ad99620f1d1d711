import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DialectName, Seal } from './conversation.ts'
import { isEnvelope, lastEnvelope, originAt, SealEnvelope } from './seal-envelope.ts'

const KEY = Buffer.alloc(32, 7)
const envelope = new SealEnvelope(KEY, 'acc_1', 'anthropic/cred_1')
const DIALECTS: readonly DialectName[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
  'bedrock-converse',
]

const originIn = (text: string): string | null => originAt(text, lastEnvelope(text))

describe('an envelope around a seal', () => {
  it('brings back what was put in, with the deployment that made it', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(fc.constantFrom(...DIALECTS), text, text, text, (dialect, data, itemId, origin) => {
        const seal: Seal = { dialect, data, ...(itemId === '' ? {} : { itemId }), ...(origin === '' ? {} : { origin }) }
        const closed = envelope.close(seal)
        expect(isEnvelope(closed)).toBe(true)
        expect(envelope.open(closed, 'gemini')).toEqual({
          origin: 'anthropic/cred_1',
          ...seal,
          ...(origin === '' ? { origin: 'anthropic/cred_1' } : {}),
        })
      }),
    )
  })

  it('is what somebody else would not have: other data is the dialect’s own', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...DIALECTS), (data, own) => {
        fc.pre(!isEnvelope(data))
        expect(envelope.open(data, own)).toEqual({ dialect: own, data })
      }),
    )
  })

  it('opens to nothing for another account or with another key', () => {
    const closed = envelope.close({ dialect: 'gemini', data: 'x' })
    expect(new SealEnvelope(KEY, 'acc_2', 'a').open(closed, 'gemini')).toBeNull()
    expect(new SealEnvelope(Buffer.alloc(32, 8), 'acc_1', 'a').open(closed, 'gemini')).toBeNull()
    expect(envelope.from('gemini/cred_2').open(closed, 'gemini')).toMatchObject({
      data: 'x',
      origin: 'anthropic/cred_1',
    })
    expect(envelope.from('gemini/cred_2').origin).toBe('gemini/cred_2')
  })

  it('survives being decoded and encoded again, in either alphabet, with or without padding (Google’s Python and Go SDKs)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (data) => {
        const closed = envelope.close({ dialect: 'anthropic-messages', data })
        expect(closed).toMatch(/^[\w-]+$/)
        expect(closed.length % 4).toBe(0)
        const bytes = Buffer.from(closed, 'base64url')
        expect(bytes.toString('base64url')).toBe(closed)
        for (const again of [closed, bytes.toString('base64')]) {
          expect(envelope.open(again, 'gemini')).toMatchObject({ dialect: 'anthropic-messages', data })
        }
      }),
    )
  })

  it('is found in a request, with the deployment that it came from', () => {
    const closed = envelope.close({ dialect: 'anthropic-messages', data: 'x'.repeat(20_000) })
    expect(originIn(`{"a":"${closed}"}`)).toBe('anthropic/cred_1')
    const standard = Buffer.from(closed, 'base64url').toString('base64')
    expect(originIn(`{"b":"${envelope.from('b').close({ dialect: 'gemini', data: '' })}","a":"${standard}"}`)).toBe(
      'anthropic/cred_1',
    )
    expect([lastEnvelope('{"a":"c2ln"}')]).toEqual([-1])
  })

  it('opens to nothing once a character of it is another', () => {
    const closed = envelope.close({ dialect: 'gemini', data: 'some signature' })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: closed.length - 1 }),
        fc.constantFrom(...'ABCxyz019-_.'),
        (at, character) => {
          const bent = closed.slice(0, at) + character + closed.slice(at + 1)
          if (bent !== closed && isEnvelope(bent)) expect(envelope.open(bent, 'gemini')).toBeNull()
        },
      ),
    )
  })

  it('that is no more than a beginning opens to nothing', () => {
    const closed = envelope.close({ dialect: 'gemini', data: 'x' })
    for (let length = 12; length < closed.length; length += 1)
      expect(envelope.open(closed.slice(0, length), 'gemini')).toBeNull()
    fc.assert(fc.property(fc.string(), (rest) => envelope.open(closed.slice(0, 12) + rest, 'gemini') === null))
  })
})
