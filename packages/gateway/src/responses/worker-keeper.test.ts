import { describe, expect, it } from 'vitest'
import { GatewayError } from '../core/errors.ts'
import { turn, user } from '../store/__fixtures__/response-desk.ts'
import type { ResponsesAsk, ResponsesPort } from './stored/responses-messages.ts'
import { StoreKeys } from './stored/store-keys.ts'
import { WorkerKeeper } from './worker-keeper.ts'

function keeperOn(answer: (ask: ResponsesAsk) => unknown): WorkerKeeper {
  const port = { ask: async (ask: ResponsesAsk) => answer(ask) } as unknown as ResponsesPort
  return new WorkerKeeper({ port, keys: new StoreKeys(Buffer.alloc(32)) })
}

describe('the keeper of a worker', () => {
  it('says 503, and never "unknown", when the primary cannot tell', async () => {
    const keeper = keeperOn(() => {
      throw new Error('The primary cannot tell at the moment.')
    })
    for (const asked of [
      keeper.context('acc_a', 'resp_1'),
      keeper.conversation('acc_a', 'conv_1'),
      keeper.item('acc_a', 'msg_1'),
      keeper.save(turn({ id: 'resp_1' })),
    ]) {
      const error: unknown = await asked.catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(GatewayError)
      expect(error).toMatchObject({ tableCode: 'service_unavailable' })
    }
  })

  it('sends a text once, and everything again when the primary does not have it', async () => {
    const sent: number[] = []
    let forgetful = false
    const keeper = keeperOn((ask) => {
      if (ask.op !== 'save') return null
      sent.push(ask.save.objects.length)
      const lacks = forgetful && ask.save.objects.length === 0
      return lacks ? { kind: 'missing', hashes: ['x'] } : { kind: 'stored' }
    })
    await keeper.save(turn({ id: 'resp_1' }))
    await keeper.save(turn({ id: 'resp_1' }))
    forgetful = true
    expect(await keeper.save(turn({ id: 'resp_1' }))).toBe('stored')
    expect(sent).toEqual([3, 0, 0, 3])
  })

  it('reads what is long in as many messages as it takes, and nothing that no request could hold', async () => {
    const keys = new StoreKeys(Buffer.alloc(32))
    const objects = new Map<string, { hash: string; kind: string; content: string }>()
    let root: string | null = null
    let asks = 0
    const keeper = (maxContextBytes: number): WorkerKeeper =>
      new WorkerKeeper({
        keys,
        maxContextBytes: () => maxContextBytes,
        port: {
          ask: async (ask: ResponsesAsk) => {
            if (ask.op === 'find') return { root, made: null, status: 'completed', conversationId: null, version: 0 }
            if (ask.op === 'save') {
              for (const object of ask.save.objects) objects.set(object.hash, object)
              root = ask.save.response.root
              return { kind: 'stored' }
            }
            if (ask.op !== 'objects') return null
            asks += 1
            // One at a time, as if each filled a message.
            return ask.hashes.slice(0, 1).flatMap((hash) => objects.get(hash) ?? [])
          },
        } as unknown as ResponsesPort,
      })
    const input = Array.from({ length: 40 }, (_, index) => user(`${index} ${'x'.repeat(100)}`))
    await keeper(1e9).save(turn({ id: 'resp_1', input }))
    const context = await keeper(1e9).context('acc_a', 'resp_1')
    expect(context?.items.slice(0, 40)).toEqual(input)
    expect(asks).toBeGreaterThan(40)
    asks = 0
    await expect(keeper(1_000).context('acc_a', 'resp_1')).rejects.toMatchObject({ tableCode: 'request_too_large' })
    expect(asks).toBeLessThan(20)
  })

  it('gives up a response that is never whole', async () => {
    const keeper = keeperOn((ask) => (ask.op === 'save' ? { kind: 'missing', hashes: ['x'] } : null))
    await expect(keeper.save(turn({ id: 'resp_1' }))).rejects.toMatchObject({ tableCode: 'service_unavailable' })
  })
})
