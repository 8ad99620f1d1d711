// `npm run bench`: reads the flags, puts itself on its own core, runs the comparison and prints the result.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { benchmarksPage } from './benchmarks-page.ts'
import { describeMachine } from './machine.ts'
import { checkMemory } from './memory-check.ts'
import { HELP, parseOptions } from './options.ts'
import type { BenchOptions } from './options.ts'
import { renderReport } from './report.ts'
import { LOAD_CORE } from './server-process.ts'
import { runSession } from './session.ts'

const PINNED = 'FAIRLEAD_BENCH_PINNED'

async function main(args: string[]): Promise<number> {
  const options = parseOptions(args)
  if (options.mode === 'help') {
    console.log(HELP)
    return 0
  }
  if (options.mode === 'install-peers') return installPeers()
  if (process.env[PINNED] !== '1') return startPinnedToLoadCore(args)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
  if (options.mode === 'memory') {
    const name = options.servers.find((server) => server === 'fairlead-bare' && options.servers.length === 1)
    return (await checkMemory(name ?? 'fairlead-product', (line) => console.log(line))) ? 0 : 1
  }
  return compare(options, args)
}

async function compare(options: BenchOptions, args: string[]): Promise<number> {
  const started = Date.now()
  const result = await runSession(options, (line) => {
    console.error(`[${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s] ${line}`)
  })
  const report = renderReport(result, options, describeMachine(args))
  console.log(`\n${report}`)
  if (options.jsonFile !== undefined) await writeFile(options.jsonFile, `${JSON.stringify(result, null, 1)}\n`)
  if (options.writeFile !== undefined) {
    const existing = await readFile(options.writeFile, 'utf8').catch(() => '')
    await writeFile(options.writeFile, benchmarksPage(existing, report))
  }
  return result.blocks.some((block) => block.failed > 0) ? 1 : 0
}

/**
 * The load generator wants a core, a young generation of its own choosing and a say in when it collects. V8's helper threads
 * would share that core, and take it for a scheduler's tick of 4 ms or several.
 */
async function startPinnedToLoadCore(args: string[]): Promise<number> {
  if (process.platform !== 'linux' || spawnSync('taskset', ['-c', String(LOAD_CORE), 'true']).status !== 0) {
    console.error(`The benchmark needs Linux, "taskset" and at least ${LOAD_CORE + 1} cores.`)
    return 2
  }
  const flags = ['--max-semi-space-size=64', '--single-threaded-gc', '--expose-gc']
  const node = [process.execPath, ...flags, fileURLToPath(import.meta.url), ...args]
  const child = spawn('taskset', ['-c', String(LOAD_CORE), ...node], {
    stdio: 'inherit',
    env: { ...process.env, [PINNED]: '1' },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = await once(child, 'exit')
  return typeof code === 'number' ? code : 1
}

function installPeers(): number {
  const folder = fileURLToPath(new URL('../../peers/portkey', import.meta.url))
  const flags = ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund']
  return spawnSync('npm', flags, { cwd: folder, stdio: 'inherit' }).status ?? 1
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}
