// Learning through a whole gateway: two models, the cheaper of which cannot write code. The gateway
// cannot know; its callers say so.
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { openAutoShop, type AutoShop, type ShopModel } from './support/auto-shop.ts'
import { MASTER_KEY, post } from './support/gateway.ts'
import { operate } from './support/shop.ts'
import { TaskPicker } from './support/task-picker.ts'

const CHEAP = 'gpt-4o-mini'
const OTHER = 'gpt-4.1-mini'
const MODELS: readonly ShopModel[] = [
  { id: CHEAP, input: 0.15, output: 0.6, quality: 0.85 },
  { id: OTHER, input: 0.24, output: 0.96, quality: 0.85 },
]
/** What people think of the answers. */
const QUALITY: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  code: { [CHEAP]: 0.1, [OTHER]: 0.95 },
  story: { [CHEAP]: 0.95, [OTHER]: 0.3 },
}

interface Version {
  readonly id: string
  readonly state: string
  readonly base: string | null
  readonly replay: Readonly<Record<string, unknown>> & {
    readonly verdict: string
    readonly quality: { readonly low: number }
  }
}

interface Learned {
  readonly account_id: string
  readonly outcomes: number
  readonly version: Version | null
}

function openShop(learning: string): Promise<AutoShop> {
  return openAutoShop({
    models: MODELS,
    tokens: 300,
    picker: () => new TaskPicker(),
    auto: `learning: { ${learning}, max_cost_rise: 1 }`,
  })
}

const question = (task: string, index: number): Record<string, unknown> => ({
  model: 'auto',
  messages: [{ role: 'user', content: `${task} number ${index}` }],
})

/** Asks so many questions of each task, and says of each answer how good it was. */
async function use({ gateway }: AutoShop, key: string, count: number, qualityOf = QUALITY): Promise<void> {
  for (let index = 0; index < count; index++) {
    for (const [task, qualities] of Object.entries(qualityOf)) {
      const reply = await post(`${gateway.url}/chat/completions`, key, question(task, index))
      const score = qualities[String(reply.json['model'])]
      const said = await post(`${gateway.url}/feedback`, key, {
        receipt: reply.headers.get('x-fairlead-receipt'),
        score,
      })
      expect(said.status).toBe(201)
    }
  }
}

/** Whom the picker thinks best, chance left aside. */
async function best({ gateway }: AutoShop, key: string, task: string): Promise<unknown> {
  for (let index = 0; index < 100; index++) {
    const { json } = await post(`${gateway.url}/route`, key, question(task, 1_000 + index))
    if (json['reason'] === 'best') return json['model']
  }
  throw new Error('nothing but chance chose')
}

async function learn(shop: AutoShop, body: Record<string, unknown> = {}): Promise<readonly Learned[]> {
  return (await operate(shop.gateway.origin, 'POST', '/api/auto/learn', body))['data'] as Learned[]
}

async function accountOf({ gateway }: AutoShop, name: string): Promise<{ readonly id: string; readonly key: string }> {
  const account = await operate(gateway.origin, 'POST', '/api/accounts', { name })
  const made = await operate(gateway.origin, 'POST', '/api/auth', { name, account: account['id'] })
  return { id: String(account['id']), key: String(made['key']) }
}

function rowOf(file: string, receiptId: string): string {
  using database = new DatabaseSync(file, { readOnly: true })
  return String(database.prepare('select body from receipts where receipt_id = ?').get(receiptId)?.['body'])
}

