// Background responses where more than one process has a hand in them: workers of one gateway, and two gateways on one
// PostgreSQL and Redis. It does not matter who is asked.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { spawnFakeUpstream, startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { MASTER_KEY, providersYaml } from './support/gateway.ts'
import { eventually, spawnGateway, type SpawnOptions } from './support/processes.ts'
import { outputText, responsesClient } from './support/responses-client.ts'
import { HAS_SERVERS, startInstances } from './support/several-instances.ts'

function job(text: string, extra: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { model: 'gpt-4o', input: text, background: true, ...extra }
}

describe('several workers', () => {
  it('share what waits, and each cancels what any of them does', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({
      yaml: providersYaml([upstream.url]),
      workers: 3,
      server: 'max_background_per_worker: 2',
    })
    const client = responsesClient(gateway.url, MASTER_KEY)
    const ids: string[] = []
    for (let index = 0; index < 9; index += 1) {
      ids.push(String((await client.create(job('[[testkit: tokens=400 gapMs=50]] Hello!'))).json['id']))
    }
    // Two of each worker, wherever they were sent.
    await upstream.ledger.until(({ totals }) => totals.openRequests === 6, 10_000)
    for (const id of ids) {
      expect((await client.call('POST', `/responses/${id}/cancel`)).json).toMatchObject({ id, status: 'cancelled' })
    }
    await upstream.ledger.until(({ totals }) => totals.openRequests === 0, 5_000)
    expect(upstream.ledger.totals.complete).toBe(0)
    for (const id of ids) expect((await client.call('GET', `/responses/${id}`)).json['status']).toBe('cancelled')
  })

  it('are replaced while they work: what runs ends, what waits goes to the next, nothing is done twice', async () => {
    await using upstream = await spawnFakeUpstream()
    await using gateway = await spawnGateway({
      yaml: providersYaml([upstream.url]),
      workers: 2,
      server: 'max_background_per_worker: 3',
    })
    const client = responsesClient(gateway.url, MASTER_KEY)
    const before = gateway.workerPids()
    const ids: string[] = []
    for (let index = 0; index < 12; index += 1) {
      ids.push(String((await client.create(job(`[[testkit: tokens=30 gapMs=50]] number ${index}.`))).json['id']))
    }
    gateway.signal('SIGUSR2')
    await gateway.untilOutput(/the new workers serve/, 60_000)
    for (const id of ids) expect((await client.until(id)).json['status']).toBe('completed')
    await eventually(
      () => !gateway.workerPids().some((pid) => before.includes(pid)),
      'the old workers are gone',
      30_000,
    )
    await eventually(() => gateway.usageRows().length === ids.length, 'a row for each')
    expect(gateway.usageRows().filter(({ errorCode }) => errorCode !== '')).toEqual([])
  })

  it('give up what they do when the drain time is over, and it is counted where it is done', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({
      yaml: providersYaml([upstream.url]),
      workers: 1,
      server: 'drain_timeout_ms: 300',
    })
    const client = responsesClient(gateway.url, MASTER_KEY)
    const { json } = await client.create(job('[[testkit: tokens=120 gapMs=50]] long'))
    await upstream.ledger.until(({ totals }) => totals.openRequests === 1, 5_000)
    gateway.signal('SIGUSR2')
    const done = await client.until(String(json['id']))
    expect(done.json['status']).toBe('completed')
    expect(upstream.ledger.totals).toMatchObject({ requests: 2, clientGone: 1, complete: 1 })
    await eventually(() => gateway.usageRows().length === 2, 'a row for each run')
    const { output_tokens: told } = done.json['usage'] as { readonly output_tokens: number }
    using database = new DatabaseSync(join(gateway.folder, 'data', 'fairlead.db'), { readOnly: true })
    const rows = database.prepare('select output_tokens as tokens from usage_records order by output_tokens').all()
    expect(rows.map(({ tokens }) => Number(tokens))).toEqual([0, told])
  })
})

describe('an orderly stop', () => {
  it('loses nothing that waits or is being done: the next start goes on with all of it', async () => {
    await using upstream = await spawnFakeUpstream()
    const options: SpawnOptions = {
      yaml: providersYaml([upstream.url]),
      server: 'drain_timeout_ms: 300, max_background_per_worker: 1',
    }
    await using first = await spawnGateway(options)
    const ids: string[] = []
    for (let index = 0; index < 3; index += 1) {
      const { json } = await responsesClient(first.url, MASTER_KEY).create(
        job('[[testkit: tokens=40 gapMs=50]] Hello!'),
      )
      ids.push(String(json['id']))
    }
    expect((await first.stop()).code).toBe(0)
    await using next = await spawnGateway({ ...options, folder: first.folder })
    const client = responsesClient(next.url, MASTER_KEY)
    for (const id of ids) expect((await client.until(id)).json['status']).toBe('completed')
    await eventually(() => next.usageRows().filter(({ errorCode }) => errorCode === '').length === 3, 'a row for each')
  })
})

describe.runIf(HAS_SERVERS)('two gateways', () => {
  it('show, stream and cancel what the other one does', async () => {
    await using upstream = await startFakeUpstream()
    await using instances = await startInstances(2, { yaml: providersYaml([upstream.url]) })
    const [here, there] = instances.gateways.map(({ url }) => responsesClient(url, MASTER_KEY))
    if (here === undefined || there === undefined) throw new Error('there are two')
    const leave = new AbortController()
    const response = await fetch(`${instances.gateways[0]?.url}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(job('[[testkit: tokens=30 gapMs=50]] Hello!', { stream: true })),
      signal: leave.signal,
    })
    const first = new TextDecoder().decode((await response.body?.getReader().read())?.value)
    leave.abort()
    const id = /resp_\w+/.exec(first)?.[0] ?? ''
    expect((await there.until(id, 'in_progress')).json).toMatchObject({ id })
    const events = await there.stream(`/responses/${id}?stream=true`)
    expect(events.map(({ data }) => data['sequence_number'])).toEqual(events.map((_event, index) => index))
    expect(events.at(-1)?.name).toBe('response.completed')
    const done = await here.until(id)
    expect(events.at(-1)?.data['response']).toEqual(done.json)
    expect(outputText(done.json)).not.toBe('')

    const other = String((await here.create(job('[[testkit: tokens=500 gapMs=50]] Hello!'))).json['id'])
    await upstream.ledger.until(({ totals }) => totals.openRequests === 1, 5_000)
    expect((await there.call('POST', `/responses/${other}/cancel`)).json['status']).toBe('cancelled')
    await upstream.ledger.until(({ totals }) => totals.openRequests === 0, 5_000)
    expect((await here.call('GET', `/responses/${other}`)).json['status']).toBe('cancelled')

    const third = String((await here.create(job('[[testkit: tokens=500 gapMs=50]] Hello!'))).json['id'])
    await upstream.ledger.until(({ totals }) => totals.openRequests === 1, 5_000)
    expect((await there.call('DELETE', `/responses/${third}`)).status).toBe(200)
    await upstream.ledger.until(({ totals }) => totals.openRequests === 0, 5_000)
    expect((await here.call('GET', `/responses/${third}`)).status).toBe(404)
  }, 120_000)
})
