import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeyService } from '../identity/key-service.ts'
import { OPERATOR } from '../identity/principal.ts'
import { openDatabase, type Database } from '../store/database.ts'
import { createJournalReader } from './journal-reader.ts'
import { createJournalWriter } from './journal-writer.ts'
import type { UsageRecord } from './usage-record.ts'

let dir: string
let journal: string
let database: Database

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fairlead-journal-'))
  journal = join(dir, 'journal')
  database = await openDatabase(join(dir, 'fairlead.db'))
})
afterEach(async () => {
  await database[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true, force: true })
})

function recordOf(requestId: string, rest: Partial<UsageRecord> = {}): UsageRecord {
  return {
    requestId,
    startedAtMs: 1_700_000_000_000,
    durationMs: 1234,
    firstByteMs: 120,
    keyId: 'key_abc',
    accountId: 'default',
    endpoint: '/v1/chat/completions',
    model: 'gpt-4o-mini',
    provider: 'openai',
    upstreamModel: 'gpt-4o-mini-2024-07-18',
    status: 200,
    errorCode: '',
    stream: true,
    attempts: 1,
    usage: { input: 100, cacheRead: 20, cacheWrite5m: 30, cacheWrite1h: 4, output: 50, reasoning: 5 },
    estimated: false,
    costNanos: 12_345,
    ...rest,
  }
}

async function storedIds(): Promise<string[]> {
  return (await database.usage.recent({ limit: 100_000 })).map(({ requestId }) => requestId).reverse()
}

