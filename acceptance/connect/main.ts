// npm run acceptance:connect: `fairlead connect` sets the real tools up in an empty home, and each makes its first call by
// nothing but the files that were written.
//
// The gateway is started as anybody starts it, without a provider: its simulator answers. A tool whose program the environment
// does not give is skipped, and never counts as passed. Exit code 1 when a row fails, and when no row ran at all.
import { access, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { at, check, checkEqual } from '../lib/check.ts'
import { describeError } from '../lib/describe-error.ts'
import { bareEnvironment, startGateway } from '../lib/gateway.ts'
import type { Gateway } from '../lib/gateway.ts'
import { call, json } from '../lib/http.ts'
import { repositoryRoot } from '../lib/paths.ts'
import { run } from '../lib/run.ts'
import { PROGRAMS } from './programs.ts'
import type { Program } from './programs.ts'

const LAUNCHER = join(repositoryRoot, 'packages/gateway/bin/fairlead.cjs')

async function tryTool(program: Program, path: string, gateway: Gateway): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'fairlead-connect-'))
  try {
    const folder = join(home, 'project')
    await mkdir(folder)
    const env = { ...bareEnvironment(), HOME: home, NO_COLOR: '1', [program.keyVariable]: gateway.key }
    const fairlead = async (...args: readonly string[]) => {
      const done = await run(process.execPath, [LAUNCHER, 'connect', program.tool, ...args], { cwd: folder, env })
      check(done.exitCode === 0, `fairlead connect ended with ${done.exitCode}: ${done.stderr}`)
    }
    await fairlead('--url', gateway.url, '--model', program.model, '--yes', '--key-env', program.keyVariable)

    const startedAtS = Math.floor(Date.now() / 1000)
    const tool = await run(path, program.args, {
      cwd: folder,
      env: { ...env, ...program.env, https_proxy: 'http://127.0.0.1:9', no_proxy: '127.0.0.1' },
      timeoutMs: 90_000,
    })
    const said = `${tool.stdout}\n${tool.stderr}`.slice(-2000)
    check(tool.exitCode === 0, `it ended with ${tool.exitCode}: ${said}`)
    check(tool.stdout.includes(`[simulated answer from ${program.model}]`), `it did not show the answer: ${said}`)
    await checkTrace(program, gateway, startedAtS)

    await fairlead('--undo')
    const left = await readdir(join(home, program.folder)).catch(() => [])
    check(!left.some((name) => program.files.includes(name)), `after --undo there is ${left.join(', ')}`)
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

/** What the page shows behind "verify": the call as the server saw it. */
async function checkTrace({ endpoint, model }: Program, gateway: Gateway, fromS: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const query = new URLSearchParams({ from: String(fromS), endpoint, limit: '1' })
    const found = at(
      json(await call(`${gateway.url}/api/requests?${query.toString()}`, { key: gateway.key })),
      'data.0',
    )
    if (found === undefined && tries < 30) {
      await delay(100)
      continue
    }
    checkEqual(at(found, 'model'), model, 'the model of the call')
    checkEqual(at(found, 'status'), 200, 'the status of the call')
    return
  }
}

const only = process.argv.slice(2)
const tally = { passed: 0, failed: 0, skipped: 0 }
await using gateway = await startGateway()
for (const program of PROGRAMS) {
  if (only.length > 0 && !only.includes(program.tool)) continue
  const path = process.env[program.variable]
  const isThere =
    path !== undefined &&
    (await access(path).then(
      () => true,
      () => false,
    ))
  if (!isThere) {
    console.log(`${program.tool.padEnd(14)} skipped  ${program.variable} names no program`)
    tally.skipped += 1
    continue
  }
  try {
    await tryTool(program, path, gateway)
    console.log(`${program.tool.padEnd(14)} PASS`)
    tally.passed += 1
  } catch (error) {
    console.log(`${program.tool.padEnd(14)} FAIL     ${describeError(error)}`)
    tally.failed += 1
  }
}
console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`)
process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1
