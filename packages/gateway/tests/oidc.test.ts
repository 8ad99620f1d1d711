// Logging in at a real issuer (oidc-provider, in a process of its own), and what is tried against that.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser } from './support/browser.ts'
import { startControl, type Reply, type TestControl } from './support/control-app.ts'
import { type Issuer, logInAtIssuer, startIssuer } from './support/issuer.ts'
import { firstOperator, logIn, PASSWORD, somebody } from './support/logged-in.ts'

const PEOPLE = {
  ada: { email: 'Ada@Example.com', email_verified: true, name: 'Ada', groups: [] },
  eve: { email: 'grace@example.com', email_verified: false, name: 'Eve', groups: [] },
  mal: { email: 'mal@elsewhere.example', email_verified: true, name: 'Mal', groups: [] },
  fake: { email: 'fake@example.com', email_verified: 'true', name: 'Fake', groups: [] },
  grace: { email: 'grace@example.com', email_verified: true, name: 'Grace', groups: [] },
  boss: { email: 'boss@example.com', email_verified: true, name: 'Boss', groups: [] },
  dev: { email: 'dev@example.com', email_verified: true, name: 'Dev', groups: ['engineers'] },
}

let control: TestControl
let issuer: Issuer
let team: string

beforeAll(async () => {
  control = await startControl()
  issuer = await startIssuer([`${control.origin}/api/login/oidc/company/callback`], PEOPLE)
  team = await control.makeAccount('Team')
  configure()
})
afterAll(async () => {
  await issuer[Symbol.asyncDispose]()
  await control[Symbol.asyncDispose]()
})

function configure(rest = 'auto_create: true', signUp = 'invitation'): void {
  control.configure(`people:
  sign_up: ${signUp}
  oidc:
    - name: company
      title: The company
      issuer: ${issuer.url}
      client_id: fairlead
      client_secret: the secret of the client
      scopes: [openid, email, profile, groups]
      allowed_domains: [example.com]
      ${rest}
      groups:
        - { group: engineers, account: ${team}, role: developer }
        - { group: leads, account: ${team}, role: admin }`)
}

/** From our page to the issuer and back, whatever comes of it. */
async function comeIn(
  subject: string,
  browser = new Browser(control.origin),
): Promise<{ browser: Browser; back: Reply }> {
  const out = await browser.get('/api/login/oidc/company?return_to=/models')
  expect(out.status).toBe(302)
  const back = await logInAtIssuer(out.headers.get('location') ?? '', subject)
  return { browser, back: await browser.get(back.slice(control.origin.length)) }
}