describe('the usage journal', () => {
  it('brings every field of every record into the database as it was', async () => {
    const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
    const text = fc.string({ unit: 'binary', maxLength: 60 }).filter((candidate) => candidate.isWellFormed())
    const record: fc.Arbitrary<UsageRecord> = fc.record({
      requestId: text,
      startedAtMs: count,
      durationMs: count,
      firstByteMs: fc.integer({ min: -1 }),
      keyId: text,
      accountId: text,
      endpoint: text,
      model: text,
      provider: text,
      upstreamModel: text,
      status: fc.integer({ min: 200, max: 599 }),
      errorCode: text,
      stream: fc.boolean(),
      attempts: fc.nat(9),
      usage: fc.record({
        input: count,
        cacheRead: count,
        cacheWrite5m: count,
        cacheWrite1h: count,
        output: count,
        reasoning: count,
      }),
      estimated: fc.boolean(),
      costNanos: count,
    })
    const sent: UsageRecord[] = []
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 40 }), async (records) => {
        const writer = createJournalWriter({ dir: journal, instance: 'w1', segmentBytes: 2000 })
        for (const one of records) writer.append(one)
        await writer.close()
        sent.push(...records)
        await createJournalReader({ dir: journal, database, batchRows: 7 }).drain()
        const stored = await database.usage.recent({ limit: records.length })
        expect(stored.toSorted(byId)).toEqual(records.toSorted(byId))
      }),
      { numRuns: 25 },
    )
    expect(await storedIds()).toHaveLength(sent.length)
    expect(readdirSync(journal)).toEqual([])
    expect(await database.usage.positions()).toEqual([])
  })

  it('counts each line once, however often it is read and wherever it was stopped', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1', segmentBytes: 1000 })
    const reader = createJournalReader({ dir: journal, database })
    const sent: string[] = []
    for (let round = 0; round < 20; round++) {
      for (let call = 0; call < 3; call++) {
        sent.push(`req_${round}_${call}`)
        writer.append(recordOf(`req_${round}_${call}`))
      }
      const drained = await Promise.all([reader.drain(), reader.drain()])
      expect(drained).toEqual([3, 0])
      expect(await reader.drain()).toBe(0)
    }
    await writer.close()
    await reader.drain()
    expect(await storedIds()).toEqual(sent)
    expect(readdirSync(journal)).toEqual([])
  })

  it('loses no appended record when its writer is killed, and then deletes the files', async () => {
    const url = (file: string): string => new URL(file, import.meta.url).href
    const program = `
      import { createJournalWriter } from '${url('journal-writer.ts')}'
      const writer = createJournalWriter({ dir: process.argv[1], instance: 'w1', segmentBytes: 20000 })
      const base = ${JSON.stringify(recordOf(''))}
      for (let n = 0; ; n++) { writer.append({ ...base, requestId: 'req_' + n }); process.stdout.write(n + '\\n') ; if (n % 50 === 0) await new Promise((r) => setImmediate(r)) }`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, journal], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let lastSeen = -1
    for await (const line of createInterface({ input: child.stdout })) {
      lastSeen = Number(line)
      if (lastSeen >= 500) break
    }
    const reader = createJournalReader({ dir: journal, database })
    await reader.drain()
    expect(readdirSync(journal).length).toBeGreaterThan(0)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await reader.drain()
    const ids = await storedIds()
    expect(ids.length).toBeGreaterThan(lastSeen)
    expect(ids).toEqual(ids.map((_, index) => `req_${index}`))
    expect(readdirSync(journal)).toEqual([])
  })

  it('reads a line that is being written only when it is whole', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    writer.append(recordOf('req_1'))
    writer.append(recordOf('req_2'))
    const file = join(journal, readdirSync(journal)[0]!)
    const whole = readFileSync(file)
    truncateSync(file, statSync(file).size - 10)
    const reader = createJournalReader({ dir: journal, database })
    expect(await reader.drain()).toBe(1)
    appendFileSync(file, whole.subarray(-10))
    expect(await reader.drain()).toBe(1)
    expect(await storedIds()).toEqual(['req_1', 'req_2'])
    await writer.close()
  })

  it('passes over lines that make no sense, and says how many', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    const file = join(journal, readdirSync(journal)[0]!)
    writer.append(recordOf('req_1'))
    appendFileSync(file, 'half a line\t12\n\n\u0000\u0000\nreq\t1\t2\t3\t4\t5\t6\t7\tx\tk\ta\te\n')
    writer.append(recordOf('req_2'))
    const malformed: number[] = []
    await createJournalReader({ dir: journal, database, onMalformed: (count) => malformed.push(count) }).drain()
    expect(malformed).toEqual([3])
    expect(await storedIds()).toEqual(['req_1', 'req_2'])
    await writer.close()
  })

  it('gets past garbage without an end', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    appendFileSync(join(journal, readdirSync(journal)[0]!), `${'x'.repeat(500_000)}\n`)
    writer.append(recordOf('req_1'))
    await createJournalReader({ dir: journal, database, batchRows: 10 }).drain()
    expect(await storedIds()).toEqual(['req_1'])
    await writer.close()
  })

  it('stays where it is while the database refuses it, and comes in afterwards', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    for (let n = 0; n < 100; n++) writer.append(recordOf(`req_${n}`, { model: `new-model-${n % 7}` }))
    await writer.close()
    const other = new DatabaseSync(join(dir, 'fairlead.db'))
    // Refuses the last row and keeps what the statement did before it, as a disk that fills up does.
    other.exec(`CREATE TRIGGER full BEFORE INSERT ON usage_records WHEN NEW.request_id = 'req_99'
      BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END`)
    const reader = createJournalReader({ dir: journal, database })
    await expect(reader.drain()).rejects.toThrow('full')
    await expect(reader.drain()).rejects.toThrow('full')
    expect(await storedIds()).toEqual([])
    expect(readdirSync(journal)).toHaveLength(1)
    other.exec('DROP TRIGGER full')
    other.close()
    expect(await reader.drain()).toBe(100)
    expect(new Set((await database.usage.recent({ limit: 100 })).map(({ model }) => model)).size).toBe(7)
    expect(readdirSync(journal)).toEqual([])
  })

  it('lets only one of two readers bring in the same lines', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    for (let n = 0; n < 50; n++) writer.append(recordOf(`req_${n}`))
    const outcomes = await Promise.allSettled([1, 2].map(() => createJournalReader({ dir: journal, database }).drain()))
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
    expect(await storedIds()).toHaveLength(50)
    await writer.close()
  })

  it('never reads a segment again whose position outlived its file', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    writer.append(recordOf('req_1'))
    const reader = createJournalReader({ dir: journal, database })
    await reader.drain()
    expect(await database.usage.positions()).toHaveLength(1)
    await writer.close()
    for (const file of readdirSync(journal)) rmSync(join(journal, file))
    await reader.drain()
    expect(await database.usage.positions()).toEqual([])
    // A writer's files have a name of their own, even for the same worker.
    const again = createJournalWriter({ dir: journal, instance: 'w1' })
    again.append(recordOf('req_2'))
    await again.close()
    await reader.drain()
    expect(await storedIds()).toEqual(['req_1', 'req_2'])
  })

  it('leaves files alone that are not its own', async () => {
    createJournalWriter({ dir: journal, instance: 'w1' })
    writeFileSync(join(journal, 'notes.txt'), 'hello')
    await createJournalReader({ dir: journal, database, isAlive: () => false }).drain()
    expect(readdirSync(journal)).toEqual(['notes.txt'])
  })

  it('keeps records in memory while the disk refuses them', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1', segmentBytes: 1 })
    writer.append(recordOf('req_1'))
    rmSync(journal, { recursive: true })
    writer.append(recordOf('req_2'))
    writer.append(recordOf('req_3'))
    expect(writer.backlogBytes).toBeGreaterThan(0)
    mkdirSync(journal)
    writer.append(recordOf('req_4'))
    expect(writer.backlogBytes).toBe(0)
    await writer.close()
    await createJournalReader({ dir: journal, database }).drain()
    expect(await storedIds()).toEqual(['req_2', 'req_3', 'req_4'])
  })

  it('notes when a key was last used', async () => {
    const keys = createKeyService({ database, pepper: Buffer.alloc(32), keyPrefix: 'sk-fl-', now: Date.now })
    const { record } = await keys.create({ name: 'used', maker: OPERATOR })
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    writer.append(recordOf('req_1', { keyId: record.keyId, startedAtMs: 1_800_000_000_000 }))
    await writer.close()
    await createJournalReader({ dir: journal, database }).drain()
    expect((await keys.list(OPERATOR)).records[0]?.lastUsedAtMs).toBe(1_800_000_000_000)
  })
})

function byId(left: UsageRecord, right: UsageRecord): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1
}
