// Coming in by link and by password, sessions, and what is tried against them: each attack of the list in the issue.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { totpCode, totpStep } from '../src/identity/people/totp.ts'
import { NO_ORIGIN } from '../src/identity/origin.ts'
import { OPERATOR } from '../src/identity/principal.ts'
import { Browser } from './support/browser.ts'
import { startControl, type TestControl } from './support/control-app.ts'
import { firstOperator, logIn, PASSWORD, somebody } from './support/logged-in.ts'

let control: TestControl
let account: string
beforeAll(async () => {
  control = await startControl()
  account = await control.makeAccount('Team')
})
afterAll(async () => await control[Symbol.asyncDispose]())

const HOUR_MS = 3_600_000
const later = (ms: number): void => {
  control.world.nowMs += ms
}

describe('The link that makes the first operator', () => {
  it('works once, makes an operator, and is not given out while there is one', async () => {
    const { url } = await control.people.persons.makeSetUpLink(OPERATOR)
    const [page = '', token = ''] = url.split('#')
    expect(page).toMatch(/\/set-up$/)
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    expect(JSON.stringify(await control.database.links.find('set_up', token, 0))).toBe(undefined)

    const ada = new Browser(control.origin)
    expect((await ada.post('/api/login/link/look', { token })).json).toMatchObject({ kind: 'set_up', email: null })
    const weak = await ada.post('/api/login/link', { token, email: 'ada@example.com', password: 'short' })
    expect(weak).toMatchObject({ status: 400, json: { error: { param: 'password' } } })
    // Of two at the same moment one gets in.
    const both = await Promise.all(
      ['ada@example.com', 'eve@example.com'].map(
        async (email) =>
          await new Browser(control.origin).post('/api/login/link', { token, email, password: PASSWORD }),
      ),
    )
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 404])
    const winner = both.find(({ status }) => status === 200)
    expect(winner?.json.session.person).toMatchObject({ operator: true })
    expect((await ada.post('/api/login/link', { token, email: 'x@example.com', password: PASSWORD })).status).toBe(404)
    await expect(control.people.persons.makeSetUpLink(OPERATOR)).rejects.toMatchObject({ tableCode: 'conflict' })
    for (const nothing of [null, '', [], {}, 0, undefined])
      expect((await ada.post('/api/login/link', { token: nothing, email: 'x@example.com' })).status).toBe(400)
  })

  it('dies after a day', async () => {
    await using other = await startControl()
    const { url } = await other.people.persons.makeSetUpLink(OPERATOR)
    other.world.nowMs += 24 * HOUR_MS
    const reply = await new Browser(other.origin).post('/api/login/link', {
      token: url.split('#')[1],
      email: 'ada@example.com',
      password: PASSWORD,
    })
    expect(reply.status).toBe(404)
    const again = await firstOperator(other)
    expect((await again.browser.get('/api/people')).status).toBe(200)
  })
})