describe('learning', () => {
  it('finds the model that is better at a task, serves it once it has won, and goes back at one call', async () => {
    await using shop = await openShop('explore_share: 0.5')
    const { key, origin } = shop.gateway
    expect(await best(shop, key, 'code')).toBe(CHEAP)
    await use(shop, key, 45)

    const [learned] = await learn(shop)
    expect(learned).toMatchObject({ account_id: 'default', outcomes: 90, version: { state: 'won', base: null } })
    const version = learned?.version
    expect(version?.replay).toMatchObject({ verdict: 'better' })
    expect(version?.replay.quality.low).toBeGreaterThan(0)
    // Having won is not serving.
    expect(await best(shop, key, 'code')).toBe(CHEAP)

    await operate(origin, 'POST', `/api/auto/versions/${version?.id}/promote`, {})
    expect(await best(shop, key, 'code')).toBe(OTHER)
    expect(await best(shop, key, 'story')).toBe(CHEAP)

    const back = await operate(origin, 'POST', '/api/auto/rollback', { account: 'default' })
    expect(back).toMatchObject({ serving: null })
    expect(await best(shop, key, 'code')).toBe(CHEAP)
    const log = await operate(origin, 'GET', '/api/audit?limit=3')
    const actions = (log['data'] as { action: string }[]).map(({ action }) => action)
    expect(actions).toEqual(['auto.roll_back', 'auto.serve', 'auto.learn'])
  })

  it('shows an operator pools that are reckoned with the answers seen', async () => {
    await using shop = await openShop('explore_share: 0')
    for (const task of ['code', 'story', 'code'])
      await post(`${shop.gateway.url}/chat/completions`, shop.gateway.key, question(task, 1))
    await shop.gateway.usage()
    const { data } = await operate(shop.gateway.origin, 'GET', '/api/auto/pools')
    const [pool] = data as { members: { answers_seen: number; kinds_seen: string[] }[] }[]
    expect(pool?.members.reduce((sum, { answers_seen: seen }) => sum + seen, 0)).toBe(3)
    expect(pool?.members.flatMap(({ kinds_seen: kinds }) => kinds)).not.toEqual([])
  })

  it('of one account changes nothing for another, however much it says', async () => {
    await using shop = await openShop('explore_share: 0.5')
    const honest = await accountOf(shop, 'honest')
    const liar = await accountOf(shop, 'liar')
    const lies = { code: { [CHEAP]: 1, [OTHER]: 0 }, story: { [CHEAP]: 0, [OTHER]: 1 } }
    await use(shop, liar.key, 40, lies)
    const learned = await learn(shop, { serve: true })
    expect(learned.map(({ account_id: id, version }) => [id, version?.state])).toEqual([[liar.id, 'serving']])
    expect(await best(shop, liar.key, 'story')).toBe(OTHER)
    expect(await best(shop, honest.key, 'story')).toBe(CHEAP)
    expect(await best(shop, shop.gateway.key, 'story')).toBe(CHEAP)
  })

  it('does not serve what has not won, and says why', async () => {
    await using shop = await openShop('explore_share: 0.5')
    const alike = { [CHEAP]: 0.85, [OTHER]: 0.85 }
    await use(shop, shop.gateway.key, 20, { code: alike, story: alike })
    const [learned] = await learn(shop, { serve: true })
    expect(learned?.version).toMatchObject({ state: 'lost' })
    const refused = await post(
      `${shop.gateway.origin}/api/auto/versions/${learned?.version?.id}/promote`,
      MASTER_KEY,
      {},
    )
    expect(refused.status).toBe(409)
    expect(refused.json.error?.message).toContain('has not won on replay')
    expect(await best(shop, shop.gateway.key, 'code')).toBe(CHEAP)
  })

  it('keeps no word of what was asked', async () => {
    await using shop = await openShop('explore_share: 0')
    const secret = 'code for the tin of Thessaloniki'
    const body = { model: 'auto', messages: [{ role: 'user', content: secret }] }
    const reply = await post(`${shop.gateway.url}/chat/completions`, shop.gateway.key, body)
    await shop.gateway.usage()
    const receiptId = reply.headers.get('x-fairlead-receipt') ?? ''
    const receipt = rowOf(shop.gateway.databaseFile, receiptId)
    expect(receipt).toContain('"learn":')
    expect(receipt).not.toMatch(/tin|Thess/)
  })

  it('is refused where nothing is kept to learn from', async () => {
    await using shop = await openShop('signals: false')
    const reply = await post(`${shop.gateway.origin}/api/auto/learn`, MASTER_KEY, {})
    expect(reply.status).toBe(409)
    expect(reply.json.error?.message).toContain('auto.learning.signals')
  })
})
