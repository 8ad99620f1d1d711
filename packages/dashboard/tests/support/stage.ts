// A stage for browser tests: a real gateway that answers by its simulator, the built app, a real Chromium. Whatever the
// browser complains about on the way (scripts refused by the policy, errors, requests to elsewhere) fails the test.
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { startSimulator } from 'fairlead/providers/simulator/server.ts'
import { ensureBuilt } from 'fairlead/commands/build-dashboard.ts'
import { chromiumPath, startChromium } from '../../../gateway/tests/support/chromium.ts'
import { startGateway, type TestGateway } from '../../../gateway/tests/support/gateway.ts'
import { mustBeAccessible } from './accessible.ts'

/** For `describe.runIf(canRun)(name + whyNot, ...)`. */
export const canRun = chromiumPath() !== null
export const whyNot = canRun ? '' : ' (skipped: there is no Chromium on the PATH)'

export const EMAIL = 'ada@example.com'
export const PASSWORD = 'a long sentence of hers'

/** Kept by the run, for eyes. */
const SCREENSHOTS = resolve(import.meta.dirname, '../../dist/screenshots')

export interface StageOptions {
  /** Everything but `server`, `log` and `providers`; absent = every model answers by the simulator. */
  readonly yaml?: string
  /** Members of `server`, as YAML in one line. */
  readonly server?: string
  /** Of providers and models, in place of the simulator's. */
  readonly providers?: string
}

export interface Visit {
  readonly language?: 'en-US' | 'vi-VN' | 'zh-CN'
  readonly width?: number
  readonly dark?: boolean
  readonly timeZone?: string
}

export interface Visitor {
  readonly page: Page
  readonly context: BrowserContext
  /** A path of the app; waits until nothing loads any more. */
  open(path: string): Promise<void>
  /** Calls the API as this browser, with what a change must carry. */
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiReply>
  /** Light and dark, 1440 and 390 pixels wide: `dist/screenshots/NAME-light-1440.png`. The page stays as it was. */
  photograph(name: string): Promise<void>
  /** What axe finds wrong with the page as it is now, in light and dark: nothing. */
  mustBeAccessible(): Promise<void>
  /** What the browser complained about until now; expected complaints are taken out with `forgive`. */
  readonly complaints: readonly string[]
  forgive(pattern: RegExp): void
}

export interface ApiReply {
  readonly status: number
  // Tests look into replies of many shapes.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
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

const DESK = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }
/** Each appearance and each width once; pictures of long pages take a second each. */
const USUAL_VIEWS = [
  { scheme: 'light', ...DESK },
  { scheme: 'dark', ...PHONE },
] as const
const ALL_VIEWS = [...USUAL_VIEWS, { scheme: 'light', ...PHONE }, { scheme: 'dark', ...DESK }] as const

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

async function newVisitor(chromium: Browser, origin: string, visit: Visit): Promise<Visitor> {
  const { language = 'en-US', width = 1440, dark = false, timeZone = 'Europe/Berlin' } = visit
  const context = await chromium.newContext({
    locale: language,
    timezoneId: timeZone,
    viewport: { width, height: width < 600 ? 844 : 900 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  const complaints: string[] = []
  const forgiven: RegExp[] = []
  const complain = (text: string): void => {
    if (!forgiven.some((pattern) => pattern.test(text))) complaints.push(text)
  }
  page.on('pageerror', (error) => complain(`error: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    // A 4xx is written there by the browser whatever the app does with it.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complain(message.text())
  })
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !/^(?:data|blob|about):/.test(url)) complain(`a request left for ${url}`)
  })
  const settled = async (): Promise<void> => {
    await page.waitForLoadState('load')
    await page.waitForFunction(
      () => document.querySelector('h1') !== null && document.querySelector('[aria-label="Loading"]') === null,
    )
  }
  return {
    page,
    context,
    complaints,
    forgive(pattern) {
      forgiven.push(pattern)
      for (const [index, text] of complaints.entries()) if (pattern.test(text)) complaints.splice(index, 1)
    },
    async open(path) {
      await page.goto(origin + path)
      await settled()
    },
    async api(method, path, body, headers = {}) {
      const session = await context.request.get(`${origin}/api/session`)
      const { csrf_token: csrfToken } = session.ok()
        ? ((await session.json()) as { csrf_token: string })
        : { csrf_token: '' }
      const reply = await context.request.fetch(origin + path, {
        method,
        headers: { origin, 'x-csrf-token': csrfToken, ...headers },
        ...(body === undefined ? {} : { data: body }),
      })
      const text = await reply.text()
      return { status: reply.status(), json: text.startsWith('{') ? JSON.parse(text) : text }
    },
    async photograph(name) {
      mkdirSync(SCREENSHOTS, { recursive: true })
      const before = page.viewportSize() ?? { width: 1440, height: 900 }
      for (const { scheme, width, height } of process.env['FAIRLEAD_SCREENSHOTS'] === 'all' ? ALL_VIEWS : USUAL_VIEWS) {
        await page.emulateMedia({ colorScheme: scheme })
        await page.setViewportSize({ width, height })
        await page.screenshot({
          path: `${SCREENSHOTS}/${name}-${scheme}-${width}.png`,
          fullPage: true,
          animations: 'disabled',
        })
      }
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' })
      await page.setViewportSize(before)
    },
    async mustBeAccessible() {
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme })
        // The new colours are there with the next picture.
        await page.evaluate(
          async () => await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
        )
        await mustBeAccessible(page, scheme)
      }
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' })
    },
  }
}
