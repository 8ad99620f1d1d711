import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const MAIN = resolve(import.meta.dirname, '../main.ts')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-check-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function check(...args: string[]): Promise<Outcome> {
  const { promise, resolve: done } = Promise.withResolvers<Outcome>()
  const options = { cwd: folder, env: { PATH: process.env.PATH } }
  const child = execFile(process.execPath, [MAIN, 'config', 'check', ...args], options, (_, stdout, stderr) => {
    done({ code: child.exitCode ?? -1, stdout, stderr })
  })
  return promise
}

it('says that a file is valid, and how much is in it', async () => {
  writeFileSync(
    join(folder, 'fairlead.yaml'),
    'providers: [{ name: a, type: openai, api_key: x }]\nmodels: [{ id: m }, { id: gpt-4o }]\n',
  )
  expect(await check()).toEqual({ code: 0, stdout: 'fairlead.yaml is valid: 1 provider, 2 models\n', stderr: '' })
})

it('says what is wrong, where, and ends with 1', async () => {
  writeFileSync(join(folder, 'bad.yaml'), 'server:\n  prot: 1\n')
  const { code, stderr } = await check('--config', 'bad.yaml')
  expect(code).toBe(1)
  expect(stderr).toContain('bad.yaml:2:3  server.prot is not a known key. Did you mean "port"?')
})

it('ends with 1 for a file that is not there, and with 2 for a flag that is none', async () => {
  expect((await check('--config', 'none.yaml')).code).toBe(1)
  expect((await check('--confgi', 'x')).code).toBe(2)
})
