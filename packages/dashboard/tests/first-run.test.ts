// From the one-time link that the gateway prints to a first answered call, as somebody does it who has just started it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, gone } from './support/settled.ts'
import { canRun, EMAIL, PASSWORD, type Stage, startStage, type Visitor, whyNot } from './support/stage.ts'

describe.runIf(canRun)(`The first run${whyNot}`, { timeout: 240_000 }, () => {
  let stage: Stage
  let newcomer: Visitor
  let stranger: Visitor
  let link = ''
  beforeAll(async () => {
    stage = await startStage()
    link = stage.takeLink()
    newcomer = await stage.visitor()
    stranger = await stage.visitor()
  }, 300_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  it('begins with a page for everybody: what this is, and where to go', async () => {
    const { page, open, examine } = newcomer
    await open('/')
    await page.getByRole('heading', { name: 'One address for every model' }).waitFor()
    await page.getByText(`${stage.origin}/v1`).waitFor()
    await page.getByRole('link', { name: 'Log in' }).first().waitFor()
    await examine('welcome')
    await open('/log-in')
    await page.getByLabel('Mail address').waitFor()
    await examine('log-in')
  })

  it('leads from the link over a key to an answered call, and is not shown again', async () => {
    const { page, open, examine, photograph } = newcomer
    await page.goto(link)
    await page.getByRole('heading', { name: 'Set up this gateway' }).waitFor()
    // The token does not stay in the address.
    await page.waitForURL(({ hash }) => hash === '')
    await page.getByRole('button', { name: 'Become the operator' }).click()
    await page.getByText('Type a mail address').waitFor()
    await examine('set-up')
    await page.getByLabel('Mail address').fill(EMAIL)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Become the operator' }).click()

    await page.getByRole('heading', { name: 'First steps' }).waitFor()
    await photograph('home-first')
    await page.getByRole('button', { name: 'Create a key' }).click()
    const key = await page.getByTestId('new-key').innerText()
    expect(key).toMatch(/^sk-fl-/)
    await eventually(async () => await page.getByLabel('API key', { exact: true }).inputValue()).toBe(key)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText(/It works: gpt-4o-mini answered in/).waitFor()
    await examine('home-called')

    await stage.gateway.usage()
    await open('/')
    await page.getByRole('table', { name: 'Latest requests' }).getByText('gpt-4o-mini').first().waitFor()
    await page.getByRole('link', { name: 'Choose a tool' }).click()
    await page.waitForURL('**/connect*')
    await open('/')
    await page.getByRole('heading', { name: 'Requests over time' }).waitFor()
    await gone(page.getByRole('heading', { name: 'First steps' }))
    await page.locator('.recharts-surface').first().waitFor()
    await examine('home')
  })

  it('goes by keyboard: Ctrl-K finds a page by its name', async () => {
    const { page, open, mustBeAccessible } = newcomer
    await open('/keys')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('wall')
    await mustBeAccessible()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/wallet')
  })

  it.each(['set-up', 'reset', 'confirm', 'invitation'])(
    '/%s without a token, or with another, says so',
    async (kind) => {
      const { page, open } = stranger
      await open(`/${kind}`)
      await page.getByText('This address is incomplete').waitFor()
      // Another hash alone would not load the page anew.
      await page.goto('about:blank')
      await page.goto(`${stage.origin}/${kind}#nobody-has-ever-made-this-token-here`)
      await page.getByText('This link is not good any more').waitFor()
      await gone(page.getByLabel('Password', { exact: true }))
    },
  )

  it('lets nobody in by a wrong password, and everybody back to where they wanted to go', async () => {
    const { page, open } = stranger
    await open('/wallet')
    await page.waitForURL('**/log-in?next=*')
    await page.getByLabel('Mail address').fill(EMAIL)
    await page.getByLabel('Password', { exact: true }).fill('not the right one')
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await page.getByText('The mail address or the password is wrong.').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await page.getByRole('heading', { name: 'Wallet', level: 1 }).waitFor()
    await page.waitForURL(({ pathname }) => pathname === '/wallet')
  })

  it('speaks three languages, and remembers which', async () => {
    const { page, open, photograph } = await stage.visitor({ language: 'vi-VN' })
    await open('/log-in')
    await page.getByRole('heading', { name: 'Đăng nhập Fairlead' }).waitFor()
    await page.locator('html[lang=vi-VN]').waitFor({ state: 'attached' })
    await photograph('log-in-vi')
    await page.getByRole('button', { name: 'Ngôn ngữ, Giao diện' }).click()
    await page.getByRole('menuitemradio', { name: '简体中文' }).click()
    await page.getByRole('heading', { name: '登录 Fairlead' }).waitFor()
    await open('/log-in')
    await page.getByRole('heading', { name: '登录 Fairlead' }).waitFor()
  })
})
