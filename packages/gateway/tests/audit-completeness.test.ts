// Every route that changes something leaves a line in the audit log: who, through what, from where, before and after, and
// no secret. The routes come from the table that serves them; one that nobody tries here fails this test.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FakeStripe } from '@fairlead/testkit/stripe/fake-stripe.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROUTES } from '../src/http/control/routes.ts'
import type { AuditEntry } from '../src/identity/audit-store.ts'
import { totpCode, totpStep } from '../src/identity/people/totp.ts'
import { OPERATOR } from '../src/identity/principal.ts'
import { Browser } from './support/browser.ts'
import { MASTER, startControl, type Reply, type TestControl } from './support/control-app.ts'
import { SoftAuthenticator } from './support/soft-authenticator.ts'

/** What keeps nothing, and why. */
const QUIET: Readonly<Record<string, string>> = {
  askForPasskey: 'gives a challenge',
  askForProof: 'gives a challenge',
  beginPasskey: 'gives a challenge',
  beginTotp: 'gives a secret that counts for nothing yet; confirmTotp is the change',
  lookAtLink: 'looks',
  tryProvider: 'makes a call, and keeps nothing',
  testProvider: 'makes a call, and keeps nothing',
  checkProvider: 'looks',
  tryConfig: 'looks',
  lookAtInvitation: 'looks',
  proveWithIssuer: 'leads to the issuer; what comes of it is noted when the browser is back',
  connectIssuer: 'leads to the issuer; what comes of it is noted when the browser is back',
}

/** What a client says with its own calls, and takes back: traffic, of which usage rows tell. */
const TRAFFIC: readonly string[] = [
  'deleteResponse',
  'cancelResponse',
  'createConversation',
  'updateConversation',
  'deleteConversation',
  'createConversationItems',
  'deleteConversationItem',
  'addFeedback',
]

/**
 * Where calls are charged, where the clock is Stripe's, where calls are learned from: `money-seen.test.ts`,
 * `store/payments.test.ts`, `auto-learning.test.ts`.
 */
const ELSEWHERE: readonly string[] = [
  'refundWallet',
  'receiveStripeEvent',
  'learnAuto',
  'promoteAutoVersion',
  'rollBackAuto',
]

/** Whoever does it says nothing about who they are. */
const ANYBODY: readonly string[] = ['forgotPassword', 'declineInvitation']

const ADDRESS = '203.0.113.7'
const PASSWORD = 'a long sentence of hers'
const OTHER_PASSWORD = 'another long sentence of hers'

let stripe: FakeStripe
let control: TestControl
let page: string
const tried = new Set<string>()
/** Everything that nobody else may see. */
const secrets = new Set<string>()

beforeAll(async () => {
  stripe = await FakeStripe.start()
  control = await startControl()
  control.configure(`people: { sign_up: open }
payments:
  stripe: { secret_key: ${stripe.secretKey}, webhook_secret: ${stripe.webhookSecret}, api_base: "${stripe.url}" }`)
  page = control.origin.replace('127.0.0.1', 'localhost')
})
afterAll(async () => {
  await control[Symbol.asyncDispose]()
  await stripe[Symbol.asyncDispose]()
})

async function log(): Promise<readonly AuditEntry[]> {
  return (await control.services.audit.list(OPERATOR, { limit: 1000 })).records
}

