// Many at once on what is stored: branches of one chain, one conversation, answers that end while they are deleted, and an end
// of the gateway in the moment in which an answer is complete.

import { DatabaseSync } from 'node:sqlite'
import { seededRandom, startFakeProvider } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { MASTER_KEY, post, replyOf, startGateway, type Reply, type TestGateway } from './support/gateway.ts'
import { eventually, isAlive, spawnGateway } from './support/processes.ts'

const seed = Number(process.env['FAIRLEAD_TEST_SEED'] ?? Date.now() % 1_000_000)

type Provider = Awaited<ReturnType<typeof startFakeProvider>>

const yamlFor = (provider: Provider): string => `
providers: [{ name: claude, type: anthropic, base_url: "${provider.origin}", api_key: sk-up }]
models: [{ id: m, targets: [{ provider: claude, model: claude-sonnet-4-5 }] }]
`

const create = async ({ url, key }: Pick<TestGateway, 'url' | 'key'>, body: object): Promise<Reply> =>
  await post(`${url}/responses`, key, { model: 'm', ...body })

const send = async ({ url, key }: TestGateway, method: string, path: string): Promise<Reply> => {
  return await replyOf(await fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${key}` } }))
}

/** What the upstream was told, by the last words of each request. */
function toldFor(provider: Provider, words: string): string {
  const entry = provider.ledger.entries.find(({ body }) => {
    const { messages } = JSON.parse(String(body)) as { readonly messages: readonly unknown[] }
    return JSON.stringify(messages.at(-1)).includes(words)
  })
  if (entry === undefined) throw new Error(`nobody asked ${words}`)
  return String(entry.body)
}

describe('what is stored', () => {
  it('branches: twenty that go on from one response know it, and nothing of each other', async () => {
    await using provider = await startFakeProvider()
    await using gateway = await startGateway(yamlFor(provider))
    const root = await create(gateway, { input: 'The root of all.' })
    const branches = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        const first = await create(gateway, { previous_response_id: root.json['id'], input: `Branch <${at}>.` })
        return await create(gateway, { previous_response_id: first.json['id'], input: `Leaf <${at}>.` })
      }),
    )
    expect(branches.map(({ status }) => status)).toEqual(branches.map(() => 200))
    for (const at of branches.keys()) {
      const told = toldFor(provider, `Leaf <${at}>.`)
      expect(told).toContain('The root of all.')
      expect(new Set(told.match(/Branch <\d+>/g))).toEqual(new Set([`Branch <${at}>`]))
    }
  })

  it('loses nothing of a conversation to which many add at once', async () => {
    await using provider = await startFakeProvider()
    await using gateway = await startGateway(yamlFor(provider))
    const made = await post(`${gateway.url}/conversations`, gateway.key, {})
    const conversation = String(made.json['id'])
    const replies = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => await create(gateway, { conversation, input: `Word <${at}>.` })),
    )
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
    const listed = await send(gateway, 'GET', `/conversations/${conversation}/items?limit=100`)
    const said = JSON.stringify(listed.json['data']).match(/"text":"(?:You said: )?Word <\d+>/g)
    expect(said).toHaveLength(40)
    expect(new Set(said).size).toBe(40)
  })

  it(`leaves nothing behind when all of it is deleted, in any order (seed ${seed})`, async () => {
    await using provider = await startFakeProvider()
    await using gateway = await startGateway(yamlFor(provider))
    const random = seededRandom(seed)
    const made = await post(`${gateway.url}/conversations`, gateway.key, {})
    const paths = [`/conversations/${String(made.json['id'])}`]
    const ids: string[] = []
    for (let turn = 0; turn < 30; turn++) {
      const previous = ids[Math.floor(random() * ids.length)]
      const link =
        random() < 0.3
          ? { conversation: made.json['id'] }
          : previous === undefined
            ? {}
            : { previous_response_id: previous }
      const reply = await create(gateway, {
        ...link,
        instructions: 'Be brief.',
        input: `Turn ${turn} ${'x'.repeat(random() * 5_000)}`,
      })
      expect(reply.status).toBe(200)
      ids.push(String(reply.json['id']))
      paths.push(`/responses/${ids.at(-1)}`)
    }
    paths.sort(() => random() - 0.5)
    const deleted = await Promise.all(paths.map(async (path) => (await send(gateway, 'DELETE', path)).status))
    expect(deleted).toEqual(paths.map(() => 200))
    using database = new DatabaseSync(gateway.databaseFile, { readOnly: true })
    const count = (table: string): unknown => database.prepare(`select count(*) as n from ${table}`).get()?.['n']
    for (const table of ['responses', 'response_objects', 'response_texts', 'response_conversations']) {
      expect([table, count(table)]).toEqual([table, 0])
    }
    const [room] = database.prepare('select bytes, responses from response_accounts').all()
    expect({ ...room }).toEqual({ bytes: 0, responses: 0 })
  })

  it('is there after a kill -9 in the moment in which its client knows that it is complete', async () => {
    await using provider = await startFakeProvider()
    await using first = await spawnGateway({ yaml: yamlFor(provider) })
    let gateway = first
    const ids: string[] = []
    try {
      for (let round = 0; round < 3; round++) {
        const reply = await create(
          { url: gateway.url, key: MASTER_KEY },
          { input: `Round <${round}>.`, previous_response_id: ids.at(-1) ?? null },
        )
        ids.push(String(reply.json['id']))
        const workers = gateway.workerPids()
        process.kill(gateway.primaryPid, 'SIGKILL')
        await gateway.ended
        await eventually(() => !workers.some(isAlive), 'the workers are gone')
        gateway = await spawnGateway({ yaml: yamlFor(provider), folder: first.folder })
      }
      const last = await create(
        { url: gateway.url, key: MASTER_KEY },
        { input: 'Leaf.', previous_response_id: ids.at(-1) },
      )
      expect(last.status).toBe(200)
      for (let round = 0; round < 3; round++) expect(toldFor(provider, 'Leaf.')).toContain(`Round <${round}>`)
    } finally {
      await gateway[Symbol.asyncDispose]()
    }
  }, 90_000)
})
