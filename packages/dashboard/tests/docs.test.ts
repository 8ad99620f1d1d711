// The documentation page, as visitors and people who are logged in see it, in every language.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ERROR_TABLE } from 'fairlead/core/errors.ts'
import { EXAMPLE_IDS } from 'fairlead/connect/snippets/example.ts'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copiedBy, eventually } from './support/settled.ts'
import { canRun, type Stage, startStage, type Visitor, whyNot } from './support/stage.ts'

const LANGUAGES = [
  { language: 'en', title: 'API Documentation', checking: 'Operational', health: 'System health' },
  { language: 'vi', title: 'Tài liệu API', checking: 'Hoạt động tốt', health: 'Tình trạng hệ thống' },
  { language: 'zh', title: 'API 文档', checking: '运行正常', health: '系统状态' },
] as const

const snippets = async (page: Page): Promise<readonly string[]> =>
  await page.locator('section[aria-labelledby] pre:visible').allTextContents()

describe.runIf(canRun)(`The documentation page${whyNot}`, () => {
  let stage: Stage
  let visitor: Visitor
  beforeAll(async () => {
    stage = await startStage()
    visitor = await stage.visitor()
  }, 180_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  it.each(LANGUAGES)('has every element in $language', async ({ language, title, checking, health }) => {
    const { page, open, speak, examine, photograph } = visitor
    await speak(language)
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
      await eventually(async () => await page.locator(`section[aria-labelledby="${id}"] pre:visible`).count()).toBe(1)
    for (const code of Object.keys(ERROR_TABLE)) expect(text).toContain(code)
    for (const tool of ['Claude Code', 'Codex CLI', 'Gemini CLI', 'Cursor', 'Cline']) expect(text).toContain(tool)
    await (language === 'en' ? examine : photograph)(`docs-${language}`)
  })

  it('rewrites every snippet when a model tag is clicked, and a link shows the same', async () => {
    const { page, open, speak } = visitor
    await speak('en')
    await open('/docs')
    await page
      .getByRole('group', { name: 'Models for chat' })
      .getByRole('button', { name: 'gpt-4o', exact: true })
      .click()
    await page.waitForURL(/model=gpt-4o(?:&|$)/)
    await eventually(async () => (await snippets(page)).filter((text) => /"gpt-4o"|\/gpt-4o:/.test(text)).length).toBe(
      8,
    )
    await page.getByRole('tab', { name: 'Python' }).first().click()
    await eventually(async () => (await snippets(page)).filter((text) => !text.includes('import os'))).toEqual([])
    const shown = await snippets(page)
    expect(shown[0]).toContain('model="gpt-4o"')
    const other = await stage.visitor()
    await other.open(new URL(page.url()).pathname + new URL(page.url()).search)
    await eventually(async () => await snippets(other.page)).toEqual(shown)
  })

  it('fetches less than 200 KiB of script', async () => {
    const { page, open, context } = await stage.visitor()
    const sizes: Promise<number>[] = []
    page.on('requestfinished', (request) => {
      if (request.resourceType() !== 'script') return
      sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize))
    })
    await open('/docs')
    await page.getByText('Operational', { exact: true }).waitFor()
    await page.waitForLoadState('networkidle')
    const fetched = await Promise.all(sizes)
    const bytes = fetched.reduce((sum, size) => sum + size, 0)
    console.log(`/docs: the browser fetched ${Math.round(bytes / 1024)} KiB of script in ${fetched.length} files.`)
    expect(fetched.length).toBeGreaterThan(10)
    expect(bytes).toBeLessThan(200 * 1024)
    await context.close()
  })

  it('copies what runs and is answered', async () => {
    const { page, open } = visitor
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-copied-'))
    try {
      await open('/docs')
      for (const [tab, file, command] of [
        ['curl', 'chat-completions.sh', 'bash'],
        ['Node', 'chat-completions.mjs', process.execPath],
      ] as const) {
        const section = page.locator('section[aria-labelledby="chat"]')
        await section.getByRole('tab', { name: tab }).click()
        const copied = await copiedBy(page, section.getByRole('button', { name: new RegExp(`: ${file}$`) }))
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