/** @param route name of the one that the work calls */
async function leaves(route: string, work: () => Promise<Reply>): Promise<Reply> {
  const before = (await log()).length
  const reply = await work()
  expect([route, reply.status, reply.status < 300 ? '' : reply.text]).toEqual([route, reply.status, ''])
  const written = (await log()).slice(0, -before || undefined)
  expect([route, written.length > 0]).toEqual([route, true])
  const isKnown = written.some(({ actorKeyId, actorPersonId }) => actorKeyId !== '' || actorPersonId !== '')
  expect([route, isKnown || ANYBODY.includes(route)]).toEqual([route, true])
  for (const entry of written) {
    expect([route, entry.address, entry.userAgent, entry.requestId !== '']).toEqual([
      route,
      ADDRESS,
      'Test browser',
      true,
    ])
    expect([route, entry.before !== null || entry.after !== null]).toEqual([route, true])
    if (/^(ses|pat)_/.test(entry.actorKeyId))
      expect([route, entry.actorPersonId]).toEqual([route, expect.stringMatching(/^per_/)])
  }
  tried.add(route)
  for (const [, secret = ''] of reply.text.matchAll(/"(?:key|value|url|code|secret|csrf_token)":"([^"]{16,})"/g)) {
    secrets.add(secret.split('#').at(-1) ?? '')
  }
  return reply
}

const mailedToken = (): string => {
  const token = /#([\w-]{43})/.exec(control.mails.at(-1)?.text ?? '')?.[1] ?? ''
  secrets.add(token)
  return token
}
const tokenOf = (url: string): string => url.split('#')[1] ?? ''
const patch = (browser: Browser, path: string, body: unknown, account?: string) =>
  browser.call(path, { method: 'PATCH', body, ...(account === undefined ? {} : { account }) })
const put = (browser: Browser, path: string, body: unknown) => browser.call(path, { method: 'PUT', body })
const remove = (browser: Browser, path: string, account?: string) =>
  browser.call(path, { method: 'DELETE', ...(account === undefined ? {} : { account }) })
const again = (browser: Browser, email: string, password = PASSWORD) =>
  leaves('logInWithPassword', () => browser.post('/api/login/password', { email, password }))

