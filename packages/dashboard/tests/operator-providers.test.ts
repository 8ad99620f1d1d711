// The operator's journeys around providers: one that fails is seen, drained and recovered; one is added from the list and
// tried before it is saved.
import { startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chat, post, providersYaml } from '../../gateway/tests/support/gateway.ts'
import { eventually } from './support/settled.ts'
import { canRun, startStage, whyNot, type Stage, type Visitor } from './support/stage.ts'

describe.runIf(canRun)(`Providers${whyNot}`, () => {
  let stage: Stage
  let left: FakeUpstream
  let right: FakeUpstream
  let operator: Visitor
  beforeAll(async () => {
    left = await startFakeUpstream()
    right = await startFakeUpstream()
    stage = await startStage({
      providers: providersYaml([left.url, right.url]),
      yaml: 'health: { interval_ms: 500 }\nbalancer: { breaker: { open_ms: 1000, max_open_ms: 1000 } }',
    })
    operator = await stage.operator()
  }, 240_000)
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    await left?.[Symbol.asyncDispose]()
    await right?.[Symbol.asyncDispose]()
  })

  const call = async (): Promise<number> =>
    (await post(`${stage.gateway.url}/chat/completions`, stage.gateway.key, chat())).status

  it('that fail are seen, drained, and put back into use when they are well', { timeout: 120_000 }, async () => {
    const { page, open, examine } = operator
    await left.setFault({ kind: '5xx', status: 500, share: 1, seed: 1 })
    for (let turn = 0; turn < 24; turn++) expect(await call()).toBe(200)

    // Seen: in the list, and on its own page with the breaker that opened.
    await open('/operator/providers')
    const row = page
      .getByRole('row')
      .filter({ hasText: 'openai-compatible' })
      .filter({ has: page.getByRole('link', { name: 'a', exact: true }) })
    await row.getByText(/Degraded|Down/).waitFor()
    await page.getByRole('link', { name: 'a', exact: true }).click()
    await page.getByRole('heading', { name: 'a', level: 1 }).waitFor()
    await page.getByText('Breaker opened').first().waitFor()
    await examine('operator-provider-failing')

    // Drained: nothing goes there any more, and nobody notices.
    await page.getByRole('button', { name: 'Drain', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Drain', exact: true }).click()
    await page.getByRole('button', { name: 'Put back into use' }).waitFor()
    const before = left.ledger.entries.filter(({ method }) => method === 'POST').length
    for (let turn = 0; turn < 6; turn++) expect(await call()).toBe(200)
    expect(left.ledger.entries.filter(({ method }) => method === 'POST').length).toBe(before)

    // Mended, tried, recovered.
    await left.setFault(undefined)
    await page.getByLabel('Model for the test call').fill('gpt-4o')
    await page.getByRole('button', { name: 'Try it' }).click()
    await page.getByText('It works.').waitFor()
    await page.getByRole('button', { name: 'Put back into use' }).click()
    await page.getByRole('button', { name: 'Drain', exact: true }).waitFor()
    await expect
      .poll(
        async () => {
          expect(await call()).toBe(200)
          return left.ledger.entries.filter(({ method, status }) => method === 'POST' && status === 200).length
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(3)
    await page.getByText('Breaker closed').first().waitFor({ timeout: 20_000 })
    await page.getByText('Healthy').waitFor()
  })

  it('are weighed by the slider', { timeout: 60_000 }, async () => {
    const { page, open } = operator
    await open('/operator/providers/b')
    const slider = page.getByRole('slider', { name: 'Weight: b' })
    await slider.focus()
    await slider.press('ArrowRight')
    await page.getByText('Configured: 1').waitFor()
    await eventually(async () => (await operator.api('GET', '/api/providers/b')).json).toMatchObject({
      weight: 1.5,
      own_weight: 1,
    })
    await page.getByRole('button', { name: 'Back to the configured weight' }).click()
    await page.getByText('Configured: 1').waitFor({ state: 'detached' })
  })

  it('are picked from the list, tried, added, given a second key, and deleted', { timeout: 120_000 }, async () => {
    const { page, open, examine, mustBeAccessible, photograph } = operator
    await open('/operator/providers')
    await examine('operator-providers')
    await page.getByRole('button', { name: 'Add a provider' }).click()
    await page.getByRole('searchbox').fill('compat')
    await mustBeAccessible()
    await page.getByRole('button', { name: /OpenAI-compatible/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Add a provider' }).click()
    await dialog.getByText('This is needed.').waitFor()
    await dialog.getByLabel('Name').fill('house')
    await dialog.getByLabel('Base URL').fill(right.url)
    await dialog.getByLabel(/^API key/).fill('sk-up-house-0123456789')
    await dialog.getByLabel('Model for the test call').fill('gpt-4o')
    await dialog.getByRole('button', { name: 'Try it' }).click()
    await dialog.getByText('It works.').waitFor()
    await dialog.getByRole('textbox', { name: /These models/ }).fill('house-model')
    await photograph('operator-provider-add')
    await dialog.getByRole('button', { name: 'Add a provider' }).click()
    await page.getByRole('link', { name: 'house' }).click()
    await page.getByRole('button', { name: 'Add a credential' }).click()
    await page.getByRole('dialog').getByLabel('API key').fill('sk-up-house-second-0123')
    await page.getByRole('dialog').getByLabel(/Label/).fill('<img src=x onerror=alert(1)>')
    await page.getByRole('dialog').getByRole('button', { name: 'Add a credential' }).click()
    await page.getByText('<img src=x onerror=alert(1)>').first().waitFor()
    await examine('operator-provider-own')
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('house')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('heading', { name: 'Providers', level: 1 }).waitFor()
    await page.getByRole('link', { name: 'house' }).waitFor({ state: 'detached' })
  })
})
