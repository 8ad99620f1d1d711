// Waiting for what an action leads to. A state that is read once, right after a click, is the state of whichever was
// faster: the test or the page.
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** As long as Playwright waits. */
const PATIENCE_MS = 30_000

/** `expect` of what is read again until it holds. */
export function eventually<T>(read: () => Promise<T>) {
  return expect.poll(read, { timeout: PATIENCE_MS })
}

/** @throws when some of it can still be seen when the page's patience is over */
export async function gone(locator: Locator): Promise<void> {
  await locator.filter({ visible: true }).first().waitFor({ state: 'detached' })
}

/** What a click on a copy button puts into the clipboard, whatever lay there before. */
export async function copiedBy(page: Page, button: Locator): Promise<string> {
  const copied = async (): Promise<string> => await page.evaluate(async () => await navigator.clipboard.readText())
  await page.evaluate(async () => await navigator.clipboard.writeText(''))
  await button.click()
  await eventually(copied).not.toBe('')
  return await copied()
}
