// The servers that are compared, each behind the same small interface: how to start it, on which port it listens and
// which headers a request to it needs.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free-port.ts'
import { nginxConfig } from './nginx-config.ts'
import { plainRequest } from './plain-request.ts'
import { postgres, redis } from '../services.ts'
import { startPinned, untilReady } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'
import { chatBody, MODEL } from './workload.ts'
import type { ClientDialect } from './workload.ts'

export const SERVER_NAMES = [
  'direct',
  'nginx',
  'floor',
  'fairlead-bare',
  'fairlead-product',
  'fairlead-paid',
  'fairlead-cluster',
  'fairlead-paid-cluster',
  'fairlead-translated',
  'portkey',
] as const
export type ServerName = (typeof SERVER_NAMES)[number]

export type BenchServer = {
  name: ServerName
  port: number
  headers: Record<string, string>
  /** What is spoken to it: chat completions, or Anthropic's Messages, which it has to translate for the mock. */
  dialect: ClientDialect
  /** The root of its process tree; absent for `direct`, which is the mock itself. */
  pid?: number
  /** Only for Fairlead: opens `/metrics` and `/debug/memory`. */
  masterKey?: string
  stop(): Promise<void>
}

/** Thrown when a peer is not installed here: it is left out of the run with this note. */
export class ServerMissing extends Error {}

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const MASTER_KEY = 'bench-master-key-0123456789'
const UPSTREAM_KEY = { authorization: 'Bearer sk-mock' }
/** Those whose caller has a wallet that every call is paid from. */
const PAID: readonly ServerName[] = ['fairlead-paid', 'fairlead-paid-cluster']
const PAID_GROUP = 'paid'
/** US$: more than any run can spend. */
const PLENTY = '1000000'
const NO_LIMIT_IN_PRACTICE = { rpm: 100_000_000, tpm: 1_000_000_000_000, concurrency: 100_000 }

type Start = (mockPort: number, env: Record<string, string>) => Promise<BenchServer>

const STARTS: Record<ServerName, Start> = {
  direct: async (mockPort) => ({
    name: 'direct',
    port: mockPort,
    headers: UPSTREAM_KEY,
    dialect: 'chat',
    stop: async () => {},
  }),
  nginx: startNginx,
  floor: startFloor,
  'fairlead-bare': (mockPort, env) => startFairlead('fairlead-bare', mockPort, env),
  'fairlead-product': (mockPort, env) => startFairlead('fairlead-product', mockPort, env),
  'fairlead-paid': (mockPort, env) => startFairlead('fairlead-paid', mockPort, env),
  'fairlead-cluster': (mockPort, env) => startCluster('fairlead-cluster', mockPort, env),
  'fairlead-paid-cluster': (mockPort, env) => startCluster('fairlead-paid-cluster', mockPort, env),
  'fairlead-translated': (mockPort, env) => startFairlead('fairlead-translated', mockPort, env),
  portkey: startPortkey,
}

/** Starts one server in front of the mock and waits until it answers a call. `env` is for Fairlead alone. */
export function startServer(
  name: ServerName,
  mockPort: number,
  env: Record<string, string> = {},
): Promise<BenchServer> {
  return STARTS[name](mockPort, env)
}

async function startFloor(mockPort: number): Promise<BenchServer> {
  const port = await freePort()
  const program = fileURLToPath(new URL('floor.ts', import.meta.url))
  const argv = [program, String(port), `http://127.0.0.1:${mockPort}`]
  const child = startPinned([process.execPath, '--max-semi-space-size=64', ...argv], {})
  return ready({ name: 'floor', port, headers: UPSTREAM_KEY, dialect: 'chat' }, child)
}

async function startNginx(mockPort: number): Promise<BenchServer> {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']
  const program = folders.map((folder) => join(folder, 'nginx')).find((file) => existsSync(file))
  if (program === undefined) throw new ServerMissing('nginx is not installed (Debian: apt-get install nginx-light)')
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-nginx-'))
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  await writeFile(file, nginxConfig(port, mockPort, folder))
  const command = [program, '-c', file, '-p', folder, '-e', join(folder, 'error.log')]
  return ready({ name: 'nginx', port, headers: UPSTREAM_KEY, dialect: 'chat' }, startPinned(command, {}), folder)
}

