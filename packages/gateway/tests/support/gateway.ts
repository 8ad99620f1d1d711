// A whole gateway in this process, for tests: real sockets, a real database, a configuration as a user would write it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, type App } from '../../src/app.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { OPERATOR } from '../../src/identity/principal.ts'
import type { Limits } from '../../src/limits/limits.ts'
import type { Lookup } from '../../src/relay/dns-lookup.ts'
import type { PickerPort } from '../../src/routing/auto/picker-port.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { mustBeSound } from './sound-books.ts'

export const MASTER_KEY = 'test-master-key-0123456789'

export interface TestGateway extends AsyncDisposable {
  readonly app: App
  /** With `/v1`. */
  readonly url: string
  readonly origin: string
  readonly databaseFile: string
  /** An API key without limits. */
  readonly key: string
  makeKey(limits?: Limits, expiresInSeconds?: number): Promise<{ readonly id: string; readonly key: string }>
  /** What workers hold of this wallet and have not spent goes back at once, instead of when nobody has used it for a while. */
  callBack(accountId: string): Promise<void>
  /** As its metrics have it: 0 once the books of every call are closed, which is a moment after its sockets are. */
  requestsInFlight(): Promise<number>
  /** Waits until what was journaled is in the database, and returns the newest rows first. */
  usage(): Promise<Awaited<ReturnType<App['control']['recentUsage']>>>
}

/** @param yaml everything below `server`; the port and the master key are given */
export async function startGateway(
  yaml: string,
  options: { readonly server?: string; readonly lookup?: Lookup; readonly picker?: () => PickerPort } = {},
): Promise<TestGateway> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fairlead-test-'))
  const text = `server: { port: 0, master_key: ${MASTER_KEY}, shutdown_delay_ms: 0${options.server ? `, ${options.server}` : ''} }\nlog: { level: silent }\n${yaml}`
  const { config } = loadConfig({ text, fileName: 'test.yaml', env: {}, overrides: {} })
  const app = await createApp(
    config,
    { configPath: '', dataDir, databaseUrl: '', redisUrl: '', overrides: {} },
    {
      log: createLogger('silent'),
      env: {},
      ...(options.lookup ? { lookup: options.lookup } : {}),
      ...(options.picker ? { picker: options.picker } : {}),
    },
  )
  const makeKey: TestGateway['makeKey'] = async (limits = {}, expiresInSeconds) => {
    const made = await app.control.keys.create({
      name: 'test',
      maker: OPERATOR,
      limits,
      ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }),
    })
    return { id: made.record.keyId, key: made.key }
  }
  const { key } = await makeKey()
  const databaseFile = join(dataDir, 'fairlead.db')
  return {
    app,
    origin: app.url,
    databaseFile,
    url: `${app.url}/v1`,
    key,
    makeKey,
    callBack: async (accountId) => {
      await app.control.slices.callBack(accountId)
    },
    async requestsInFlight() {
      const metrics = await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${MASTER_KEY}` } })
      const line = /^fairlead_requests_in_flight (\d+)$/m.exec(await metrics.text())
      return Number(line?.[1])
    },
    usage: async () => await app.control.recentUsage(),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      try {
        await mustBeSound({ file: databaseFile })
      } finally {
        rmSync(dataDir, { recursive: true, force: true })
      }
    },
  }
}

/** Providers `a`, `b`, ... at these base URLs, all of them serving `gpt-4o`. */
export function providersYaml(urls: readonly string[], extra = ''): string {
  const names = urls.map((_url, index) => String.fromCharCode(97 + index))
  const providers = urls.map(
    (url, index) =>
      `  - { name: ${names[index]}, type: openai-compatible, base_url: "${url}", api_keys: [sk-up-${names[index]}] }`,
  )
  const targets = names.map((name) => `{ provider: ${name}, model: gpt-4o }`)
  return `providers:\n${providers.join('\n')}\nmodels:\n  - { id: gpt-4o, targets: [${targets.join(', ')}] }\n${extra}`
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: {
    readonly error?: {
      readonly code: string
      readonly message: string
      readonly type: string
      readonly param: string | null
      readonly reason?: string
    }
  } & Record<string, unknown>
}

export async function post(url: string, key: string, body: unknown, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    ...init,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...init.headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return await replyOf(response)
}

export async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text()
  let json: Reply['json'] = {}
  try {
    json = JSON.parse(text) as Reply['json']
  } catch {
    // Some replies are streams; whoever wants JSON will miss its fields.
  }
  return { status: response.status, headers: response.headers, text, json }
}

export function chat(content = 'Hello!', extra: Record<string, unknown> = {}): Record<string, unknown> {
  return { model: 'gpt-4o', messages: [{ role: 'user', content }], ...extra }
}
