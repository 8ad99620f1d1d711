// Ways in, and ways of money, as people go them: by mail, invitation, passkey, code and issuer; by card to the receipt.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { totpCode, totpStep } from 'fairlead/identity/people/totp.ts'
import { addAuthenticator } from '../../gateway/tests/support/chromium.ts'
import { type JourneyStage, startJourneyStage } from './journey-stage.ts'
import { canRun, EMAIL, PASSWORD, type Visitor, whyNot } from './support/stage.ts'

const MAIL = 'hedy@example.com'

describe.runIf(canRun)(`Journeys${whyNot}`, { timeout: 60_000 }, () => {
  let stage: JourneyStage
  let ada: Visitor
  let hedy: Visitor
  let secret = ''
  beforeAll(async () => {
    stage = await startJourneyStage()
    ada = await stage.operator()
    hedy = await stage.visitor()
    for (const { page } of [ada, hedy]) page.setDefaultTimeout(15_000)
  }, 240_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  const logOut = async ({ page }: Visitor): Promise<void> => {
    await page.getByRole('button', { name: 'Your menu' }).click()
    await page.getByRole('menuitem', { name: 'Log out' }).click()
    await page.getByText('You are logged out.').waitFor()
  }
  const password = async ({ page, open }: Visitor, email: string): Promise<void> => {
    await open('/log-in')
    await page.getByLabel('Mail address').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
  }
  /** At the issuer's own page. */
  const atIssuer = async ({ page, forgive }: Visitor, subject: string): Promise<void> => {
    // Its page is made for developers, and would fetch a font.
    forgive(new RegExp(`a request left for (?:${stage.issuer.url}|https://fonts\\.)`))
    await page.route('https://**', async (route) => await route.abort())
    await page.waitForURL(`${stage.issuer.url}/**`)
    await page.locator('input[name=login]').fill(subject)
    await page.locator('input[name=password]').fill('any')
    await page.locator('button[type=submit]').click()
  }

  it('signs up: a mail, a link in it, and one is in', async () => {
    const { page, open, mustBeAccessible } = hedy
    await open('/log-in')
    await page.getByRole('link', { name: 'Sign up' }).click()
    // The page before has a field of the same name.
    await page.getByRole('heading', { name: 'Sign up' }).waitFor()
    await page.getByLabel('Mail address').fill(MAIL)
    await page.getByRole('button', { name: 'Send the link' }).click()
    await page.getByText(`A mail to ${MAIL} is on its way.`).waitFor()
    await page.goto(await stage.linkFor(MAIL))
    await page.getByText(`For ${MAIL}`).waitFor()
    await mustBeAccessible()
    await page.getByLabel('Name').fill('Hedy')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('heading', { name: 'First steps' }).waitFor()
  })

  it('logs in by password and code of an app', async () => {
    const { page, api } = hedy
    const begun = await api('POST', '/api/me/totp', {})
    secret = String(begun.json.secret)
    const step = totpStep(Date.now())
    expect((await api('POST', '/api/me/totp/confirm', { code: codeAt(secret, step) })).status).toBe(200)
    await page.reload()
    await logOut(hedy)
    await password(hedy, MAIL)
    await page.getByRole('heading', { name: 'The second step' }).waitFor()
    const code = page.getByLabel('Code of your authenticator app')
    await code.fill('000000')
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await page.getByText('This code is not right, or was used already.').waitFor()
    await hedy.mustBeAccessible()
    await code.fill(codeAt(secret, step + 1))
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await page.getByRole('button', { name: 'Your menu' }).getByText('Hedy', { exact: true }).waitFor()
  })

  it('accepts an invitation with a passkey in place of a password, and comes back by it', async () => {
    const team = await ada.api('POST', '/api/accounts', { name: 'Research' })
    const invited = await ada.api('POST', `/api/accounts/${team.json.id}/invitations`, {
      email: 'linus@example.com',
      role: 'developer',
    })
    expect(invited.status).toBe(201)
    const linus = await stage.visitor()
    await addAuthenticator(linus.page)
    await linus.page.goto(await stage.linkFor('linus@example.com'))
    await linus.page.getByText('To the account Research, as Developer.').waitFor()
    await linus.page.getByRole('button', { name: 'With a passkey' }).click()
    await linus.page.getByRole('button', { name: 'Join' }).click()
    await linus.page.getByRole('heading', { name: 'First steps' }).waitFor()
    await logOut(linus)
    await linus.open('/log-in?next=/usage')
    await linus.page.getByRole('button', { name: 'Log in with a passkey' }).click()
    await linus.page.getByRole('heading', { name: 'Usage', level: 1 }).waitFor()
    await linus.page.locator('aside').getByText('Research').waitFor()
    await linus.context.close()
  })

  it('logs in at an issuer, and says in words why somebody is not let in', async () => {
    const mallory = await stage.visitor({ language: 'vi-VN' })
    await mallory.open('/log-in')
    await mallory.page.getByRole('link', { name: 'Đăng nhập với The company' }).click()
    await atIssuer(mallory, 'mallory')
    await mallory.page.getByText('Không đăng nhập được bằng The company').waitFor()
    await mallory.page.getByText('permission_denied').waitFor()
    await mallory.examine('log-in-issuer-failed')
    await mallory.context.close()

    const grace = await stage.visitor()
    await grace.open('/wallet')
    await grace.page.getByRole('link', { name: 'Log in with The company' }).click()
    await atIssuer(grace, 'grace')
    await grace.page.getByRole('heading', { name: 'Wallet', level: 1 }).waitFor()
    await grace.page.getByRole('button', { name: 'Your menu' }).getByText('Grace', { exact: true }).waitFor()
    await grace.context.close()
  })

  it('says so when the issuer cannot be reached, or the browser did not set out from here', async () => {
    const { page, open } = await stage.visitor()
    await open('/api/login/oidc/nobody')
    await page.getByText('Logging in with nobody did not work').waitFor()
    await open('/api/login/oidc/company/callback?code=x&state=y')
    await page.getByText('The company did not let you in, or its answer came too late. Begin again.').waitFor()
    expect(new URL(page.url()).search).toContain('failed=')
  })

  it('connects an issuer, and is back in the settings afterwards', async () => {
    const { page, open, mustBeAccessible } = ada
    await open('/settings/security')
    await page.getByRole('button', { name: 'Connect The company' }).click()
    await atIssuer(ada, 'boss')
    await page.waitForURL('**/settings/security')
    const row = page.getByRole('row').filter({ hasText: 'The company' })
    await row.getByText(EMAIL).waitFor()
    await mustBeAccessible()
    // Connected to her, it cannot be connected to somebody else, who stays logged in and reads why.
    await hedy.open('/settings/security')
    await hedy.page.getByRole('button', { name: 'Connect The company' }).click()
    await atIssuer(hedy, 'boss')
    await hedy.page.getByText('This account at The company is connected to somebody else here.').waitFor()
    await hedy.page.getByRole('link', { name: 'Go on' }).click()
    await hedy.page.getByRole('heading', { name: 'Security', level: 1 }).waitFor()
  })

  it('pays by card, is back in the wallet, and reads the receipt', async () => {
    const { page, open, forgive, photograph } = hedy
    forgive(new RegExp(`a request left for ${stage.stripe.url}`))
    await page.route(`${stage.stripe.url}/pay/**`, async (route) => await route.fulfill({ body: 'Pay here.' }))
    await open('/wallet')
    await page.getByRole('button', { name: 'Top up' }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Amount in US$' }).fill('none')
    await page.getByRole('button', { name: 'Go to payment' }).click()
    await page.getByText('An amount above zero').waitFor()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Amount in US$' }).fill('40')
    await page.getByRole('checkbox', { name: 'Keep the card' }).click()
    await page.getByRole('button', { name: 'Go to payment' }).click()
    await page.getByText('Pay here.').waitFor()
    const { stripe } = stage
    const form = stripe.calls.find(({ path }) => path === '/v1/checkout/sessions')?.form ?? {}
    const event = stripe.pay(new URL(page.url()).pathname.replace('/pay/', ''))
    expect((await stripe.send(`${stage.gateway.origin}/api/webhooks/stripe`, event)).status).toBe(200)
    await page.goto(form['success_url'] ?? '')
    await page.getByRole('heading', { name: 'Wallet', level: 1 }).waitFor()
    await page.getByText('$40.00').first().waitFor()
    await page.getByRole('button', { name: 'Receipt' }).click()
    const receipt = page.getByRole('dialog')
    await receipt.getByText('$40.00').waitFor()
    await receipt.getByText(/^pi_/).waitFor()
    await photograph('wallet-receipt')
    await page.keyboard.press('Escape')
    await receipt.waitFor({ state: 'detached' })
  })

  it('sets up automatic top-ups with the card that was kept, changes and stops them', async () => {
    const { page, mustBeAccessible } = hedy
    await page.getByRole('button', { name: 'Set up' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('When less is available than').fill('10')
    await dialog.getByLabel('Charge').fill('')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('An amount above zero').first().waitFor()
    await dialog.getByLabel('Charge').fill('25')
    await dialog.getByLabel('At most in 24 hours').fill('50')
    await mustBeAccessible()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('When less than $10.00 is available, $25.00 are charged, at most $50.00').waitFor()
    await page.getByRole('button', { name: 'Change' }).click()
    await dialog.getByLabel('Charge').fill('30')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('$30.00 are charged').waitFor()
    await page.getByRole('button', { name: 'Switch off' }).click()
    await page.getByText('Off. A card has to be kept first').waitFor()
  })

  it('changes the mail address: by a link that the new mailbox gets, good once', async () => {
    const { page, open, mustBeAccessible } = hedy
    const next = 'hedy@new.example'
    await open('/settings/profile')
    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Change your mail address' }).click()
    await dialog.getByLabel('New mail address').fill('nobody')
    await dialog.getByRole('button', { name: 'Send the link' }).click()
    await dialog.getByText('This is no mail address.').waitFor()
    await mustBeAccessible()
    await dialog.getByLabel('New mail address').fill(` ${next.toUpperCase()} `)
    await dialog.getByRole('button', { name: 'Send the link' }).click()
    await page.getByText(`Look into the mailbox of ${next}.`).waitFor()
    const link = await stage.linkFor(next)
    await page.goto(link)
    await page.getByText('From now on you log in with the address').waitFor()
    await mustBeAccessible()
    expect(page.url()).not.toContain('#')
    await page.getByRole('button', { name: 'Confirm the address' }).click()
    await page.getByText(`Your mail address is ${next}.`).waitFor()
    await page.getByRole('main').getByText(next, { exact: true }).waitFor()
    await page.goto(link)
    await page.getByRole('button', { name: 'Confirm the address' }).click()
    await page.getByRole('dialog').getByText('This link is unknown, used').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    // Who is not logged in where the mail is read comes back to the link.
    const elsewhere = await stage.visitor()
    await elsewhere.page.goto(link)
    await elsewhere.page.getByLabel('Mail address').fill(EMAIL)
    await elsewhere.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await elsewhere.page.getByRole('button', { name: 'Log in', exact: true }).click()
    await elsewhere.page.getByRole('button', { name: 'Confirm the address' }).click()
    await elsewhere.page.getByRole('dialog').getByText('This link is unknown, used').waitFor()
    await elsewhere.context.close()
  })

  it('switches the account by keyboard, and everything shown is of the other one', async () => {
    const { page, open, api } = hedy
    await api('POST', '/api/me/accounts', { name: 'Film' })
    await open('/wallet')
    const menu = page.locator('aside').getByRole('button', { name: /^Account:/ })
    await menu.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitemradio', { name: 'Film' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('menuitemradio', { name: 'Film' }).waitFor({ state: 'detached' })
    expect(await menu.evaluate((button) => button === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    await page.getByRole('menuitemradio', { name: 'Film' }).click()
    await menu.getByText('Film').waitFor()
    await page.getByText('Nothing has moved yet').waitFor()
    await menu.click()
    await page.getByRole('menuitemradio', { name: 'Hedy' }).click()
    await page.getByText('$40.00').first().waitFor()
  })
})

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function codeAt(secret: string, step: number): string {
  const bits = [...secret].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const bytes = bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []
  return totpCode(Buffer.from(bytes), step)
}
