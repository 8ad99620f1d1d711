// The pools of `auto` on the operator's page of models: the curve, the knob, the members.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canRun, startStage, whyNot, type Stage } from './support/stage.ts'

const YAML = `groups: [{ name: coders }]
auto:
  tradeoff: 4
  min_quality: 0.95
  baseline: gpt-4o
  pools: [{ name: coding, models: [gpt-4o, claude-haiku-4-5, text-embedding-3-small], groups: [coders] }]`

describe.runIf(canRun)(`The pools of auto${whyNot}`, { timeout: 60_000 }, () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage({ yaml: YAML })
  }, 240_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  it('show their members, the curve, and what another trade-off would give', async () => {
    const { page, open, examine } = await stage.operator()
    await open('/operator/models')
    await page.getByRole('tab', { name: 'Pools of auto' }).click()
    const pool = page.locator('section', { has: page.getByRole('heading', { name: 'Pool auto', exact: true }) })
    await pool.getByText('At 4: quality').waitFor()
    await pool.getByRole('img', { name: 'Quality against cost of pool auto' }).waitFor()
    const members = pool.getByRole('table', { name: 'Models of pool auto' })
    await members.getByRole('row').filter({ hasText: 'gpt-4o-mini' }).getByText('%').waitFor()
    await members.getByRole('row').filter({ hasText: 'Baseline' }).getByText('gpt-4o', { exact: true }).waitFor()
    await members.getByRole('row').filter({ hasText: 'gpt-4o-mini' }).getByText('As is usual').waitFor()
    await pool.getByText('as configured').waitFor()
    const cheapest = pool.getByRole('slider', { name: 'Try another trade-off' })
    await cheapest.fill('10')
    await pool.getByText('At 10: quality').waitFor()
    await pool.getByRole('button', { name: 'as configured' }).click()
    await pool.getByText('At 4: quality').waitFor()
    const coding = page.locator('section', { has: page.getByRole('heading', { name: 'Pool auto/coding' }) })
    await coding.getByText('What plain auto means for coders.').waitFor()
    await coding.getByRole('row').filter({ hasText: 'text-embedding-3-small' }).getByText('Does not chat').waitFor()
    await examine('operator-pools')
  })

  it.each([
    ['vi-VN', 'Nhóm chọn auto', 'English|Quality|Picked'],
    ['zh-CN', '模型池 auto', 'Quality|Picked|chất'],
  ] as const)('speak %s, on a phone', async (language, title, foreign) => {
    const { page, open, photograph } = await stage.operator({ language, width: 390 })
    await open('/operator/models?tab=pools')
    const pool = page.locator('section', { has: page.getByRole('heading', { name: title, exact: true }) })
    await pool.locator('.recharts-surface').waitFor()
    expect(await pool.innerText()).not.toMatch(new RegExp(foreign))
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
    await photograph(`operator-pools-${language}`)
  })
})
