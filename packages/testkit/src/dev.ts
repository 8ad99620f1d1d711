// `npm run dev`: two fake upstreams and a gateway in front of them, from one terminal.
// State and config live in a temporary folder and go with the session. Arguments are handed on to `fairlead start`, so
// `npm run dev -- --port 9000` works.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.ts'
import { LAUNCHER } from './upstream/process.ts'

const MASTER_KEY = 'dev-master-key-not-a-secret'
const GATEWAY = fileURLToPath(new URL('../../gateway/src/main.ts', import.meta.url))

async function main(): Promise<void> {
  const args = process.argv.slice(2)
  const port = Number(valueOf(args, '--port') ?? process.env['FAIRLEAD_PORT'] ?? process.env['PORT'] ?? 8080)
  const script = { tokens: 40, gapMs: 25, delayMs: 150 }
  await using red = await startFakeUpstream({ script })
  await using blue = await startFakeUpstream({ script })
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-dev-'))
  const config = join(folder, 'fairlead.yaml')
  writeFileSync(config, configText(port, red, blue))
  const gateway = spawn(
    process.execPath,
    [LAUNCHER, GATEWAY, 'start', '--config', config, '--port', String(port), ...args],
    {
      stdio: 'inherit',
      env: { ...process.env, FAIRLEAD_DATA_DIR: join(folder, 'data') },
    },
  )
  // A terminal sends Ctrl-C to the whole group, so the gateway has it already; anything else must be handed on.
  process.on('SIGTERM', () => gateway.kill('SIGTERM'))
  process.on('SIGINT', () => {})
  const exited = once(gateway, 'exit')
  if (await isUp(`http://127.0.0.1:${port}/health/live`, gateway)) console.log(welcome(port, red, blue))
  await exited
  rmSync(folder, { recursive: true, force: true })
  process.exitCode = gateway.exitCode ?? 1
}

/** YAML contains JSON, so there is nothing to quote by hand. */
function configText(port: number, red: FakeUpstream, blue: FakeUpstream): string {
  const providers = [
    { name: 'red', type: 'openai-compatible', base_url: red.url, api_keys: ['sk-red-1', 'sk-red-2'] },
    { name: 'blue', type: 'openai-compatible', base_url: blue.url, api_keys: ['sk-blue-1'] },
  ]
  const both = (model: string) => providers.map(({ name }) => ({ provider: name, model }))
  const models = ['gpt-4o', 'gpt-4o-mini', 'text-embedding-3-small', 'gpt-image-1'].map((id) => ({
    id,
    targets: both(id),
  }))
  return JSON.stringify({ server: { port, master_key: MASTER_KEY }, providers, models }, null, 2)
}

function welcome(port: number, red: FakeUpstream, blue: FakeUpstream): string {
  const origin = `http://127.0.0.1:${port}`
  return `
  Gateway         ${origin}/v1
  Master key      ${MASTER_KEY}
  Fake upstreams  red ${red.origin}, blue ${blue.origin}

  A call:
    curl -N ${origin}/v1/chat/completions -H 'Authorization: Bearer ${MASTER_KEY}' -H 'Content-Type: application/json' \\
      -d '{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"Hello"}]}'
  Break one and watch the other take over; then make it well:
    curl -X POST ${red.origin}/__testkit/fault -d '{"fault":"5xx(503)"}'
    curl -X POST ${red.origin}/__testkit/fault -d '{"fault":null}'
  What it has seen:
    curl ${red.origin}/__testkit/ledger?last=1
`
}

async function isUp(url: string, gateway: ChildProcess): Promise<boolean> {
  while (gateway.exitCode === null && gateway.signalCode === null) {
    try {
      if ((await fetch(url)).ok) return true
    } catch {
      // Nobody listens yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}

function valueOf(args: readonly string[], name: string): string | undefined {
  const index = args.indexOf(name)
  return index < 0 ? args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) : args[index + 1]
}

await main()
