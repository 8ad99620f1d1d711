import { hasPostgres, postgres } from '@fairlead/testkit/services.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Change, ChangeStore, News, NumberedChange } from '../identity/change.ts'
import { openDatabase, type Database } from '../store/database.ts'
import { Instances } from './instances.ts'
import { Invalidation } from './invalidation.ts'

const log = pino({ level: 'silent' })
const KEY: Change = { kind: 'key', keyId: 'key_1' }

/** A table in memory, with a clock and faults of its own. */
class TestStore implements ChangeStore {
  nowMs = 1_000_000
  down = false
  readonly rows: (NumberedChange & { readonly atMs: number })[] = []

  async insert(change: News, atMs = this.nowMs): Promise<void> {
    if (this.down) throw new Error('down')
    this.rows.push({ id: `row ${this.rows.length}`, change, atMs })
    await Promise.resolve()
  }

  async since(sinceMs: number): Promise<{ nowMs: number; changes: NumberedChange[] }> {
    if (this.down) throw new Error('down')
    return await Promise.resolve({ nowMs: this.nowMs, changes: this.rows.filter(({ atMs }) => atMs >= sinceMs) })
  }

  async prune(): Promise<void> {
    await Promise.resolve()
  }
}

function listener(store: ChangeStore): { readonly told: News[]; readonly invalidation: Invalidation } {
  const told: News[] = []
  return { told, invalidation: new Invalidation({ store, tell: (change) => told.push(change), log }) }
}

describe('Invalidation', () => {
  it('tells its own workers at once, also when the database is gone, and the others when it is back', async () => {
    const store = new TestStore()
    const here = listener(store)
    const there = listener(store)
    await there.invalidation.look()
    store.down = true
    await here.invalidation.publish(KEY)
    expect(here.told).toEqual([KEY])
    store.down = false
    await here.invalidation.look()
    await there.invalidation.look()
    expect(there.told).toEqual([KEY])
  })

  it('tells of each row once, and of one that was committed late as well', async () => {
    const store = new TestStore()
    const { told, invalidation } = listener(store)
    await invalidation.look()
    await store.insert(KEY)
    store.nowMs += 500
    await invalidation.look()
    await invalidation.look()
    expect(told).toEqual([KEY])
    // Its transaction began before the last look, and ended after it.
    await store.insert({ kind: 'group', group: 'pro' }, store.nowMs - 400)
    store.nowMs += 500
    await invalidation.look()
    expect(told).toEqual([KEY, { kind: 'group', group: 'pro' }])
  })

  it('forgets everything when rows may have gone before it could read them', async () => {
    const store = new TestStore()
    const { told, invalidation } = listener(store)
    await invalidation.look()
    store.nowMs += 3_600_000
    await invalidation.look()
    expect(told).toEqual([{ kind: 'all' }])
  })

  it('takes a change that it has no word for as a change of everything, and no change for none', () => {
    const { told, invalidation } = listener(new TestStore())
    invalidation.heard({ kind: 'tenant', tenantId: 'x' })
    invalidation.heard('nonsense')
    invalidation.heard(null)
    expect(told).toEqual([{ kind: 'all' }])
  })
})

const KINDS = ['sqlite', ...(hasPostgres() ? (['postgres'] as const) : [])] as const
describe.each(KINDS)('on %s', (kind) => {
  let dir: string
  let database: Database
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fairlead-cluster-'))
    const server = kind === 'postgres' ? await postgres() : null
    const place = server === null ? { file: join(dir, 'fairlead.db') } : { url: await server.createDatabase() }
    database = await openDatabase(place)
  })
  afterEach(async () => {
    await database[Symbol.asyncDispose]()
    rmSync(dir, { recursive: true, force: true })
  })

  it('a change reaches whoever reads the table, and is gone after its time', async () => {
    const { told, invalidation } = listener(database.changes)
    await invalidation.look()
    await database.changes.insert(KEY)
    await invalidation.look()
    expect(told).toEqual([KEY])
    const { nowMs } = await database.changes.since(0)
    expect(Math.abs(nowMs - Date.now())).toBeLessThan(5_000)
    await database.changes.prune(nowMs + 1)
    expect((await database.changes.since(0)).changes).toEqual([])
  })

  it('an instance is seen while it lives', async () => {
    const first = new Instances({ store: database.instances, shared: kind === 'postgres', log })
    const view = await first.list()
    expect(view.instances).toMatchObject([{ instanceId: first.self, pid: process.pid }])
    expect(view.instances[0]!.seenAtMs).toBe(view.nowMs)
    if (kind === 'sqlite') return
    const second = new Instances({ store: database.instances, shared: true, log })
    await second.list()
    expect((await first.list()).instances.map(({ instanceId }) => instanceId)).toEqual([first.self, second.self])
    expect(first.live).toBe(2)
    await second[Symbol.asyncDispose]()
    expect((await first.list()).instances).toHaveLength(1)
    expect(first.live).toBe(1)
    await first[Symbol.asyncDispose]()
  })
})

describe('Instances', () => {
  it('remembers how many there were when nobody can be asked', () => {
    const store = {
      beat: async () => await Promise.reject(new Error('down')),
      remove: async () => await Promise.resolve(),
    }
    const instances = new Instances({ store, shared: true, log })
    expect(instances.live).toBe(1)
    instances.heardFromRedis(3)
    expect(instances.live).toBe(3)
  })
})
