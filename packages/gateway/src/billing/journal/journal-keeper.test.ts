import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeSync } from 'node:fs'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { usageRecord } from '../../store/__fixtures__/usage-rows.ts'
import { JournalKeeper } from './journal-keeper.ts'
import { parseJournalLines } from './journal-line.ts'
import { instanceIsAlive, instanceName } from './journal-liveness.ts'
import type { JournalRow } from '../usage/usage-store.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fairlead-keeper-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

it('says that it is not well while the disk refuses, keeps what ends meanwhile, and comes back by itself', async () => {
  let room = Infinity
  const changes: boolean[] = []
  const log = { error: vi.fn(), warn: vi.fn() }
  await using keeper: JournalKeeper = new JournalKeeper({
    dir,
    instance: 'w1',
    log,
    onChange: () => changes.push(keeper.isWell),
    // As a disk that is nearly full: the last write that fits is half a line.
    write(fd, text) {
      if (room === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      const taken = writeSync(fd, Buffer.from(text).subarray(0, room))
      room -= taken
      return taken
    },
  })
  keeper.record(usageRecord({ requestId: 'req_0' }))
  const second = keeper.begin(usageRecord({ requestId: 'req_2', errorCode: 'interrupted' }))
  room = 100
  keeper.record(usageRecord({ requestId: 'req_1' }))
  expect(keeper.isWell).toBe(false)
  expect(changes).toEqual([false])
  keeper.record(usageRecord({ requestId: 'req_2' }), second)
  expect(keeper.backlogBytes).toBeGreaterThan(100)
  room = Infinity
  await vi.waitUntil(() => changes.length === 2)
  expect(changes).toEqual([false, true])
  expect(keeper.isWell).toBe(true)
  expect(log.error).toHaveBeenCalledTimes(1)
  keeper.record(usageRecord({ requestId: 'req_3' }))
  const rows: JournalRow[] = []
  const [name = ''] = readdirSync(dir)
  parseJournalLines(readFileSync(join(dir, name), 'utf8'), rows)
  expect(rows.map(({ requestId }) => requestId)).toEqual(['req_0', 'req_1', 'req_2', 'req_3'])
})

it('writes what is given back after the captures that wait for their turn, and says when it could not', async () => {
  let full = false
  await using keeper = new JournalKeeper({
    dir,
    instance: 'w1',
    log: { error: vi.fn(), warn: vi.fn() },
    write(fd, text) {
      if (full) throw new Error('no space left on device')
      return writeSync(fd, text)
    },
  })
  keeper.record(usageRecord({ sliceId: 'sl_1', paidNanos: 5 }), null, () => {})
  expect(keeper.giveBack('sl_1', 7)).toBe(true)
  const [name = ''] = readdirSync(dir)
  expect(name.startsWith(keeper.instance)).toBe(true)
  const [capture, given] = readFileSync(join(dir, name), 'utf8').split('\n')
  expect(capture).toContain('sl_1')
  expect(given).toBe('\\<sl_1\t7\x7f')
  full = true
  // It waits in memory like any line, until there is no room for it either.
  expect(keeper.giveBack('sl_1', 1)).toBe(true)
  expect(keeper.isWell).toBe(false)
  let last = true
  for (let n = 0; n < 50_000 && last; n++) last = keeper.giveBack('sl_'.padEnd(250, '1'), 1)
  expect(last).toBe(false)
  full = false
})

it('writes the lines of one turn of the event loop at once, and lets their replies go only then', async () => {
  const writes: string[] = []
  await using keeper = new JournalKeeper({
    dir,
    instance: 'w1',
    log: { error: vi.fn(), warn: vi.fn() },
    write(fd, text) {
      writes.push(text)
      return writeSync(fd, text)
    },
  })
  const replies: string[] = []
  const ended = Promise.withResolvers<void>()
  for (const requestId of ['req_0', 'req_1', 'req_2']) {
    keeper.record(usageRecord({ requestId }), null, () => {
      expect(writes).toHaveLength(1)
      if (replies.push(requestId) === 3) ended.resolve()
    })
  }
  expect([writes, replies]).toEqual([[], []])
  await ended.promise
  expect(replies).toEqual(['req_0', 'req_1', 'req_2'])
  // One that cannot wait takes along those that can.
  keeper.record(usageRecord({ requestId: 'req_3' }), null, () => {})
  keeper.record(usageRecord({ requestId: 'req_4' }))
  expect(writes).toHaveLength(2)
  expect(writes[1]).toMatch(/^req_3\t.*\nreq_4\t.*\n$/)
})

it('writes no line twice when the disk takes a part of several', async () => {
  for (let room = 0; room < 700; room += 13) {
    const dirOfRoom = join(dir, String(room))
    let left = room
    await using keeper = new JournalKeeper({
      dir: dirOfRoom,
      instance: 'w1',
      log: { error: vi.fn(), warn: vi.fn() },
      write(fd, text) {
        const taken = writeSync(fd, Buffer.from(text).subarray(0, left))
        left -= taken
        return taken
      },
    })
    const replies = [0, 1, 2].map((n) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      keeper.record(usageRecord({ requestId: `req_${n}`, model: 'größer' }), null, resolve)
      return promise
    })
    await Promise.all(replies)
    left = Infinity
    await vi.waitUntil(() => keeper.isWell, { interval: 5 })
    const rows: JournalRow[] = []
    const [name = ''] = readdirSync(dirOfRoom)
    parseJournalLines(readFileSync(join(dirOfRoom, name), 'utf8'), rows)
    expect(rows.map(({ requestId }) => requestId)).toEqual(['req_0', 'req_1', 'req_2'])
  }
})

it('does not throw when its memory is full too, and says what was lost', async () => {
  const log = { error: vi.fn(), warn: vi.fn() }
  await using keeper = new JournalKeeper({
    dir,
    instance: 'w1',
    log,
    write() {
      throw new Error('no space left on device')
    },
  })
  for (let n = 0; n < 90_000; n++) keeper.record(usageRecord({ requestId: `req_${n}` }))
  expect(keeper.backlogBytes).toBeLessThanOrEqual(8 * 1024 * 1024)
  expect(log.error.mock.calls.at(-1)?.[0]).toMatchObject({ lines: expect.stringMatching(/^req_89999\t/) })
})

it('tells a process from a later one that got the same id', () => {
  const name = instanceName('w1')
  expect(instanceIsAlive(name)).toBe(true)
  expect(instanceIsAlive(`w1-${process.pid}-t1-0123456789`)).toBe(process.platform !== 'linux')
  expect(instanceIsAlive('w1-4194305-t1-0123456789')).toBe(false)
  // As the release before named them.
  expect(instanceIsAlive(`w1-${process.pid}-0123456789`)).toBe(true)
})
