// As much of a browser as sessions need: it keeps cookies, says which page it is on, and sends the token that changes must
// carry. What it must not do, a test tells it to leave out.
import type { Reply } from './control-app.ts'

export interface BrowserCall {
  readonly method?: string
  readonly body?: unknown
  /** A body as it is, in place of one. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Of the account in which it acts. */
  readonly account?: string
  /** False leaves the token out. */
  readonly csrf?: boolean
  /** Another site's page; null = a program that is no browser. */
  readonly page?: string | null
}

export class Browser {
  readonly cookies = new Map<string, string>()
  csrfToken = ''
  readonly #origin: string
  readonly #address: string

  /** @param address of its machine, as the port of the models would tell it */
  constructor(origin: string, address = '203.0.113.7') {
    this.#origin = origin
    this.#address = address
  }

  async get(path: string, rest: BrowserCall = {}): Promise<Reply> {
    return await this.call(path, rest)
  }

  async post(path: string, body: unknown = {}, rest: BrowserCall = {}): Promise<Reply> {
    return await this.call(path, { method: 'POST', body, ...rest })
  }

  async call(
    path: string,
    { method = 'GET', body, text: raw, headers = {}, account, csrf = true, page }: BrowserCall,
  ): Promise<Reply> {
    const isChange = method !== 'GET'
    const from = page === undefined ? this.#origin : page
    const response = await fetch(this.#origin + path, {
      method,
      redirect: 'manual',
      headers: {
        'x-fairlead-client-address': this.#address,
        'user-agent': 'Test browser',
        ...(this.cookies.size === 0 ? {} : { cookie: this.cookieHeader }),
        ...(isChange && from !== null ? { origin: from } : {}),
        ...(isChange && csrf && this.csrfToken !== '' ? { 'x-csrf-token': this.csrfToken } : {}),
        ...(account === undefined ? {} : { 'x-fairlead-account': account }),
        ...headers,
      },
      ...(raw === undefined ? (body === undefined ? {} : { body: JSON.stringify(body) }) : { body: raw }),
    })
    this.#keep(response.headers.getSetCookie())
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true && text !== ''
    const json = isJson ? JSON.parse(text) : undefined
    const token = json?.csrf_token ?? json?.session?.csrf_token
    if (typeof token === 'string') this.csrfToken = token
    else if (response.headers.getSetCookie().some((line) => line.includes('fairlead_session=')) && this.has('session'))
      this.csrfToken = (await this.get('/api/session')).json?.csrf_token ?? ''
    return { status: response.status, headers: response.headers, text, json }
  }

  has(name: 'session' | 'device' | 'ticket'): boolean {
    return [...this.cookies.keys()].some((key) => key.endsWith(`fairlead_${name}`))
  }

  cookie(name: 'session' | 'device' | 'ticket'): string {
    return [...this.cookies].find(([key]) => key.endsWith(`fairlead_${name}`))?.[1] ?? ''
  }

  setCookie(name: 'session' | 'device' | 'ticket', value: string): void {
    this.cookies.set(`fairlead_${name}`, value)
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...flags] = line.split('; ')
      const equals = pair.indexOf('=')
      const name = pair.slice(0, equals)
      if (flags.includes('Max-Age=0')) this.cookies.delete(name)
      else this.cookies.set(name, pair.slice(equals + 1))
    }
  }
}