async function startFairlead(name: ServerName, mockPort: number, env: Record<string, string>): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-'))
  const port = await freePort()
  const file = join(folder, 'fairlead.yaml')
  await writeFile(
    file,
    JSON.stringify({
      server: { port, master_key: MASTER_KEY, max_in_flight_per_account: NO_LIMIT_IN_PRACTICE.concurrency },
      providers: [
        {
          name: 'mock',
          type: 'openai-compatible',
          base_url: `http://127.0.0.1:${mockPort}/v1`,
          api_keys: ['sk-mock'],
          // The floor has no limit either, and a stream that waits for a connection would cost next to nothing.
          max_connections: NO_LIMIT_IN_PRACTICE.concurrency,
        },
      ],
      models: [{ id: MODEL, targets: [{ provider: 'mock', model: MODEL }] }],
      usage: { record: name !== 'fairlead-bare' },
      ...(PAID.includes(name) ? { groups: [{ name: PAID_GROUP, billing: 'prepaid' }] } : {}),
    }),
  )
  const launcher = join(ROOT, 'packages/gateway/bin/fairlead.cjs')
  if (!existsSync(join(ROOT, 'packages/gateway/src/main.ts'))) throw new ServerMissing('the gateway is not there yet')
  // The log is off because the benchmark reads no log; usage records are what the product profile is about.
  const server = startPinned(
    [process.execPath, launcher, 'start', '--config', file, '--port', String(port), '--workers', '1'],
    { FAIRLEAD_DATA_DIR: join(folder, 'data'), FAIRLEAD_MASTER_KEY: MASTER_KEY, FAIRLEAD_LOG_LEVEL: 'error', ...env },
  )
  const masterHeaders = { authorization: `Bearer ${MASTER_KEY}` }
  const dialect = name === 'fairlead-translated' ? 'messages' : 'chat'
  const bare = await ready({ name, port, headers: masterHeaders, dialect, masterKey: MASTER_KEY }, server, folder)
  if (name === 'fairlead-bare') return bare
  try {
    const key = await createKey(port, masterHeaders, PAID.includes(name))
    return { ...bare, headers: { authorization: `Bearer ${key}` } }
  } catch (error) {
    await bare.stop()
    throw error
  }
}

/**
 * The product on PostgreSQL and Redis. They share the load generator's core, as everything that this process starts: what is
 * counted is the gateway's own CPU, not that of the databases.
 */
async function startCluster(name: ServerName, mockPort: number, env: Record<string, string>): Promise<BenchServer> {
  await using started = new AsyncDisposableStack()
  const database = (await postgres({ own: true }))?.server ?? null
  if (database !== null) started.use(database)
  const limits = (await redis({ own: true }))?.server ?? null
  if (limits !== null) started.use(limits)
  if (database === null || limits === null) {
    throw new ServerMissing('PostgreSQL or Redis is not installed (Debian: apt-get install postgresql redis-server)')
  }
  const gateway = await startFairlead(name, mockPort, {
    FAIRLEAD_DATABASE_URL: database.url,
    FAIRLEAD_REDIS_URL: limits.url,
    FAIRLEAD_SECRET_KEY: randomBytes(32).toString('hex'),
    ...env,
  })
  const services = started.move()
  const stop = async (): Promise<void> => {
    await gateway.stop()
    await services.disposeAsync()
  }
  return { ...gateway, stop }
}

/** @param pays its account has a wallet */
async function createKey(port: number, headers: Record<string, string>, pays: boolean): Promise<string> {
  const create = async (path: string, body: object): Promise<string> => await post(port, headers, path, body)
  const owner: { account?: string } = {}
  if (pays) {
    const account = textIn(await create('/api/accounts', { name: 'bench', group: PAID_GROUP }), /"(acc_[^"]+)"/)
    await create(`/api/accounts/${account}/wallet/top-ups`, { amount: PLENTY })
    owner.account = account
  }
  const made = await create('/api/auth', { name: 'bench', limits: NO_LIMIT_IN_PRACTICE, ...owner })
  return textIn(made, /"(sk-fl-[^"]+)"/)
}

async function post(port: number, headers: Record<string, string>, path: string, body: object): Promise<string> {
  const bytes = Buffer.from(JSON.stringify(body))
  const json = { 'content-type': 'application/json', 'content-length': String(bytes.length) }
  const reply = await plainRequest(port, path, { ...headers, ...json }, bytes)
  if (reply.status >= 300) throw new Error(`POST ${path} answered ${reply.status}: ${reply.body.slice(0, 300)}`)
  return reply.body
}

function textIn(body: string, pattern: RegExp): string {
  const found = pattern.exec(body)?.[1]
  if (found === undefined) throw new Error(`no ${String(pattern)} in ${body.slice(0, 300)}`)
  return found
}

async function startPortkey(mockPort: number): Promise<BenchServer> {
  const program = join(ROOT, 'packages/testkit/peers/portkey/node_modules/@portkey-ai/gateway/build/start-server.js')
  if (!existsSync(program)) throw new ServerMissing('not installed; npm run bench -- --install-peers')
  const port = await freePort()
  const headers = {
    authorization: 'Bearer sk-mock',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `http://127.0.0.1:${mockPort}/v1`,
  }
  // Its launcher's defaults and production mode: without it, Portkey keeps a log of requests for its console.
  const command = [process.execPath, program, `--port=${port}`, '--headless']
  return ready({ name: 'portkey', port, headers, dialect: 'chat' }, startPinned(command, { NODE_ENV: 'production' }))
}

async function ready(
  server: Omit<BenchServer, 'stop' | 'pid'>,
  child: ServerProcess,
  folder?: string,
): Promise<BenchServer> {
  const stop = async (): Promise<void> => {
    await child.stop()
    // Its processes may write their compile cache for a moment longer.
    if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
  const body = chatBody(1024, false)
  const json = { 'content-type': 'application/json', 'content-length': String(body.length) }
  try {
    await untilReady(child, async () => {
      const reply = await plainRequest(server.port, '/v1/chat/completions', { ...server.headers, ...json }, body)
      if (reply.status !== 200) throw new Error(`status ${reply.status}: ${reply.body.slice(0, 300)}`)
    })
  } catch (error) {
    await stop()
    throw error
  }
  return { ...server, pid: child.pid, stop }
}
