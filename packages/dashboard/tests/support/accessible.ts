import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds by colours. All else is the same in light and dark: elements, names, roles, order. */
const ABOUT_COLOURS = ['color-contrast', 'link-in-text-block']

interface AxeResults {
  readonly violations: readonly {
    readonly id: string
    readonly help: string
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
  }[]
}

/** @throws with everything that axe found. @param when named in it */
export async function mustBeAccessible(page: Page, when: string, rules: 'all' | 'about colours'): Promise<void> {
  const options = {
    resultTypes: ['violations'],
    ...(rules === 'all' ? {} : { runOnly: { type: 'rule', values: ABOUT_COLOURS } }),
  }
  // Through the debugger, which no content security policy stops.
  const client = await page.context().newCDPSession(page)
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await client.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
      allowUnsafeEvalBlockedByCSP: true,
    })
    if (exceptionDetails !== undefined)
      throw new Error(`axe did not run: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`)
    return result.value
  }
  try {
    // Once for each document: half a megabyte of script.
    if ((await evaluate(`typeof axe`)) === 'undefined') await evaluate(`${AXE}; undefined`)
    const { violations } = JSON.parse(
      String(
        await evaluate(
          `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => JSON.stringify({ violations }))`,
        ),
      ),
    ) as AxeResults
    if (violations.length === 0) return
    const found = violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}\n${nodes
          .slice(0, 4)
          .map((node) => `    ${node.html.slice(0, 300)}\n      ${(node.failureSummary ?? '').replaceAll('\n', ' ')}`)
          .join('\n')}`,
    )
    throw new Error(`axe, ${new URL(page.url()).pathname}, ${when}:\n${found.join('\n')}`)
  } finally {
    await client.detach()
  }
}
