import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { parseJsonObject, stringOf, type JsonObject } from '../../core/json.ts'
import { describeEachDatabase } from '../../store/__fixtures__/each-database.ts'
import { ALICE, send, startJobHouse, type JobHouse } from './__fixtures__/job-house.ts'
import { followEvents, replay } from './follow.ts'
import { cancelled } from './response-states.ts'

async function stored({ library }: JobHouse, id: string): Promise<JsonObject> {
  const found = await library.get(ALICE.accountId, id)
  return parseJsonObject(found?.response ?? '') ?? {}
}

/** Until its status is one of these. */
async function until(house: JobHouse, id: string, ...statuses: string[]): Promise<JsonObject> {
  for (;;) {
    const response = await stored(house, id)
    if (statuses.includes(stringOf(response['status']) ?? '')) return response
    await sleep(20)
  }
}

interface Seen {
  readonly types: readonly string[]
  readonly numbers: readonly number[]
  readonly deltas: string
  readonly last: JsonObject
}

async function watch({ library }: JobHouse, id: string, from = 0): Promise<Seen> {
  let text = ''
  for await (const piece of replay((at) => followEvents(library, ALICE.accountId, id, at), from)) text += piece
  return seenIn(text)
}

function seenIn(text: string): Seen {
  const events = text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => parseJsonObject(line.slice('data: '.length)) ?? {})
  return {
    types: events.map(({ type }) => stringOf(type) ?? ''),
    numbers: events.map((event) => Number(event['sequence_number'])),
    deltas: events.map(({ delta }) => (typeof delta === 'string' ? delta : '')).join(''),
    last: events.at(-1) ?? {},
  }
}

