import { expect, it } from 'vitest'
import type { TicketStore } from './ticket-store.ts'
import { createTickets, textOf } from './ticket.ts'

const KEY = Buffer.alloc(32, 1)

function memory(): TicketStore {
  const spent = new Set<string>()
  return {
    spend: async (digest) => !spent.has(digest) && spent.add(digest).has(digest),
    prune: async () => {},
  }
}

it('opens for its kind, this gateway and its time, and is spent once', async () => {
  let nowMs = 0
  const now = (): number => nowMs
  const tickets = createTickets({ key: KEY, now })
  const text = tickets.issue('second-factor', { personId: 'per_a' })
  expect(text).toMatch(/^[\w-]+$/)
  expect(Buffer.from(text, 'base64url').toString('latin1')).not.toContain('per_a')
  const opened = tickets.read('second-factor', text)
  expect(opened === null ? '' : textOf(opened, 'personId')).toBe('per_a')

  expect(tickets.read('passkey-log-in', text)).toBeNull()
  expect(createTickets({ key: Buffer.alloc(32, 2), now }).read('second-factor', text)).toBeNull()
  for (const bent of [
    null,
    '',
    'x',
    text.slice(1),
    `${text}=`,
    `${text}AAAA`,
    text.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
  ])
    expect(tickets.read('second-factor', bent)).toBeNull()

  const store = memory()
  await tickets.redeem('second-factor', text, store)
  await expect(tickets.redeem('second-factor', text, store)).rejects.toMatchObject({ tableCode: 'invalid_api_key' })
  nowMs = 10 * 60_000
  expect(tickets.read('second-factor', text)).toBeNull()
})
