// The playground: real calls of a gateway, several models at once, and output that stays text whatever it says.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gone } from './support/settled.ts'
import { canRun, type Stage, startStage, type Visitor, whyNot } from './support/stage.ts'

/** What has run elsewhere, in one place: markup, addresses, marks of templates, and ends of what they might stand in. */
const XSS = [
  '<script>window.hacked=1</script>',
  '<img src=x onerror="window.hacked=1">',
  '<svg onload=window.hacked=1><animate onbegin=window.hacked=1 attributeName=x></svg>',
  '<iframe srcdoc="<script>parent.hacked=1</script>"></iframe>',
  '[click](javascript:window.hacked=1)',
  '[click](JAVASCRIPT:window.hacked=1 "title")',
  '![picture](javascript:window.hacked=1)',
  '<a href="javascript:window.hacked=1">click</a>',
  '```html\n</code></pre><script>window.hacked=1</script>\n```',
  '`</code><script>window.hacked=1</script>`',
  '| <img src=x onerror=window.hacked=1> | b |\n|---|---|\n| </td><script>window.hacked=1</script> | d |',
  '</textarea></article><math><mtext></p><script>window.hacked=1</script>',
  '{{constructor.constructor("window.hacked=1")()}} ${window.hacked=1}',
] as const

describe.runIf(canRun)(`The playground${whyNot}`, () => {
  let stage: Stage
  let operator: Visitor
  beforeAll(async () => {
    stage = await startStage()
    operator = await stage.operator()
  }, 180_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  it('asks two models side by side, streams, and says what each cost and took', async () => {
    const { page, open, examine } = operator
    await open('/playground?models=%5B%22gpt-4o-mini%22%2C%22gpt-4o%22%5D')
    await examine('playground-empty')
    await page.getByLabel('Your message').fill('Write a function that adds')
    await page.keyboard.press('Enter')
    for (const model of ['gpt-4o-mini', 'gpt-4o']) {
      const answer = page.getByRole('article', { name: `Answer of ${model}`, exact: true })
      await answer.getByText(`[simulated answer from ${model}]`).waitFor()
      await answer.getByText(/first token .* whole .* in, .* out/).waitFor()
      await answer.getByRole('button', { name: /^Copy/ }).waitFor()
    }
    await examine('playground')
  })

  it('keeps what had come when it is stopped, and forgets all when it starts again', async () => {
    const { page, open } = operator
    await open('/playground?models=%5B%22gpt-4o-mini%22%5D')
    await page.getByLabel('Your message').fill('Count to 999')
    await page.keyboard.press('Enter')
    await page.getByText(/1, 2, 3/).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped.').waitFor()
    await page.getByText(/1, 2, 3/).waitFor()
    await page.getByLabel('Your message').fill('Count to 998')
    await page.keyboard.press('Enter')
    await page
      .getByText('Thinking…')
      .or(page.getByText(/1, 2, 3/).nth(1))
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Start again' }).click()
    await page.getByRole('button', { name: 'Send' }).waitFor()
    await gone(page.getByRole('article'))
  })

  it('runs its tools when a model asks for them, and lets the model read what they gave', async () => {
    const { page, open } = operator
    await open('/playground?models=%5B%22gpt-4o-mini%22%5D')
    await page.getByRole('checkbox', { name: 'Calculate' }).check()
    await page.getByLabel('Your message').fill('Call calculate with left 2, right 3')
    await page.getByRole('button', { name: 'Send' }).click()
    await page
      .getByRole('article', { name: /Answer of/ })
      .last()
      .getByText(/in, .* out/)
      .waitFor()
  })

  it('sends a picture along, shows a picture that was made, and shows itself as code', async () => {
    const { page, open } = operator
    await open('/playground?models=%5B%22gpt-4o%22%5D')
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    )
    await page.locator('input[type=file]').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: png })
    await page.getByRole('img', { name: 'Image to be sent' }).waitFor()
    await page.getByLabel('Your message').fill('Look at this')
    await page.keyboard.press('Enter')
    await page.getByText(/with 1 attachment/).waitFor()
    await page.getByRole('button', { name: 'As code' }).click()
    await page.getByRole('dialog').getByRole('tab', { name: 'Python' }).click()
    const code = page.getByRole('dialog').locator('pre:visible').filter({ hasText: 'from openai import' })
    expect(await code.innerText()).toContain('"type": "image_url"')
    await page.keyboard.press('Escape')
    await gone(page.getByRole('dialog'))

    await open('/playground?models=%5B%22gpt-image-1%22%5D')
    await page.getByLabel('Your message').fill('a cat')
    await page.keyboard.press('Enter')
    await page.getByRole('img', { name: 'Picture by gpt-image-1' }).waitFor()
  })

  describe('shows as text', () => {
    beforeAll(async () => {
      await operator.open('/playground?models=%5B%22gpt-4o-mini%22%5D')
      await operator.page.evaluate(() => Object.assign(globalThis, { hacked: 0 }))
    })

    it.each(XSS)('%s', async (text) => {
      const { page } = operator
      await page.getByLabel('Your message').fill(`Reply with exactly: ${text}`)
      await page.getByRole('button', { name: 'Send' }).click()
      const answer = page.getByRole('article', { name: /Answer of/ })
      await answer.getByText(/in, .* out/).waitFor()
      const links = await answer.getByRole('link').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
      for (const href of links) expect(href).toMatch(/^(?:https?|mailto):/)
      expect(await answer.locator('script, iframe, svg:not([aria-hidden]), img, math, form').count()).toBe(0)
      // Not undefined either: that would be a page which was loaded anew.
      expect(await page.evaluate(() => (globalThis as { hacked?: number }).hacked)).toBe(0)
      await page.getByRole('button', { name: 'Start again' }).click()
      await gone(answer)
    })
  })

  it('keeps its key out of every list, and the gateway knows the calls as those of the account', async () => {
    const { api } = operator
    await stage.gateway.usage()
    const keys = await api('GET', '/api/auth')
    expect(keys.json.data.every((key: { name: string }) => key.name !== 'Playground')).toBe(true)
    const calls = await api('GET', '/api/requests?limit=5')
    expect(calls.json.data[0]).toMatchObject({ endpoint: '/v1/chat/completions', account: 'default' })
  })
})
