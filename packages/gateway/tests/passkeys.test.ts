// Passkeys in a real browser, with a virtual authenticator, and what is tried against them.
import type { Browser as Chromium, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser } from './support/browser.ts'
import { addAuthenticator, type Authenticator, chromiumPath, startChromium } from './support/chromium.ts'
import { startControl, type TestControl } from './support/control-app.ts'
import { PASSWORD, somebody } from './support/logged-in.ts'

const absent = chromiumPath() === null ? ' (skipped: there is no Chromium on the PATH)' : ''
const EMAIL = 'ada@example.com'

interface Answer {
  readonly status: number
  // Tests look into replies of many shapes.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
}

interface Credential {
  readonly id: string
  readonly response: Readonly<Record<string, string>>
}

/** Runs in the page: what a dashboard does, with the browser's own cookies. */
interface Wish {
  readonly path: string
  readonly method: string
  readonly body: unknown
  readonly csrf: string
}

describe.runIf(absent === '')(`Passkeys in Chromium${absent}`, () => {
  let control: TestControl
  let chromium: Chromium
  let context: BrowserContext
  let page: Page
  let device: Authenticator
  let origin: string
  let csrf = ''

  beforeAll(async () => {
    control = await startControl()
    // Browsers take no address for the name that passkeys belong to.
    origin = control.origin.replace('127.0.0.1', 'localhost')
    chromium = await startChromium()
    context = await chromium.newContext()
    page = await context.newPage()
    await page.goto(`${origin}/api/login`)
    device = await addAuthenticator(page)
    await somebody(control, EMAIL)
  }, 60_000)
  afterAll(async () => {
    await chromium?.close()
    await control[Symbol.asyncDispose]()
  })

  const ask = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const wish: Wish = { method, path, body: body ?? {}, csrf }
    const answer: Answer = await page.evaluate(async ({ method: verb, path: where, body: sent, csrf: token }: Wish) => {
      const init = verb === 'GET' ? {} : { body: JSON.stringify(sent), headers: { 'x-csrf-token': token } }
      const response = await fetch(where, { method: verb, ...init })
      const text = await response.text()
      return { status: response.status, json: text === '' ? null : JSON.parse(text) }
    }, wish)
    csrf = answer.json?.csrf_token ?? answer.json?.session?.csrf_token ?? csrf
    return answer
  }
  const refreshCsrf = async (): Promise<void> => void (await ask('GET', '/api/session'))

  // As text: these run in the page, whose names this project's types do not know.
  const create = async (options: unknown): Promise<unknown> =>
    await page.evaluate(`(async () => {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(${JSON.stringify(options)})
      return (await navigator.credentials.create({ publicKey })).toJSON()
    })()`)

  const get = async (options: unknown): Promise<Credential> =>
    await page.evaluate<Credential>(`(async () => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(${JSON.stringify(options)})
      return (await navigator.credentials.get({ publicKey })).toJSON()
    })()`)

  const logOut = async (): Promise<void> => {
    await refreshCsrf()
    expect((await ask('DELETE', '/api/session')).status).toBe(200)
  }

  const logInWithPasskey = async (body: object = {}): Promise<Answer> => {
    const { json } = await ask('POST', '/api/login/passkey/options', body)
    return await ask('POST', '/api/login/passkey', { credential: await get(json.options) })
  }

  it('are added by somebody who is in, and asked to verify who it is', async () => {
    expect((await ask('POST', '/api/login/password', { email: EMAIL, password: PASSWORD })).status).toBe(200)
    const { json } = await ask('POST', '/api/me/passkey-options')
    expect(json.options).toMatchObject({
      rp: { id: 'localhost', name: 'Fairlead' },
      user: { name: EMAIL },
      attestation: 'none',
      authenticatorSelection: { userVerification: 'required', residentKey: 'required' },
    })
    const added = await ask('POST', '/api/me/passkeys', { credential: await create(json.options), name: 'Laptop' })
    expect(added).toMatchObject({ status: 201, json: { object: 'passkey', name: 'Laptop' } })
    await refreshCsrf()
    expect((await ask('GET', '/api/me/factors')).json).toMatchObject({ password: true, passkeys: 1 })
    // The same authenticator is not taken twice.
    const again = await ask('POST', '/api/me/passkey-options')
    expect(again.json.options.excludeCredentials).toHaveLength(1)
    await expect(create(again.json.options)).rejects.toThrow(/InvalidStateError/)
  })

  it('log in without a name, and with one', async () => {
    for (const body of [{}, { email: EMAIL }]) {
      await logOut()
      const { status, json } = await logInWithPasskey(body)
      expect(status, JSON.stringify(json)).toBe(200)
      expect(json).toMatchObject({ state: 'done', session: { method: 'passkey', two_factors: true } })
    }
  })

  it('are the second step after a password, and a password alone is none', async () => {
    await logOut()
    const first = await ask('POST', '/api/login/password', { email: EMAIL, password: PASSWORD })
    expect(first.json).toMatchObject({ state: 'second_factor', methods: ['passkey'], session: null })
    expect((await ask('GET', '/api/session')).status).toBe(401)
    const { json } = await ask('POST', '/api/login/passkey/options')
    expect(json.options.allowCredentials).toHaveLength(1)
    expect((await ask('POST', '/api/login/passkey', { credential: await get(json.options) })).status).toBe(200)
  })

  it('show that it is still you, where the password does not', async () => {
    await refreshCsrf()
    control.world.nowMs += 11 * 60_000
    const refused = await ask('POST', '/api/me/recovery-codes')
    expect(refused).toMatchObject({ status: 403, json: { error: { param: 'step_up' } } })
    expect((await ask('POST', '/api/session/prove', { password: PASSWORD })).status).toBe(403)
    const { json } = await ask('POST', '/api/session/prove/passkey/options')
    // An answer to a log-in is none to this question, and the other way round.
    const credential = await get(json.options)
    expect((await ask('POST', '/api/login/passkey', { credential })).status).toBe(401)
    const again = await ask('POST', '/api/session/prove/passkey/options')
    const proved = await ask('POST', '/api/session/prove/passkey', { credential: await get(again.json.options) })
    expect(proved.status).toBe(200)
    expect(proved.json.proved_until).not.toBeNull()
    expect((await ask('POST', '/api/me/recovery-codes')).status).toBe(201)
  })

  it('answer one challenge, once: replayed, bent or for another challenge they let nobody in', async () => {
    await logOut()
    const { json } = await ask('POST', '/api/login/passkey/options')
    const credential = await get(json.options)
    const cookies = await context.cookies(origin)
    const ticket = cookies.find(({ name }) => name === 'fairlead_ticket')?.value ?? ''
    expect((await ask('POST', '/api/login/passkey', { credential })).status).toBe(200)

    const thief = new Browser(origin)
    thief.setCookie('ticket', ticket)
    expect((await thief.post('/api/login/passkey', { credential })).status).toBe(401)
    // With a challenge of the thief's own.
    await thief.post('/api/login/passkey/options')
    expect((await thief.post('/api/login/passkey', { credential })).status).toBe(401)
    await logOut()

    for (const part of ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle'] as const) {
      const asked = await ask('POST', '/api/login/passkey/options')
      const good = await get(asked.json.options)
      const bytes = Buffer.from(good.response[part] ?? '', 'base64url')
      bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 1
      const bent = { ...good, response: { ...good.response, [part]: bytes.toString('base64url') } }
      expect((await ask('POST', '/api/login/passkey', { credential: bent })).status, part).toBe(401)
    }
    for (const nothing of [null, '', [], {}, { id: '', response: {} }])
      expect((await ask('POST', '/api/login/passkey', { credential: nothing })).status).toBe(400)
    expect((await ask('GET', '/api/session')).status).toBe(401)
  })

  it('are bound to the site: what was signed for another origin, or another name, is refused', async () => {
    const { config } = control.world
    const { json } = await ask('POST', '/api/login/passkey/options')
    const credential = await get(json.options)
    control.world.config = { ...config, server: { ...config.server, publicUrl: 'http://localhost:1' } }
    expect((await ask('POST', '/api/login/passkey', { credential })).status).toBe(401)
    control.world.config = { ...config, server: { ...config.server, publicUrl: 'https://gateway.example' } }
    const other = await ask('POST', '/api/login/passkey/options')
    expect(other.json.options.rpId).toBe('gateway.example')
    await expect(get(other.json.options)).rejects.toThrow(/SecurityError/)
    control.world.config = config
  })

  it('ask for the finger: without it the browser answers nothing, and an answer without it counts for nothing', async () => {
    const { client, id } = device
    await client.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false })
    const { json } = await ask('POST', '/api/login/passkey/options')
    expect(json.options.userVerification).toBe('required')
    await expect(get({ ...json.options, timeout: 1000 })).rejects.toThrow(/NotAllowedError/)
    const lax = await get({ ...json.options, userVerification: 'discouraged' })
    expect((await ask('POST', '/api/login/passkey', { credential: lax })).status).toBe(401)
    await client.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: true })
  })

  it('that were copied are found out by their counter', async () => {
    const { client, id } = device
    expect((await logInWithPasskey()).status).toBe(200)
    await logOut()
    const { credentials } = await client.send('WebAuthn.getCredentials', { authenticatorId: id })
    const [own] = credentials
    if (own === undefined) throw new Error('The authenticator is empty.')
    expect(own.signCount).toBeGreaterThan(1)
    await client.send('WebAuthn.removeCredential', { authenticatorId: id, credentialId: own.credentialId })
    await client.send('WebAuthn.addCredential', { authenticatorId: id, credential: { ...own, signCount: 0 } })
    expect((await logInWithPasskey()).status).toBe(401)
    await client.send('WebAuthn.removeCredential', { authenticatorId: id, credentialId: own.credentialId })
    await client.send('WebAuthn.addCredential', { authenticatorId: id, credential: { ...own, signCount: 1000 } })
    expect((await logInWithPasskey()).status).toBe(200)
  })

  it('tell no stranger whether an address has one', async () => {
    const stranger = new Browser(origin)
    const shapes: unknown[] = []
    for (const email of [EMAIL, 'nobody@example.com']) {
      const [first, second] = [
        (await stranger.post('/api/login/passkey/options', { email })).json.options,
        (await stranger.post('/api/login/passkey/options', { email })).json.options,
      ]
      expect(first.allowCredentials).toEqual(second.allowCredentials)
      expect(first.challenge).not.toBe(second.challenge)
      const [credential] = first.allowCredentials
      shapes.push({ ...first, challenge: '', allowCredentials: [{ ...credential, id: credential.id.length }] })
    }
    expect(shapes[0]).toEqual(shapes[1])
  })

  it('can be renamed and removed, but not the last way in', async () => {
    await refreshCsrf()
    const [passkey] = (await ask('GET', '/api/me/passkeys')).json.data
    expect((await ask('PATCH', `/api/me/passkeys/${passkey.id}`, { name: 'Old laptop' })).json.name).toBe('Old laptop')
    expect((await ask('DELETE', '/api/me/password')).status).toBe(200)
    await refreshCsrf()
    const last = await ask('DELETE', `/api/me/passkeys/${passkey.id}`)
    expect(last).toMatchObject({ status: 409, json: { error: { code: 'conflict' } } })
    expect((await ask('GET', '/api/me/factors')).json).toMatchObject({ password: false, passkeys: 1 })
    expect((await ask('PUT', '/api/me/password', { password: 'another sentence of hers' })).status).toBe(200)
    await refreshCsrf()
    expect((await ask('DELETE', `/api/me/passkeys/${passkey.id}`)).status).toBe(200)
    await refreshCsrf()
    await logOut()
    expect((await logInWithPasskey()).status).toBe(401)
  })
})
