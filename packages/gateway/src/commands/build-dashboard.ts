// Builds the web app of a checkout when it is missing or older than its sources: in a process of its own and with low
// priority, while the gateway already serves. A published package has it built.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { constants, setPriority } from 'node:os'
import { dirname, join } from 'node:path'
import { errorCode } from '../core/error-code.ts'
import type { Dashboard } from '../http/control/dashboard/dashboard.ts'
import { dashboardPlace } from '../http/control/dashboard/place.ts'

interface BuildOptions {
  readonly dashboard: Pick<Dashboard, 'beginBuild' | 'endBuild' | 'use'>
  /** For whoever sits in front of it. */
  readonly say: (line: string) => void
  readonly log: { warn(facts: object, message: string): void }
}

/** For so long somebody may still serve a build. */
const KEPT_MS = 3_600_000
const LOCK_WAIT_MS = 200

/** Tells the dashboard what becomes of it. Never throws: without it everything else works. */
export async function buildDashboard({ dashboard, say, log }: BuildOptions): Promise<void> {
  try {
    const place = await dashboardPlace()
    if (place.sources === null || existsSync(join(place.folder, 'index.html'))) return
    dashboard.beginBuild()
    say('  Dashboard   is being built, once for these sources; the API answers already')
    const startedMs = performance.now()
    const folder = await ensureBuilt({ politely: true })
    dashboard.use(folder)
    dashboard.endBuild(true)
    say(`  Dashboard   is ready, after ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
  } catch (error) {
    dashboard.endBuild(false)
    log.warn({ err: error }, 'the dashboard could not be built')
  }
}

/**
 * One build at a time, whoever asks. @param politely behind everything else on this machine @returns the folder of the build
 * @throws what the build said
 */
export async function ensureBuilt({ politely = false }: { readonly politely?: boolean } = {}): Promise<string> {
  const { folder, sources } = await dashboardPlace()
  const isThere = (): boolean => existsSync(join(folder, 'index.html'))
  if (sources === null || isThere()) return folder
  const builds = dirname(folder)
  const lock = join(builds, 'building.pid')
  await mkdir(builds, { recursive: true })
  await untilLocked(lock, isThere)
  try {
    if (!isThere()) {
      const unfinished = join(builds, `unfinished-${process.pid}`)
      await runVite(sources, unfinished, politely)
      await rm(folder, { recursive: true, force: true })
      await rename(unfinished, folder)
      await dropOldBuilds(builds)
    }
  } finally {
    await rm(lock, { force: true })
  }
  return folder
}

/** The lock is a file that names who holds it: one whose holder is gone is nobody's. */
async function untilLocked(lock: string, isThere: () => boolean): Promise<void> {
  while (!isThere()) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' })
      return
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
    if (!isAlive(Number(await readFile(lock, 'utf8').catch(() => '')))) await rm(lock, { force: true })
    await new Promise((resolve) => {
      setTimeout(resolve, LOCK_WAIT_MS)
    })
  }
}

/** @param pid 0 while its holder is still writing it */
function isAlive(pid: number): boolean {
  if (pid === 0) return true
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function runVite(sources: string, outFolder: string, politely: boolean): Promise<void> {
  const vite = join(dirname(createRequire(join(sources, 'package.json')).resolve('vite/package.json')), 'bin/vite.js')
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: sources,
    env: { ...process.env, FAIRLEAD_DASHBOARD_OUT: outFolder, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    if (politely) setPriority(child.pid ?? 0, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Not everywhere allowed; it is only politeness.
  }
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000)
    })
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', resolve)
  })
  if (code !== 0) throw new Error(`The build of the dashboard ended with ${code}.\n${output.trim()}`)
}

async function dropOldBuilds(builds: string): Promise<void> {
  const names = (await readdir(builds)).filter((name) => /^[0-9a-f]{16}$/.test(name))
  for (const name of names) {
    const path = join(builds, name)
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > KEPT_MS) await rm(path, { recursive: true, force: true })
  }
}
