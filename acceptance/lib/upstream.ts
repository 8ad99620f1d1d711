import * as c from './check.ts'
import { startChild } from './child.ts'
import { bareEnvironment } from './gateway.ts'
import { call } from './http.ts'
import { repositoryRoot } from './paths.ts'

/** The testkit's fake upstream in a process of its own, so that it can be killed. */
export interface Upstream extends AsyncDisposable {
  readonly origin: string
  /** Its base URL for OpenAI's format, ending in /v1. */
  readonly url: string
  readonly port: number
  totals(): Promise<{ readonly openRequests: number; readonly complete: number }>
  /** The last request that it was sent. */
  lastRequest(): Promise<SentRequest>
  kill(): Promise<void>
}

export interface SentRequest {
  /** Who would have answered: `anthropic-messages`, `gemini`, `bedrock-converse`… */
  readonly dialect: string
  readonly path: string
  readonly model: string
  readonly body: unknown
}

export interface UpstreamOptions {
  /** 0 = any that is free. */
  readonly port?: number
  /** Says the user's words again, calls the tools that it is asked for, answers by the schema. */
  readonly echo?: boolean
}

export async function startUpstream({ port = 0, echo = false }: UpstreamOptions = {}): Promise<Upstream> {
  const program = ['packages/testkit/src/upstream/main.ts', '--port', String(port), ...(echo ? ['--echo'] : [])]
  // No launcher in between: this process runs on the right Node already, and the kill must hit the server itself.
  const child = startChild(process.execPath, program, { cwd: repositoryRoot, env: bareEnvironment() })
  const [line] = await child.waitFor(/^\{.*"url".*\}$/m, 20_000)
  const ready: unknown = JSON.parse(line)
  const { origin } = new URL(String(c.at(ready, 'url')))
  const ledger = async (last: number): Promise<unknown> => {
    const reply = await call(`${origin}/__testkit/ledger?last=${last}`)
    return JSON.parse(reply.text)
  }
  return {
    origin,
    url: `${origin}/v1`,
    port: Number(new URL(origin).port),
    async totals() {
      const totals = c.at(await ledger(0), 'totals')
      return { openRequests: Number(c.at(totals, 'openRequests')), complete: Number(c.at(totals, 'complete')) }
    },
    async lastRequest() {
      const entry = c.at(await ledger(1), 'entries.0')
      const body: unknown = JSON.parse(String(c.at(entry, 'body')))
      const [dialect, path, model] = ['dialect', 'path', 'model'].map((name) => String(c.at(entry, name)))
      return { dialect: dialect ?? '', path: path ?? '', model: model ?? '', body }
    },
    kill: () => child.kill(),
    [Symbol.asyncDispose]: () => child.stop(),
  }
}
