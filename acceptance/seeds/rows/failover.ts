// Two upstreams, 200 streams, and one upstream that is killed (`kill -9`) in the middle.
//
// A stream that has shown its client nothing yet must not notice: it has another upstream to go to. One that had begun
// cannot be continued honestly, and ends with an error event. Nobody is left with a stream that just stops.
import { setTimeout as delay } from 'node:timers/promises'

import * as c from '../../lib/check.ts'
import { call } from '../../lib/http.ts'
import type { Context, Endpoint } from '../context.ts'
import { openStreams } from '../many-streams.ts'
import type { OpenStream } from '../many-streams.ts'
import type { Row } from '../row.ts'
import { startUpstream } from '../../lib/upstream.ts'
import type { Upstream } from '../../lib/upstream.ts'

const HEALTH_INTERVAL_MS = 1000
// A check that is due, its time-out on a refused port (none), and our own polling.
const HEALTH_SLACK_MS = 500
// An open circuit rests for 30 s, give or take its jitter, and then asks with one probe.
const BACK_WITHIN_MS = 45_000

export const rows: readonly Row[] = [
  {
    seed: 'seed-000',
    what: 'failover: kill -9 of one of two upstreams under 200 streams; back when it is back',
    run: failover,
  },
]

async function failover(context: Context): Promise<string> {
  await using alive = await startUpstream()
  let doomed = await startUpstream()
  try {
    await using gateway = await context.own({ config: configFor([alive, doomed]) })
    // A hundred that stream slowly and have begun, a hundred whose upstream still thinks.
    const begun = openStreams(gateway, 100, '[[testkit: tokens=100 gapMs=50]]')
    const waiting = openStreams(gateway, 100, '[[testkit: delayMs=4000 tokens=20 gapMs=10]]')
    await Promise.all(begun.map((stream) => stream.firstText))
    const onDoomed = await untilAllArrived([alive, doomed], doomed)
    // What the clients have seen, not what we sent, says which streams had begun.
    const quiet = [...begun, ...waiting].filter((stream) => !stream.begun)
    await doomed.kill()
    const killedAt = performance.now()

    const [seenMs] = await Promise.all([
      untilHealthy(gateway, 1, HEALTH_INTERVAL_MS + HEALTH_SLACK_MS, killedAt),
      Promise.all([...begun, ...waiting].map((stream) => stream.ended)),
      newRequestsSucceed(gateway),
    ])
    const quietFailures = quiet.filter((stream) => stream.outcome !== 'complete')
    c.check(
      quietFailures.length === 0,
      `${quietFailures.length} of ${quiet.length} streams that had not begun failed: ${why(quietFailures)}`,
    )
    const cut = [...begun, ...waiting].filter((stream) => stream.outcome !== 'complete')
    const silent = cut.filter((stream) => stream.outcome !== 'error-event')
    c.check(silent.length === 0, `${silent.length} streams that had begun ended without an error event: ${why(silent)}`)

    doomed = await startUpstream({ port: doomed.port })
    const restartedAt = performance.now()
    const [wellMs, backMs] = await Promise.all([
      untilHealthy(gateway, 2, BACK_WITHIN_MS, restartedAt),
      untilTraffic(gateway, doomed, restartedAt),
    ])
    return `${onDoomed} streams on the dead one, ${quiet.length} not begun, ${cut.length} error events; seen in ${seenMs} ms; after its restart traffic came back in ${backMs} ms, /health said so in ${wellMs} ms`
  } finally {
    await doomed[Symbol.asyncDispose]()
  }
}

/** Resolves with the number of streams on `doomed` once all 200 have reached an upstream. */
async function untilAllArrived(upstreams: readonly Upstream[], doomed: Upstream): Promise<number> {
  const deadline = performance.now() + 3000
  for (;;) {
    const open = await Promise.all(upstreams.map(async (upstream) => (await upstream.totals()).openRequests))
    const sum = open.reduce((total, count) => total + count, 0)
    if (sum === 200) {
      const onDoomed = open[upstreams.indexOf(doomed)] ?? 0
      c.check(onDoomed >= 60, `only ${onDoomed} of 200 streams ran on the upstream to be killed`)
      return onDoomed
    }
    c.check(performance.now() < deadline, `only ${sum} of 200 streams reached the upstreams`)
    await delay(20)
  }
}

function configFor(upstreams: readonly Upstream[]): string {
  const names = upstreams.map((_, index) => `upstream-${index}`)
  const provider = (upstream: Upstream, index: number) =>
    `  - { name: ${names[index]}, type: openai-compatible, base_url: "${upstream.url}", api_keys: [sk-testkit] }`
  return `health: { interval_ms: ${HEALTH_INTERVAL_MS} }
providers:
${upstreams.map(provider).join('\n')}
models:
  - id: gpt-4o
    targets: [${names.map((name) => `{ provider: ${name}, model: gpt-4o }`).join(', ')}]
`
}

/** Polls /health; resolves with the milliseconds since `sinceMs` at which it counted `healthy` servers. */
async function untilHealthy(endpoint: Endpoint, healthy: number, withinMs: number, sinceMs: number): Promise<number> {
  for (;;) {
    const reply = await call(`${endpoint.url}/health`)
    const ms = Math.round(performance.now() - sinceMs)
    const servers = c.items(JSON.parse(reply.text), 'servers')
    if (servers.filter((server) => c.at(server, 'healthy') === true).length === healthy) {
      c.check(ms <= withinMs, `/health showed ${healthy} healthy servers only after ${ms} ms`)
      return ms
    }
    c.check(ms < withinMs + 5000, `/health never showed ${healthy} healthy servers: ${reply.text.slice(0, 400)}`)
    await delay(50)
  }
}

async function newRequestsSucceed(endpoint: Endpoint): Promise<void> {
  for (let sent = 0; sent < 50; sent += 1) {
    const reply = await chat(endpoint)
    c.check(reply.status === 200, `a request after the kill got ${reply.status}: ${reply.text.slice(0, 200)}`)
  }
}

async function untilTraffic(endpoint: Endpoint, upstream: Upstream, sinceMs: number): Promise<number> {
  for (;;) {
    await chat(endpoint)
    const ms = Math.round(performance.now() - sinceMs)
    if ((await upstream.totals()).complete > 0) return ms
    c.check(ms < BACK_WITHIN_MS, `no traffic came back to the restarted upstream within ${BACK_WITHIN_MS} ms`)
    await delay(50)
  }
}

function chat({ url, key }: Endpoint): ReturnType<typeof call> {
  const body = { model: 'gpt-4o', messages: [{ role: 'user', content: '[[testkit: tokens=2]]' }] }
  return call(`${url}/v1/chat/completions`, { key, body })
}

function why(streams: readonly OpenStream[]): string {
  const reasons = streams.map((stream) => `${stream.outcome ?? 'open'} ${stream.reason}`)
  return [...new Set(reasons)].slice(0, 3).join('; ')
}
