import * as c from '../lib/check.ts'
import { startChild } from '../lib/child.ts'
import { bareEnvironment } from '../lib/gateway.ts'
import { call } from '../lib/http.ts'
import { repositoryRoot } from '../lib/paths.ts'

/** The testkit's fake upstream in a process of its own, so that it can be killed. */
export interface Upstream extends AsyncDisposable {
  /** Its base URL, ending in /v1. */
  readonly url: string
  readonly port: number
  totals(): Promise<{ readonly openRequests: number; readonly complete: number }>
  kill(): Promise<void>
}

/** @param port 0 = any that is free */
export async function startUpstream(port = 0): Promise<Upstream> {
  // No launcher in between: this process runs on the right Node already, and the kill must hit the server itself.
  const child = startChild(process.execPath, ['packages/testkit/src/upstream/main.ts', '--port', String(port)], {
    cwd: repositoryRoot,
    env: bareEnvironment(),
  })
  const [line] = await child.waitFor(/^\{.*"url".*\}$/m, 20_000)
  const ready: unknown = JSON.parse(line)
  const origin = new URL(String(c.at(ready, 'url'))).origin
  return {
    url: `${origin}/v1`,
    port: Number(new URL(origin).port),
    async totals() {
      const reply = await call(`${origin}/__testkit/ledger?last=0`)
      const totals = c.at(JSON.parse(reply.text), 'totals')
      return { openRequests: Number(c.at(totals, 'openRequests')), complete: Number(c.at(totals, 'complete')) }
    },
    kill: () => child.kill(),
    [Symbol.asyncDispose]: () => child.stop(),
  }
}
