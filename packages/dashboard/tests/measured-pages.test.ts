import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOSTILE, type MeasuredStage, startMeasuredStage } from './measured-stage.ts'
import { eventually, gone } from './support/settled.ts'
import { canRun, type Visitor, whyNot } from './support/stage.ts'

const nothingRan = async (page: Page): Promise<void> => {
  expect(await page.evaluate(() => '__ran' in window)).toBe(false)
}

describe.runIf(canRun)(`What was measured${whyNot}`, { timeout: 180_000 }, () => {
  let measured: MeasuredStage
  let operator: Visitor
  beforeAll(async () => {
    measured = await startMeasuredStage()
    operator = measured.operator
  }, 180_000)
  afterAll(async () => await measured?.[Symbol.asyncDispose]())

  it('is summed up on Usage: by model, key, status, against the period before, and as a file', async () => {
    const { page, open, photograph, examine } = operator
    await open('/usage')
    await page.getByRole('table', { name: 'Where it went' }).getByRole('link', { name: 'claude-haiku-4-5' }).waitFor()
    await page.getByText('Error rate').first().waitFor()
    await page.locator('.recharts-surface').first().waitFor()
    await examine('usage')
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
    await page.waitForURL(/[?&]by=key(?:&|$)/)
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
    const { page, open, examine } = operator
    await open('/requests')
    const table = page.getByRole('table', { name: 'Requests' })
    await table.getByRole('row').nth(5).waitFor()
    const newest = table.locator('[aria-rowindex="2"]')
    const before = await newest.innerText()
    // Comes in by itself, on top.
    await measured.fail()
    const { id } = await measured.call()
    await eventually(async () => await newest.innerText()).not.toBe(before)
    await newest.getByText('gpt-4o', { exact: true }).waitFor()
    await examine('requests')
    await newest.press('Enter')
    await page.waitForURL(`**/requests/${id}`)
    await page.getByText('Attempt 2').waitFor()
    await page.getByRole('listitem').filter({ hasText: 'Attempt 1' }).filter({ hasText: 'Failed' }).waitFor()
    await page.getByText('For the operator').waitFor()
    await page.getByText('No wallet pays for this call.').waitFor()
    await examine('request')
    await page.getByRole('link', { name: 'All requests' }).click()
    await page.getByRole('combobox', { name: 'Status' }).click()
    await page.getByRole('option', { name: 'Failed' }).click()
    await gone(table.getByText('200', { exact: true }))
    await table.getByText('upstream_error').first().waitFor()
    await page.getByRole('searchbox', { name: 'Find by request id' }).fill(id)
    await page.keyboard.press('Enter')
    await page.getByText('1 call loaded').waitFor()
    await open('/requests/req_nobody')
    await page.getByText('There is no such call here').waitFor()
    await nothingRan(page)
  })

  it('stands beside each model, with filters that the address keeps; names that are scripts stay text', async () => {
    for (let call = 0; call < 12; call++) await measured.call('gpt-4o-mini')
    const { page, open, examine } = operator
    await open('/catalogue')
    await page.getByRole('link', { name: HOSTILE[0] }).waitFor()
    await examine('models')
    await page.getByRole('searchbox', { name: 'Search models' }).fill('claude')
    await page.getByText('1 model', { exact: true }).waitFor()
    await page.reload()
    await page.getByText('1 model', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByRole('combobox', { name: 'Capability' }).click()
    await page.getByRole('option', { name: 'Vision' }).click()
    await page.waitForURL(/[?&]can=vision(?:&|$)/)
    await page.getByRole('link', { name: 'gpt-4o-mini' }).click()
    await page.getByRole('heading', { name: 'gpt-4o-mini' }).waitFor()
    await page.getByText('All calls through this gateway in the last 24 hours.').waitFor()
    await examine('model')
    await open(`/catalogue/${encodeURIComponent(HOSTILE[1])}`)
    await page.getByRole('heading', { name: HOSTILE[1] }).waitFor()
    await nothingRan(page)
  })

  it('is public as Status: today, a day, ninety days, gaps as gaps, and Down where nobody answers', async () => {
    const { page, open, examine } = await measured.stage.visitor()
    await open('/status')
    await page.getByText('All is well').waitFor()
    const gateway = page.getByRole('img', { name: /^Gateway, Last 90 days/ })
    expect(await gateway.getAttribute('aria-label')).toMatch(/100% up; \d+ without data/)
    await eventually(async () => await page.getByTitle(/no data$/).count()).toBeGreaterThan(20)
    await examine('status')
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
    const { page, open, api, examine } = operator
    const { json } = await api('POST', '/api/accounts', { name: HOSTILE[3] })
    await page.evaluate((id) => localStorage.setItem('fairlead.account', id), json.id)
    for (const [path, text] of [
      ['/usage', 'No calls in this period'],
      ['/requests', 'No calls yet'],
    ] as const) {
      await open(path)
      await page.getByText(text).waitFor()
      await examine(`empty${path.replace('/', '-')}`)
    }
    await nothingRan(page)
    await page.evaluate(() => localStorage.removeItem('fairlead.account'))
  })

  it.each([
    ['vi', 'Mức sử dụng', 'Lượt gọi', 'Trạng thái'],
    ['zh', '用量', '请求', '状态'],
  ] as const)('speaks %s, on a phone too', async (language, usage, requests, status) => {
    const { page, open, go, speak, mustBeAccessible, photograph } = operator
    await page.setViewportSize({ width: 390, height: 844 })
    await speak(language)
    await open('/keys')
    for (const [path, title] of [
      ['/usage', usage],
      ['/requests', requests],
      ['/status', status],
    ] as const) {
      await go(path)
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
      // Elements and colours are the same in every language.
      if (language === 'vi') await mustBeAccessible()
      // Nothing sticks out of the page.
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    }
    await photograph(`status-${language}`)
  })
})
