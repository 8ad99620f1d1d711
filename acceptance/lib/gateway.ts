// Starts the gateway the way a newcomer does: its published command, in a process of its own, with an environment
// that holds no provider's key, and a state directory that nobody has used before.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { startChild } from './child.ts'
import type { Child } from './child.ts'
import { freePort } from '@fairlead/testkit/free-port.ts'
import { repositoryRoot } from './paths.ts'

export interface Gateway extends AsyncDisposable {
  /** The origin, without a path: http://127.0.0.1:PORT */
  readonly url: string
  /** The first API key, as the gateway printed it at its first start. */
  readonly key: string
  readonly masterKey: string | undefined
  /** What it printed, logs included. */
  output(): string
}

export interface GatewayOptions {
  /** The text of a config file; without it the gateway gets none. */
  readonly config?: string
  readonly masterKey?: string
  readonly keyPrefix?: string
  /** Further environment variables. */
  readonly env?: Readonly<Record<string, string>>
}

const READY_WITHIN_MS = 60_000

export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const directory = await mkdtemp(join(tmpdir(), 'fairlead-acceptance-'))
  await mkdir(join(directory, 'home'))
  const port = await freePort()
  const args = [join(repositoryRoot, 'packages/gateway/bin/fairlead.cjs'), 'start', '--port', String(port)]
  if (options.config !== undefined) {
    await writeFile(join(directory, 'fairlead.yaml'), options.config)
    args.push('--config', join(directory, 'fairlead.yaml'))
  }
  const child = startChild(process.execPath, args, {
    // Not the checkout: a fairlead.yaml that somebody keeps there would be read.
    cwd: directory,
    env: {
      ...bareEnvironment(),
      HOME: join(directory, 'home'),
      FAIRLEAD_DATA_DIR: join(directory, 'data'),
      ...(options.masterKey === undefined ? {} : { FAIRLEAD_MASTER_KEY: options.masterKey }),
      ...options.env,
    },
  })
  const stop = async () => {
    await child.stop()
    // Its workers may end a moment after it does, and write their compile cache until then.
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
  try {
    const url = `http://127.0.0.1:${port}`
    // The prefix alone may stand in a sentence about keys; a whole key is longer.
    const wholeKey = new RegExp(`${options.keyPrefix ?? 'sk-fl-'}[A-Za-z0-9_-]{16,}`)
    const [key] = await child.waitFor(wholeKey, READY_WITHIN_MS)
    await untilAnswers(url, child)
    return {
      url,
      key,
      masterKey: options.masterKey,
      output: () => child.output(),
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Any reply will do: whether it is well is for the rows to find out. */
async function untilAnswers(url: string, child: Child): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS
  for (;;) {
    try {
      const response = await fetch(`${url}/health/live`)
      await response.arrayBuffer()
      return
    } catch {
      // Nobody listens yet.
    }
    if (!child.running) throw new Error(`the gateway ended before it was ready:\n${child.output()}`)
    if (performance.now() > deadline) throw new Error(`the gateway did not answer within ${READY_WITHIN_MS} ms`)
    await delay(50)
  }
}

/** What any program needs to run, and nothing that names a provider, a proxy or a config. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'LANG', 'LC_ALL', 'TMPDIR', 'FAIRLEAD_NODE', 'NODE_COMPILE_CACHE']
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}
