// Seed 001's page, as the gateway serves it, in a real browser: everything that the seed has, in its order; and what the
// seed cannot show, because it was captured while its server was away.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Browser, Page } from 'playwright-core'

import { startBrowser } from '../lib/browser.ts'
import { check, checkEqual } from '../lib/check.ts'
import { bareEnvironment } from '../lib/gateway.ts'
import { repositoryRoot } from '../lib/paths.ts'
import { run } from '../lib/run.ts'
import type { Context, Endpoint } from './context.ts'
import { Skipped } from './row.ts'

/** The first start of a checkout builds the app. */
const BUILT_WITHIN_MS = 240_000

const ELEMENTS = [
  ['API Documentation', 'OpenAI-compatible. Call any model in 3 steps.', 'Call any model with one Base URL'],
  ['OpenAI compatible', 'REST', 'Streaming', 'Base URL', '/v1', 'Authorization header', 'Authorization: Bearer'],
  ['System health', 'Live status of the gateway', 'Gateway', 'Operational', 'Version', 'Uptime', 'Status endpoint'],
  ['Reachable', 'GET /api/status', 'Quick Start Guide', 'three steps', '1. Get an API key', '2. Pick a model'],
  ['Browse all models', 'Chat Completions', 'POST', '/v1/chat/completions', 'chat-completions.sh', 'bash'],
  ['Streaming responses', 'stream-completions.sh', 'Embeddings', '/v1/embeddings', 'embeddings.sh'],
  ['Image generation', '/v1/images/generations', 'image-generation.sh', 'Common Errors', 'Status', 'Meaning'],
  ['How to fix', '401', '402', '404', '429', '503', 'IDE & CLI Integrations', 'Claude Code', 'Codex CLI', 'Next Steps'],
].flat()

const TITLES = { 'en-US': 'API Documentation', 'vi-VN': 'Tài liệu API', 'zh-CN': 'API 文档' } as const

/** What the first four snippets print; each language prints a little of the reply. */
const ANSWERS = [
  { section: 'chat', says: /How can I help you today/ },
  { section: 'stream', says: /simulated|Hello/ },
  { section: 'embeddings', says: /1536|"embedding"/ },
  { section: 'images', says: /image\.png|b64_json/ },
] as const

