// The playground: real calls of a gateway, several models at once, and output that stays text whatever it says.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canRun, type Stage, startStage, whyNot } from './support/stage.ts'

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
  beforeAll(async () => {
    stage = await startStage()
  }, 180_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  it('asks two models side by side, streams, and says what each cost and took', async () => {
    const { page, open, mustBeAccessible, photograph } = await stage.operator()
    await open('/playground?models=%5B%22gpt-4o-mini%22%2C%22gpt-4o%22%5D')
    await photograph('playground-empty')
    await mustBeAccessible()
    await page.getByLabel('Your message').fill('Write a function that adds')
    await page.keyboard.press('Enter')
    for (const model of ['gpt-4o-mini', 'gpt-4o']) {
      const answer = page.getByRole('article', { name: `Answer of ${model}`, exact: true })
      await answer.getByText(`[simulated answer from ${model}]`).waitFor()
      await answer.getByText(/first token .* whole .* in, .* out/).waitFor()
      await answer.getByRole('button', { name: /^Copy/ }).waitFor()
    }
    await photograph('playground')
    await mustBeAccessible()
  })

  it('keeps what had come when it is stopped, and forgets all when it starts again', async () => {
    const { page, open } = await stage.operator()
    await open('/playground?models=%5B%22gpt-4o-mini%22%5D')
    await page.getByLabel('Your message').fill('Count to 999')
    await page.keyboard.press('Enter')
    await page.getByText(/1, 2, 3/).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped.').waitFor()
    expect(await page.getByText(/1, 2, 3/).isVisible()).toBe(true)
    await page.getByLabel('Your message').fill('Count to 998')
    await page.keyboard.press('Enter')
    await page
      .getByText('Thinking…')
      .or(page.getByText(/1, 2, 3/).nth(1))
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Start again' }).click()
    await page.getByRole('button', { name: 'Send' }).waitFor()
    expect(await page.getByRole('article').count()).toBe(0)
  })

  it('runs its tools when a model asks for them, and lets the model read what they gave', async () => {
    const { page, open } = await stage.operator()
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
    const { page, open } = await stage.operator()
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
    const code = await page.getByRole('dialog').locator('pre:visible').innerText()
    expect(code).toContain('"type": "image_url"')
    await page.keyboard.press('Escape')

    await open('/playground?models=%5B%22gpt-image-1%22%5D')
    await page.getByLabel('Your message').fill('a cat')
    await page.keyboard.press('Enter')
    await page.getByRole('img', { name: 'Picture by gpt-image-1' }).waitFor()
  })

  it.each(XSS)('shows %s as text', async (text) => {
    const { page, open } = await stage.operator()
    await page.addInitScript(() => Object.assign(globalThis, { hacked: 0 }))
    await open('/playground?models=%5B%22gpt-4o-mini%22%5D')
    await page.getByLabel('Your message').fill(`Reply with exactly: ${text}`)
    await page.getByRole('button', { name: 'Send' }).click()
    const answer = page.getByRole('article', { name: /Answer of/ })
    await answer.getByText(/in, .* out/).waitFor()
    for (const link of await answer.getByRole('link').all())
      expect(await link.getAttribute('href')).toMatch(/^(?:https?|mailto):/)
    expect(await answer.locator('script, iframe, svg:not([aria-hidden]), img, math, form').count()).toBe(0)
    expect(await page.evaluate(() => (globalThis as { hacked?: number }).hacked)).toBe(0)
  })

  it('keeps its key out of every list, and the gateway knows the calls as those of the account', async () => {
    const { api } = await stage.operator()
    const keys = await api('GET', '/api/auth')
    expect(keys.json.data.every((key: { name: string }) => key.name !== 'Playground')).toBe(true)
    const calls = await api('GET', '/api/requests?limit=5')
    expect(calls.json.data[0]).toMatchObject({ endpoint: '/v1/chat/completions', account: 'default' })
  })
})
