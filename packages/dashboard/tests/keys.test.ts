import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copiedBy, gone } from './support/settled.ts'
import { canRun, type Stage, startStage, type Visitor, whyNot } from './support/stage.ts'

describe.runIf(canRun)(`API keys${whyNot}`, { timeout: 240_000 }, () => {
  let stage: Stage
  let visitor: Visitor
  beforeAll(async () => {
    stage = await startStage()
    visitor = await stage.operator()
  }, 300_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  const answers = async (key: string): Promise<number> => {
    const reply = await fetch(`${stage.gateway.url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello!' }] }),
    })
    return reply.status
  }

  it('are made, used, rotated with a grace, and revoked', async () => {
    const { page, open, examine } = visitor
    await open('/keys')
    await page.getByRole('button', { name: 'Create a key' }).first().click()
    await page.getByRole('button', { name: 'Create the key' }).click()
    await page.getByText('Give it a name').waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('<img src=x onerror=alert(1)> bot')
    await page.getByLabel(/Budget in US\$/).fill('0')
    await page.getByRole('button', { name: 'Create the key' }).click()
    await page.getByText('An amount above zero').waitFor()
    await page.getByLabel(/Budget in US\$/).fill('10')
    await page.getByText('Limits', { exact: true }).last().click()
    await page.getByLabel('Requests per minute').fill('60')
    await examine('key-create')
    await page.getByRole('button', { name: 'Create the key' }).click()
    const key = await page.getByTestId('new-key').innerText()
    await examine('key-made')
    expect(await copiedBy(page, page.getByRole('button', { name: 'Copy: Key' }))).toBe(key)
    expect(await answers(key)).toBe(200)
    await page.getByRole('button', { name: 'I have copied it' }).click()
    await gone(page.getByTestId('new-key'))

    const table = page.getByRole('table', { name: 'API keys of this account' })
    const row = table.getByRole('row').filter({ hasText: 'bot' })
    await row.getByText('60/min').waitFor()
    await row.getByRole('meter').waitFor()
    expect(await page.content()).not.toContain(key)
    await examine('keys')

    await row.getByRole('button', { name: /^Actions/ }).click()
    await page.getByRole('menuitem', { name: 'Rotate' }).click()
    await page.getByRole('button', { name: 'Make a new secret' }).click()
    const rotated = await page.getByTestId('new-key').innerText()
    expect(rotated).not.toBe(key)
    expect([await answers(key), await answers(rotated)]).toEqual([200, 200])
    await page.getByRole('button', { name: 'I have copied it' }).click()
    await gone(page.getByTestId('new-key'))
    await row.getByText(/Old secret until/).waitFor()

    await row.getByRole('button', { name: /^Actions/ }).click()
    await page.getByRole('menuitem', { name: 'Revoke' }).click()
    await page.getByText('This cannot be undone.').waitFor()
    await examine('key-revoke')
    await page.getByRole('button', { name: 'Revoke the key' }).click()
    await page.getByText('The key is revoked.').waitFor()
    expect([await answers(key), await answers(rotated)]).toEqual([401, 401])
  })

  it('change, and say so in the list', async () => {
    const { page, open, api } = visitor
    const made = await api('POST', '/api/auth', {
      name: 'to change',
      account: 'default',
      limits: { tpm: 1000 },
      data_policy: { training: false },
    })
    expect(made.status).toBe(201)
    await open('/keys')
    const row = page.getByRole('row').filter({ hasText: 'to change' })
    await row.getByRole('button', { name: /^Actions/ }).click()
    await page.getByRole('menuitem', { name: 'Change' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('changed')
    await page.getByLabel(/Budget in US\$/).fill('2,50')
    await page.getByText('What it may do', { exact: true }).click()
    await page.getByLabel(/Providers keep its requests/).fill('30')
    await page.getByRole('button', { name: 'Save' }).click()
    const changed = page.getByRole('row').filter({ hasText: 'changed' })
    await changed.getByText('$0.00 / $2.50').or(changed.getByText('$0.00 of $2.50')).waitFor()
    expect((await api('GET', `/api/auth/${made.json.id}`)).json).toMatchObject({
      name: 'changed',
      budget: { amount: '2.500000000', reset: 'month' },
      limits: { tpm: 1000 },
      data_policy: { retention_days: 30, training: false },
    })
  })

  it('ask for a fresh factor where it is long ago, and go on', async () => {
    const { page, open, context } = visitor
    await open('/keys')
    // As if the factor had been shown long ago: the gateway refuses once.
    let refusals = 0
    await context.route('**/api/auth', async (route) => {
      if (route.request().method() !== 'POST' || refusals > 0) return await route.continue()
      refusals += 1
      const error = {
        message: 'Show first that it is still you.',
        type: 'permission_error',
        param: 'step_up',
        code: 'permission_denied',
      }
      await route.fulfill({ status: 403, contentType: 'application/json', body: JSON.stringify({ error }) })
    })
    await page.getByRole('button', { name: 'Create a key' }).first().click()
    await page.getByRole('textbox', { name: 'Name' }).fill('after a proof')
    await page.getByRole('button', { name: 'Create the key' }).click()
    await page.getByRole('heading', { name: 'Is it still you?' }).waitFor()
    await visitor.examine('proof')
    await page.getByLabel('Password').fill('a long sentence of hers')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByTestId('new-key').waitFor()
    expect(refusals).toBe(1)
    await context.unroute('**/api/auth')
  })
})
