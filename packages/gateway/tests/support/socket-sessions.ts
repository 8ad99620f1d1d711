// Many WebSocket sessions at once, each with a turn now and then, beside clients that mean no good: what each of them
// costs in memory, and how long turns take.

import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeSocketFrame, openRawSocket, spawnFakeUpstream, type RawSocket } from '@fairlead/testkit'
import { spawnWithDiagnostics, workerMemory, type WorkerMemory } from './diagnostics.ts'
import { MASTER_KEY } from './gateway.ts'
import type { GatewayProcess } from './processes.ts'

export interface SessionLoad {
  readonly sessions: number
  /** Between two turns of one session. */
  readonly everyMs: number
  /** Of each session. */
  readonly turns: number
  /** Of each kind. */
  readonly hostile: number
}

export interface SessionFigures {
  readonly sessions: number
  readonly turns: number
  readonly failed: readonly string[]
  /** Of the worker's heap and buffers, after a forced collection; before the first turn, and behind the last. */
  readonly bytesPerIdleSession: number
  readonly bytesPerUsedSession: number
  readonly rssBytesPerUsedSession: number
  /** From the frame to the first event, and to the last one. */
  readonly firstEventMs: Percentiles
  readonly completedMs: Percentiles
  /** The same answer from the upstream itself, at the same time: what of it is the machine's. */
  readonly withoutGatewayMs: Percentiles
  /** Of one core, for the worker, while turns ran. */
  readonly cpuShare: number
  /** Connections of hostile clients that the gateway has closed. */
  readonly hostileClosed: number
}

interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

const OPENED_AT_ONCE = 50
const live = ({ heapUsed, external }: WorkerMemory): number => heapUsed + external

export async function runSessions(load: SessionLoad): Promise<SessionFigures> {
  await using upstream = await spawnFakeUpstream(['--tokens', '8'])
  // What hostile clients ask for is made elsewhere: it is the gateway that is looked at.
  await using other = await spawnFakeUpstream(['--tokens', '500', '--bytes', '2000'])
  await using gateway = await spawnWithDiagnostics({
    yaml: `providers:
  - { name: a, type: openai-compatible, base_url: "${upstream.url}" }
  - { name: b, type: openai-compatible, base_url: "${other.url}" }
models:
  - { id: short, targets: [{ provider: a, model: gpt-4o }] }
  - { id: endless, targets: [{ provider: b, model: gpt-4o }] }
`,
    server: 'write_stall_timeout_ms: 5000',
  })
  // What is compiled and remembered with the first of them is not theirs.
  const first = await openSessions(gateway, Math.min(20, load.sessions))
  for (const session of first) await session.turn()
  for (const session of first) await session.socket[Symbol.asyncDispose]()
  const before = await calm(gateway)
  const sessions = await openSessions(gateway, load.sessions)
  const idle = await calm(gateway)

  const stop = new AbortController()
  const hostile = hostileClients(gateway, load.hostile, stop.signal)
  const control = askDirectly(upstream.url, stop.signal)
  const worker = idle.pid
  const [startMs, startCpuMs] = [performance.now(), cpuMs(worker)]
  await Promise.all(
    sessions.map(async (session, index) => {
      await sleep((index / sessions.length) * load.everyMs)
      for (let turn = 0; turn < load.turns; turn += 1) {
        const startMs = performance.now()
        await session.turn()
        await sleep(turn + 1 < load.turns ? Math.max(0, load.everyMs - (performance.now() - startMs)) : 0)
      }
    }),
  )
  const cpuShare = (cpuMs(worker) - startCpuMs) / (performance.now() - startMs)
  stop.abort()
  const hostileClosed = await hostile
  const used = await calm(gateway)
  const turns = sessions.flatMap((session) => session.turns)
  const perSession = (bytes: number): number => Math.round(bytes / load.sessions)
  const figures: SessionFigures = {
    sessions: load.sessions,
    turns: turns.length,
    failed: sessions.flatMap((session) => session.failed),
    bytesPerIdleSession: perSession(live(idle) - live(before)),
    bytesPerUsedSession: perSession(live(used) - live(before)),
    rssBytesPerUsedSession: perSession(used.rss - before.rss),
    firstEventMs: percentiles(turns.map(({ firstMs }) => firstMs)),
    completedMs: percentiles(turns.map(({ lastMs }) => lastMs)),
    withoutGatewayMs: percentiles(await control),
    cpuShare: Math.round(cpuShare * 1_000) / 1_000,
    hostileClosed,
  }
  for (const { socket } of sessions) socket.socket.destroy()
  return figures
}

class LoadSession {
  readonly socket: RawSocket
  readonly turns: { readonly firstMs: number; readonly lastMs: number }[] = []
  readonly failed: string[] = []
  #previous: string | undefined

