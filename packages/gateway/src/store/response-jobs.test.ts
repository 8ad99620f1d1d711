import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { JobLease } from '../responses/keeper.ts'
import { describeEachDatabase, kyselyOn } from './__fixtures__/each-database.ts'
import { answer, deskOn, turn } from './__fixtures__/response-desk.ts'

const JOB = { request: '{"body":"x"}', stream: true, mostOfAccount: 3 }
const MOST = { limit: 10, maxAttempts: 3 }
const event = (sequence: number) => ({ sequence, text: `{"type":"e","sequence_number":${sequence}}` })

describeEachDatabase('background jobs', (open) => {
  const begin = async () => {
    const place = await open.place()
    const database = await open(place)
    const desk = deskOn(database)
    const keeper = desk.worker()
    return {
      ...desk,
      database,
      keeper,
      async queued(id: string, account = 'acc_a'): Promise<JobLease> {
        const lease = await keeper.enqueue(turn({ id, account, status: 'queued', output: [] }), JOB)
        if (typeof lease === 'string') throw new Error(lease)
        return lease
      },
      async leaseOver(): Promise<void> {
        await using kysely = kyselyOn(place)
        await sql`update response_jobs set leased_until = 1 where leased_until is not null`.execute(kysely)
      },
    }
  }

  it('are held by who made them, and end with the final state of the response', async () => {
    const { keeper, library, queued } = await begin()
    const lease = await queued('resp_1')
    expect(await library.get('acc_a', 'resp_1')).toMatchObject({
      status: 'queued',
      job: { state: 'running', attempts: 1 },
    })
    expect(await library.jobs.claim(MOST)).toEqual([])
    const changes = { lease }
    expect(await keeper.save(turn({ id: 'resp_1', status: 'in_progress', output: [], changes }))).toBe('stored')
    expect(await keeper.heartbeat(lease)).toBe('held')
    expect(await keeper.save(turn({ id: 'resp_1', changes }))).toBe('stored')
    expect(await library.get('acc_a', 'resp_1')).toMatchObject({ status: 'completed', job: { state: 'done' } })
    expect(await keeper.heartbeat(lease)).toBe('lost')
    expect(await keeper.save(turn({ id: 'resp_1', status: 'failed', changes }))).toBe('lost')
    expect((await library.get('acc_a', 'resp_1'))?.status).toBe('completed')
  })

  it('go to another when their lease is over, and the first has lost them for good', async () => {
    const { keeper, library, queued, leaseOver } = await begin()
    const first = await queued('resp_1')
    await leaseOver()
    const claims = await Promise.all([library.jobs.claim(MOST), library.jobs.claim(MOST)])
    const [job, ...more] = claims.flat()
    expect(more).toEqual([])
    expect(job).toMatchObject({ request: JOB.request, stream: true, keyId: 'key_a', lease: { attempt: 2 } })
    expect(await keeper.heartbeat(first)).toBe('lost')
    expect(await keeper.append(first, [event(0)])).toBe('lost')
    expect(await keeper.save(turn({ id: 'resp_1', changes: { lease: first } }))).toBe('lost')
    if (job === undefined) throw new Error('no job')
    expect(await keeper.save(turn({ id: 'resp_1', changes: { lease: job.lease } }))).toBe('stored')
  })

  it('are given up after so many runs', async () => {
    const { library, queued, leaseOver } = await begin()
    await queued('resp_1')
    for (const attempt of [2, 3]) {
      await leaseOver()
      expect((await library.jobs.claim(MOST))[0]?.lease.attempt).toBe(attempt)
    }
    expect(await library.jobs.exhausted(MOST)).toEqual([])
    await leaseOver()
    expect(await library.jobs.claim(MOST)).toEqual([])
    expect(await library.jobs.exhausted(MOST)).toMatchObject([{ accountId: 'acc_a', responseId: 'resp_1' }])
    const edit = (response: string): string => response.replace('"queued"', '"failed"')
    expect(await library.jobs.end('acc_a', 'resp_1', edit)).toBe('ended')
    expect(await library.jobs.exhausted(MOST)).toEqual([])
    expect((await library.get('acc_a', 'resp_1'))?.status).toBe('failed')
  })

  it('can be given back, which counts as a run or not', async () => {
    const { keeper, library, queued } = await begin()
    await keeper.release(await queued('resp_1'), { counted: false })
    expect((await library.get('acc_a', 'resp_1'))?.job?.state).toBe('queued')
    const [again] = await library.jobs.claim(MOST)
    expect(again?.lease.attempt).toBe(1)
    if (again === undefined) throw new Error('no job')
    await library.jobs.release(again.lease, { counted: true })
    expect((await library.jobs.claim(MOST))[0]?.lease.attempt).toBe(2)
    await library.jobs.releaseAll()
    expect((await library.jobs.claim(MOST))[0]?.lease.attempt).toBe(3)
  })

  it('keep their events for replay, from any number on', async () => {
    const { keeper, library, queued, database } = await begin()
    const lease = await queued('resp_1')
    let heard = 0
    const unwatch = library.jobs.watch('acc_a', 'resp_1', () => (heard += 1))
    await keeper.append(lease, [event(0), event(1), event(2)])
    await keeper.append(lease, [event(3)])
    await keeper.append(lease, [event(4), event(5)])
    expect(heard).toBe(3)
    unwatch()
    const all = await library.jobs.events('acc_a', 'resp_1', 0, 100)
    expect(all).toEqual({ events: [0, 1, 2, 3, 4, 5].map(event), done: false })
    expect((await library.jobs.events('acc_a', 'resp_1', 2, 2))?.events).toEqual([event(2), event(3)])
    expect((await library.jobs.events('acc_a', 'resp_1', 6, 2))?.events).toEqual([])
    await keeper.save(turn({ id: 'resp_1', changes: { lease } }))
    expect((await library.jobs.events('acc_a', 'resp_1', 0, 3))?.done).toBe(false)
    expect((await library.jobs.events('acc_a', 'resp_1', 3, 100))?.done).toBe(true)
    await library.remove('acc_a', 'resp_1')
    expect(await library.jobs.events('acc_a', 'resp_1', 0, 3)).toBeNull()
    expect(await database.responses.usage('acc_a')).toEqual({ bytes: 0, responses: 0 })
  })

  it('are ended by whoever asks first, and everybody hears of it', async () => {
    const { keeper, library, queued, ended } = await begin()
    const lease = await queued('resp_1')
    const edit = (response: string): string => response.replace('"queued"', '"cancelled"')
    expect(await library.jobs.end('acc_b', 'resp_1', edit)).toBeNull()
    const both = await Promise.all([
      library.jobs.end('acc_a', 'resp_1', edit),
      library.jobs.end('acc_a', 'resp_1', edit),
    ])
    expect(both.toSorted()).toEqual(['already', 'ended'])
    expect(ended).toEqual([{ accountId: 'acc_a', responseId: 'resp_1' }])
    expect(await keeper.save(turn({ id: 'resp_1', changes: { lease } }))).toBe('lost')
    expect((await library.get('acc_a', 'resp_1'))?.status).toBe('cancelled')
    expect((await keeper.context('acc_a', 'resp_1'))?.items).toHaveLength(1)
    await keeper.save(turn({ id: 'resp_2', output: [answer('2', 'x')] }))
    expect(await library.jobs.end('acc_a', 'resp_2', edit)).toBe('not-background')
    // Deleting one that runs stops it too.
    await queued('resp_3')
    await library.remove('acc_a', 'resp_3')
    expect(ended).toHaveLength(2)
  })

  it('are so many of one account and no more', async () => {
    const { keeper, queued, library } = await begin()
    const leases = await Promise.all(['resp_1', 'resp_2', 'resp_3'].map((id) => queued(id)))
    expect(await keeper.enqueue(turn({ id: 'resp_4', status: 'queued', output: [] }), JOB)).toBe('too-many')
    expect(await library.get('acc_a', 'resp_4')).toBeNull()
    await queued('resp_5', 'acc_b')
    const [lease] = leases
    if (lease === undefined) throw new Error('no lease')
    await keeper.save(turn({ id: 'resp_1', changes: { lease } }))
    await queued('resp_6')
  })

  it('are not evicted while they are worked on', async () => {
    const { keeper, library, queued } = await begin()
    await queued('resp_job')
    const policy = { quotaResponses: 3 }
    for (let index = 0; index < 8; index += 1) await keeper.save(turn({ id: `resp_${index}`, policy }))
    expect(await library.get('acc_a', 'resp_job')).not.toBeNull()
    expect(await library.get('acc_a', 'resp_7')).not.toBeNull()
  })
})