describe('A session', () => {
  it('comes with cookies that no script reads and no other site sends along, and the database has none of them', async () => {
    await somebody(control, 'grace@example.com', { places: [{ accountId: account, role: 'developer' }] })
    const grace = new Browser(control.origin)
    const reply = await grace.post('/api/login/password', { email: 'Grace@Example.com ', password: PASSWORD })
    expect(reply).toMatchObject({ status: 200, json: { state: 'done', session: { method: 'password' } } })
    const lines = reply.headers.getSetCookie()
    expect(lines.find((line) => line.startsWith('fairlead_session='))).toMatch(
      /^fairlead_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/,
    )
    const mine = await grace.get('/api/session')
    expect(mine.json).toMatchObject({ person: { email: 'grace@example.com' }, acting: { account, role: 'developer' } })
    const rows = JSON.stringify(await control.database.sessions.listOf(mine.json.person.id))
    expect(rows).not.toContain(grace.cookie('session'))
    expect(rows).not.toContain(mine.json.csrf_token)
  })

  it('is bound to the host over https, and the plain name counts for nothing there', async () => {
    await using other = await startControl()
    const { config } = other.world
    other.world.config = { ...config, server: { ...config.server, publicUrl: 'https://gateway.example' } }
    await somebody(other, 'grace@example.com')
    const grace = new Browser(other.origin)
    const reply = await grace.post('/api/login/password', { email: 'grace@example.com', password: PASSWORD })
    const line = reply.headers.getSetCookie().find((one) => one.includes('fairlead_session='))
    expect(line).toMatch(/^__Host-fairlead_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/)
    expect((await grace.get('/api/session')).status).toBe(200)
    const tossed = new Browser(other.origin)
    tossed.setCookie('session', grace.cookie('session'))
    expect((await tossed.get('/api/session')).status).toBe(401)
  })

  it('changes nothing without the token, from another site, or by a GET', async () => {
    const grace = await logIn(control, 'grace@example.com')
    const make = { name: 'a key' }
    expect((await grace.post('/api/auth', make, { csrf: false })).json.error).toMatchObject({
      code: 'permission_denied',
      param: 'x-csrf-token',
    })
    for (const page of ['https://evil.example', 'null', null]) {
      const refused = await grace.post('/api/auth', make, { page })
      expect(refused).toMatchObject({ status: 403, json: { error: { param: 'Origin' } } })
    }
    for (const site of ['cross-site', 'same-site', 'none']) {
      const refused = await grace.post('/api/auth', make, { headers: { 'sec-fetch-site': site } })
      expect(refused).toMatchObject({ status: 403, json: { error: { param: 'Origin' } } })
    }
    const other = await logIn(control, 'grace@example.com')
    const foreign = await grace.post('/api/auth', make, { csrf: false, headers: { 'x-csrf-token': other.csrfToken } })
    expect(foreign.json.error.param).toBe('x-csrf-token')
    // Logging somebody in as another from another site's page is refused as well.
    const evil = { page: 'https://evil.example' }
    const forced = await new Browser(control.origin).post(
      '/api/login/password',
      { email: 'grace@example.com', password: PASSWORD },
      evil,
    )
    expect(forced.status).toBe(403)
  })

  it('is a new one at every log-in: what a stranger put there before is worth nothing (fixation)', async () => {
    const grace = new Browser(control.origin)
    grace.setCookie('session', 'f'.repeat(43))
    await logIn(control, 'grace@example.com', grace)
    expect(grace.cookie('session')).not.toBe('f'.repeat(43))
    // One that is real, and known to the stranger, ends when somebody logs in over it.
    const known = grace.cookie('session')
    await logIn(control, 'grace@example.com', grace)
    const stranger = new Browser(control.origin)
    stranger.setCookie('session', known)
    expect((await stranger.get('/api/session')).status).toBe(401)
    expect((await grace.get('/api/session')).status).toBe(200)
  })

  it('is known by the whole of its text: one that differs in the last letter is nobody’s', async () => {
    const grace = await logIn(control, 'grace@example.com')
    const text = grace.cookie('session')
    const other = new Browser(control.origin)
    for (const near of [
      `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`,
      text.slice(0, -1),
      `${text}A`,
      ` ${text}x`,
    ]) {
      other.setCookie('session', near)
      expect((await other.get('/api/session')).status).toBe(401)
    }
    // A key that is no good is not made good by a cookie that is.
    const both = await grace.get('/api/session', { headers: { authorization: 'Bearer nonsense' } })
    expect(both.status).toBe(401)
  })

  it('makes a browser known for its person alone: what another’s browser was given is not taken over', async () => {
    const grace = await logIn(control, 'grace@example.com')
    await somebody(control, 'margaret@example.com')
    const margaret = new Browser(control.origin)
    margaret.setCookie('device', grace.cookie('device'))
    await logIn(control, 'margaret@example.com', margaret)
    expect(margaret.cookie('device')).not.toBe(grace.cookie('device'))
    const text = margaret.cookie('device')
    await logIn(control, 'margaret@example.com', margaret)
    expect(margaret.cookie('device')).toBe(text)
    margaret.setCookie('device', `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`)
    await logIn(control, 'margaret@example.com', margaret)
    expect(margaret.cookie('device')).not.toBe(text)
  })

  it('is over after log-out: the cookie played again is refused, and other sessions go on', async () => {
    const first = await logIn(control, 'grace@example.com')
    const second = await logIn(control, 'grace@example.com')
    const replayed = new Browser(control.origin)
    replayed.setCookie('session', first.cookie('session'))
    replayed.csrfToken = first.csrfToken
    expect((await first.call('/api/session', { method: 'DELETE' })).json).toMatchObject({ deleted: true })
    expect(first.has('session')).toBe(false)
    expect((await replayed.get('/api/session')).status).toBe(401)
    expect((await replayed.post('/api/auth', { name: 'x' })).status).toBe(401)
    expect((await second.get('/api/session')).status).toBe(200)
  })

  it('ends by idleness and by age, whichever comes first', async () => {
    const grace = await logIn(control, 'grace@example.com')
    const { sessionIdleMs, sessionMaxMs } = control.world.config.people
    later(sessionIdleMs - 1)
    expect((await grace.get('/api/session')).status).toBe(200)
    later(sessionIdleMs)
    expect((await grace.get('/api/session')).status).toBe(401)

    const busy = await logIn(control, 'grace@example.com')
    const steps = Math.ceil(sessionMaxMs / (sessionIdleMs / 2))
    const statuses: number[] = []
    for (let step = 0; step <= steps; step++) {
      later(sessionIdleMs / 2)
      statuses.push((await busy.get('/api/session')).status)
    }
    expect(statuses.at(0)).toBe(200)
    expect(statuses.at(-1)).toBe(401)
  })

  it('is listed with where it is from, and ended from another one, one or all', async () => {
    const here = await logIn(control, 'grace@example.com')
    const there = await logIn(control, 'grace@example.com', new Browser(control.origin, '198.51.100.4'))
    const listed = (await here.get('/api/me/sessions')).json.data
    const other = listed.find((session: { address: string }) => session.address === '198.51.100.4')
    expect(other).toMatchObject({ current: false, user_agent: 'Test browser', method: 'password' })
    expect((await here.call(`/api/me/sessions/${other.id}`, { method: 'DELETE' })).status).toBe(200)
    expect((await there.get('/api/session')).status).toBe(401)
    const third = await logIn(control, 'grace@example.com')
    expect((await here.call('/api/me/sessions', { method: 'DELETE' })).json).toMatchObject({ ended: 1 })
    expect((await third.get('/api/session')).status).toBe(401)
    // Somebody else's is not there.
    const own = (await here.get('/api/session')).json.id
    await somebody(control, 'mallory@example.com')
    const mallory = await logIn(control, 'mallory@example.com')
    expect((await mallory.call(`/api/me/sessions/${own}`, { method: 'DELETE' })).status).toBe(404)
    expect((await here.get('/api/session')).status).toBe(200)
  })

  it('ends at once when its person is suspended, loses the operator’s rights, or chooses another password elsewhere', async () => {
    const id = await somebody(control, 'hedy@example.com', { operator: true })
    const ended = async (change: () => Promise<unknown>): Promise<boolean> => {
      const browser = await logIn(control, 'hedy@example.com')
      expect((await browser.get('/api/session')).status).toBe(200)
      await change()
      return (await browser.get('/api/session')).status === 401
    }
    const { persons } = control.people
    expect(await ended(async () => await persons.update(OPERATOR, id, { operator: false }))).toBe(true)
    expect(await ended(async () => await persons.setStatus(OPERATOR, id, 'suspended'))).toBe(true)
    const refused = await new Browser(control.origin).post('/api/login/password', {
      email: 'hedy@example.com',
      password: PASSWORD,
    })
    expect(refused).toMatchObject({ status: 403 })
    const guess = await new Browser(control.origin).post('/api/login/password', {
      email: 'hedy@example.com',
      password: 'not this one',
    })
    expect(guess.status).toBe(401)
    await persons.setStatus(OPERATOR, id, 'active')
    expect(
      await ended(async () => {
        const elsewhere = await logIn(control, 'hedy@example.com')
        const changed = await elsewhere.call('/api/me/password', {
          method: 'PUT',
          body: { password: 'quite another sentence' },
        })
        expect(changed.status).toBe(200)
        // The one that changed it goes on, under a new text.
        expect((await elsewhere.get('/api/session')).status).toBe(200)
      }),
    ).toBe(true)
  })

  it('closes its event streams the moment that it ends', async () => {
    const id = await somebody(control, 'joan@example.com', { places: [{ accountId: account, role: 'admin' }] })
    const joan = await logIn(control, 'joan@example.com')
    const stream = await fetch(`${control.origin}/api/session/events`, { headers: { cookie: joan.cookieHeader } })
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    const text = stream.text()
    expect(control.people.watch.size).toBe(1)
    const place = (await control.database.members.listOfPerson(id))[0]
    await control.services.members.update(OPERATOR, account, place?.memberId ?? '', { role: 'viewer' })
    expect(await text).toBe('event: open\ndata: {}\n\nevent: session-ended\ndata: {}\n\n')
    expect(control.people.watch.size).toBe(0)
    expect((await joan.get('/api/session')).status).toBe(401)
  })
})