it('is written by everything that changes something, and holds no secret', { timeout: 60_000 }, async () => {
  const op = new Browser(page)
  const ada = new Browser(page)
  const adaMail = 'ada@example.com'

  // Coming in.
  const headers = { authorization: `Bearer ${MASTER}` }
  const setUp = await leaves('createSetUpLink', () => op.post('/api/set-up-links', {}, { headers }))
  const link = { token: tokenOf(setUp.json.url), email: 'op@example.com', password: PASSWORD }
  await leaves('logInWithLink', () => op.post('/api/login/link', link))
  await leaves('setPassword', () => put(op, '/api/me/password', { password: PASSWORD }))
  await leaves('updateProfile', () => patch(op, '/api/me/profile', { name: 'Grace' }))
  await leaves('makePlaygroundKey', () => op.post('/api/me/playground-key'))
  await leaves('signUp', () => ada.post('/api/sign-up', { email: adaMail }))
  await leaves('confirmSignUp', () =>
    ada.post('/api/sign-up/confirm', { token: mailedToken(), password: OTHER_PASSWORD }),
  )
  await leaves('forgotPassword', () => ada.post('/api/login/forgot', { email: adaMail }))
  await leaves('logInWithLink', () => ada.post('/api/login/link', { token: mailedToken(), password: PASSWORD }))

  // Accounts, groups, people.
  const own = await leaves('createOwnAccount', () => op.post('/api/me/accounts', { name: 'Research' }))
  const team: string = own.json.account.id
  const made = await leaves('createAccount', () => op.post('/api/accounts', { name: 'Customer' }))
  const customer: string = made.json.id
  await leaves('updateAccount', () => patch(op, `/api/accounts/${customer}`, { limits: { rpm: 5 } }))
  await leaves('suspendAccount', () => op.post(`/api/accounts/${customer}/suspend`))
  await leaves('activateAccount', () => op.post(`/api/accounts/${customer}/activate`))
  await leaves('createGroup', () => op.post('/api/groups', { name: 'pro' }))
  await leaves('updateGroup', () => patch(op, '/api/groups/pro', { limits: { rpm: 5 } }))
  await leaves('deleteGroup', () => remove(op, '/api/groups/pro'))
  const dana = await leaves('createPerson', () => op.post('/api/people', { email: 'dana@example.com' }))
  const person = `/api/people/${dana.json.id}`
  await leaves('updatePerson', () => patch(op, person, { name: 'Dana' }))
  await leaves('createPersonLink', () => op.post(`${person}/links`, { send: true }))
  await leaves('resetPersonFactors', () => op.post(`${person}/reset-factors`))
  await leaves('suspendPerson', () => op.post(`${person}/suspend`))
  await leaves('restorePerson', () => op.post(`${person}/restore`))

  // Teams.
  const members = `/api/accounts/${customer}/members`
  await leaves('addMember', () => op.post(members, { email: 'dana@example.com' }))
  const x = await leaves('addMember', () => op.post(members, { email: 'x@example.com' }))
  await leaves('updateMember', () => patch(op, `${members}/${x.json.id}`, { role: 'viewer' }))
  await leaves('suspendMember', () => op.post(`${members}/${x.json.id}/suspend`))
  await leaves('restoreMember', () => op.post(`${members}/${x.json.id}/restore`))
  await leaves('removeMember', () => remove(op, `${members}/${x.json.id}`))
  const invite = (account: string, body: object = {}) =>
    leaves('createInvitation', () => op.post(`/api/accounts/${account}/invitations`, body))
  const first = await invite(team)
  await leaves('acceptInvitation', () => ada.post('/api/invitations/accept', { token: tokenOf(first.json.url) }))
  const second = await invite(team)
  await leaves('declineInvitation', () => ada.post('/api/invitations/decline', { token: tokenOf(second.json.url) }))
  const third = await invite(team)
  await leaves('revokeInvitation', () => remove(op, `/api/accounts/${team}/invitations/${third.json.id}`))
  const fourth = await invite(customer, { email: adaMail })
  await leaves('acceptOwnInvitation', () => ada.post(`/api/me/invitations/${fourth.json.id}/accept`))
  await leaves('leaveAccount', () => ada.post(`/api/accounts/${customer}/leave`))
  const fifth = await invite(customer, { email: adaMail })
  await leaves('declineOwnInvitation', () => ada.post(`/api/me/invitations/${fifth.json.id}/decline`))
  await invite(customer, { email: 'new@example.com' })
  const joining = { token: mailedToken(), password: PASSWORD }
  await leaves('joinByInvitation', () => new Browser(page).post('/api/invitations/join', joining))
  const { json: place } = await ada.get('/api/me/memberships')
  const adasPlace = place.data.find((one: { account: { id: string } }) => one.account.id === team).member.id
  await leaves('transferAccount', () => op.post(`/api/accounts/${team}/transfer`, { member: adasPlace }))

  // Sessions and factors.
  await again(ada, adaMail)
  const elsewhere = new Browser(page)
  const other = await again(elsewhere, adaMail)
  await leaves('endSession', () => remove(ada, `/api/me/sessions/${other.json.session.id}`))
  await again(elsewhere, adaMail)
  await leaves('endOtherSessions', () => remove(ada, '/api/me/sessions'))
  await leaves('prove', () => ada.post('/api/session/prove', { password: PASSWORD }))
  const { json: totp } = await ada.post('/api/me/totp')
  secrets.add(totp.secret)
  const code = (): string => totpCode(fromBase32(totp.secret), totpStep(control.world.nowMs))
  const confirmed = await leaves('confirmTotp', () => ada.post('/api/me/totp/confirm', { code: code() }))
  expect(confirmed.json.codes).toHaveLength(10)
  const codes = await leaves('makeRecoveryCodes', () => ada.post('/api/me/recovery-codes'))
  for (const one of codes.json.codes) secrets.add(one)
  const half = new Browser(page)
  control.world.nowMs += 30_000
  await half.post('/api/login/password', { email: adaMail, password: PASSWORD })
  await leaves('logInWithCode', () => half.post('/api/login/code', { code: code() }))
  const lost = new Browser(page)
  await lost.post('/api/login/password', { email: adaMail, password: PASSWORD })
  await leaves('logInWithRecoveryCode', () => lost.post('/api/login/recovery-code', { code: codes.json.codes[0] }))
  await leaves('removeTotp', () => remove(ada, '/api/me/totp'))
  const key = new SoftAuthenticator(page)
  const begun = await ada.post('/api/me/passkey-options')
  const added = await leaves('addPasskey', () =>
    ada.post('/api/me/passkeys', { credential: key.create(begun.json.options) }),
  )
  await leaves('renamePasskey', () => patch(ada, `/api/me/passkeys/${added.json.id}`, { name: 'Laptop' }))
  const asked = await ada.post('/api/session/prove/passkey/options')
  await leaves('proveWithPasskey', () =>
    ada.post('/api/session/prove/passkey', { credential: key.get(asked.json.options) }),
  )
  await leaves('removePassword', () => remove(ada, '/api/me/password'))
  const by = new Browser(page)
  const offered = await by.post('/api/login/passkey/options', {})
  await leaves('logInWithPasskey', () => by.post('/api/login/passkey', { credential: key.get(offered.json.options) }))
  await leaves('setPassword', () => put(by, '/api/me/password', { password: PASSWORD }))
  await leaves('changeEmail', () => by.post('/api/me/email', { email: 'ada@new.example' }))
  const newMailToken =
    /#(\S+)/.exec(control.mails.findLast(({ to }) => to === 'ada@new.example')?.text ?? '')?.[1] ?? ''
  secrets.add(newMailToken)
  await leaves('confirmEmail', () => by.post('/api/me/email/confirm', { token: newMailToken }))
  await leaves('removePasskey', () => remove(by, `/api/me/passkeys/${added.json.id}`))
  const { json: me } = await by.get('/api/session')
  await control.database.factors.insertIdentity({
    identityId: 'idn_0000000000000000',
    personId: me.person.id,
    issuer: 'https://issuer.example',
    subject: '1',
    email: adaMail,
    createdAtMs: control.world.nowMs,
    lastUsedAtMs: null,
  })
  await leaves('disconnectIssuer', () => remove(by, '/api/me/identities/idn_0000000000000000'))
  const token = await leaves('createAccessToken', () => by.post('/api/me/tokens', { name: 'ci', scopes: ['read'] }))
  await leaves('revokeAccessToken', () => remove(by, `/api/me/tokens/${token.json.id}`))

  // Keys and money.
  const inTeam = { account: team }
  const apiKey = await leaves('createKey', () => by.post('/api/auth', { name: 'k' }, inTeam))
  await leaves('updateKey', () => patch(by, `/api/auth/${apiKey.json.id}`, { limits: { rpm: 5 } }, team))
  await leaves('rotateKey', () => by.post(`/api/auth/${apiKey.json.id}/rotate`, {}, inTeam))
  await leaves('revokeKey', () => remove(by, `/api/auth/${apiKey.json.id}`, team))
  const lowBalance = (threshold: string) => ({ low_balance: { threshold, email: adaMail } })
  await leaves('updateWallet', () => patch(by, '/api/wallet', lowBalance('5.00'), team))
  const wallet = `/api/accounts/${team}/wallet`
  await leaves('updateAccountWallet', () => patch(by, wallet, lowBalance('6.00')))
  await leaves('topUpWallet', () => op.post(`${wallet}/top-ups`, { amount: '25.00', note: 'n' }))
  await leaves('adjustWallet', () => op.post(`${wallet}/adjustments`, { amount: '-3.20', note: 'n' }))
  const batch = await leaves('createRedeemCodes', () =>
    op.post('/api/redeem-code-batches', { name: 'b', amount: '5.00', count: 2 }),
  )
  const [redeemed, left] = batch.json.codes as readonly { readonly code: string }[] | readonly string[]
  const textOf = (one: unknown): string => (typeof one === 'string' ? one : (one as { code: string }).code)
  secrets.add(textOf(left))
  await leaves('redeemCode', () => by.post('/api/wallet/redeem', { code: textOf(redeemed) }, inTeam))
  await leaves('voidRedeemCodes', () => op.post(`/api/redeem-code-batches/${batch.json.id}/void`))
  await leaves('createCheckout', () => by.post('/api/wallet/checkout', { amount: '25.00' }, inTeam))
  await leaves('lockWallet', () => op.post(`${wallet}/lock`, { reason: 'r' }))
  await leaves('unlockWallet', () => op.post(`${wallet}/unlock`))
  await leaves('setPrice', () => put(op, '/api/prices/gpt-4o', { input: 1, output: 2 }))
  await leaves('removePrice', () => remove(op, '/api/prices/gpt-4o'))
  // Providers, models, the configuration.
  const sealed = ['sk-up-first-0123456789', 'sk-up-second-0123456789', 'a-header-of-ours-0123']
  for (const secret of sealed) secrets.add(secret)
  const [secret, nextSecret, header] = sealed
  const provider = '/api/providers/house'
  await leaves('createProvider', () =>
    op.post('/api/providers', {
      name: 'house',
      type: 'openai-compatible',
      base_url: 'http://127.0.0.1:9/v1',
      headers: { 'x-own': header },
      credentials: [{ secret }],
    }),
  )
  await leaves('updateProvider', () => patch(op, provider, { priority: 1 }))
  const more = await leaves('addProviderCredential', () => op.post(`${provider}/credentials`, { secret: nextSecret }))
  const credential = `${provider}/credentials/${more.json.credentials[1].fingerprint}`
  await leaves('updateProviderCredential', () => patch(op, credential, { label: 'second' }))
  await leaves('removeProviderCredential', () => remove(op, credential))
  await leaves('drainProvider', () => op.post(`${provider}/drain`))
  await leaves('undrainProvider', () => op.post(`${provider}/undrain`))
  await leaves('weighProvider', () => put(op, `${provider}/weight`, { weight: 2 }))
  await leaves('createModelRoute', () =>
    op.post('/api/models', { id: 'house-model', targets: [{ provider: 'house' }] }),
  )
  await leaves('updateModelRoute', () => patch(op, '/api/models/house-model', { strategy: 'cost' }))
  await leaves('deleteModelRoute', () => remove(op, '/api/models/house-model'))
  await leaves('deleteProvider', () => remove(op, provider))
  writeFileSync(join(control.dir, 'fairlead.yaml'), `server: { master_key: "${MASTER}" }\n`)
  const { json: file } = await op.get('/api/config/file')
  await leaves('applyConfig', () =>
    put(op, '/api/config/file', { text: `${file.text}log: { level: error }\n`, version: file.version }),
  )
  await leaves('logOut', () => remove(op, '/api/session'))

  const text = JSON.stringify(await log())
  const cookies = [op, ada, by, half, elsewhere].map((browser) => browser.cookie('session')).filter(Boolean)
  for (const secret of [PASSWORD, OTHER_PASSWORD, MASTER, ...cookies, ...secrets].filter((one) => one !== '')) {
    expect([secret, text.includes(secret)]).toEqual([secret, false])
  }

  const changing = ROUTES.filter(({ method }) => method !== 'GET').map(({ name }) => name)
  const others = [...Object.keys(QUIET), ...TRAFFIC, ...ELSEWHERE]
  expect(changing.filter((name) => !tried.has(name) && !others.includes(name))).toEqual([])
  expect(others.filter((name) => !changing.includes(name))).toEqual([])
})

/** RFC 4648, without padding. */
function fromBase32(text: string): Buffer {
  const bits = [...text]
    .map((digit) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(digit).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)))
}
