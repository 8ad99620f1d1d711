// A coding agent's session through `auto` costs less than with any one model that gets it done, and no model is changed
// while a tool's result is on its way back: with a picker whose choice is plain, with the trained one, and with the trained
// one that is told nothing of the models.
import { beforeAll, describe, expect, it } from 'vitest'
import { Picker } from '../src/routing/auto/picker/picker.ts'
import type { PickerPort } from '../src/routing/auto/picker-port.ts'
import { runSession, serveAgents, type Order, type SessionResult } from './support/agent-session.ts'
import { openAutoShop, type AutoShop, type ShopModel } from './support/auto-shop.ts'
import { PlainPicker } from './support/plain-picker.ts'

const ORDERS: readonly Order[] = [
  {
    text: 'Two workers lose updates of the same wallet now and then. Find the race, prove it with a test, and remove it without a global lock.',
    hard: true,
  },
  { text: 'Rename the variable "items" to "lines" in all files.', hard: false },
  { text: 'Write a line for the changelog.', hard: false },
  {
    text: 'Prove that the new lock cannot deadlock with the journal, or change the order of locks so that it cannot.',
    hard: true,
  },
  { text: 'List the files that were changed.', hard: false },
]
/** The plain picker reads difficulty from a word in capitals. */
const PLAIN_ORDERS: readonly Order[] = ORDERS.map(({ text, hard }) => ({ text: hard ? `HARD: ${text}` : text, hard }))
/** The cheap one is as good as any at everything but what is hard: an operator's own figures. */
const MODELS: readonly ShopModel[] = [
  { id: 'gpt-4o', input: 2.5, cachedInput: 1.25, output: 10, quality: 0.9 },
  { id: 'gpt-4.1', input: 2, cachedInput: 0.5, output: 8, quality: 0.9 },
  {
    id: 'gpt-4o-mini',
    input: 0.15,
    cachedInput: 0.075,
    output: 0.6,
    quality: 0.88,
    byTask: 'debugging: 0.4, advanced-maths: 0.4, maths: 0.4, logic: 0.4, planning: 0.6',
  },
]
const STRONG = ['gpt-4o', 'gpt-4.1']

/** Nobody has said how good they are: what ships with the gateway decides. */
const STOCK: readonly ShopModel[] = MODELS.map(({ id, input, cachedInput = 0, output }) => ({
  id,
  input,
  cachedInput,
  output,
}))

interface Setting {
  readonly name: string
  /** YAML of the section `auto`. */
  readonly auto: string
  readonly picker: () => PickerPort
  readonly models: readonly ShopModel[]
  readonly orders: readonly Order[]
}

const SETTINGS: readonly Setting[] = [
  {
    name: 'a plain picker',
    auto: 'min_quality: 0.99, tradeoff: 5',
    picker: () => new PlainPicker(),
    models: MODELS,
    orders: PLAIN_ORDERS,
  },
  {
    name: 'the trained picker',
    auto: 'min_quality: 0.85, tradeoff: 8, baseline: gpt-4o',
    picker: () => Picker.load(),
    models: MODELS,
    orders: ORDERS,
  },
  {
    name: 'the trained picker, stock figures and stock knobs',
    auto: 'baseline: gpt-4o',
    picker: () => Picker.load(),
    models: STOCK,
    orders: ORDERS,
  },
]

async function open({ auto, picker, models, orders }: Omit<Setting, 'name'>): Promise<AutoShop> {
  const shop = await openAutoShop({ models, auto, picker })
  serveAgents(
    shop,
    MODELS.map(({ id }) => id),
    STRONG,
    orders,
  )
  return shop
}

describe('a coding agent of fifty tool turns', { timeout: 120_000 }, () => {
  const fixed = new Map<string, SessionResult>()
  beforeAll(async () => {
    await using shop = await open({ auto: '', picker: () => new PlainPicker(), models: MODELS, orders: ORDERS })
    for (const { id } of MODELS) fixed.set(id, await runSession(shop, id, ORDERS))
  }, 120_000)

  it.each(SETTINGS)(
    'costs less than with any model that solves it, and keeps its model in a tool loop, with $name',
    async ({ name, orders, ...rest }) => {
      await using shop = await open({ ...rest, orders })
      const picked = await runSession(shop, 'auto', orders)
      expect([picked.toolTurns, picked.solved]).toEqual([50, true])
      const solving = [...fixed.values()].filter(({ solved }) => solved)
      expect(solving).toHaveLength(STRONG.length)
      for (const { costNanos } of solving) expect(picked.costNanos).toBeLessThan(costNanos)
      // One model an order: it may change when the user speaks, and only then.
      expect(picked.models.map((answered) => new Set(answered).size)).toEqual([1, 1, 1, 1, 1])
      const isStrong = picked.models.map(([first]) => STRONG.includes(first ?? ''))
      expect(ORDERS.filter(({ hard }, index) => hard && isStrong[index] !== true)).toEqual([])
      expect(isStrong.filter((strong) => !strong).length).toBeGreaterThanOrEqual(2)
      // What was counted as saved is what the baseline would really have cost, as far as a cache can be foretold.
      const measured = (fixed.get('gpt-4o')?.costNanos ?? 0) - picked.costNanos
      expect(Math.abs(picked.savingsNanos - measured) / measured).toBeLessThan(0.1)
      const each = [...fixed].map(
        ([id, { costNanos, solved }]) => `${id} ${dollars(costNanos)}${solved ? '' : ', unsolved'}`,
      )
      console.info(
        `${name}: ${dollars(picked.costNanos)} (${each.join('; ')}); saved ${dollars(picked.savingsNanos)}, measured ${dollars(measured)}`,
      )
    },
  )
})

function dollars(nanos: number): string {
  return `$${(nanos / 1e9).toFixed(4)}`
}
