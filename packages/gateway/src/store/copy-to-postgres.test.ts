import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasPostgres, postgres } from '@fairlead/testkit/services.ts'
import { insertKeys, someKey } from './__fixtures__/some-data.ts'
import type { Posting } from '../billing/wallets/ledger.ts'
import { kyselyOn } from './__fixtures__/each-database.ts'
import { deskOn, turn, user } from './__fixtures__/response-desk.ts'
import { bringIn, usageRecord } from './__fixtures__/usage-rows.ts'
import { copyToPostgres } from './copy-to-postgres.ts'
import { openDatabase } from './database.ts'
import { pgDump } from './postgres-tools.ts'
import { restorePostgres } from './restore-postgres.ts'
import { openSqlite } from './sqlite-dialect.ts'

let models: string
let dir: string
let file: string
let url: string

describe.runIf(hasPostgres())('copying SQLite to PostgreSQL', () => {
  beforeAll(async () => {
    models = mkdtempSync(join(tmpdir(), 'fairlead-copy-'))
    await using database = await openDatabase(join(models, 'keys.db'))
    await insertKeys(database, 2_500)
    await database.keys.insert(someKey('key_nul', 'a\0b'))
  })
  afterAll(() => rmSync(models, { recursive: true, force: true }))
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fairlead-copy-'))
    file = join(dir, 'fairlead.db')
    copyFileSync(join(models, 'keys.db'), file)
    url = (await (await postgres())?.createDatabase()) ?? ''
  })
  afterEach(async () => {
    rmSync(dir, { recursive: true, force: true })
    await (await postgres())?.dropDatabase(url)
  })

  it('brings every row of every table, checks them, and counts on from there', async () => {
    const progress: string[] = []
    const copied = await copyToPostgres(file, url, {
      force: false,
      onProgress: ({ step, doneRows, totalRows }) => progress.push(`${step} ${doneRows}/${totalRows}`),
    })
    const handle = openSqlite(file)
    const tables = handle
      .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
      .all()
    expect(copied.map(({ table }) => table).sort()).toEqual(
      tables
        .map(({ name }) => String(name))
        .filter((name) => name !== 'schema_migrations')
        .sort(),
    )
    const total = copied.reduce((sum, { sum: { rows } }) => sum + rows, 0)
    expect(progress.at(-1)).toBe(`verify ${total}/${total}`)
    await using source = await openDatabase(file)
    await using target = await openDatabase({ url })
    await target.check()
    expect(await target.keys.findById('key_7')).toEqual(await source.keys.findById('key_7'))
    expect((await target.keys.findById('key_nul'))?.name).toBe('a\ufffdb')
    expect(await target.keys.list({ limit: 5 })).toMatchObject({ records: [{ keyId: 'key_nul' }, {}, {}, {}, {}] })
    await insertKeys(target, 10, 5_000)
    expect(await target.keys.count()).toBe(2_511)
    expect((await target.keys.list({ limit: 1 })).records[0]?.keyId).toBe('key_5009')
    handle.close()
  })

  it('brings stored responses, conversations and background work, encrypted ones too', async () => {
    const policy = { encrypt: true }
    const long = user('long '.repeat(1_000))
    {
      await using source = await openDatabase(file)
      const { worker, library } = deskOn(source)
      const keeper = worker()
      await keeper.save(turn({ id: 'resp_1', input: [user('first'), long], policy }))
      await keeper.save(turn({ id: 'resp_2', context: await keeper.context('acc_a', 'resp_1') }))
      const owner = { accountId: 'acc_a', keyId: 'key_a', policy: turn({ id: 'x' }).policy }
      await library.conversations.create(owner, { metadata: '{}', items: [user('in a conversation')] })
      const lease = await keeper.enqueue(turn({ id: 'resp_job', status: 'queued', output: [] }), {
        request: '{}',
        stream: true,
        mostOfAccount: 1,
      })
      if (typeof lease !== 'string') await keeper.append(lease, [{ sequence: 0, text: '{}' }])
    }
    await copyToPostgres(file, url, { force: false })
    await using source = await openDatabase(file)
    await using target = await openDatabase({ url })
    const [before, after] = [deskOn(source), deskOn(target)]
    expect(await target.responses.usage('acc_a')).toEqual(await source.responses.usage('acc_a'))
    for (const id of ['resp_1', 'resp_2', 'resp_job']) {
      expect(await after.library.get('acc_a', id)).toEqual(await before.library.get('acc_a', id))
      const items = (await after.worker().context('acc_a', id))?.items
      expect(items).toEqual((await before.worker().context('acc_a', id))?.items)
    }
    expect((await after.worker().context('acc_a', 'resp_2'))?.items).toContain(long)
    expect((await after.library.jobs.events('acc_a', 'resp_job', 0, 9))?.events).toHaveLength(1)
    // It goes on there, and goes away there.
    const context = await after.worker().context('acc_a', 'resp_2')
    expect(await after.worker().save(turn({ id: 'resp_3', context }))).toBe('stored')
    for (const id of ['resp_1', 'resp_2', 'resp_3', 'resp_job']) await after.library.remove('acc_a', id)
    expect((await target.responses.usage('acc_a')).responses).toBe(0)
  })

  it('refuses a target that has data, and with force replaces it', async () => {
    await copyToPostgres(file, url, { force: false })
    await expect(copyToPostgres(file, url, { force: false })).rejects.toThrow('api_keys has 2501 rows')
    {
      await using source = await openDatabase(file)
      await insertKeys(source, 1, 9_000)
    }
    await copyToPostgres(file, url, { force: true })
    await using target = await openDatabase({ url })
    expect(await target.keys.count()).toBe(2_502)
  })

  it('changes nothing when it breaks off, and can be repeated', async () => {
    const broken = copyToPostgres(file, url, {
      force: false,
      onProgress: ({ step, doneRows, totalRows }) => {
        if (step === 'verify' && doneRows > totalRows / 2) throw new Error('pulled the plug')
      },
    })
    await expect(broken).rejects.toThrow('pulled the plug')
    {
      await using target = await openDatabase({ url })
      expect(await target.keys.count()).toBe(0)
    }
    await copyToPostgres(file, url, { force: false })
  })

  it('notices what the target changes on the way', async () => {
    await (await openDatabase({ url }))[Symbol.asyncDispose]()
    await using kysely = kyselyOn({ url })
    const { sql } = await import('kysely')
    await sql`create function spoil() returns trigger language plpgsql as $$ begin new.name := upper(new.name); return new; end $$`.execute(
      kysely,
    )
    await sql`create trigger spoil before insert on api_keys for each row execute function spoil()`.execute(kysely)
    await expect(copyToPostgres(file, url, { force: false })).rejects.toThrow('api_keys did not arrive as it was sent')
  })

  it('brings wallets, slices and the ledger, whose books are right there and go on', async () => {
    const draw = { accountId: 'acc_a', holder: 'w1', instanceId: 'ins_1', needNanos: 400, wantNanos: 400 }
    const topUp = (idemKey: string): Posting => ({
      kind: 'top_up',
      idemKey,
      actor: 'master',
      entries: [
        { account: 'psp_clearing', nanos: -1_000 },
        { account: 'wallet:acc_a', nanos: 1_000 },
      ],
    })
    const call = (requestId: string, sliceId: string) =>
      usageRecord({ requestId, accountId: 'acc_a', sliceId, costNanos: 70, paidNanos: 70, priceText: 'i0o0p70' })
    let slice = ''
    {
      await using source = await openDatabase(file)
      await source.wallets.post(topUp('before'))
      await source.wallets.renew('ins_1')
      const drawn = await source.wallets.draw(draw)
      slice = drawn.ok ? drawn.sliceId : ''
      await bringIn(source.usage, [call('req_1', slice)])
    }
    await copyToPostgres(file, url, { force: false })
    await using target = await openDatabase({ url })
    expect(await target.wallets.find('acc_a')).toMatchObject({ availableNanos: 600, heldNanos: 330 })
    expect(await target.wallets.post(topUp('before'))).toMatchObject({ ok: true, repeated: true })
    expect(await target.wallets.post(topUp('after'))).toMatchObject({ ok: true, repeated: false })
    await bringIn(target.usage, [call('req_2', slice)])
    await target.wallets.closeHolder('w1')
    expect(await target.wallets.find('acc_a')).toMatchObject({ availableNanos: 1_860, heldNanos: 0 })
    expect((await target.wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('refuses while a gateway runs on the target', async () => {
    await using target = await openDatabase({ url })
    await target.instances.beat({ instanceId: 'ins_1', host: 'ship', pid: 7, version: '1' })
    await expect(copyToPostgres(file, url, { force: true })).rejects.toThrow(
      'A gateway is running on that database: ship (process 7)',
    )
  })

  it('is backed up and restored by the tools of PostgreSQL, tables of a newer schema gone', async () => {
    await copyToPostgres(file, url, { force: false })
    const dump = join(dir, 'backup.dump')
    await pgDump(url, dump)
    {
      await using target = await openDatabase({ url })
      await insertKeys(target, 10, 7_000)
      await using kysely = kyselyOn({ url })
      await kysely.schema.createTable('of_a_newer_release').addColumn('id', 'integer').execute()
    }
    await restorePostgres(url, dump)
    await using target = await openDatabase({ url })
    expect(await target.keys.count()).toBe(2_501)
    await using kysely = kyselyOn({ url })
    expect((await kysely.introspection.getTables()).map(({ name }) => name)).not.toContain('of_a_newer_release')
    await expect(restorePostgres(url, file)).rejects.toThrow('pg_restore failed')
    expect(await target.keys.count()).toBe(2_501)
  })
})
