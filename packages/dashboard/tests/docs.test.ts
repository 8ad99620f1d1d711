// The documentation page, as visitors and people who are logged in see it, in every language.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ERROR_TABLE } from 'fairlead/core/errors.ts'
import { dashboardPlace } from 'fairlead/http/control/dashboard/place.ts'
import { EXAMPLE_IDS } from 'fairlead/connect/snippets/example.ts'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canRun, type Stage, startStage, whyNot } from './support/stage.ts'

const LANGUAGES = [
  { language: 'en-US', title: 'API Documentation', checking: 'Operational', health: 'System health' },
  { language: 'vi-VN', title: 'Tài liệu API', checking: 'Hoạt động tốt', health: 'Tình trạng hệ thống' },
  { language: 'zh-CN', title: 'API 文档', checking: '运行正常', health: '系统状态' },
] as const

const snippets = async (page: Page): Promise<readonly string[]> =>
  await page.locator('section[aria-labelledby] pre:visible').allTextContents()

/** Sizes of these scripts and of all that they import at once; menus, charts and other pages come later. */
async function neededScripts(folder: string, first: readonly RegExp[]): Promise<readonly number[]> {
  const names = await readdir(folder)
  const found = new Set(names.filter((name) => first.some((pattern) => pattern.test(name))))
  for (const name of found) {
    const text = await readFile(join(folder, name), 'utf8')
    for (const [, other = ''] of text.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) found.add(other)
  }
  return await Promise.all(
    [...found].map(async (name) => (await stat(join(folder, names.includes(`${name}.br`) ? `${name}.br` : name))).size),
  )
}

describe.runIf(canRun)(`The documentation page${whyNot}`, () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage()
  }, 180_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  it.each(LANGUAGES)('has every element in $language', async ({ language, title, checking, health }) => {
    const { page, open, mustBeAccessible, photograph } = await stage.visitor({ language })
    await open('/docs')
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
    await page.getByText(checking, { exact: true }).waitFor()
    await page.getByRole('heading', { level: 2, name: health }).waitFor()
    const text = await page.locator('main').innerText()
    expect(text).toContain(`${stage.origin}/v1`)
    expect(text).toContain('Authorization: Bearer YOUR_API_KEY')
    expect(text).toContain('/api/status')
    expect(text).toMatch(/\d+\.\d+\.\d+/)
    for (const id of EXAMPLE_IDS)
      expect(await page.locator(`section[aria-labelledby="${id}"] pre:visible`).count()).toBe(1)
    for (const code of Object.keys(ERROR_TABLE)) expect(text).toContain(code)
    for (const tool of ['Claude Code', 'Codex CLI', 'Gemini CLI', 'Cursor', 'Cline']) expect(text).toContain(tool)
    if (language === 'en-US') await mustBeAccessible()
    await photograph(`docs-${language.slice(0, 2)}`)
  })

  it('rewrites every snippet when a model tag is clicked, and a link shows the same', async () => {
    const { page, open } = await stage.visitor()
    await open('/docs')
    await page
      .getByRole('group', { name: 'Models for chat' })
      .getByRole('button', { name: 'gpt-4o', exact: true })
      .click()
    await page.waitForURL(/model=gpt-4o(?:&|$)/)
    const withModel = (await snippets(page)).filter((text) => text.includes('"gpt-4o"') || text.includes('/gpt-4o:'))
    expect(withModel).toHaveLength(8)
    await page.getByRole('tab', { name: 'Python' }).first().click()
    const [chat = ''] = await snippets(page)
    expect(chat).toContain('model="gpt-4o"')
    expect((await snippets(page)).every((text) => text.includes('import os'))).toBe(true)
    const other = await stage.visitor()
    await other.open(new URL(page.url()).pathname + new URL(page.url()).search)
    expect(await snippets(other.page)).toEqual(await snippets(page))
  })

  it('needs less than 200 KiB of script before it shows', async () => {
    const { folder } = await dashboardPlace()
    const needed = await neededScripts(join(folder, 'assets'), [/^index-.*\.js$/, /^docs-page-.*\.js$/])
    const bytes = needed.reduce((sum, size) => sum + size, 0)
    console.log(`/docs: ${Math.round(bytes / 1024)} KiB of script as brotli in ${needed.length} files before it shows.`)
    expect(needed.length).toBeGreaterThan(10)
    expect(bytes).toBeLessThan(200 * 1024)
  })

  it('copies what runs and is answered', async () => {
    const { page, open } = await stage.visitor()
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-copied-'))
    try {
      await open('/docs')
      for (const [tab, file, command] of [
        ['curl', 'chat-completions.sh', 'bash'],
        ['Node', 'chat-completions.mjs', process.execPath],
      ] as const) {
        const section = page.locator('section[aria-labelledby="chat"]')
        await section.getByRole('tab', { name: tab }).click()
        await section.getByRole('button', { name: new RegExp(`: ${file}$`) }).click()
        const copied = await page.evaluate(async () => await navigator.clipboard.readText())
        const path = tab === 'curl' ? join(folder, file) : join(import.meta.dirname, `../dist/${file}`)
        writeFileSync(path, copied)
        const env = { PATH: process.env['PATH'], NO_PROXY: '*', YOUR_API_KEY: stage.gateway.key }
        const { stdout } = await promisify(execFile)(command, [path], { env })
        expect(stdout).toContain('How can I help you today')
        if (tab !== 'curl') rmSync(path)
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe.runIf(canRun)(`The health card${whyNot}`, () => {
  it('says Degraded when an upstream is gone, and Down when the gateway is', async () => {
    await using stage = await startStage({
      providers:
        'providers:\n  - { name: gone, type: openai-compatible, base_url: "http://127.0.0.1:9/v1", api_key: x }\nmodels: [{ id: gpt-4o, targets: [{ provider: gone }] }]',
    })
    const { page, open, forgive, photograph } = await stage.visitor()
    forgive(/./)
    await open('/docs')
    await page.getByText('Degraded', { exact: true }).waitFor()
    await page.route(
      '**/api/status',
      async (route) => await route.fulfill({ status: 200, body: '<html>a proxy</html>' }),
    )
    await page.getByRole('button', { name: 'Check now' }).click()
    await page.getByText('Unknown', { exact: true }).waitFor()
    await page.unroute('**/api/status')
    await page.route('**/*', async (route) => await route.abort('connectionrefused'))
    await page.getByRole('button', { name: 'Check now' }).click()
    await page.getByText('Down', { exact: true }).waitFor()
    await photograph('docs-down')
  })
})