describe('Logging in at an issuer', () => {
  it('is offered, asks with PKCE, state and nonce, and leads back to where one wanted to be', async () => {
    const browser = new Browser(control.origin)
    expect((await browser.get('/api/login')).json.issuers).toEqual([
      { name: 'company', title: 'The company', url: '/api/login/oidc/company' },
    ])
    const out = await browser.get('/api/login/oidc/company')
    const asked = new URL(out.headers.get('location') ?? '')
    expect(asked.searchParams.get('code_challenge_method')).toBe('S256')
    expect(asked.searchParams.get('state')).toHaveLength(43)
    expect(asked.searchParams.get('nonce')).toHaveLength(43)
    expect(asked.searchParams.get('scope')).toBe('openid email profile groups')

    const { browser: ada, back } = await comeIn('ada')
    expect(back.status, back.text).toBe(302)
    expect(back.headers.get('location')).toBe('/models')
    expect((await ada.get('/api/session')).json).toMatchObject({
      method: 'oidc',
      issuer: 'company',
      person: { email: 'ada@example.com', email_verified: true, name: 'Ada', operator: false },
      acting: { role: 'owner' },
    })
    expect((await ada.get('/api/me/identities')).json.data).toMatchObject([{ issuer: issuer.url }])
    // The same person the next time.
    const again = await comeIn('ada')
    const { id } = (await ada.get('/api/session')).json.person
    expect((await again.browser.get('/api/session')).json.person.id).toBe(id)
    const out2 = await ada.call('/api/session', { method: 'DELETE' })
    expect(out2.json.issuer_url).toContain(`${issuer.url}/session/end?`)
  })

  it('leads nowhere else afterwards', async () => {
    for (const evil of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      '/%0d%0aSet-Cookie:x',
      'javascript:1',
    ]) {
      const browser = new Browser(control.origin)
      const out = await browser.get(`/api/login/oidc/company?return_to=${encodeURIComponent(evil)}`)
      const back = await logInAtIssuer(out.headers.get('location') ?? '', 'ada')
      const location = (await browser.get(back.slice(control.origin.length))).headers.get('location') ?? ''
      expect(location.startsWith('/') && new URL(location, control.origin).origin === control.origin).toBe(true)
      expect(location).not.toContain('\\')
    }
  })

  it('takes only addresses that the issuer has verified, of domains that are named', async () => {
    await somebody(control, 'grace@example.com')
    for (const subject of ['eve', 'mal', 'fake']) {
      const { browser, back } = await comeIn(subject)
      expect(back, subject).toMatchObject({ status: 403, json: { error: { code: 'permission_denied' } } })
      expect(browser.has('session')).toBe(false)
    }
    expect(await control.database.persons.findByEmail('mal@elsewhere.example')).toBeUndefined()
  })

  it('connects somebody who is here under the same verified address', async () => {
    const { browser } = await comeIn('grace')
    const here = await control.database.persons.findByEmail('grace@example.com')
    expect((await browser.get('/api/session')).json.person.id).toBe(here?.personId)
    // The password that she had before is still hers.
    await logIn(control, 'grace@example.com')
  })

  it('throws out who sat on the address before without having shown that it is theirs', async () => {
    await issuer.setPeople({ ...PEOPLE, late: { email: 'late@example.com', email_verified: true, name: 'Late' } })
    const id = await somebody(control, 'late@example.com')
    await control.database.persons.update(id, { emailVerifiedAtMs: null })
    const squatter = await logIn(control, 'late@example.com')
    expect((await squatter.get('/api/session')).status).toBe(200)
    const { browser } = await comeIn('late')
    expect((await browser.get('/api/session')).json.person).toMatchObject({ id, email_verified: true })
    expect((await squatter.get('/api/session')).status).toBe(401)
    const old = await new Browser(control.origin).post('/api/login/password', {
      email: 'late@example.com',
      password: PASSWORD,
    })
    expect(old.status).toBe(401)
  })

  it('never makes an operator of whom the issuer calls by an operator’s address', async () => {
    await somebody(control, 'boss@example.com', { operator: true })
    expect((await comeIn('boss')).back).toMatchObject({ status: 403 })
    // By hand, after a factor was shown, it works.
    const boss = await logIn(control, 'boss@example.com')
    control.world.nowMs += 11 * 60_000
    expect((await boss.post('/api/me/identities', { issuer: 'company' })).json.error.param).toBe('step_up')
    await boss.post('/api/session/prove', { password: PASSWORD })
    const out = await boss.post('/api/me/identities', { issuer: 'company' })
    const back = await logInAtIssuer(out.json.url, 'boss')
    expect((await boss.get(back.slice(control.origin.length))).status).toBe(302)
    const { browser } = await comeIn('boss')
    expect((await browser.get('/api/session')).json.person).toMatchObject({ operator: true })
    // Connected to one, it cannot be connected to another.
    const other = await logIn(control, 'grace@example.com')
    const asked = await other.post('/api/me/identities', { issuer: 'company' })
    const returned = await logInAtIssuer(asked.json.url, 'boss')
    expect((await other.get(returned.slice(control.origin.length))).status).toBe(409)
  })

  it('goes by issuer and subject, not by the address: one that has gone elsewhere is let in no more', async () => {
    await issuer.setPeople({ ...PEOPLE, ada: { ...PEOPLE.ada, email: 'ada@elsewhere.example' } })
    expect((await comeIn('ada')).back.status).toBe(403)
    // Her old address at another subject is another person's account at the issuer, and it is hers here.
    await issuer.setPeople(PEOPLE)
    expect((await comeIn('ada')).back.status).toBe(302)
  })

  it('lets nobody in who is suspended here', async () => {
    const person = await control.database.persons.findByEmail('grace@example.com')
    await control.database.persons.update(person?.personId ?? '', { status: 'suspended' })
    const { browser, back } = await comeIn('grace')
    expect(back.status).toBe(403)
    expect(browser.has('session')).toBe(false)
    await control.database.persons.update(person?.personId ?? '', { status: 'active' })
  })

  it('takes nobody new where nobody is, or where they were not asked', async () => {
    await issuer.setPeople({ ...PEOPLE, new1: { email: 'new1@example.com', email_verified: true, groups: [] } })
    configure('auto_create: false')
    expect((await comeIn('new1')).back.status).toBe(403)
    expect(await control.database.persons.findByEmail('new1@example.com')).toBeUndefined()
    configure('auto_create: true', '"off"')
    expect((await comeIn('new1')).back.status).toBe(403)
    configure()
    expect((await comeIn('new1')).back.status).toBe(302)
  })
})