describe('Step-up', () => {
  it('is asked before factors are touched, opens for ten minutes, and gives the session a new text', async () => {
    await somebody(control, 'katherine@example.com')
    const her = await logIn(control, 'katherine@example.com')
    later(11 * 60_000)
    const refused = await her.post('/api/me/totp')
    expect(refused).toMatchObject({ status: 403, json: { error: { code: 'permission_denied', param: 'step_up' } } })
    const before = her.cookie('session')
    expect((await her.post('/api/session/prove', { password: 'not this one' })).status).toBe(401)
    expect((await her.post('/api/session/prove', {})).status).toBe(400)
    expect((await her.post('/api/session/prove', { password: PASSWORD })).status).toBe(200)
    expect(her.cookie('session')).not.toBe(before)
    const old = new Browser(control.origin)
    old.setCookie('session', before)
    expect((await old.get('/api/session')).status).toBe(401)
    expect((await her.post('/api/me/totp')).status).toBe(200)
    later(10 * 60_000)
    expect((await her.post('/api/me/recovery-codes')).status).toBe(403)
  })

  it('takes the second factor of who has one, never the password alone', async () => {
    const her = await logIn(control, 'katherine@example.com')
    const { secret } = (await her.post('/api/me/totp')).json
    const code = (): string => totpCode(fromBase32(secret), totpStep(control.world.nowMs))
    expect((await her.post('/api/me/totp/confirm', { code: '000000' })).status).toBe(400)
    const confirmed = await her.post('/api/me/totp/confirm', { code: code() })
    expect(confirmed.json.codes).toHaveLength(10)
    later(30_000)

    // Log-in: two steps, each worth nothing alone.
    const browser = new Browser(control.origin)
    const first = await browser.post('/api/login/password', { email: 'katherine@example.com', password: PASSWORD })
    expect(first.json).toMatchObject({ state: 'second_factor', methods: ['totp', 'recovery_code'], session: null })
    expect(browser.has('session')).toBe(false)
    expect((await browser.get('/api/session')).status).toBe(401)
    const used = code()
    const stolen = browser.cookie('ticket')
    expect((await browser.post('/api/login/code', { code: used })).json).toMatchObject({ state: 'done' })
    expect((await browser.get('/api/session')).json).toMatchObject({ two_factors: true })
    // The code is used up, and so is the ticket.
    const replay = new Browser(control.origin)
    await replay.post('/api/login/password', { email: 'katherine@example.com', password: PASSWORD })
    expect((await replay.post('/api/login/code', { code: used })).status).toBe(401)
    later(30_000)
    replay.setCookie('ticket', stolen)
    expect((await replay.post('/api/login/code', { code: code() })).status).toBe(401)
    // A ticket of one step opens no other, nor does one that was made up.
    replay.setCookie('ticket', 'A'.repeat(120))
    expect((await replay.post('/api/login/code', { code: code() })).status).toBe(401)

    later(11 * 60_000)
    const bypass = await browser.post('/api/session/prove', { password: PASSWORD })
    expect(bypass).toMatchObject({ status: 403, json: { error: { param: 'password' } } })
    expect((await browser.post('/api/me/recovery-codes')).status).toBe(403)
    expect((await browser.post('/api/session/prove', { code: code() })).status).toBe(200)
    expect((await browser.post('/api/me/recovery-codes')).status).toBe(201)
  })

  it('takes a recovery code once', async () => {
    const browser = new Browser(control.origin)
    later(60_000)
    await browser.post('/api/login/password', { email: 'katherine@example.com', password: PASSWORD })
    const person = await control.database.persons.findByEmail('katherine@example.com')
    const { recoveryCodes } = await control.database.factors.summary(person?.personId ?? '')
    expect(recoveryCodes).toBe(10)
    expect((await browser.post('/api/login/recovery-code', { code: 'AAAA-AAAA-AAAA-AAAA' })).status).toBe(401)
    const session = await sessionWithNewCodes()
    const [code = ''] = session.codes
    const spelled = code.toLowerCase().replaceAll('-', ' ')
    expect((await browser.post('/api/login/recovery-code', { code: spelled })).json).toMatchObject({ state: 'done' })
    const again = new Browser(control.origin)
    await again.post('/api/login/password', { email: 'katherine@example.com', password: PASSWORD })
    expect((await again.post('/api/login/recovery-code', { code })).status).toBe(401)
  })

  async function sessionWithNewCodes(): Promise<{ codes: string[] }> {
    const person = await control.database.persons.findByEmail('katherine@example.com')
    const record = await control.database.factors.totp(person?.personId ?? '')
    expect(record?.sealed).toBeDefined()
    const principal = {
      ...OPERATOR,
      operator: false,
      person: {
        personId: person?.personId ?? '',
        email: '',
        name: '',
        via: 'session' as const,
        isOperator: false,
        role: null,
        memberId: null,
        provedAtMs: null,
        tokenScopes: [],
        mustAddFactor: false,
      },
    }
    return { codes: [...(await control.people.factors.makeRecoveryCodes(principal, NO_ORIGIN))] }
  }
})

