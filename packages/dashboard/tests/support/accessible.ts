import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeResults {
  readonly violations: readonly {
    readonly id: string
    readonly help: string
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
  }[]
}

/** @throws with everything that axe found. @param when named in it */
export async function mustBeAccessible(page: Page, when: string): Promise<void> {
  // Through the debugger, which no content security policy stops.
  const client = await page.context().newCDPSession(page)
  try {
    await client.send('Runtime.evaluate', { expression: AXE, allowUnsafeEvalBlockedByCSP: true })
    const { result, exceptionDetails } = await client.send('Runtime.evaluate', {
      expression: `axe.run(document, { resultTypes: ['violations'] }).then((found) => JSON.stringify({ violations: found.violations }))`,
      awaitPromise: true,
      returnByValue: true,
      allowUnsafeEvalBlockedByCSP: true,
    })
    if (exceptionDetails !== undefined)
      throw new Error(`axe did not run: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`)
    const { violations } = JSON.parse(String(result.value)) as AxeResults
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
