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
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeyService } from '../../identity/key-service.ts'
import { OPERATOR } from '../../identity/principal.ts'
import { describeEachDatabase, kyselyOn } from '../../store/__fixtures__/each-database.ts'
import type { Database, DatabasePlace } from '../../store/database.ts'
import { createJournalReader, type JournalReader } from './journal-reader.ts'
import { createJournalWriter } from './journal-writer.ts'
import { journalDirectoryName } from './journal-directory.ts'
import { tokenUsage } from '../../core/token-usage.ts'
import type { StoredUsageRecord, UsageRecord } from '../usage/usage-record.ts'
import type { JournalPosition } from '../usage/usage-store.ts'

let dir: string
let journal: string
let place: DatabasePlace
let database: Database

function recordOf(requestId: string, rest: Partial<UsageRecord> = {}): UsageRecord {
  return {
    requestId,
    startedAtMs: 1_700_000_000_000,
    durationMs: 1234,
    firstByteMs: 120,
    keyId: 'key_abc',
    accountId: 'default',
    group: 'free',
    endpoint: '/v1/chat/completions',
    model: 'gpt-4o-mini',
    provider: 'openai',
    upstreamModel: 'gpt-4o-mini-2024-07-18',
    status: 200,
    errorCode: '',
    stream: true,
    attempts: 1,
    trail: [],
    usage: tokenUsage({ input: 100, cacheRead: 20, cacheWrite5m: 30, cacheWrite1h: 4, output: 50, reasoning: 5 }),
    estimated: false,
    costNanos: 12_345,
    providerCostNanos: 11_000,
    priceText: 'i150o600',
    sliceId: '',
    paidNanos: 0,
    heldNanos: 0,
    ...rest,
  }
}

function segments(): readonly string[] {
  return readdirSync(journal).filter((name) => name.endsWith('.journal'))
}

async function positions(): Promise<readonly JournalPosition[]> {
  return await database.usage.positions(journalDirectoryName(journal))
}

/** The rows are committed, and the process ends before the files are gone. */
function dyingReader(): JournalReader {
  const { usage } = database
  return createJournalReader({
    dir: journal,
    database: {
      usage: {
        position: (...args) => usage.position(...args),
        positions: (...args) => usage.positions(...args),
        append: (...args) => usage.append(...args),
        forget: (...args) => usage.forget(...args),
        flush: () => Promise.reject(new Error('died')),
      },
    },
    isAlive: () => false,
  })
}

async function storedIds(): Promise<string[]> {
  return (await database.usage.recent({ limit: 100_000 })).map(({ requestId }) => requestId).reverse()
}