describe('A reset link', () => {
  it('is no way round a second factor, and ends every session', async () => {
    const person = await control.database.persons.findByEmail('katherine@example.com')
    const { url } = await control.people.persons.makeLink(OPERATOR, person?.personId ?? '', false)
    const token = url.split('#')[1]
    const browser = new Browser(control.origin)
    const reply = await browser.post('/api/login/link', { token, password: 'a new sentence of hers' })
    expect(reply.json).toMatchObject({ state: 'second_factor' })
    expect(browser.has('session')).toBe(false)
    expect(await control.people.sessions.list(person?.personId ?? '')).toEqual([])
    expect((await browser.post('/api/login/link', { token, password: 'a new sentence of hers' })).status).toBe(404)
  })
})

describe('The audit log', () => {
  it('has who came in from where, with what, and no secret', async () => {
    const { records } = await control.services.audit.list(OPERATOR, { limit: 1000 })
    const actions = new Set(records.map(({ action }) => action))
    for (const action of [
      'person.log_in',
      'person.log_in_failed',
      'person.log_out',
      'session.end',
      'password.set',
      'totp.add',
    ])
      expect(actions).toContain(action)
    const logIns = records.filter(({ action }) => action === 'person.log_in')
    expect(logIns[0]).toMatchObject({ address: '203.0.113.7', userAgent: 'Test browser' })
    expect(logIns[0]?.actorPersonId).toMatch(/^per_/)
    expect(logIns[0]?.actorKeyId).toMatch(/^ses_/)
    expect(JSON.stringify(records)).not.toContain(PASSWORD)
    expect(JSON.stringify(records)).not.toContain('argon2id')
  })
})

function fromBase32(text: string): Buffer {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...text].map((digit) => digits.indexOf(digit).toString(2).padStart(5, '0')).join('')
  return Buffer.from(bits.match(/.{8}/g)?.map((byte) => parseInt(byte, 2)) ?? [])
}
