// Somebody at a browser of their own: cookies, storage and clipboard permissions apart from everybody else's.
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { uiMessages } from '../../src/ui/messages/ui.ts'
import { mustBeAccessible } from './accessible.ts'

/** Kept by the run, for eyes. */
const SCREENSHOTS = resolve(import.meta.dirname, '../../dist/screenshots')

export interface Visit {
  readonly language?: 'en-US' | 'vi-VN' | 'zh-CN'
  readonly width?: number
  readonly dark?: boolean
  readonly timeZone?: string
}

/** A new one costs seconds of the processor, as everything is loaded anew: tests of one file share theirs where they can. */
export interface Visitor {
  readonly page: Page
  readonly context: BrowserContext
  /** A path of the app, loaded anew; waits until nothing loads any more. */
  open(path: string): Promise<void>
  /** From one page of the app to another as a link leads there: the app stays, which takes a fifth of the time. */
  go(path: string): Promise<void>
  /** As if chosen in the menu. From the next `open` on. */
  speak(language: 'en' | 'vi' | 'zh'): Promise<void>
  /** Calls the API as this browser, with what a change must carry. */
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiReply>
  /** Light and dark, 1440 and 390 pixels wide: `dist/screenshots/NAME-light-1440.png`. The page stays as it was. */
  photograph(name: string): Promise<void>
  /** What axe finds wrong with the page as it is now, in light and dark: nothing. */
  mustBeAccessible(): Promise<void>
  /** Both of them, in one turn through light and dark. */
  examine(name: string): Promise<void>
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

const DESK = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }
/** Each appearance and each width once. */
const USUAL_VIEWS = [
  { scheme: 'light', ...DESK },
  { scheme: 'dark', ...PHONE },
] as const
const ALL_VIEWS = [...USUAL_VIEWS, { scheme: 'light', ...PHONE }, { scheme: 'dark', ...DESK }] as const

/** In every language. */
const LOADING = Object.values(uiMessages.texts).map(({ loading }) => `[aria-label="${loading}"]`)

export async function newVisitor(chromium: Browser, origin: string, visit: Visit): Promise<Visitor> {
  const { language = 'en-US', width = 1440, dark = false, timeZone = 'Europe/Berlin' } = visit
  const context = await chromium.newContext({
    locale: language,
    timezoneId: timeZone,
    viewport: { width, height: width < 600 ? PHONE.height : DESK.height },
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
    await page.waitForFunction(
      (loading) => document.querySelector('h1') !== null && document.querySelector(loading) === null,
      LOADING.join(),
    )
  }

  const usual: Scheme = dark ? 'dark' : 'light'
  let scheme = usual
  const turn = async (to: Scheme): Promise<void> => {
    if (to !== scheme) await page.emulateMedia({ colorScheme: to })
    scheme = to
  }
  const resize = async (to: { readonly width: number; readonly height: number }): Promise<void> => {
    const { width: wide, height: high } = page.viewportSize() ?? DESK
    if (to.width !== wide || to.height !== high) await page.setViewportSize({ width: to.width, height: to.height })
  }
  /** In both schemes: what axe says of the page as wide as it is, then its pictures. */
  const roundTrip = async (name: string | null, withAxe: boolean): Promise<void> => {
    const views = name === null ? [] : process.env['FAIRLEAD_SCREENSHOTS'] === 'all' ? ALL_VIEWS : USUAL_VIEWS
    const before = page.viewportSize() ?? DESK
    mkdirSync(SCREENSHOTS, { recursive: true })
    for (const now of [usual, usual === 'light' ? 'dark' : 'light'] as const) {
      if (withAxe) {
        await turn(now)
        // New colours, and what a resize led to, are there with the next picture.
        await page.evaluate(
          async () => await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
        )
        await mustBeAccessible(page, now, now === usual ? 'all' : 'about colours')
      }
      for (const view of views.filter((one) => one.scheme === now)) {
        await turn(now)
        await resize(view)
        const path = `${SCREENSHOTS}/${name}-${now}-${view.width}.png`
        await page.screenshot({ path, fullPage: true, animations: 'disabled' })
      }
      await resize(before)
    }
    await turn(usual)
  }
  return {
    page,
    context,
    complaints,
    forgive(pattern) {
      forgiven.push(pattern)
      complaints.splice(0, complaints.length, ...complaints.filter((text) => !pattern.test(text)))
    },
    async open(path) {
      await page.goto(origin + path)
      await settled()
    },
    async go(path) {
      await page.evaluate((to) => history.pushState(null, '', to), path)
      await page.waitForFunction((to) => {
        // The router's own mark for its tools.
        const { state } = (globalThis as unknown as { readonly __TSR_ROUTER__: { readonly state: RouterState } })
          .__TSR_ROUTER__
        return state.status === 'idle' && state.resolvedLocation?.pathname === to
      }, path)
      await settled()
    },
    async speak(to) {
      // Storage belongs to an origin, and a new page has none.
      if (!page.url().startsWith(origin)) await page.goto(`${origin}/favicon.svg`)
      await page.evaluate((one) => localStorage.setItem('fairlead.language', one), to)
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
    photograph: async (name) => await roundTrip(name, false),
    mustBeAccessible: async () => await roundTrip(null, true),
    examine: async (name) => await roundTrip(name, true),
  }
}

type Scheme = 'light' | 'dark'

interface RouterState {
  readonly status: string
  readonly resolvedLocation?: { readonly pathname: string }
}
