// A POST that is sent again with the same Idempotency-Key does nothing more, and is answered the same.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { startControl, type TestControl } from './support/control-app.ts'

let control: TestControl
let key: string
beforeEach(async () => {
  control = await startControl()
  key = (await control.makeKey()).key
})
afterEach(() => control[Symbol.asyncDispose]())

const make = (idempotencyKey: string, body: unknown = { name: 'one' }, token = key) =>
  control.call('/api/auth', { method: 'POST', token, body, headers: { 'idempotency-key': idempotencyKey } })
const count = async () => (await control.call('/api/auth', { token: key })).json.data.length

it('makes one key for a request that is repeated, and shows it again', async () => {
  const first = await make('a-1')
  const again = await make('a-1')
  expect([first.status, again.status]).toEqual([201, 201])
  expect(again.json).toEqual(first.json)
  expect([first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')]).toEqual([null, 'true'])
  expect(await count()).toBe(2)
  expect((await make('a-2')).json.id).not.toBe(first.json.id)
})

it('refuses the same key for another request', async () => {
  await make('a-1')
  const other = await make('a-1', { name: 'two' })
  expect([other.status, other.json.error]).toMatchObject([409, { code: 'conflict', param: 'Idempotency-Key' }])
  const id = (await control.call('/api/auth', { token: key })).json.data[0].id
  const elsewhere = await control.call(`/api/auth/${id}/rotate`, {
    method: 'POST',
    token: key,
    body: { name: 'one' },
    headers: { 'idempotency-key': 'a-1' },
  })
  expect(elsewhere.status).toBe(400)
})

it('makes one key for many requests at once; who comes too early is told to ask again', async () => {
  const replies = await Promise.all(Array.from({ length: 10 }, () => make('a-1')))
  const made = replies.filter(({ status }) => status === 201)
  expect(new Set(made.map(({ json }) => json.id)).size).toBe(1)
  for (const { status, headers } of replies.filter((one) => !made.includes(one)))
    expect([status, headers.get('retry-after')]).toEqual([409, '1'])
  expect(await count()).toBe(2)
})

it('forgets a request that failed, and everything after a day', async () => {
  expect((await make('a-1', { name: 'x', expires_in: -1 })).status).toBe(400)
  const wish = { name: 'x', account: 'acc_none' }
  expect((await make('a-2', wish)).status).toBe(403)
  const first = await make('a-2', { name: 'x' })
  expect(first.status).toBe(201)
  control.world.nowMs += 25 * 3_600_000
  expect((await make('a-2', { name: 'x' })).json.id).not.toBe(first.json.id)
})

it('keeps answers apart by who asked, and unreadable to whoever has the database', async () => {
  const first = await make('a-1')
  const sibling = await control.makeKey()
  expect((await make('a-1', undefined, sibling.key)).json.id).not.toBe(first.json.id)
  using database = new DatabaseSync(join(control.dir, 'fairlead.db'), { readOnly: true })
  const rows = database.prepare('select * from repeatable_requests').all()
  expect(rows).toHaveLength(2)
  expect(JSON.stringify(rows)).not.toMatch(/a-1|sk-fl|key_/)
  expect(Buffer.from(String(rows[0]?.['sealed']), 'base64').toString('latin1')).not.toContain('sk-fl')
})

it('takes only keys that are plain text of a sensible length', async () => {
  expect((await make('x'.repeat(256))).status).toBe(400)
  expect((await make('x'.repeat(255))).status).toBe(201)
})