describeEachDatabase('background work', (open) => {
  it('is answered at once, runs, and is stored with what came of it', async () => {
    await using house = startJobHouse(await open())
    const worker = house.hire()
    const { id, client } = await send(worker)
    expect(client.status).toBe(200)
    expect(parseJsonObject(client.text)).toMatchObject({ id, status: 'queued', background: true, output: [] })
    const run = await house.begun(1)
    expect(parseJsonObject(run.request.body.toString())).toMatchObject({ stream: true, background: true })
    expect(run.request).toMatchObject({ id: 'req_1', journal: 'end-only' })
    expect((await house.library.get(ALICE.accountId, id))?.job).toMatchObject({ state: 'running', attempts: 1 })
    await run.complete('Hi.')
    expect(await until(house, id, 'completed')).toMatchObject({ output: [{ content: [{ text: 'Hi.' }] }] })
  })

  it('waits for room, and goes to whoever has it', async () => {
    await using house = startJobHouse(await open())
    const busy = house.hire(1)
    const first = await send(busy)
    const second = await send(busy)
    const run = await house.begun(1)
    expect((await house.library.get(ALICE.accountId, second.id))?.job).toMatchObject({ state: 'queued', attempts: 0 })
    const other = house.hire(1)
    const next = await house.begun(2)
    expect(next.worker).toBe(other)
    await next.complete('second')
    await run.complete('first')
    await until(house, first.id, 'completed')
    await until(house, second.id, 'completed')
    const third = await send(busy)
    await (await house.begun(3)).complete('third')
    await until(house, third.id, 'completed')
  })

  it('is no more than an account may have at once', async () => {
    await using house = startJobHouse(await open(), { perAccount: 2 })
    const worker = house.hire(1)
    await send(worker)
    await send(worker)
    const { client } = await send(worker)
    expect(client.status).toBe(429)
    expect(client.text).toContain('2 background responses')
    await (await house.begun(1)).complete('done')
    await house.begun(2)
    expect((await send(worker)).client.status).toBe(200)
  })

  it('is run again by another worker when its own is gone, and given up after the third', async () => {
    await using house = startJobHouse(await open())
    const { id } = await send(house.hire())
    for (const start of [1, 2, 3]) {
      const run = await house.begun(start)
      expect((await house.library.get(ALICE.accountId, id))?.job).toMatchObject({ attempts: start })
      house.hire()
      await house.kill(run.worker)
    }
    const response = await until(house, id, 'failed')
    expect(response).toMatchObject({
      error: { code: 'server_error', message: expect.stringContaining('several times') },
    })
    expect(house.runs).toHaveLength(3)
  })

  it('is run until it is done when it was paid for and its answer was lost', async () => {
    await using house = startJobHouse(await open(), { paid: true })
    const { id } = await send(house.hire())
    for (const start of [1, 2, 3, 4]) {
      const run = await house.begun(start)
      house.hire()
      await house.kill(run.worker)
    }
    await (await house.begun(5)).complete('at last')
    await until(house, id, 'completed')
  })

  it('belongs to one run: what a run that lost it does changes nothing', async () => {
    await using house = startJobHouse(await open())
    const slow = house.hire()
    const { id } = await send(slow)
    const frozen = await house.begun(1)
    const other = house.hire()
    await house.kill(slow)
    const run = await house.begun(2)
    expect(run.worker).toBe(other)
    await run.complete('the second')
    await until(house, id, 'completed')
    await frozen.complete('the first').catch(() => undefined)
    expect(await stored(house, id)).toMatchObject({ output: [{ content: [{ text: 'the second' }] }] })
  })

  it('is given up by a run that finds somebody else at it, and that run is not charged', async () => {
    await using house = startJobHouse(await open())
    const { id } = await send(house.hire(1), true)
    const slow = await house.begun(1)
    // As if it had been frozen for longer than its lease lasts.
    while ((await house.library.jobs.events(ALICE.accountId, id, 2, 9))?.events.length !== 1) await sleep(20)
    const other = house.hire(1)
    await house.library.jobs.release(slow.lease, { counted: true })
    const run = await house.begun(2)
    expect(run.worker).toBe(other)
    slow.say('I am still here.')
    while (!slow.gone) await sleep(10)
    expect(slow.request.run).toEqual({ discarded: true })
    run.say('So am I.')
    await run.complete('So am I.')
    await until(house, id, 'completed')
    expect((await watch(house, id)).deltas).toBe('So am I.')
  })

  it('begins anew after a restart without waiting for a lease to run out', async () => {
    const place = await open.place()
    let id = ''
    {
      await using house = startJobHouse(await open(place))
      id = (await send(house.hire())).id
      await house.begun(1)
    }
    await using house = startJobHouse(await open(place))
    house.hire()
    const startedMs = performance.now()
    await (await house.begun(1)).complete('after all')
    expect(performance.now() - startedMs).toBeLessThan(5_000)
    expect(await until(house, id, 'completed')).toMatchObject({ output: [{ content: [{ text: 'after all' }] }] })
  })

  it('ends when it is cancelled, once, whether it runs or waits', async () => {
    await using house = startJobHouse(await open())
    const worker = house.hire(1)
    const running = await send(worker)
    const waiting = await send(worker)
    const run = await house.begun(1)
    for (const { id } of [waiting, running]) {
      expect(await house.library.jobs.end(ALICE.accountId, id, cancelled)).toBe('ended')
      expect(await house.library.jobs.end(ALICE.accountId, id, cancelled)).toBe('already')
      expect(await stored(house, id)).toMatchObject({ status: 'cancelled', output: [], error: null })
    }
    expect(run.gone).toBe(true)
    // Paid for like any call that its client gives up.
    expect(run.request.run).toEqual({ discarded: false })
    await run.complete('too late').catch(() => undefined)
    expect(await stored(house, running.id)).toMatchObject({ status: 'cancelled', output: [] })
    await (async () => {
      const next = await send(worker)
      await (await house.begun(2)).complete('next')
      await until(house, next.id, 'completed')
    })()
  })

  it('fails with the words of whoever refused it, and tries those who were busy again', async () => {
    await using house = startJobHouse(await open())
    const worker = house.hire()
    const refused = await send(worker)
    ;(await house.begun(1)).refuse(400, 'invalid_request')
    expect(await until(house, refused.id, 'failed')).toMatchObject({
      error: { code: 'invalid_prompt', message: 'It is invalid_request.' },
    })
    const busy = await send(worker)
    ;(await house.begun(2)).refuse(503, 'upstream_error', 0)
    ;(await house.begun(3)).refuse(429, 'rate_limit_exceeded', 0)
    await (await house.begun(4)).complete('at last')
    await until(house, busy.id, 'completed')
    const hopeless = await send(worker)
    for (const number of [5, 6, 7]) (await house.begun(number)).refuse(503, 'upstream_error', 0)
    expect(await until(house, hopeless.id, 'failed')).toMatchObject({ error: { code: 'server_error' } })
    // Whom a limit stops waits longer.
    const limited = await send(worker)
    for (let number = 8; number < 12; number += 1) (await house.begun(number)).refuse(429, 'rate_limit_exceeded', 0)
    await (await house.begun(12)).complete('let in')
    await until(house, limited.id, 'completed')
  })

  it('fails when its answer breaks off', async () => {
    await using house = startJobHouse(await open())
    const { id } = await send(house.hire())
    ;(await house.begun(1)).breakOff()
    expect(await until(house, id, 'failed')).toMatchObject({ error: { code: 'server_error' } })
  })

  it('fails when its key may not be used any more', async () => {
    const place = await open.place()
    let id = ''
    {
      await using house = startJobHouse(await open(place))
      id = (await send(house.hire())).id
      await house.begun(1)
    }
    const database = await open(place)
    await using house = startJobHouse(database)
    Object.assign(ALICE, { keyId: 'key_other' })
    try {
      house.hire()
      expect(await until(house, id, 'failed')).toMatchObject({ error: { message: expect.stringContaining('API key') } })
    } finally {
      Object.assign(ALICE, { keyId: 'key_alice' })
    }
  })

  it('streams to whoever watches, now and later, in one line of numbers, to the end that is stored', async () => {
    await using house = startJobHouse(await open())
    const { id, client } = await send(house.hire(), true)
    const run = await house.begun(1)
    run.say('a')
    run.say('b')
    const live = watch(house, id)
    const late = watch(house, id, 3)
    await run.complete('ab')
    const seen = await live
    expect(seen.types).toEqual([
      'response.created',
      'response.queued',
      'response.in_progress',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.completed',
    ])
    expect(seen.numbers).toEqual([0, 1, 2, 3, 4, 5])
    expect(seen.last['response']).toEqual(await stored(house, id))
    expect((await late).numbers).toEqual([3, 4, 5])
    expect((await watch(house, id, 5)).types).toEqual(['response.completed'])
    expect((await watch(house, id, 6)).types).toEqual([])
    while (!client.ended) await sleep(10)
    expect(seenIn(client.text)).toEqual(seen)
    expect(client.text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it('says in its stream that it was begun anew, and numbers go on', async () => {
    await using house = startJobHouse(await open())
    const { id } = await send(house.hire(), true)
    const first = await house.begun(1)
    first.say('lost ')
    while ((await house.library.jobs.events(ALICE.accountId, id, 3, 9))?.events.length !== 1) await sleep(20)
    house.hire()
    await house.kill(first.worker)
    const second = await house.begun(2)
    second.say('kept')
    await second.complete('kept')
    const seen = await watch(house, id)
    expect(seen.types).toEqual([
      'response.created',
      'response.queued',
      'response.in_progress',
      'response.output_text.delta',
      'response.queued',
      'response.in_progress',
      'response.output_text.delta',
      'response.completed',
    ])
    expect(seen.numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it('ends the stream of a cancelled response with what it is', async () => {
    await using house = startJobHouse(await open())
    const { id } = await send(house.hire(), true)
    await house.begun(1)
    const live = watch(house, id)
    await house.library.jobs.end(ALICE.accountId, id, cancelled)
    expect((await live).last).toMatchObject({ type: 'response.incomplete', response: { status: 'cancelled' } })
  })

  it('is handed back by a worker that drains: what runs ends there, what waits goes elsewhere', async () => {
    await using house = startJobHouse(await open())
    const old = house.hire(5)
    const running = await send(old)
    const run = await house.begun(1)
    old.runner.drain()
    const waiting = await send(old)
    expect((await house.library.get(ALICE.accountId, waiting.id))?.job).toMatchObject({ state: 'queued', attempts: 0 })
    const heir = house.hire(5)
    const next = await house.begun(2)
    expect(next.worker).toBe(heir)
    await next.complete('there')
    expect(old.runner.openCount).toBe(1)
    await run.complete('here')
    await until(house, running.id, 'completed')
    await until(house, waiting.id, 'completed')
    while (old.runner.openCount > 0) await sleep(10)
  })

  it('is given to others when the drain time is over, and that run is not charged', async () => {
    await using house = startJobHouse(await open())
    const old = house.hire()
    const { id } = await send(old)
    const run = await house.begun(1)
    const heir = house.hire()
    old.runner.discardAll()
    expect(run.gone).toBe(true)
    expect(run.request.run).toEqual({ discarded: true })
    const next = await house.begun(2)
    expect(next.worker).toBe(heir)
    await next.complete('there')
    await until(house, id, 'completed')
    expect((await house.library.get(ALICE.accountId, id))?.job?.attempts).toBe(1)
  })

  it('is gone when it is deleted, and nobody goes on with it', async () => {
    await using house = startJobHouse(await open())
    const { id } = await send(house.hire())
    const run = await house.begun(1)
    expect(await house.library.remove(ALICE.accountId, id)).toBe(true)
    expect(run.gone).toBe(true)
    await run.complete('for nobody').catch(() => undefined)
    expect(await house.library.get(ALICE.accountId, id)).toBeNull()
  })
})
