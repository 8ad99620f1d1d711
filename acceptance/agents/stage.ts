// The two processes around an agent: the gateway, started as anybody starts it, and the fake upstream behind it.
import { startSocketUpstream } from '@fairlead/testkit'
import type { SocketUpstream } from '@fairlead/testkit'
import { spawnFakeUpstream } from '@fairlead/testkit/upstream/process.ts'
import type { UpstreamProcess } from '@fairlead/testkit/upstream/process.ts'
import { setTimeout as delay } from 'node:timers/promises'

import { startGateway } from '../lib/gateway.ts'
import type { Gateway } from '../lib/gateway.ts'
import { call } from '../lib/http.ts'
import { startWireTap } from '../lib/wire-tap.ts'
import type { WireTap } from '../lib/wire-tap.ts'
import type { Agent, Usage } from './agent.ts'
import { FAMILIES } from './families.ts'

export interface Stage extends AsyncDisposable {
  readonly gateway: Gateway
  readonly upstream: UpstreamProcess
  /** In front of the gateway. */
  readonly tap: WireTap
  /** In front of the upstream, with OpenAI's WebSocket mode. */
  readonly sockets: SocketUpstream
  counters(): Promise<Counters>
  /** Waits until the gateway has counted as much as `expected`, a little while at most: it counts after the reply has gone. */
  countersSince(
    before: Counters,
    expected: Usage,
  ): Promise<{ readonly usage: Usage; readonly failures: readonly string[] }>
}

export interface Counters {
  /** By series: name and labels, as they stand in `/metrics`. */
  readonly series: ReadonlyMap<string, number>
  /** How much the gateway had logged. */
  readonly logged: number
}

export async function startStage(agents: readonly Agent[]): Promise<Stage> {
  await using started = new AsyncDisposableStack()
  const upstream = started.use(await spawnFakeUpstream(['--echo']))
  const sockets = started.use(await startSocketUpstream({ behind: upstream }))
  const gateway = started.use(await startGateway({ config: configFor(agents, upstream.origin, sockets.url) }))
  const tap = started.use(await startWireTap(gateway.url))
  const stack = started.move()
  const counters = async (): Promise<Counters> => ({
    series: readMetrics((await call(`${gateway.url}/metrics`)).text),
    logged: gateway.output().length,
  })
  return {
    gateway,
    upstream,
    tap,
    sockets,
    counters,
    async countersSince(before, expected) {
      for (let tries = 0; ; tries += 1) {
        const now = await counters()
        const usage = usageBetween(before, now)
        const counted = usage.input >= expected.input && usage.output >= expected.output
        if (!counted && tries < 20) await delay(100)
        else return { usage, failures: [...failedSeries(before, now), ...complaints(gateway.output(), before.logged)] }
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** Every model id that any of these agents asks for, and the family that answers it. */
function configFor(agents: readonly Agent[], origin: string, sockets: string): string {
  const providers = FAMILIES.map((family) => `  - { name: ${family.name}, ${family.provider(origin, sockets)} }`)
  const ids = new Map(FAMILIES.flatMap((family) => agents.map((agent) => [agent.modelOf(family), family])))
  const models = [...ids].map(
    ([id, { name, model }]) => `  - { id: "${id}", targets: [{ provider: ${name}, model: "${model}" }] }`,
  )
  return `providers:\n${providers.join('\n')}\nmodels:\n${models.join('\n')}\n`
}

function readMetrics(text: string): Map<string, number> {
  const samples = text.split('\n').flatMap((line): [string, number][] => {
    const match = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line)
    return match?.[1] === undefined ? [] : [[match[1], Number(match[2])]]
  })
  return new Map(samples)
}

function usageBetween(before: Counters, now: Counters): Usage {
  const grown = (kind: string): number => {
    let sum = 0
    for (const [name, value] of now.series) {
      if (!name.startsWith('fairlead_tokens_total') || !name.includes(`class="${kind}"`)) continue
      sum += value - (before.series.get(name) ?? 0)
    }
    return sum
  }
  return { input: grown('input'), cached: grown('cache_read'), output: grown('output') }
}

function failedSeries(before: Counters, now: Counters): string[] {
  const found: string[] = []
  for (const [name, value] of now.series) {
    if (value === (before.series.get(name) ?? 0)) continue
    const failed = name.startsWith('fairlead_requests_total') && !/status="(?:200|404)"/.test(name)
    const again = name.startsWith('fairlead_attempts_total') && !name.includes('outcome="ok"')
    if (failed || again) found.push(`the gateway counted ${name}`)
  }
  return found
}

/** Warnings and errors among its lines of JSON. */
function complaints(output: string, from: number): string[] {
  const lines = output.slice(from).split('\n')
  return lines.filter((line) => /^\{"level":(?:40|50|60)\b/.test(line)).map((line) => `the gateway logged ${line}`)
}
