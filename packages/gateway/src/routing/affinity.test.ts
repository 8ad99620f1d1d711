import { expect, test } from 'vitest'

import { AFFINITY_FIELDS, affinityKeyOf } from './affinity.ts'

test('believes the fields in their order, and fields before headers', () => {
  for (const [index, name] of AFFINITY_FIELDS.entries()) {
    const fields = Object.fromEntries(AFFINITY_FIELDS.slice(index).map((field) => [field, `of ${field}`]))
    expect(affinityKeyOf(fields, { session_id: 'header' })).toBe(`of ${name}`)
  }
})

test.each([
  'session_id',
  'session-id',
  'x-session-id',
  'x-claude-code-session-id',
  'x-acme-session_id',
  'conversation_id',
  'x-session-affinity',
])('knows a conversation by the header %s', (name) => {
  expect(affinityKeyOf({}, { host: 'gateway.test', 'x-request-id': 'r', [name]: 's-1' })).toBe('s-1')
})

test('finds none in ordinary headers', () => {
  const headers = {
    'x-request-id': 'r',
    'x-stainless-retry-count': '0',
    'x-sessionid': 'a',
    'x-obsession-identity': 'b',
  }
  expect(affinityKeyOf({}, headers)).toBeNull()
})

test('passes over what is empty, and cuts what is endless', () => {
  expect(affinityKeyOf({ session_id: '', user: 'u' }, {})).toBe('u')
  expect(affinityKeyOf({}, { 'x-session-id': ['first', 'second'] })).toBe('first')
  expect(affinityKeyOf({ user: 'x'.repeat(5_000) }, {})?.length).toBe(256)
})