export async function checkDocsPage(context: Context): Promise<string> {
  const browser = await startBrowser()
  if (browser === undefined) throw new Skipped('no Chromium on the PATH')
  const data = await mkdtemp(join(tmpdir(), 'fairlead-docs-'))
  try {
    await using gateway = await context.own({ env: { FAIRLEAD_DATA_DIR: join(data, 'data') } })
    const page = await openDocs(browser, gateway, 'en-US')
    await page.getByText('Operational', { exact: true }).waitFor()
    await checkElements(page, gateway)
    await checkTags(page)
    const tried = await checkSnippets(page, gateway, data, context)
    await checkLanguages(browser, gateway)

    const lock = new DatabaseSync(join(data, 'data', 'fairlead.db'))
    lock.exec('BEGIN IMMEDIATE')
    await untilState(page, 'Degraded')
    lock.exec('ROLLBACK')
    lock.close()
    await untilState(page, 'Operational')
    await gateway[Symbol.asyncDispose]()
    await untilState(page, 'Down')
    return `snippets ran in ${tried.join(', ')}`
  } finally {
    await browser.close()
    await rm(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

async function openDocs(browser: Browser, { url }: Endpoint, locale: keyof typeof TITLES): Promise<Page> {
  const context = await browser.newContext({ locale, permissions: ['clipboard-read', 'clipboard-write'] })
  const page = await context.newPage()
  // Until the app is built, the gateway says so instead.
  const deadline = performance.now() + BUILT_WITHIN_MS
  for (;;) {
    await page.goto(`${url}/docs`)
    const title = page.getByRole('heading', { level: 1, name: TITLES[locale], exact: true })
    const isThere = await title.waitFor({ timeout: 5_000 }).then(
      () => true,
      () => false,
    )
    if (isThere) return page
    check(
      performance.now() < deadline,
      `the page did not come: ${(await page.locator('body').innerText()).slice(0, 300)}`,
    )
  }
}

async function checkElements(page: Page, { url }: Endpoint): Promise<void> {
  const text = await page.locator('main').innerText()
  check(text.includes(`${url}/v1`), `the page does not name ${url}/v1`)
  let from = 0
  for (const element of ELEMENTS) {
    const found = text.indexOf(element, from)
    check(found !== -1, `"${element}" is not on the page${text.includes(element) ? ' where the seed has it' : ''}`)
    from = found
  }
}

async function checkTags(page: Page): Promise<void> {
  const tags = page.getByRole('group', { name: 'Models for chat' }).getByRole('button', { pressed: false })
  const model = (await tags.first().innerText()).trim()
  const before = await shownSnippets(page)
  await tags.first().click()
  await page.waitForURL((address) => address.searchParams.get('model') === model)
  const after = await shownSnippets(page)
  check(after.length >= 10, `there are ${after.length} snippets`)
  for (const [index, text] of after.entries()) {
    const namesChatModel = /messages|"input": "Hello!"|generateContent/.test(text)
    if (!namesChatModel) continue
    check(text.includes(model), `snippet ${index + 1} does not name ${model}: ${text}`)
    check(text !== before[index], `snippet ${index + 1} has not changed`)
  }
}

async function shownSnippets(page: Page): Promise<readonly string[]> {
  return await page.locator('section[aria-labelledby] pre:visible').allTextContents()
}

/** Copied by its button, run as it is. @returns the languages that this machine could try */
async function checkSnippets(
  page: Page,
  gateway: Endpoint,
  folder: string,
  context: Context,
): Promise<readonly string[]> {
  const files = join(folder, 'snippets')
  await mkdir(files)
  const tried: string[] = []
  for (const [tab, command] of await runners(context)) {
    for (const { section: id, says } of ANSWERS) {
      const section = page.locator(`section[aria-labelledby="${id}"]`)
      await section.getByRole('tab', { name: tab, exact: true }).click()
      const file = ((await section.locator('figcaption:visible span').first().innerText()).split(' ')[0] ?? '').trim()
      await section.locator('figcaption:visible').getByRole('button').click()
      const copied = await page.evaluate<string>('navigator.clipboard.readText()')
      await writeFile(join(files, file), copied)
      const byStdin = command.at(-1) === '-'
      const [program = '', ...args] = byStdin ? command : [...command, join(files, file)]
      const done = await run(program, args, {
        cwd: byStdin ? repositoryRoot : files,
        ...(byStdin ? { stdin: copied.replaceAll("'image.png'", JSON.stringify(join(files, 'image.png'))) } : {}),
        env: { ...bareEnvironment(), HOME: process.env['HOME'], NO_PROXY: '*', YOUR_API_KEY: gateway.key },
        timeoutMs: 300_000,
      })
      check(done.exitCode === 0, `${tab}, ${file}: it ended with ${done.exitCode}: ${done.stderr.slice(-500)}`)
      check(says.test(done.stdout), `${tab}, ${file}: it printed ${done.stdout.slice(0, 300)}`)
    }
    tried.push(tab)
  }
  return tried
}

async function runners(context: Context): Promise<readonly (readonly [tab: string, command: readonly string[]])[]> {
  const python = await context.python().catch(() => undefined)
  const has = async (program: string, flag: string) => (await run(program, [flag])).exitCode === 0
  return [
    ['curl', ['bash']],
    ['Node', [process.execPath, '--input-type=module', '-']],
    ...(python === undefined ? [] : [['Python', [python]] as const]),
    ...((await has('go', 'version')) ? [['Go', ['go', 'run']] as const] : []),
    ...((await has('pwsh', '-v')) ? [['PowerShell', ['pwsh', '-NoProfile', '-File']] as const] : []),
  ]
}

async function checkLanguages(browser: Browser, gateway: Endpoint): Promise<void> {
  const english = [
    'Quick Start Guide',
    'System health',
    'Common Errors',
    'Next Steps',
    'How to fix',
    'Browse all models',
  ]
  for (const locale of ['vi-VN', 'zh-CN'] as const) {
    const page = await openDocs(browser, gateway, locale)
    const text = await page.locator('main').innerText()
    const left = english.filter((words) => text.includes(words))
    checkEqual(left.join(', '), '', `what is English on the page in ${locale}`)
    check(text.includes(`${gateway.url}/v1`) && text.includes('GET /api/status'), `the page in ${locale} is not whole`)
    await page.context().close()
  }
}

async function untilState(page: Page, state: string): Promise<void> {
  const deadline = performance.now() + 60_000
  const badge = page.getByText(state, { exact: true })
  for (;;) {
    await page.getByRole('button', { name: 'Check now' }).click()
    const isThere = await badge.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    )
    if (isThere) return
    check(performance.now() < deadline, `the health card never says ${state}`)
  }
}
