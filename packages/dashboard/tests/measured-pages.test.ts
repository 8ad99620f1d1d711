import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOSTILE, type MeasuredStage, startMeasuredStage } from './measured-stage.ts'
import { canRun, whyNot } from './support/stage.ts'

const nothingRan = async (page: Page): Promise<void> => {
  expect(await page.evaluate(() => '__ran' in window)).toBe(false)
}

describe.runIf(canRun)(`What was measured${whyNot}`, { timeout: 180_000 }, () => {
  let measured: MeasuredStage
  beforeAll(async () => {
    measured = await startMeasuredStage()
  }, 180_000)
  afterAll(async () => await measured?.[Symbol.asyncDispose]())

  it('is summed up on Usage: by model, key, status, against the period before, and as a file', async () => {
    const { page, open, mustBeAccessible, photograph } = await measured.stage.operator()
    await open('/usage')
    await page.getByRole('table', { name: 'Where it went' }).getByRole('link', { name: 'claude-haiku-4-5' }).waitFor()
    await page.getByText('Error rate').first().waitFor()
    await page.locator('.recharts-surface').first().waitFor()
    await mustBeAccessible()
    await photograph('usage')
    await page.getByRole('button', { name: 'Latency' }).click()
    await page.getByText('95th percentile').waitFor()
    await page.getByRole('button', { name: 'Key', exact: true }).click()
    await page.getByRole('table').getByRole('link', { name: 'production' }).waitFor()
    await page.getByRole('switch', { name: 'Compare with the period before' }).click()
    await page
      .getByText(/before: /)
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Spend', exact: true }).click()
    await page.getByText('The period before', { exact: true }).waitFor()
    expect(new URL(page.url()).searchParams.get('by')).toBe('key')
    await photograph('usage-compared')
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export CSV' }).click()
    const file = await (await downloading).path()
    const csv = readFileSync(file, 'utf8')
    expect(csv.split('\r\n')[0]).toContain('time,group,calls')
    expect(csv).not.toMatch(/(?:^|,)=HYPERLINK/m)
    await page.getByRole('table').getByRole('link', { name: 'production' }).click()
    await page.waitForURL('**/requests?key=*')
    await nothingRan(page)
  })

  it('is listed on Requests: live, filtered, and each call with its timeline', async () => {
    const { page, open, mustBeAccessible, photograph } = await measured.stage.operator()
    await open('/requests')
    const table = page.getByRole('table', { name: 'Requests' })
    await table.getByRole('row').nth(5).waitFor()
    // Comes in by itself, on top.
    await measured.fail()
    const { id } = await measured.call()
    await table.getByRole('row').nth(1).getByText('gpt-4o', { exact: true }).waitFor()
    await mustBeAccessible()
    await photograph('requests')
    await table.getByRole('row').nth(1).press('Enter')
    await page.waitForURL(`**/requests/${id}`)
    await page.getByText('Attempt 2').waitFor()
    expect(await page.getByRole('listitem').filter({ hasText: 'Attempt 1' }).innerText()).toContain('Failed')
    await page.getByText('For the operator').waitFor()
    await page.getByText('No wallet pays for this call.').waitFor()
    await mustBeAccessible()
    await photograph('request')
    await page.getByRole('link', { name: 'All requests' }).click()
    await page.getByRole('combobox', { name: 'Status' }).click()
    await page.getByRole('option', { name: 'Failed' }).click()
    await table.getByText('upstream_error').first().waitFor()
    expect(await table.getByText('200', { exact: true }).count()).toBe(0)
    await page.getByRole('searchbox', { name: 'Find by request id' }).fill(id)
    await page.keyboard.press('Enter')
    await page.getByText('1 call loaded').waitFor()
    await open('/requests/req_nobody')
    await page.getByText('There is no such call here').waitFor()
    await nothingRan(page)
  })

  it('stands beside each model, with filters that the address keeps; names that are scripts stay text', async () => {
    for (let call = 0; call < 12; call++) await measured.call('gpt-4o-mini')
    const { page, open, mustBeAccessible, photograph } = await measured.stage.operator()
    await open('/catalogue')
    await page.getByRole('link', { name: HOSTILE[0] }).waitFor()
    await mustBeAccessible()
    await photograph('models')
    await page.getByRole('searchbox', { name: 'Search models' }).fill('claude')
    await page.getByText('1 model', { exact: true }).waitFor()
    await page.reload()
    await page.getByText('1 model', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByRole('combobox', { name: 'Capability' }).click()
    await page.getByRole('option', { name: 'Vision' }).click()
    expect(new URL(page.url()).searchParams.get('can')).toBe('vision')
    await page.getByRole('link', { name: 'gpt-4o-mini' }).click()
    await page.getByRole('heading', { name: 'gpt-4o-mini' }).waitFor()
    await page.getByText('All calls through this gateway in the last 24 hours.').waitFor()
    await mustBeAccessible()
    await photograph('model')
    await open(`/catalogue/${encodeURIComponent(HOSTILE[1])}`)
    await page.getByRole('heading', { name: HOSTILE[1] }).waitFor()
    await nothingRan(page)
  })

  it('is public as Status: today, a day, ninety days, gaps as gaps, and Down where nobody answers', async () => {
    const { page, open, mustBeAccessible, photograph } = await measured.stage.visitor()
    await open('/status')
    await page.getByText('All is well').waitFor()
    const gateway = page.getByRole('img', { name: /^Gateway, Last 90 days/ })
    expect(await gateway.getAttribute('aria-label')).toMatch(/100% up; \d+ without data/)
    expect(await page.getByTitle(/no data$/).count()).toBeGreaterThan(20)
    await mustBeAccessible()
    await photograph('status')
    expect(await page.locator('body').innerText()).not.toMatch(/\bfirst\b|\bsecond\b/)
    await page.route('**/api/status', async (route) => await route.abort())
    await page.reload()
    await page.getByText('The gateway does not answer').waitFor()
    await page.unroute('**/api/status')
    const body = { error: { message: 'no', type: 'server_error', param: null, code: 'service_unavailable' } }
    await page.route('**/api/status', async (route) => await route.fulfill({ status: 503, json: body }))
    await page.reload()
    await page.getByText('its database is not well').waitFor()
    await open('/catalogue')
    await page.getByText('Log in to see yours').waitFor()
  })

  it('says so where there is nothing yet', async () => {
    const { page, open, api, mustBeAccessible, photograph } = await measured.stage.operator()
    const { json } = await api('POST', '/api/accounts', { name: HOSTILE[3] })
    await page.addInitScript((id) => localStorage.setItem('fairlead.account', id), json.id)
    for (const [path, text] of [
      ['/usage', 'No calls in this period'],
      ['/requests', 'No calls yet'],
    ] as const) {
      await open(path)
      await page.getByText(text).waitFor()
      await mustBeAccessible()
      await photograph(`empty${path.replace('/', '-')}`)
    }
    await nothingRan(page)
  })

  it.each([
    ['vi-VN', 'Mức sử dụng', 'Lượt gọi', 'Trạng thái'],
    ['zh-CN', '用量', '请求', '状态'],
  ] as const)('speaks %s, on a phone too', async (language, usage, requests, status) => {
    const { page, mustBeAccessible, photograph } = await measured.stage.operator({ language, width: 390 })
    for (const [path, title] of [
      ['/usage', usage],
      ['/requests', requests],
      ['/status', status],
    ] as const) {
      await page.goto(measured.stage.origin + path)
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
      await mustBeAccessible()
      // Nothing sticks out of the page.
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    }
    await photograph(`status-${language}`)
  })
})
