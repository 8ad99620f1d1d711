// A fake upstream as a process of its own, so that a test can kill it, stop it (SIGSTOP) and watch its memory.
//
//   node packages/gateway/bin/run.cjs packages/testkit/src/upstream/main.ts --port 9001 --tokens 50 --gap-ms 10 --fault stall@5
//
// Prints one line of JSON when it is ready: {url, origin, port, pid, ca}.
import { parseArgs } from 'node:util'
import { startFakeUpstream } from './fake-upstream.ts'
import { CERTIFICATE_KINDS } from './certificates.ts'
import type { TlsMode } from './listener.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    tls: { type: 'string' },
    tokens: { type: 'string' },
    'gap-ms': { type: 'string' },
    'delay-ms': { type: 'string' },
    bytes: { type: 'string' },
    fault: { type: 'string' },
    keys: { type: 'string' },
    echo: { type: 'boolean' },
  },
})

const upstream = await startFakeUpstream({
  port: Number(values.port),
  host: values.host,
  ...(values.tls === undefined ? {} : { tls: tlsMode(values.tls) }),
  ...(values.fault === undefined ? {} : { fault: values.fault }),
  ...(values.keys === undefined ? {} : { keys: values.keys.split(',') }),
  script: {
    ...numeric('tokens', values.tokens),
    ...numeric('gapMs', values['gap-ms']),
    ...numeric('delayMs', values['delay-ms']),
    ...numeric('bytes', values.bytes),
    ...(values.echo === true ? { echo: true } : {}),
  },
})
const { url, origin, port, ca } = upstream
console.log(JSON.stringify({ url, origin, port, pid: process.pid, ca }))

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void upstream.close())

function numeric(name: string, text: string | undefined): Record<string, number> {
  if (text === undefined) return {}
  if (!Number.isFinite(Number(text))) throw new Error(`--${name} wants a number, not ${JSON.stringify(text)}.`)
  return { [name]: Number(text) }
}

function tlsMode(text: string): TlsMode {
  const modes: readonly TlsMode[] = [...CERTIFICATE_KINDS, 'handshake-stall']
  const mode = modes.find((mode) => mode === text)
  if (mode === undefined) throw new Error(`--tls wants one of ${modes.join(', ')}.`)
  return mode
}
