// The guides: what a reader is shown is what the tool needs, and the page sees the tool's first call.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { TOOLS } from 'fairlead/connect/tools.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canRun, type Stage, startStage, type Visitor, whyNot } from './support/stage.ts'

/** The programs of `acceptance/agents`, where this machine has them. */
const PROGRAMS = [
  {
    tool: 'claude-code',
    variable: 'FAIRLEAD_CLAUDE',
    file: '.claude/settings.json',
    args: ['-p', 'Say hello'],
    model: 'claude-haiku-4-5',
  },
  {
    tool: 'codex',
    variable: 'FAIRLEAD_CODEX',
    file: '.codex/config.toml',
    args: ['exec', '--skip-git-repo-check', 'Say hello'],
    model: 'gpt-4o-mini',
  },
] as const

describe.runIf(canRun)(`The guides${whyNot}`, () => {
  let stage: Stage
  let operator: Visitor
  beforeAll(async () => {
    stage = await startStage()
    operator = await stage.operator()
  }, 180_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  it('are there for every tool, open to visitors, in every language', async () => {
    const { page, open, speak, examine, photograph } = await stage.visitor()
    for (const language of ['en', 'vi', 'zh'] as const) {
      await open('/connect')
      for (const { id, name } of TOOLS) await page.locator(`a[href="/connect/${id}"]`, { hasText: name }).waitFor()
      if (language === 'en') await examine('connect')
      await page.locator('a[href="/connect/claude-code"]').click()
      await page.getByText('~/.claude/settings.json').first().waitFor()
      await (language === 'en' ? examine : photograph)(`connect-claude-code-${language}`)
      await speak(language === 'en' ? 'vi' : 'zh')
    }
  })

  it('follow the system, the model and the variable, and keep them in the address', async () => {
    const { page, open } = operator
    await open('/connect/codex?os=linux')
    const file = page.locator('figure', { hasText: 'config.toml' }).locator('pre')
    await file.filter({ hasText: `base_url = "${stage.origin}/v1"` }).waitFor()
    await page.getByRole('tab', { name: 'Windows' }).click()
    await page.getByText('%USERPROFILE%\\.codex\\config.toml').first().waitFor()
    await page.getByLabel('Variable that holds the key').fill('MY_KEY')
    await page.getByLabel('Variable that holds the key').blur()
    await page.waitForURL(/variable=MY_KEY/)
    await file.filter({ hasText: 'env_key = "MY_KEY"' }).waitFor()
  })

  it('see the first call of the tool, and where it went', async () => {
    const { page, open, examine, mustBeAccessible } = operator
    await open('/connect/openai-node?os=linux')
    await page.getByRole('button', { name: 'Watch for the first call' }).click()
    await page.getByText(/Waiting for a call/).waitFor()
    await mustBeAccessible()
    const reply = await fetch(`${stage.gateway.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello!' }] }),
    })
    expect(reply.status).toBe(200)
    await page.getByText('It works: the call arrived and was answered.').waitFor()
    await examine('connect-verified')
  })

  for (const { tool, variable, file, args, model } of PROGRAMS) {
    const program = process.env[variable]
    if (program === undefined)
      console.warn(`SKIPPED: ${variable} names no program, so ${tool} was not run by the page's file.`)
    it.runIf(program !== undefined)(
      `set ${tool} up: by the file alone that the page shows, it is answered`,
      async () => {
        const { page, open } = operator
        await open(`/connect/${tool}?os=linux&model=${model}`)
        const text = await page
          .locator('figure', { hasText: `~/${file}` })
          .locator('pre')
          .innerText()
        const home = mkdtempSync(join(tmpdir(), 'fairlead-page-'))
        try {
          mkdirSync(dirname(join(home, file)), { recursive: true })
          writeFileSync(join(home, file), text)
          await page.getByRole('button', { name: 'Watch for the first call' }).click()
          await page.getByText(/Waiting for a call/).waitFor()
          const env = {
            PATH: process.env['PATH'],
            HOME: home,
            FAIRLEAD_API_KEY: stage.gateway.key,
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
            DISABLE_AUTOUPDATER: '1',
            https_proxy: 'http://127.0.0.1:9',
            no_proxy: '127.0.0.1,localhost',
          }
          const { promise, resolve } = Promise.withResolvers<string>()
          const child = execFile(program ?? '', args, { cwd: home, env, timeout: 110_000 }, (_error, out, err) =>
            resolve(out + err),
          )
          child.stdin?.end()
          expect(await promise).toContain(`[simulated answer from ${model}]`)
          await page.getByText('It works: the call arrived and was answered.').waitFor()
        } finally {
          rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
        }
      },
      150_000,
    )
  }
})
