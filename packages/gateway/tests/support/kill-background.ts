// Kills processes at random moments while responses are made in the background, and looks at what became of each: all of them end,
// and what stands in the books is what the completed ones say they used, each once.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom, startFakeUpstream } from '@fairlead/testkit'
import { freePort } from '@fairlead/testkit/free-port.ts'
import type { DatabasePlace } from 'fairlead/store/database.ts'
import { expect } from 'vitest'
import { settledBooks, takenNanos } from './books.ts'
import { chat } from './gateway.ts'
import { eventually, isAlive, spawnGateway, type GatewayProcess, type SpawnOptions } from './processes.ts'
import { startInstances } from './several-instances.ts'
import {
  INPUT_NANOS_PER_TOKEN,
  NANOS_PER_DOLLAR,
  openAccount,
  OUTPUT_NANOS_PER_TOKEN,
  type PaidAccount,
  shopYaml,
} from './shop.ts'

export interface KillSize {
  readonly rounds: number
  /** Begun before each kill. */
  readonly jobs: number
  readonly seed: number
}

const BALANCE_NANOS = 1_000 * NANOS_PER_DOLLAR
/** An answer takes a second: kills fall before it, into it, and behind it. */
const SCRIPT = { tokens: 40, gapMs: 25 }
const LONGEST_MS = 1_300
/** A job waits for the lease of its dead run; it is run three times at most. */
const ENDS_WITHIN_MS = 90_000
const REFUSES_FOR_MS = 20_000
const TERMINAL = new Set(['completed', 'failed', 'incomplete', 'cancelled'])

interface Ended {
  readonly id: string
  readonly status: string
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number } | null
}

/** One gateway on SQLite: its workers one at a time, or all of it, which then goes on in its folder. */
export async function killWhileInBackground(size: KillSize, victim: 'a worker' | 'the gateway'): Promise<void> {
  await using upstream = await startFakeUpstream({ script: SCRIPT })
  const options: SpawnOptions = { yaml: shopYaml([upstream.url]), workers: 2, port: await freePort() }
  await using first = await spawnGateway(options)
  const account = await openAccount(first.origin, BALANCE_NANOS)
  const random = seededRandom(size.seed)
  const ids: string[] = []
  let gateway = first
  try {
    for (let round = 0; round < size.rounds; round++) {
      ids.push(...(await begin([gateway], account.key, size.jobs)))
      await sleep(random() * LONGEST_MS)
      const workers = gateway.workerPids()
      const before = gateway.lineCount
      if (victim === 'a worker') {
        const pid = workers[Math.floor(random() * workers.length)]
        if (pid === undefined) throw new Error('there is no worker')
        process.kill(pid, 'SIGKILL')
        // What is on its way to it breaks: nobody asks until that is over.
        await gateway.untilOutput(/a worker ended unexpectedly/, 15_000, before)
        await eventually(
          async () => (await gateway.workersReady()) === workers.length,
          'another worker is there',
          30_000,
        )
        continue
      }
      process.kill(gateway.primaryPid, 'SIGKILL')
      await gateway.ended
      await eventually(() => !workers.some(isAlive), 'the workers are gone')
      gateway = await spawnGateway({ ...options, folder: first.folder })
    }
    const ended = await untilEnded(gateway, account.key, ids)
    await expectBilledOnce(victim, ended, account, { file: join(first.folder, 'data', 'fairlead.db') })
  } finally {
    await gateway[Symbol.asyncDispose]()
  }
}

/** Of two instances on PostgreSQL and Redis one, with all its workers; the other one takes its work over. */
export async function killInstancesWhileInBackground(size: KillSize): Promise<void> {
  await using upstream = await startFakeUpstream({ script: SCRIPT })
  await using instances = await startInstances(2, { yaml: shopYaml([upstream.url]) })
  const [first] = instances.gateways
  if (first === undefined) throw new Error('there is no instance')
  const account = await openAccount(first.origin, BALANCE_NANOS)
  const random = seededRandom(size.seed)
  const ids: string[] = []
  for (let round = 0; round < size.rounds; round++) {
    ids.push(...(await begin(instances.gateways, account.key, size.jobs)))
    await sleep(random() * LONGEST_MS)
    const at = Math.floor(random() * 2)
    await instances.kill(at)
    await instances.startAgain(at)
  }
  const [one] = instances.gateways
  if (one === undefined) throw new Error('there is no instance')
  const ended = await untilEnded(one, account.key, ids)
  await expectBilledOnce('an instance', ended, account, { url: instances.databaseUrl })
}

