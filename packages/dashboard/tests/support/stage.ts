// A stage for browser tests: a real gateway that answers by its simulator, the built app, a real Chromium. Whatever the
// browser complains about on the way (scripts refused by the policy, errors, requests to elsewhere) fails the test.
import type { Browser } from 'playwright-core'
import { startSimulator } from 'fairlead/providers/simulator/server.ts'
import { ensureBuilt } from 'fairlead/commands/build-dashboard.ts'
import { chromiumPath, startChromium } from '../../../gateway/tests/support/chromium.ts'
import { startGateway, type TestGateway } from '../../../gateway/tests/support/gateway.ts'
import { newVisitor, type Visit, type Visitor } from './visitor.ts'

export type { Visitor } from './visitor.ts'

/** For `describe.runIf(canRun)(name + whyNot, ...)`. */
export const canRun = chromiumPath() !== null
export const whyNot = canRun ? '' : ' (skipped: there is no Chromium on the PATH)'

export const EMAIL = 'ada@example.com'
export const PASSWORD = 'a long sentence of hers'

export interface StageOptions {
  /** Everything but `server`, `log` and `providers`; absent = every model answers by the simulator. */
  readonly yaml?: string
  /** Members of `server`, as YAML in one line. */
  readonly server?: string
  /** Of providers and models, in place of the simulator's. */
  readonly providers?: string
}

export interface Stage extends AsyncDisposable {
  readonly gateway: TestGateway
  /** By the name that passkeys take: `http://localhost:PORT`. */
  readonly origin: string
  /** The one-time link of the first operator, for whoever comes in by it themselves; afterwards `operator()` logs in. */
  takeLink(): string
  visitor(visit?: Visit): Promise<Visitor>
  /** Logged in as the first operator, who is made at the first call. */
  operator(visit?: Visit): Promise<Visitor>
}

export async function startStage({ yaml = '', server, providers }: StageOptions = {}): Promise<Stage> {
  const build = await ensureBuilt()
  const simulator = providers === undefined ? await startSimulator({ models: MODELS.map((id) => ({ id })) }) : null
  const gateway = await startGateway(
    `${providers ?? simulated(simulator?.url ?? '')}\n${yaml}`,
    server === undefined ? {} : { server },
  )
  gateway.app.control.dashboard.use(build)
  const origin = gateway.origin.replace('127.0.0.1', 'localhost')
  const chromium: Browser = await startChromium()
  const visitors: Visitor[] = []
  let link: string | null = (await gateway.app.control.setUpLink()) ?? null

  const visitor = async (visit: Visit = {}): Promise<Visitor> => {
    const made = await newVisitor(chromium, origin, visit)
    visitors.push(made)
    return made
  }
  return {
    gateway,
    origin,
    visitor,
    takeLink() {
      const taken = link ?? ''
      link = null
      return taken.replace(/^https?:\/\/[^/]+/, origin)
    },
    async operator(visit) {
      const made = await visitor(visit)
      const first = link !== null
      const path = first ? '/api/login/link' : '/api/login/password'
      const token = link?.split('#')[1]
      link = null
      const data = { email: EMAIL, password: PASSWORD, ...(first ? { token } : {}) }
      const reply = await made.context.request.post(origin + path, { data })
      if (!reply.ok()) throw new Error(await reply.text())
      return made
    },
    async [Symbol.asyncDispose]() {
      await chromium.close()
      await gateway[Symbol.asyncDispose]()
      await simulator?.close()
      const complaints = visitors.flatMap((one) => one.complaints)
      if (complaints.length > 0) throw new Error(`The browser complained:\n${complaints.join('\n')}`)
    },
  }
}

const MODELS = ['gpt-4o-mini', 'gpt-4o', 'claude-haiku-4-5', 'text-embedding-3-small', 'gpt-image-1']

function simulated(url: string): string {
  const models = MODELS.map((id) => `  - { id: ${id}, targets: [{ provider: simulator, model: ${id} }] }`)
  return `providers:\n  - { name: simulator, type: simulator, base_url: "${url}" }\nmodels:\n${models.join('\n')}`
}