describe('Groups at the issuer', () => {
  const places = async (): Promise<unknown[]> => {
    const person = await control.database.persons.findByEmail('dev@example.com')
    return (await control.database.members.listOfPerson(person?.personId ?? '')).map(({ accountId, role }) => [
      accountId,
      role,
    ])
  }

  it('are places in accounts here, renewed at each log-in, and sessions end when they change', async () => {
    configure('auto_create: false')
    const { browser } = await comeIn('dev')
    expect(await places()).toEqual([[team, 'developer']])
    expect((await browser.get('/api/session')).json.acting).toMatchObject({ account: team, role: 'developer' })

    await issuer.setPeople({ ...PEOPLE, dev: { ...PEOPLE.dev, groups: ['engineers', 'leads'] } })
    await comeIn('dev')
    expect(await places()).toEqual([[team, 'admin']])
    expect((await browser.get('/api/session')).status).toBe(401)

    await issuer.setPeople({ ...PEOPLE, dev: { ...PEOPLE.dev, groups: 'leads' } })
    await comeIn('dev')
    expect(await places()).toEqual([])
    await issuer.setPeople(PEOPLE)
    configure()
  })
})

describe('Whoever tampers with the way back', () => {
  it('gets nowhere: another browser, another state, another issuer, the same answer twice', async () => {
    const victim = new Browser(control.origin)
    const out = await victim.get('/api/login/oidc/company')
    const back = (await logInAtIssuer(out.headers.get('location') ?? '', 'ada')).slice(control.origin.length)
    // Somebody else's link, sent to a browser that never set out (log-in CSRF).
    const other = new Browser(control.origin)
    expect((await other.get(back)).status).toBe(401)
    // A browser that set out for itself, with somebody else's answer.
    await other.get('/api/login/oidc/company')
    expect((await other.get(back)).status).toBe(401)
    expect(other.has('session')).toBe(false)

    const changed = new URL(back, control.origin)
    changed.searchParams.set('state', 'A'.repeat(43))
    const third = new Browser(control.origin)
    const start = await third.get('/api/login/oidc/company')
    const honest = (await logInAtIssuer(start.headers.get('location') ?? '', 'ada')).slice(control.origin.length)
    const bent = honest.replace(/state=[^&]+/, `state=${'A'.repeat(43)}`)
    const ticket = third.cookie('ticket')
    expect((await third.get(bent)).status).toBe(401)
    // The ticket was used up by it.
    third.setCookie('ticket', ticket)
    expect((await third.get(honest)).status).toBe(401)

    const good = await victim.get('/api/login/oidc/company')
    const fine = (await logInAtIssuer(good.headers.get('location') ?? '', 'ada')).slice(control.origin.length)
    const used = victim.cookie('ticket')
    expect((await victim.get(fine)).status).toBe(302)
    victim.setCookie('ticket', used)
    expect((await victim.get(fine)).status).toBe(401)
    expect((await victim.get('/api/login/oidc/nobody')).status).toBe(404)
    expect((await victim.get('/api/login/oidc/nobody/callback?code=1&state=2')).status).toBe(404)
  })

  it('cannot make another’s browser connect an account of theirs, nor show a factor with it', async () => {
    const grace = await logIn(control, 'grace@example.com')
    const asked = await grace.post('/api/me/identities', { issuer: 'company' })
    const back = (await logInAtIssuer(asked.json.url, 'mal')).slice(control.origin.length)
    // The ticket of one session in the browser of another.
    const other = await logIn(control, 'boss@example.com')
    other.setCookie('ticket', grace.cookie('ticket'))
    expect((await other.get(back)).status).toBe(401)
    expect((await other.get('/api/me/identities')).json.data).toHaveLength(1)
  })
})

describe('Showing a factor by the issuer', () => {
  it('is for who has nothing else, asks them to log in there again, and is no way round a second factor', async () => {
    const { browser } = await comeIn('ada')
    control.world.nowMs += 11 * 60_000
    expect((await browser.post('/api/me/totp')).json.error.param).toBe('step_up')
    const asked = await browser.post('/api/session/prove/oidc/company')
    const url = new URL(asked.json.url)
    expect(url.searchParams.get('prompt')).toBe('login')
    expect(url.searchParams.get('max_age')).toBe('0')
    // Somebody else at the issuer is not her.
    const wrong = (await logInAtIssuer(url.href, 'grace')).slice(control.origin.length)
    expect((await browser.get(wrong)).status).toBe(401)
    const again = await browser.post('/api/session/prove/oidc/company')
    const back = (await logInAtIssuer(again.json.url, 'ada')).slice(control.origin.length)
    expect((await browser.get(back)).status).toBe(302)
    expect((await browser.post('/api/me/totp')).status).toBe(200)
  })
})

describe('An issuer that is away', () => {
  it('is said to be, and other ways in work', async () => {
    await using other = await startControl()
    other.configure(`people: { oidc: [{ name: gone, issuer: "http://127.0.0.1:1", client_id: x }] }`)
    const reply = await new Browser(other.origin).get('/api/login/oidc/gone')
    expect(reply).toMatchObject({ status: 503, json: { error: { code: 'service_unavailable' } } })
    await firstOperator(other)
  })
})
