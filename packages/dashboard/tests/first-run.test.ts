// From the one-time link that the gateway prints to a first answered call, as somebody does it who has just started it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canRun, EMAIL, PASSWORD, type Stage, startStage, whyNot } from './support/stage.ts'

describe.runIf(canRun)(`The first run${whyNot}`, { timeout: 240_000 }, () => {
  let stage: Stage
  let link = ''
  beforeAll(async () => {
    stage = await startStage()
    link = stage.takeLink()
  }, 300_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  it('begins with a page for everybody: what this is, and where to go', async () => {
    const { page, open, mustBeAccessible, photograph } = await stage.visitor()
    await open('/')
    await page.getByRole('heading', { name: 'One address for every model' }).waitFor()
    expect(await page.getByText(`${stage.origin}/v1`).isVisible()).toBe(true)
    await mustBeAccessible()
    await photograph('welcome')
    await open('/log-in')
    await page.getByLabel('Mail address').waitFor()
    await mustBeAccessible()
    await photograph('log-in')
  })

  it('leads from the link over a key to an answered call, and is not shown again', async () => {
    const { page, open, mustBeAccessible, photograph } = await stage.visitor()
    await page.goto(link)
    await page.getByRole('heading', { name: 'Set up this gateway' }).waitFor()
    expect(page.url()).not.toContain('#')
    await page.getByRole('button', { name: 'Become the operator' }).click()
    await page.getByText('Type a mail address').waitFor()
    await mustBeAccessible()
    await photograph('set-up')
    await page.getByLabel('Mail address').fill(EMAIL)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Become the operator' }).click()

    await page.getByRole('heading', { name: 'First steps' }).waitFor()
    await photograph('home-first')
    await page.getByRole('button', { name: 'Create a key' }).click()
    const key = await page.getByTestId('new-key').innerText()
    expect(key).toMatch(/^sk-fl-/)
    expect(await page.getByLabel('API key', { exact: true }).inputValue()).toBe(key)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText(/It works: gpt-4o-mini answered in/).waitFor()
    await mustBeAccessible()
    await photograph('home-called')

    await open('/')
    await page.getByRole('table', { name: 'Latest requests' }).getByText('gpt-4o-mini').first().waitFor()
    await page.getByRole('link', { name: 'Choose a tool' }).click()
    await open('/')
    await page.getByRole('heading', { name: 'Requests over time' }).waitFor()
    expect(await page.getByRole('heading', { name: 'First steps' }).isVisible()).toBe(false)
    await page.locator('.recharts-surface').first().waitFor()
    await mustBeAccessible()
    await photograph('home')
  })

  it.each(['set-up', 'reset', 'confirm', 'invitation'])(
    '/%s without a token, or with another, says so',
    async (kind) => {
      const { page } = await stage.visitor()
      await page.goto(`${stage.origin}/${kind}`)
      await page.getByText('This address is incomplete').waitFor()
      const { page: other } = await stage.visitor()
      await other.goto(`${stage.origin}/${kind}#nobody-has-ever-made-this-token-here`)
      await other.getByText('This link is not good any more').waitFor()
      expect(await other.getByLabel('Password', { exact: true }).isVisible()).toBe(false)
    },
  )

  it('lets nobody in by a wrong password, and everybody back to where they wanted to go', async () => {
    const { page, open } = await stage.visitor()
    await open('/wallet')
    await page.waitForURL('**/log-in?next=*')
    await page.getByLabel('Mail address').fill(EMAIL)
    await page.getByLabel('Password', { exact: true }).fill('not the right one')
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await page.getByText('The mail address or the password is wrong.').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await page.getByRole('heading', { name: 'Wallet', level: 1 }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/wallet')
  })

  it('speaks three languages, and remembers which', async () => {
    const { page, open, photograph } = await stage.visitor({ language: 'vi-VN' })
    await open('/log-in')
    await page.getByRole('heading', { name: 'Đăng nhập Fairlead' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('vi-VN')
    await photograph('log-in-vi')
    await page.getByRole('button', { name: 'Ngôn ngữ, Giao diện' }).click()
    await page.getByRole('menuitemradio', { name: '简体中文' }).click()
    await page.getByRole('heading', { name: '登录 Fairlead' }).waitFor()
    await open('/log-in')
    await page.getByRole('heading', { name: '登录 Fairlead' }).waitFor()
  })
})
