// The launcher: the right Node whatever the system has, and signals that arrive where they are meant to.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, runAs } from './support/launch.ts'
import { childrenOf, eventually, isAlive, LAUNCHER } from './support/processes.ts'

/** Says what it runs on, then says which signals it gets; SIGTERM ends it with 7. */
const PROGRAM = `
console.log('node ' + process.versions.node.split('.')[0])
for (const name of ['SIGINT', 'SIGHUP', 'SIGUSR2']) process.on(name, () => console.log(name))
process.on('SIGTERM', () => process.exit(7))
setInterval(() => {}, 1000)
console.log('ready')
`

let folder = ''
let program = ''
let versionProgram = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-launcher-'))
  program = join(folder, 'program.cjs')
  versionProgram = join(folder, 'version.cjs')
  writeFileSync(program, PROGRAM)
  writeFileSync(versionProgram, "console.log('node ' + process.versions.node.split('.')[0])")
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A launcher that stands where no dependency of ours is found. */
function lonelyLauncher(): string {
  const file = join(folder, 'run.cjs')
  cpSync(LAUNCHER, file)
  return file
}

describe('the choice of Node', () => {
  it.for(['0.12.18', '12.22.12', '20.20.2', '26.1.0'])('is the one that came along, on a system Node %s', (version) => {
    expect(runAs(version, LAUNCHER, versionProgram)).toEqual({ code: 0, stdout: 'node 26\n', stderr: '' })
  })

  it('is the running one when none came along and it is new enough', () => {
    const { code, stdout } = runAs(process.versions.node, lonelyLauncher(), versionProgram)
    expect({ code, stdout }).toEqual({ code: 0, stdout: `node ${process.versions.node.split('.')[0]}\n` })
  })

  it('is refused with what is missing and what to do when there is none', () => {
    const { code, stdout, stderr } = runAs('20.20.2', lonelyLauncher(), versionProgram)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('needs Node 24 or newer, and this is Node 20.20.2')
    expect(stderr).toContain('npm install --include=optional')
    expect(stderr).not.toContain(' at ')
  })

  it('is made by a program that a Node of ten years ago can read', () => {
    const source = readFileSync(LAUNCHER, 'utf8')
      .replace(/\/\/.*$/gm, '')
      .replace(/'[^'\n]*'/g, "''")
    expect(source).not.toMatch(/\b(const|let|class|async|await|import)\b|=>|`|\?\.|\?\?|\.\.\./)
  })
})

describe('signals to the launcher', () => {
  it('reach the program, SIGINT too where no terminal has sent it already', async () => {
    await using launched = launch(program)
    await launched.untilLine('ready')
    for (const signal of ['SIGHUP', 'SIGUSR2', 'SIGINT'] as const) {
      launched.child.kill(signal)
      await launched.untilLine(signal)
    }
    launched.child.kill('SIGTERM')
    expect(await once(launched.child, 'exit')).toEqual([7, null])
  })

  it('that kill the program kill the launcher too', async () => {
    await using launched = launch(program)
    await launched.untilLine('ready')
    const [pid = 0] = childrenOf(launched.child.pid ?? 0)
    process.kill(pid, 'SIGKILL')
    expect(await once(launched.child, 'exit')).toEqual([null, 'SIGKILL'])
  })
})

describe('the parent of the launcher', () => {
  /** The launcher as the child of a shell that tells its number and waits. */
  async function underShell(env: NodeJS.ProcessEnv): Promise<{ shell: ReturnType<typeof launch>; pid: number }> {
    const wrapper = join(folder, 'wrapper.cjs')
    writeFileSync(
      wrapper,
      `require('child_process').spawn(process.execPath, [${JSON.stringify(LAUNCHER)}, ${JSON.stringify(program)}], { stdio: 'inherit' })`,
    )
    const shell = launch(wrapper, env)
    await shell.untilLine('ready')
    const [wrapperPid = 0] = childrenOf(shell.child.pid ?? 0)
    const [pid = 0] = childrenOf(wrapperPid)
    process.kill(wrapperPid, 'SIGKILL')
    return { shell, pid }
  }

  it('takes it along when it was npm', async () => {
    const { shell, pid } = await underShell({ ...process.env, npm_lifecycle_event: 'start' })
    await using _group = shell
    await eventually(() => !isAlive(pid), 'the launcher is gone', 5_000)
    expect(childrenOf(pid)).toEqual([])
  })

  it('leaves it running when it was a shell, as nohup asks', async () => {
    const env = { ...process.env }
    delete env['npm_lifecycle_event']
    const { shell, pid } = await underShell(env)
    await using _group = shell
    // Longer than the launcher takes to notice.
    await new Promise((resolve) => {
      setTimeout(resolve, 1_200)
    })
    expect(isAlive(pid)).toBe(true)
  })
})