/** Half of them with events that are kept for replay. */
async function begin(gateways: readonly GatewayProcess[], key: string, jobs: number): Promise<string[]> {
  const starting = Array.from({ length: jobs }, async (_, at): Promise<string[]> => {
    const gateway = gateways[at % gateways.length]
    const { model } = chat()
    const body = { model, input: `Question ${at}`, background: true, stream: at % 2 === 1 }
    const response = await reach(`${gateway?.url}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify(body),
    })
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
    // Of a stream the first event is enough: whoever leaves does not end the work.
    const reader = response.body?.getReader()
    let text = ''
    while (!/"id":\s*"resp_\w+"/.test(text)) {
      const read = await reader?.read()
      if (read === undefined || read.done) break
      text += Buffer.from(read.value).toString()
    }
    await reader?.cancel()
    const id = /"id":\s*"(resp_\w+)"/.exec(text)?.[1]
    if (id === undefined) throw new Error(`no response id in ${text.slice(0, 300)}`)
    return [id]
  })
  return (await Promise.all(starting)).flat()
}

/** Both workers may be dead for a moment: nobody has heard what was refused, so it is sent again. */
async function reach(url: string, init: RequestInit): Promise<Response> {
  const endMs = performance.now() + REFUSES_FOR_MS
  for (;;) {
    try {
      return await fetch(url, init)
    } catch (error) {
      const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined
      if (cause?.code !== 'ECONNREFUSED' || performance.now() > endMs) throw error
      await sleep(100)
    }
  }
}

async function untilEnded(gateway: GatewayProcess, key: string, ids: readonly string[]): Promise<readonly Ended[]> {
  const ended = new Map<string, Ended>()
  const look = async (): Promise<boolean> => {
    for (const id of ids.filter((one) => !ended.has(one))) {
      const response = await reach(`${gateway.url}/responses/${id}`, {
        // A connection of its own: the worker at the other end of an older one may have been killed.
        headers: { authorization: `Bearer ${key}`, connection: 'close' },
      })
      if (response.status !== 200) throw new Error(`${id}: ${response.status} ${await response.text()}`)
      const found = (await response.json()) as Ended
      if (TERMINAL.has(found.status)) ended.set(id, found)
    }
    await sleep(200)
    return ended.size === ids.length
  }
  await eventually(look, `all of ${ids.length} responses ended`, ENDS_WITHIN_MS)
  return [...ended.values()]
}

async function expectBilledOnce(
  what: string,
  ended: readonly Ended[],
  account: PaidAccount,
  place: DatabasePlace,
): Promise<void> {
  const books = await settledBooks(place, account.accountId, 60_000)
  const counts = Object.entries(Object.groupBy(ended, ({ status }) => status))
  const owed = ended.reduce(
    (sum, { usage }) =>
      sum + (usage?.input_tokens ?? 0) * INPUT_NANOS_PER_TOKEN + (usage?.output_tokens ?? 0) * OUTPUT_NANOS_PER_TOKEN,
    0,
  )
  const told = counts.map(([status, all]) => `${all?.length} ${status}`).join(', ')
  console.log(`kill -9 of ${what} during background work: ${told}; owed ${owed}, in rows ${books.costNanos} nano-US$`)
  expect(books.violations).toEqual([])
  expect(books.costNanos).toBe(owed)
  expect(takenNanos(books, account.balanceNanos)).toBe(owed)
  for (const { id, status } of ended) {
    const cost = books.costs.get(id.replace(/^resp_/, ''))
    if (status === 'failed' && cost !== undefined) expect([id, cost]).toEqual([id, 0])
  }
}
