import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canRun, type Stage, startStage, type Visitor, whyNot } from './support/stage.ts'

const YAML = `groups: [{ name: default }, { name: paid, billing: prepaid }]`

describe.runIf(canRun)(`The wallet${whyNot}`, { timeout: 240_000 }, () => {
  let stage: Stage
  let visitor: Visitor
  let key = ''
  beforeAll(async () => {
    stage = await startStage({ yaml: YAML })
    visitor = await stage.operator()
    const account = await visitor.api('POST', '/api/accounts', { name: 'Team', group: 'paid' })
    key = (await visitor.api('POST', '/api/auth', { name: 'bot', account: account.json.id })).json.key
    // As if it had been chosen on the page of the account.
    await visitor.context.addInitScript((id) => localStorage.setItem('fairlead.account', id), String(account.json.id))
  }, 300_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  it('is honest about being empty', async () => {
    const { page, open, examine } = visitor
    await open('/wallet')
    await page.getByText('Nothing has moved yet').waitFor()
    await page.getByText('The balance is used up').waitFor()
    await examine('wallet-empty')
  })

  it('takes money by hand and by a code, and shows each movement with the balance after it', async () => {
    const { page, open, api, examine } = visitor
    await open('/wallet')
    await page.getByRole('button', { name: 'Credit by hand' }).click()
    await page.getByRole('button', { name: 'Credit', exact: true }).click()
    await page.getByText('An amount above zero').waitFor()
    await page.getByLabel('Amount in US$').fill('25')
    await page.getByLabel(/Note for the statement/).fill('Bank transfer')
    await examine('wallet-credit')
    await page.getByRole('button', { name: 'Credit $25.00' }).click()
    await page.getByText('$25.00 were added.').waitFor()

    const batch = await api('POST', '/api/redeem-code-batches', { name: 'gift', amount: '5.00', count: 1 })
    expect(batch.status).toBe(201)
    const [code] = batch.json.codes as string[]
    await page.getByRole('button', { name: 'Redeem a code' }).click()
    await page.getByRole('textbox', { name: 'Code' }).fill('not a code')
    await page.getByRole('button', { name: 'Redeem', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: /\w/ }).first().waitFor()
    await page.getByRole('textbox', { name: 'Code' }).fill(String(code).toLowerCase())
    await page.getByRole('button', { name: 'Redeem', exact: true }).click()
    await page.getByText('$5.00 were added.').waitFor()

    const rows = page.getByRole('table', { name: 'Movements of the wallet' }).getByRole('row')
    await rows.filter({ hasText: '+$5.00' }).filter({ hasText: '$30.00' }).waitFor()
    await rows.filter({ hasText: 'Bank transfer' }).filter({ hasText: '$25.00' }).waitFor()
    await examine('wallet')
  })

  it('pays for calls, and gives the statement as CSV', async () => {
    const { page, open } = visitor
    const reply = await fetch(`${stage.gateway.url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello!' }] }),
    })
    expect(reply.status).toBe(200)
    await stage.gateway.usage()
    await open('/wallet')
    await page.getByRole('row').filter({ hasText: 'Usage' }).filter({ hasText: '−$0.' }).waitFor()
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download as CSV' }).click()
    const file = await (await downloading).createReadStream()
    let text = ''
    for await (const part of file) text += String(part)
    expect(text.split('\n')[0]).toContain('amount')
    expect(text).toContain('Bank transfer')
  })

  it('fits a phone, in Vietnamese and Chinese as well', async () => {
    const { page, open, go, speak, examine, photograph } = visitor
    await page.setViewportSize({ width: 390, height: 844 })
    for (const language of ['vi', 'zh'] as const) {
      await speak(language)
      await open('/')
      for (const path of ['/', '/keys', '/wallet']) {
        await go(path)
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect([path, overflow]).toEqual([path, 0])
        // To axe, elements and colours are the same in every language.
        await (language === 'vi' ? examine : photograph)(`${path === '/' ? 'home' : path.slice(1)}-${language}`)
      }
    }
  })
})