  constructor(socket: RawSocket) {
    this.socket = socket
  }

  async turn(): Promise<void> {
    const { socket } = this
    const sentMs = performance.now()
    socket.json({
      type: 'response.create',
      model: 'short',
      input: 'Say something, please.',
      store: false,
      ...(this.#previous === undefined ? {} : { previous_response_id: this.#previous }),
    })
    try {
      await socket.until(() => socket.events[0], 60_000)
      const firstMs = performance.now() - sentMs
      const end = await socket.event(({ type }) => type === 'response.completed' || type === 'error', 60_000)
      const response = end['response'] as { readonly id: string } | undefined
      if (response === undefined) throw new Error(JSON.stringify(end))
      this.#previous = response.id
      this.turns.push({ firstMs, lastMs: performance.now() - sentMs })
    } catch (error) {
      this.failed.push(error instanceof Error ? error.message : String(error))
    }
    socket.frames.length = 0
    socket.events.length = 0
  }
}

async function openSessions(gateway: GatewayProcess, count: number): Promise<LoadSession[]> {
  const sessions: LoadSession[] = []
  const more = async (): Promise<void> => {
    while (sessions.length < count) {
      const at = sessions.length
      sessions.length += 1
      sessions[at] = new LoadSession(await connect(gateway))
    }
  }
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, more))
  return sessions
}

async function connect(gateway: GatewayProcess, pongs = true): Promise<RawSocket> {
  const port = Number(new URL(gateway.origin).port)
  return await openRawSocket({ port, pongs, headers: { authorization: `Bearer ${MASTER_KEY}` } })
}

/** @returns how many of their connections were closed by the gateway */
async function hostileClients(gateway: GatewayProcess, count: number, signal: AbortSignal): Promise<number> {
  let closed = 0
  const again = async (attack: (socket: RawSocket) => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      const socket = await connect(gateway, false)
      await attack(socket)
      if (socket.closed) closed += 1
      socket.socket.destroy()
      await pause(100)
    }
  }
  const pause = async (ms: number): Promise<void> => {
    await sleep(ms, undefined, { signal }).catch(() => undefined)
  }
  const flood = (bytes: Buffer) => async (socket: RawSocket) => {
    while (!signal.aborted && !socket.closed) {
      socket.socket.write(bytes)
      socket.frames.length = 0
      socket.events.length = 0
      await pause(1)
    }
  }
  const manyTimes = (frame: Buffer): Buffer => Buffer.concat(Array.from({ length: 200 }, () => frame))
  const attacks: ((socket: RawSocket) => Promise<void>)[] = [
    flood(manyTimes(encodeSocketFrame('text', '{"type":"response.create"}'))),
    flood(manyTimes(encodeSocketFrame('ping', 'x'.repeat(100)))),
    flood(encodeSocketFrame('text', 'x'.repeat(100_000), { fin: false })),
    // Silent: answers no ping, says no word.
    async (socket) => {
      while (!signal.aborted && !socket.closed) await pause(500)
    },
    // Never reads what it has asked for.
    async (socket) => {
      socket.socket.pause()
      for (let lane = 0; lane < 16; lane += 1)
        socket.json({ type: 'response.create', model: 'endless', stream_id: `lane${lane}`, input: 'x' })
      while (!signal.aborted && !socket.closed) await pause(500)
    },
  ]
  await Promise.all(attacks.flatMap((attack) => Array.from({ length: count }, async () => await again(attack))))
  return closed
}

/** @returns how long each answer took */
async function askDirectly(url: string, signal: AbortSignal): Promise<number[]> {
  const tookMs: number[] = []
  const body = JSON.stringify({
    model: 'gpt-4o',
    stream: true,
    messages: [{ role: 'user', content: 'Say something.' }],
  })
  while (!signal.aborted) {
    const startMs = performance.now()
    const response = await fetch(`${url}/chat/completions`, { method: 'POST', body })
    await response.text()
    tookMs.push(performance.now() - startMs)
    await sleep(100, undefined, { signal }).catch(() => undefined)
  }
  return tookMs
}

/** Processor time of a process, from the system; its clock ticks a hundred times a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Three looks that agree. */
async function calm(gateway: GatewayProcess): Promise<WorkerMemory> {
  const looks: WorkerMemory[] = []
  for (const endMs = performance.now() + 30_000; performance.now() < endMs; await sleep(500)) {
    looks.push(await workerMemory(gateway))
    const [first, , last] = looks.slice(-3)
    if (first !== undefined && last !== undefined && Math.abs(live(last) - live(first)) < 128 * 1024) return last
  }
  throw new Error(`The worker does not come to rest: ${JSON.stringify(looks)}`)
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((one, other) => one - other)
  const at = (share: number): number => Math.round((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) * 10) / 10
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}
