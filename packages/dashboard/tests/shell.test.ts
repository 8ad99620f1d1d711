import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canRun, type Stage, startStage, whyNot } from './support/stage.ts'

describe.runIf(canRun)(`The app${whyNot}`, { timeout: 240_000 }, () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage()
  }, 300_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  it('opens for somebody who is not logged in, under its policy and without a complaint', async () => {
    const { page, open, mustBeAccessible, photograph } = await stage.visitor()
    await open('/docs')
    await page.getByRole('link', { name: 'Log in' }).first().waitFor()
    await mustBeAccessible()
    await photograph('docs')
  })

  it('goes by keyboard: Ctrl-K finds a page by its name', async () => {
    const { page, open, mustBeAccessible } = await stage.operator()
    await open('/keys')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('wall')
    await mustBeAccessible()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/wallet')
    expect(new URL(page.url()).pathname).toBe('/wallet')
  })
})