describeEachDatabase('the usage journal', (open) => {
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fairlead-journal-'))
    journal = join(dir, 'journal')
    place = await open.place()
    database = await open(place)
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  it('brings every field of every record into the database as it was', async () => {
    const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
    // PostgreSQL has no NUL, and gets another character for it.
    const text = fc
      .string({ unit: 'binary', maxLength: 60 })
      .filter((candidate) => candidate.isWellFormed() && (open.kind === 'sqlite' || !candidate.includes('\0')))
    const note = fc
      .record({
        provider: text,
        outcome: text,
        durationMs: fc.nat(),
        credential: text,
        startMs: fc.nat(),
        upstreamModel: text,
      })
      .map((one) => ({ ...one, credential: one.credential || one.provider }))
    const record: fc.Arbitrary<UsageRecord> = fc.record({
      requestId: text,
      startedAtMs: count,
      durationMs: count,
      firstByteMs: fc.integer({ min: -1 }),
      keyId: text,
      accountId: text,
      group: text,
      endpoint: text,
      model: text,
      provider: text,
      upstreamModel: text,
      status: fc.integer({ min: 200, max: 599 }),
      errorCode: text,
      stream: fc.boolean(),
      attempts: fc.nat(9),
      trail: fc.array(note, { maxLength: 3 }),
      usage: fc.record({
        input: count,
        cacheRead: count,
        cacheWrite5m: count,
        cacheWrite1h: count,
        output: count,
        reasoning: count,
        audioInput: count,
        imageInput: count,
        audioOutput: count,
        imageOutput: count,
        images: count,
        webSearches: count,
        serviceTier: text,
      }),
      estimated: fc.boolean(),
      costNanos: count,
      providerCostNanos: count,
      priceText: fc.oneof(text, fc.string({ minLength: 400, maxLength: 500 })),
      sliceId: fc.constant(''),
      paidNanos: count,
      heldNanos: count,
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
        expect(stored.toSorted(byId)).toEqual(records.map(asStored).toSorted(byId))
      }),
      { numRuns: 25 },
    )
    expect(await storedIds()).toHaveLength(sent.length)
    expect(segments()).toEqual([])
    expect(await positions()).toEqual([])
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
    expect(segments()).toEqual([])
  })

  it('loses no appended record when its writer is killed, and then deletes the files', async () => {
    const url = (file: string): string => new URL(file, import.meta.url).href
    const program = `
      import { createJournalWriter } from '${url('journal-writer.ts')}'
      const writer = createJournalWriter({ dir: process.argv[1], instance: 'w1', segmentBytes: 20000 })
      const base = ${JSON.stringify(recordOf(''))}
      for (let n = 0; ; n++) { writer.append({ ...base, requestId: 'req_' + n }); process.stdout.write(n + '\\n') ; if (n % 50 === 0) await new Promise((r) => setTimeout(r, 2)) }`
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
    expect(segments().length).toBeGreaterThan(0)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await reader.drain()
    const ids = await storedIds()
    expect(ids.length).toBeGreaterThan(lastSeen)
    expect(ids).toEqual(ids.map((_, index) => `req_${index}`))
    expect(segments()).toEqual([])
  })

  it('leaves to the next run what is written during this one, however busy the worker is', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    writer.append(recordOf('req_1'))
    const { usage } = database
    let runs = 0
    const reader = createJournalReader({
      dir: journal,
      isAlive: () => true,
      database: {
        usage: {
          position: (...args) => usage.position(...args),
          positions: (...args) => usage.positions(...args),
          append: async (...args) => {
            if (++runs > 5) throw new Error('one run that never ends')
            writer.append(recordOf(`req_${runs + 1}`))
            await usage.append(...args)
          },
          forget: (...args) => usage.forget(...args),
          flush: () => usage.flush(),
        },
      },
    })
    expect(await reader.drain()).toBe(1)
    expect(await storedIds()).toEqual(['req_1'])
    expect(await reader.drain()).toBe(1)
    expect(await storedIds()).toEqual(['req_1', 'req_2'])
    await writer.close()
  })

  it('reads a line that is being written only when it is whole', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    writer.append(recordOf('req_1'))
    writer.append(recordOf('req_2'))
    const file = join(journal, segments()[0]!)
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
    const file = join(journal, segments()[0]!)
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
    appendFileSync(join(journal, segments()[0]!), `${'x'.repeat(500_000)}\n`)
    writer.append(recordOf('req_1'))
    await createJournalReader({ dir: journal, database, batchRows: 10 }).drain()
    expect(await storedIds()).toEqual(['req_1'])
    await writer.close()
  })

  it('reads what is more than one piece of work, whatever lies on the seams', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    // Of four bytes a character, so that a seam in the middle of one would show.
    const record = (n: number): UsageRecord => recordOf(`req_${n}`, { model: '\u{1f6a2}'.repeat(n % 40) })
    for (let n = 0; n < 600; n++) writer.append(record(n))
    appendFileSync(join(journal, segments()[0]!), `${'x'.repeat(120_000)}\n`)
    for (let n = 600; n < 1200; n++) writer.append(record(n))
    await writer.close()
    const malformed: number[] = []
    const reader = createJournalReader({ dir: journal, database, onMalformed: (count) => malformed.push(count) })
    expect(await reader.drain()).toBe(1200)
    expect(malformed).toEqual([1])
    const stored = (await database.usage.recent({ limit: 2000 })).toReversed()
    expect(stored.map(({ requestId, model }) => [requestId, model])).toEqual(
      Array.from({ length: 1200 }, (_, n) => [record(n).requestId, record(n).model]),
    )
  })

  it('stays where it is while the database refuses it, and comes in afterwards', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    for (let n = 0; n < 100; n++) writer.append(recordOf(`req_${n}`, { model: `new-model-${n % 7}` }))
    await writer.close()
    await refuseRow('req_99')
    const reader = createJournalReader({ dir: journal, database })
    await expect(reader.drain()).rejects.toThrow('full')
    await expect(reader.drain()).rejects.toThrow('full')
    expect(await storedIds()).toEqual([])
    expect(segments()).toHaveLength(1)
    await letRowsIn()
    expect(await reader.drain()).toBe(100)
    expect(new Set((await database.usage.recent({ limit: 100 })).map(({ model }) => model)).size).toBe(7)
    expect(segments()).toEqual([])
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
    expect(await positions()).toHaveLength(1)
    await writer.close()
    for (const file of segments()) rmSync(join(journal, file))
    await reader.drain()
    expect(await positions()).toEqual([])
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
    expect(readdirSync(journal).sort()).toEqual(['directory-name', 'notes.txt'])
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

  it('gives replies that had begun a row when their worker died, once, through any number of segments', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1', segmentBytes: 700 })
    const begun = Array.from({ length: 12 }, (_, n) => `req_begun_${n}`)
    const beginnings = begun.map((id) => {
      const beginning = writer.begin(recordOf(id, { errorCode: 'interrupted' }))
      writer.append(recordOf(`other_${id}`))
      return beginning
    })
    const ended = begun.filter((_, n) => n % 3 === 0)
    for (const id of ended) writer.append(recordOf(id), beginnings[begun.indexOf(id)] ?? null)
    await writer.sync()
    const others = begun.map((id) => `other_${id}`)
    await createJournalReader({ dir: journal, database }).drain()
    expect((await storedIds()).toSorted()).toEqual([...others, ...ended].toSorted())
    expect(segments().length).toBeLessThan(10)

    await expect(dyingReader().drain()).rejects.toThrow('died')
    const reader = createJournalReader({ dir: journal, database, isAlive: () => false })
    expect(await reader.drain()).toBe(0)
    expect((await storedIds()).toSorted()).toEqual([...others, ...begun].toSorted())
    const interrupted = (await database.usage.recent({ limit: 100 })).filter(({ errorCode }) => errorCode !== '')
    expect(interrupted.map(({ requestId }) => requestId).toSorted()).toEqual(
      begun.filter((id) => !ended.includes(id)).toSorted(),
    )
    expect(segments()).toEqual([])
    expect(await positions()).toEqual([])
  })

  it('keeps a segment without an end when it is closed while replies are open', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    writer.begin(recordOf('req_1', { errorCode: 'interrupted' }))
    await writer.close()
    await createJournalReader({ dir: journal, database, isAlive: () => true }).drain()
    expect(segments()).toHaveLength(1)
    expect(await createJournalReader({ dir: journal, database, isAlive: () => false }).drain()).toBe(1)
    expect(await storedIds()).toEqual(['req_1'])
  })

  it('takes what a power cut left: any number of whole lines, and never half of one', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    for (let n = 0; n < 8; n++) {
      const beginning = writer.begin(recordOf(`req_${n}`, { errorCode: 'interrupted' }))
      const trail = [{ provider: 'a', outcome: 'ok', durationMs: 1, credential: 'a', startMs: 0, upstreamModel: 'm' }]
      writer.append(recordOf(`req_${n}`, { attempts: 2, trail }), beginning)
    }
    await writer.sync()
    const [name = ''] = segments()
    const bytes = readFileSync(join(journal, name))
    await writer.close()
    rmSync(join(journal, name))
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length), fc.boolean(), fc.nat(2 ** 40), async (length, zeros, number) => {
        const instance = `cut-${process.pid}-t1-${number.toString(16).padStart(10, '0')}`
        // Some file systems have the length on the disk before the bytes.
        const left = Buffer.concat([bytes.subarray(0, length), Buffer.alloc(zeros ? 50 : 0)])
        writeFileSync(join(journal, `${instance}.000001.v3.journal`), left)
        const before = (await storedIds()).length
        await createJournalReader({ dir: journal, database }).drain()
        const rows = (await database.usage.recent({ limit: (await storedIds()).length - before })).toReversed()
        expect(rows.map(({ requestId }) => requestId)).toEqual(rows.map((_, n) => `req_${n}`))
        const lines = bytes.subarray(0, length).toString().split('\n').length - 1
        expect(rows).toHaveLength(Math.ceil(lines / 2))
        expect(rows.at(-1)?.errorCode ?? '').toBe(lines % 2 === 1 ? 'interrupted' : '')
        expect(segments()).toEqual([])
      }),
      { numRuns: open.kind === 'sqlite' ? 60 : 10 },
    )
  })

  it('reads lines of the release before, which had no group', async () => {
    const writer = createJournalWriter({ dir: journal, instance: 'w1' })
    const old =
      'req_old\t1\t2\t3\t4\t0\t0\t0\t5\t0\t6\tkey_a\tdefault\t/v1/messages\tgpt\topenai\tgpt-4\t200\t\t1\t1\t0\n'
    writeFileSync(join(journal, 'old-1-0123456789.000001.journal'), old)
    await createJournalReader({ dir: journal, database }).drain()
    expect(await database.usage.recent({ limit: 1 })).toMatchObject([
      { requestId: 'req_old', keyId: 'key_a', accountId: 'default', group: '', endpoint: '/v1/messages', trail: [] },
    ])
    await writer.close()
    const second = `req_second\t1\t2\t3\t4\t0\t0\t0\t5\t0\t6\tkey_a\tdefault\tfree\t/v1/messages\tgpt\topenai\tgpt-4\t200\t\t1\t2\t0\ta ok 1\x7f\n`
    const begun = `\\>${second.replace('req_second', 'req_begun')}`
    writeFileSync(join(journal, 'old-999999999-0123456789.000001.v2.journal'), second + begun)
    expect(await createJournalReader({ dir: journal, database, isAlive: () => false }).drain()).toBe(2)
    const whole = { group: 'free', costNanos: 6, providerCostNanos: 0, priceText: '', chargedNanos: null, attempts: 2 }
    expect(await database.usage.record(null, 'req_second')).toMatchObject({ ...whole, usage: { input: 4, output: 5 } })
    expect(await database.usage.record(null, 'req_begun')).toMatchObject(whole)
  })

  describe('with money', () => {
    const balance = async () => {
      const wallet = await database.wallets.find('acc_a')
      return [wallet?.availableNanos, wallet?.heldNanos]
    }
    const drawFor = async (holder: string, needNanos: number): Promise<string> => {
      const drawn = await database.wallets.draw({
        accountId: 'acc_a',
        instanceId: 'ins_1',
        holder,
        needNanos,
        wantNanos: needNanos,
      })
      if (!drawn.ok) throw new Error(drawn.reason)
      return drawn.sliceId
    }
    const paid = (requestId: string, sliceId: string, nanos: number): UsageRecord =>
      recordOf(requestId, {
        accountId: 'acc_a',
        sliceId,
        costNanos: nanos,
        paidNanos: nanos,
        priceText: `i0o0p${nanos}`,
      })
    beforeEach(async () => {
      await database.wallets.renew('ins_1')
      const entries = [
        { account: 'promo', nanos: -1_000 },
        { account: 'wallet:acc_a', nanos: 1_000 },
      ] as const
      await database.wallets.post({ kind: 'top_up', idemKey: '1', actor: 'test', entries })
    })

    it('charges each call once and brings back what a worker gives back, in its order', async () => {
      const writer = createJournalWriter({ dir: journal, instance: 'w1', segmentBytes: 600 })
      const sliceId = await drawFor(writer.instance, 500)
      const reader = createJournalReader({ dir: journal, database, batchRows: 3, isAlive: () => true })
      for (let n = 0; n < 10; n++) {
        writer.add(paid(`req_${n}`, sliceId, 7))
        writer.giveBack(sliceId, 3)
        if (n % 4 === 0) await reader.drain()
      }
      await writer.close()
      await reader.drain()
      await reader.drain()
      expect(await balance()).toEqual([500 + 30, 500 - 30 - 70])
      expect(await storedIds()).toHaveLength(10)
      expect(segments()).toEqual([])
      expect((await database.wallets.checkMoney({ full: true })).violations).toEqual([])
    })

    it('gives back what a dead worker had drawn, after all that it captured, its broken-off replies included', async () => {
      const writer = createJournalWriter({ dir: journal, instance: 'w1', segmentBytes: 600 })
      const sliceId = await drawFor(writer.instance, 500)
      const other = await drawFor('somebody else', 200)
      for (let n = 0; n < 5; n++) writer.append(paid(`req_${n}`, sliceId, 7))
      writer.begin({ ...paid('req_broken_off', sliceId, 11), errorCode: 'interrupted' })
      writer.giveBack(sliceId, 100)
      await writer.sync()
      await expect(dyingReader().drain()).rejects.toThrow('died')
      await createJournalReader({ dir: journal, database, isAlive: () => false }).drain()
      expect(await balance()).toEqual([1_000 - 200 - 35 - 11, 200])
      expect(await database.wallets.liveSlices({})).toMatchObject([{ sliceId: other }])
      expect(await database.usage.record(null, 'req_broken_off')).toMatchObject({
        chargedNanos: 11,
        errorCode: 'interrupted',
      })
      expect((await database.wallets.checkMoney({ full: true })).violations).toEqual([])
      expect(segments()).toEqual([])
      await writer.close()
    })

    it('gives back what was drawn by a worker that ended its journal and died', async () => {
      const writer = createJournalWriter({ dir: journal, instance: 'w1' })
      await drawFor(writer.instance, 500)
      await writer.close()
      await createJournalReader({ dir: journal, database, isAlive: () => false }).drain()
      expect(await balance()).toEqual([1_000, 0])
      expect(await positions()).toEqual([])
    })

    it('passes over half a line of money that is given back, and takes the whole one that follows', async () => {
      let room = Infinity
      const writer = createJournalWriter({
        dir: journal,
        instance: 'w1',
        write(fd, text) {
          const taken = writeSync(fd, Buffer.from(text).subarray(0, room))
          room = Infinity
          return taken
        },
      })
      const sliceId = await drawFor(writer.instance, 500)
      room = 20
      writer.giveBack(sliceId, 40)
      await writer.sync()
      await writer.close()
      const reader = createJournalReader({ dir: journal, database, isAlive: () => true })
      await reader.drain()
      expect(await balance()).toEqual([540, 460])
    })
  })

  it('never forgets the position of a segment that lies on the disk of another machine', async () => {
    const elsewhere = join(dir, 'elsewhere')
    const [here, there] = [journal, elsewhere].map((place) => createJournalWriter({ dir: place, instance: 'w' }))
    there?.append(recordOf('req_there'))
    await createJournalReader({ dir: elsewhere, database }).drain()
    here?.append(recordOf('req_here'))
    await createJournalReader({ dir: journal, database }).drain()
    await createJournalReader({ dir: elsewhere, database }).drain()
    expect(await storedIds()).toEqual(['req_there', 'req_here'])
    await Promise.all([here?.close(), there?.close()])
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

/** Refuses that row and, on SQLite, keeps what the statement did before it, as a disk that fills up does. */
async function refuseRow(requestId: string): Promise<void> {
  await execute(
    `CREATE TRIGGER refuse BEFORE INSERT ON usage_records WHEN NEW.request_id = '${requestId}' BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END`,
    `ALTER TABLE usage_records ADD CONSTRAINT full_disk CHECK (request_id <> '${requestId}')`,
  )
}

async function letRowsIn(): Promise<void> {
  await execute('DROP TRIGGER refuse', 'ALTER TABLE usage_records DROP CONSTRAINT full_disk')
}

async function execute(onSqlite: string, onPostgres: string): Promise<void> {
  const kysely = kyselyOn(place)
  await sql.raw('url' in place ? onPostgres : onSqlite).execute(kysely)
  await kysely.destroy()
}

function asStored(record: UsageRecord): StoredUsageRecord {
  const { sliceId, paidNanos, ...rest } = record
  expect([sliceId, paidNanos]).toHaveLength(2)
  return { ...rest, chargedNanos: null, transferId: null, chargedAtMs: null }
}

function byId(left: StoredUsageRecord, right: StoredUsageRecord): number {
  // Two may have the same id.
  const [a, b] = [left, right].map(({ requestId, startedAtMs, durationMs }) =>
    JSON.stringify([requestId, startedAtMs, durationMs]),
  )
  return (a ?? '') < (b ?? '') ? -1 : 1
}
