// The pages behind one-time links, in a real browser: what somebody sees who opens one.
import type { Browser as Chromium, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATOR } from '../src/identity/principal.ts'
import { chromiumPath, startChromium } from './support/chromium.ts'
import { startControl, type TestControl } from './support/control-app.ts'
import { PASSWORD } from './support/logged-in.ts'

const absent = chromiumPath() === null ? ' (skipped: there is no Chromium on the PATH)' : ''

describe.runIf(absent === '')(`The page behind a one-time link${absent}`, () => {
  let control: TestControl
  let chromium: Chromium

  beforeAll(async () => {
    control = await startControl()
    chromium = await startChromium()
  }, 60_000)
  afterAll(async () => {
    await chromium?.close()
    await control[Symbol.asyncDispose]()
  })

  const open = async (link: string): Promise<Page> => {
    const context = await chromium.newContext()
    const page = await context.newPage()
    const { pathname, hash } = new URL(link)
    await page.goto(`${control.origin}${pathname}${hash}`)
    return page
  }

  it('makes the first operator, leaves no token in the address, and is good once', async () => {
    const link = (await control.people.persons.makeSetUpLink(OPERATOR)).url
    const page = await open(link)
    await page.getByLabel('Mail address').fill('ada@example.com')
    await page.getByLabel('Password').fill(PASSWORD)
    expect(page.url()).not.toContain('#')
    await page.getByRole('button', { name: 'Become the operator' }).click()
    await page.getByText('You are logged in on this browser.').waitFor()
    const session = await page.evaluate(async () => await (await fetch('/api/session')).json())
    expect(session).toMatchObject({ person: { email: 'ada@example.com', operator: true } })

    const again = await open(link)
    await again.getByRole('alert').getByText(/\w/).waitFor()
    expect(await again.getByRole('button').isVisible()).toBe(false)
  })

  it.each(['set-up', 'reset', 'confirm', 'invitation'])(
    '/%s without a token, or with another, says so',
    async (kind) => {
      for (const hash of ['', '#nobody-has-ever-made-this-token-here']) {
        const page = await open(`http://gateway/${kind}${hash}`)
        await page.getByRole('alert').getByText(/\w/).waitFor()
        expect(await page.getByRole('button').isVisible()).toBe(false)
      }
    },
  )
})
