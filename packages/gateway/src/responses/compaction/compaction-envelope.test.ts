import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CompactionEnvelope, hasCompactionEnvelope, isCompactionEnvelope } from './compaction-envelope.ts'
import { NO_NOTES, type CompactionPayload } from './payload.ts'

const payload: CompactionPayload = {
  version: 1,
  head: ['{"type":"message","role":"developer","content":"Be brief."}'],
  notes: {
    ...NO_NOTES,
    summary: 'The vault is in Brno. 🔐',
    record: [{ by: 'user', kind: 'user', text: 'Hi' }],
    condensed: 3,
  },
  tail: [],
  covers: ['abcdefghijkl'],
  native: { origin: 'openai/1', credential: 'c', id: 'cmp_1', encryptedContent: 'gAAAA' },
}

it('opens for the account that it was closed for, in any process with the key', () => {
  const key = randomBytes(32)
  const text = new CompactionEnvelope(key).close('acc_1', payload)
  expect(text).toMatch(/^[A-Za-z0-9_-]+$/)
  expect(new CompactionEnvelope(key).open('acc_1', text)?.payload).toEqual(payload)
  expect(new CompactionEnvelope(key).open('acc_2', text)).toBeNull()
  expect(new CompactionEnvelope(randomBytes(32)).open('acc_1', text)).toBeNull()
})

it('says nothing of what is in it, and never the same twice', () => {
  const envelope = new CompactionEnvelope(randomBytes(32))
  const text = envelope.close('acc_1', payload)
  expect(Buffer.from(text, 'base64').toString('latin1')).not.toMatch(/vault|Brno|Be brief/)
  expect(envelope.close('acc_1', payload)).not.toBe(text)
})

it('is known by its beginning, alone and in a body', () => {
  const text = new CompactionEnvelope(randomBytes(32)).close('acc_1', payload)
  expect([isCompactionEnvelope(text), isCompactionEnvelope('gAAAAABoISQ24OyVRYbk')]).toEqual([true, false])
  const body = (content: string): Buffer => Buffer.from(JSON.stringify({ input: [{ encrypted_content: content }] }))
  expect([hasCompactionEnvelope(body(text)), hasCompactionEnvelope(body('other'))]).toEqual([true, false])
})

it('whatever is changed in it, it opens to nothing', () => {
  const envelope = new CompactionEnvelope(randomBytes(32))
  const text = envelope.close('acc_1', payload)
  fc.assert(
    fc.property(fc.nat(text.length * 6 - 1), (bit) => {
      const bytes = Buffer.from(text, 'base64')
      const at = bit % (bytes.length * 8)
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7))
      const changed = bytes.toString('base64url')
      expect(isCompactionEnvelope(changed) ? envelope.open('acc_1', changed) : null).toBeNull()
    }),
  )
  for (const cut of [0, 12, 30, text.length - 1]) expect(envelope.open('acc_1', text.slice(0, cut))).toBeNull()
})
