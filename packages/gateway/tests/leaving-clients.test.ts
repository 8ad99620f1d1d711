// Fault 18: the client goes away, at any moment and in any manner. What counts is what the upstream then sees, that the
// call is in the books as what it was, and that nothing stays behind.

import { nowMs, openStream, type RawClient } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { OPERATOR } from '../src/identity/principal.ts'
import { expectAgreement, leaveInMasses } from './support/aborts.ts'
import { chatRequest, startBench, type Bench } from './support/bench.ts'
import { chat, post } from './support/gateway.ts'

const WITHIN_MS = 1_000

const MANNERS: readonly (readonly [string, (client: RawClient) => void])[] = [
  ['closes', (client) => client.close()],
  ['resets', (client) => client.reset()],
  ['half-closes', (client) => client.halfClose()],
]

/** Sends one request, waits for the moment, leaves, and gives back how long the upstream took to see it. */
async function leave(
  bench: Bench,
  request: string,
  moment: (client: RawClient) => Promise<void>,
  manner: (client: RawClient) => void,
): Promise<number> {
  await using client = await bench.connect()
  await client.send(request)
  await moment(client)
  const leftAtMs = nowMs()
  manner(client)
  await bench.upstream.ledger.until((ledger) => ledger.last?.end === 'client-gone', 5_000)
  return (bench.upstream.ledger.last?.clientGoneAtMs ?? Infinity) - leftAtMs
}

describe.each(MANNERS)('a client that %s', (_name, manner) => {
  it('before the head of its stream aborts the upstream and is a 499 without tokens', async () => {
    await using bench = await startBench({ upstream: { fault: 'slowhead(20000)' } })
    const asked = async (): Promise<void> =>
      await bench.upstream.ledger.until(({ last }) => (last?.bodyBytes ?? 0) > 0 && last?.fault !== undefined)
    expect(await leave(bench, chatRequest(bench.gateway.key, { stream: true }), asked, manner)).toBeLessThan(WITHIN_MS)
    const rows = await bench.gateway.usage()
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ status: 499, errorCode: 'client_gone', attempts: 1, stream: true, provider: 'a' })
    expect(rows[0]?.usage).toMatchObject({ input: 0, output: 0 })
    await bench.untilQuiet()
    expect(bench.upstream.ledger.totals.requests).toBe(1)
  })

  it('in the middle of its stream aborts the upstream and is charged about what it got', async () => {
    await using bench = await startBench({ upstream: { script: { tokens: 1_000, gapMs: 10 } } })
    const some = async (client: RawClient): Promise<void> =>
      await client.until(() => client.received.toString().split('\n\n').length > 10)
    expect(await leave(bench, chatRequest(bench.gateway.key, { stream: true }), some, manner)).toBeLessThan(WITHIN_MS)
    const rows = await bench.gateway.usage()
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ status: 499, errorCode: 'client_gone', estimated: true })
    const served = bench.upstream.ledger.last?.tokensServed.completion ?? 0
    expect(rows[0]?.usage.output).toBeGreaterThan(0)
    expect(rows[0]?.usage.output).toBeLessThanOrEqual(served + 2)
    await bench.untilQuiet()
  })

  it('during a call that is not streamed aborts the upstream', async () => {
    await using bench = await startBench({ upstream: { script: { delayMs: 20_000 } } })
    const asked = async (): Promise<void> => await bench.upstream.ledger.until(({ last }) => (last?.bodyBytes ?? 0) > 0)
    expect(await leave(bench, chatRequest(bench.gateway.key), asked, manner)).toBeLessThan(WITHIN_MS)
    expect(await bench.gateway.usage()).toMatchObject([{ status: 499, errorCode: 'client_gone', stream: false }])
    await bench.untilQuiet()
  })

  it('before its body is whole leaves no trace', async () => {
    await using bench = await startBench()
    await using client = await bench.connect()
    const request = chatRequest(bench.gateway.key)
    await client.send(request.slice(0, -10))
    manner(client)
    await client.whenEnded(3_000)
    client.close()
    await bench.untilQuiet()
    expect(await bench.gateway.usage()).toHaveLength(0)
    expect(bench.upstream.ledger.totals.requests).toBe(0)
    expect((await post(`${bench.gateway.url}/chat/completions`, bench.gateway.key, chat())).status).toBe(200)
  })
})

describe('a client that leaves', () => {
  it('gives its slot back at once', async () => {
    await using bench = await startBench({ upstream: { script: { tokens: 1_000, gapMs: 10 } } })
    const { key } = await bench.gateway.makeKey({ concurrency: 1 })
    for (let round = 0; round < 5; round += 1) {
      const call = openStream(`${bench.gateway.url}/chat/completions`, chat('Hello!', { stream: true }), { key })
      await call.responded
      const second = await post(`${bench.gateway.url}/chat/completions`, key, chat())
      expect(second.status).toBe(429)
      call.abort()
      await bench.upstream.ledger.until(({ totals }) => totals.clientGone === round + 1)
    }
    const row = (await bench.gateway.usage()).filter(({ status }) => status === 499)
    expect(row).toHaveLength(5)
    bench.upstream.setScript({ gapMs: 0, tokens: 4 })
    expect((await post(`${bench.gateway.url}/chat/completions`, key, chat())).status).toBe(200)
    expect(bench.upstream.ledger.totals).toMatchObject({ requests: 6, clientGone: 5, complete: 1 })
  })

  it('leaves nothing of a request that waited behind another one on the same connection', async () => {
    await using bench = await startBench({ upstream: { script: { tokens: 1_000, gapMs: 10 } } })
    const { key } = await bench.gateway.makeKey({ concurrency: 2 })
    await using client = await bench.connect()
    await client.send(chatRequest(key, { stream: true }) + chatRequest(key, { stream: true }))
    await bench.upstream.ledger.until(({ totals }) => totals.openRequests === 1)
    client.close()
    await bench.upstream.ledger.until(({ totals }) => totals.clientGone === 1, 2_000)
    await bench.untilQuiet()
    expect((await bench.gateway.usage()).map(({ status }) => status)).toEqual([499])
    expect(bench.upstream.ledger.totals).toMatchObject({ requests: 1 })
    expect(
      (await post(`${bench.gateway.url}/chat/completions`, key, chat('[[testkit: gapMs=0 tokens=1]]'))).status,
    ).toBe(200)
  })

  it('before an unknown key was looked up harms nobody', async () => {
    await using bench = await startBench()
    const { key, id } = await bench.gateway.makeKey()
    await bench.gateway.app.control.keys.revoke(OPERATOR, id)
    for (const manner of MANNERS) {
      await using client = await bench.connect()
      await client.send(chatRequest(key).slice(0, -10))
      await using slow = await bench.connect()
      await slow.send(chatRequest(key).slice(0, -10))
      manner[1](client)
      await client.whenEnded(3_000)
      // The refusal does not wait for the rest of the body.
      expect((await slow.response()).status).toBe(401)
    }
    expect((await post(`${bench.gateway.url}/chat/completions`, bench.gateway.key, chat())).status).toBe(200)
  })

  it('a hundred times, at any moment: the upstream sees each within a second, and nothing is left', async () => {
    const result = await leaveInMasses({ clients: 100, atOnce: 25, seed: 18 })
    expect(result.p99Ms).toBeLessThan(WITHIN_MS)
    expect(result.gone).toBeGreaterThan(50)
    expectAgreement(result)
  })
})
