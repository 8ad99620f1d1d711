import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DASHBOARD_PATHS } from 'fairlead/http/control/dashboard/paths.ts'
import { expect, it } from 'vitest'

const PAGES = resolve(import.meta.dirname, '../pages')

it('has a page for every path that the gateway serves, and is served at every path that it has a page for', () => {
  const written = readdirSync(PAGES).flatMap((folder) => {
    const text = readFileSync(join(PAGES, folder, 'routes.ts'), 'utf8')
    return [...text.matchAll(/^\s+path: '([^']+)'|createRoute\(\{[^\n]*path: '([^']+)'/gm)].map(
      // An index has a slash at its end there.
      (found) => (found[1] ?? found[2] ?? '').replace(/(?<=.)\/$/, ''),
    )
  })
  // `/catalogue/$` of the router is `/catalogue/{model+}` of the gateway.
  const served = DASHBOARD_PATHS.map((path) =>
    path
      .replaceAll(/\{\w+\+\}/g, '$')
      .replaceAll(
        /\{(\w+)\}/g,
        (_, name: string) => `$${name.replaceAll(/_(\w)/g, (__, letter: string) => letter.toUpperCase())}`,
      ),
  )
  expect([...new Set(written)].toSorted()).toEqual(served.toSorted())
})
