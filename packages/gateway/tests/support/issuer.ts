// The issuer that tests log in at, from outside: started, told who is there, and gone through as a browser would.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export type IssuerPeople = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export interface Issuer extends AsyncDisposable {
  readonly url: string
  /** Others from now on. */
  setPeople(people: IssuerPeople): Promise<void>
}

export async function startIssuer(redirectUris: readonly string[], people: IssuerPeople): Promise<Issuer> {
  const script = fileURLToPath(new URL('issuer-process.ts', import.meta.url))
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, ISSUER_REDIRECTS: redirectUris.join(' '), ISSUER_PEOPLE: JSON.stringify(people) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  let url = ''
  for await (const line of createInterface({ input: child.stdout })) {
    url = /^issuer (http:\S+)$/.exec(line)?.[1] ?? ''
    if (url !== '') break
  }
  if (url === '') throw new Error(`The issuer did not start: ${complaints}`)
  return {
    url,
    async setPeople(next) {
      await fetch(`${url}/people`, { method: 'POST', body: JSON.stringify(next) })
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

/** Logs in at the issuer, in a browser that it does not know. @param url where we sent it @returns where it is sent back to */
export async function logInAtIssuer(url: string, subject: string): Promise<string> {
  const cookies = new Map<string, string>()
  const { origin } = new URL(url)
  let next = url
  let form: URLSearchParams | null = null
  for (let step = 0; step < 12; step++) {
    const response: Response = await fetch(next, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === null ? {} : { method: 'POST', body: form }),
    })
    form = null
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location !== null) {
      next = new URL(location, next).href
      if (!next.startsWith(origin)) return next
      continue
    }
    const page = await response.text()
    const action = /action="([^"]+)"/.exec(page)?.[1]
    if (action === undefined) throw new Error(`The issuer says: ${page.slice(0, 500)}`)
    next = new URL(action, next).href
    form = new URLSearchParams({ prompt: 'login', login: subject, password: 'any' })
  }
  throw new Error('The issuer leads in circles.')
}
