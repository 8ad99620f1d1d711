// Settings of one's own: ways in with a real (virtual) authenticator, sessions, tokens, preferences.
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { totpCode, totpStep } from 'fairlead/identity/people/totp.ts'
import { addAuthenticator } from '../../gateway/tests/support/chromium.ts'
import { copiedBy, gone } from './support/settled.ts'
import { canRun, EMAIL, PASSWORD, type Stage, startStage, type Visitor, whyNot } from './support/stage.ts'

const SECTIONS = ['profile', 'security', 'sessions', 'tokens', 'preferences', 'team', 'notifications'] as const
const LANGUAGES = [
  ['vi', 'Hồ sơ'],
  ['zh', '个人资料'],
] as const

describe.runIf(canRun)(`Settings${whyNot}`, () => {
  let stage: Stage
  let ada: Visitor
  beforeAll(async () => {
    stage = await startStage()
    ada = await stage.operator()
    ada.page.setDefaultTimeout(10_000)
  }, 240_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  const dialog = (): Locator => ada.page.locator('[role=dialog]:not([aria-modal=false])').last()
  const toasted = async (text: string): Promise<void> => await ada.page.getByText(text).first().waitFor()
  /** As if the last proof lay long ago. */
  const forgetProofs = (): void => {
    const database = new DatabaseSync(stage.gateway.databaseFile)
    database.exec('update sessions set proved_at = 1')
    database.close()
  }

  it('open at the profile, and each section has its address', { timeout: 120_000 }, async () => {
    const { page, open, go, examine } = ada
    await open('/settings')
    await page.waitForURL('**/settings/profile')
    for (const section of SECTIONS) {
      await go(`/settings/${section}`)
      await examine(`settings-${section}`)
    }
    await page.goto(`${stage.origin}/settings/nothing`)
    await page.getByText('There is no such page').waitFor()
  })

  it.each(LANGUAGES)('speak %s', { timeout: 120_000 }, async (language, profile) => {
    const { page, open, go, speak, photograph } = ada
    await speak(language)
    await open('/settings/profile')
    await page.getByRole('heading', { name: profile, level: 1 }).waitFor()
    for (const section of SECTIONS) {
      await go(`/settings/${section}`)
      if (section === 'security' || section === 'team') await photograph(`settings-${section}-${language}`)
    }
    await speak('en')
  })

  it('keep a name, and say what is wrong with one before they send it', { timeout: 60_000 }, async () => {
    const { page, open } = ada
    await open('/settings/profile')
    const name = page.getByRole('textbox', { name: 'Name' })
    await name.fill(' ')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('This is needed.').waitFor()
    await name.fill('Ada <img src=x onerror=alert(1)>')
    await page.getByRole('button', { name: 'Save' }).click()
    await toasted('Your name is saved.')
    await page.getByRole('button', { name: 'Your menu' }).getByText('Ada <img').waitFor()
    await name.fill('Ada Lovelace')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Your menu' }).getByText('Ada Lovelace').waitFor()
  })

  it('change language, time zone and appearance at once', { timeout: 60_000 }, async () => {
    const { page, open } = ada
    await open('/settings/preferences')
    await page.getByText('18:30').waitFor()
    const zone = page.getByRole('combobox', { name: 'Time zone' })
    await zone.fill('ho chi')
    await page.getByRole('option', { name: /Asia\/(?:Ho_Chi_Minh|Saigon)/ }).click()
    await page.getByText('00:30').waitFor()
    await page.getByRole('button', { name: 'Follow the browser again' }).click()
    await page.getByText('18:30').waitFor()
    await page.getByRole('radio', { name: 'Dark' }).check({ force: true })
    await page.locator('html[data-theme=dark]').waitFor({ state: 'attached' })
    await page.getByRole('radio', { name: 'As the system' }).check({ force: true })
    await page.getByRole('combobox', { name: 'Language' }).click()
    await page.getByRole('option', { name: 'Tiếng Việt' }).click()
    await page.getByRole('heading', { name: 'Tùy chọn', level: 1 }).waitFor()
    await page.getByRole('combobox', { name: 'Ngôn ngữ' }).click()
    await page.getByRole('option', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Preferences', level: 1 }).waitFor()
  })

  it('show where one is logged in, and end it there', { timeout: 90_000 }, async () => {
    const others = [await stage.operator(), await stage.operator()]
    const { page, open, examine } = ada
    await open('/settings/sessions')
    await page.getByText('This one').waitFor()
    await examine('settings-sessions-several')
    await page
      .getByRole('button', { name: /^Log out: / })
      .first()
      .click()
    await dialog().getByText('ends at once').waitFor()
    await dialog().getByRole('button', { name: 'Log out' }).click()
    await toasted('That session is over.')
    await page.getByRole('button', { name: 'Log out everywhere else' }).click()
    await dialog().getByRole('button', { name: 'Log out everywhere else' }).click()
    await page.getByText('You are logged in nowhere else.').waitFor()
    for (const other of others) expect((await other.api('GET', '/api/me/sessions')).status).toBe(401)
    expect((await ada.api('GET', '/api/me/sessions')).status).toBe(200)
    for (const other of others) await other.context.close()
  })

  it('make a token that is shown once, works, and is revoked', { timeout: 90_000 }, async () => {
    const { page, open, photograph, examine } = ada
    await open('/settings/tokens')
    await page.getByText('No access token yet').waitFor()
    await page.getByRole('button', { name: 'New token' }).click()
    await dialog().getByRole('checkbox', { name: 'Look' }).click()
    await dialog().getByRole('button', { name: 'New token' }).click()
    await dialog().getByText('This is needed.').waitFor()
    await dialog().getByText('Choose at least one.').waitFor()
    await examine('settings-tokens-new')
    await dialog().getByRole('checkbox', { name: 'Look' }).click()
    await dialog().getByRole('textbox', { name: 'Name' }).fill('usage report')
    await dialog().getByRole('button', { name: 'New token' }).click()
    await dialog().getByText('Shown this once.').waitFor()
    await examine('settings-tokens-made')
    const token = await copiedBy(page, dialog().getByRole('button', { name: 'Copy: Your new token' }))
    expect(token).toMatch(/^flp_/)
    const ask = async (): Promise<number> =>
      (await fetch(`${stage.gateway.origin}/api/me/memberships`, { headers: { authorization: `Bearer ${token}` } }))
        .status
    expect(await ask()).toBe(200)
    // It cannot be left by a slip.
    await page.keyboard.press('Escape')
    await dialog().getByText('keep it first').waitFor()
    await dialog().getByRole('checkbox', { name: 'I have copied or kept it.' }).click()
    await dialog().getByRole('button', { name: 'Done' }).click()
    await page.getByRole('row', { name: /usage report/ }).waitFor()
    await gone(dialog())
    expect(await page.content()).not.toContain(token)
    await photograph('settings-tokens-one')
    await page.getByRole('button', { name: 'Revoke: usage report' }).click()
    await dialog().getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('No access token yet').waitFor()
    expect(await ask()).toBe(401)
  })

  it('add, rename and remove a passkey, which then shows who one is', { timeout: 120_000 }, async () => {
    const { page, open, mustBeAccessible, photograph } = ada
    await open('/settings/security')
    await page.getByText('Your password is all that stands').waitFor()
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await dialog().getByRole('textbox', { name: 'Name' }).fill('Laptop')
    await mustBeAccessible()
    // What axe comes through takes virtual authenticators with it when it goes.
    const device = await addAuthenticator(page)
    await dialog().getByRole('button', { name: 'Continue' }).click()
    await toasted('The passkey works.')
    await page.getByRole('row', { name: /Laptop/ }).waitFor()
    // The same device is not taken twice.
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await dialog().getByRole('button', { name: 'Continue' }).click()
    await dialog().getByText('Nothing was added').waitFor()
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Actions: Laptop' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await dialog().getByRole('textbox', { name: 'Name' }).fill('Work laptop')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /Work laptop/ }).waitFor()
    await photograph('settings-security-passkey')

    // Not fresh any more: the passkey is asked for, and the act goes on.
    forgetProofs()
    await page.getByRole('button', { name: 'Change password' }).click()
    await dialog().getByLabel('New password').fill('short')
    await dialog().getByRole('button', { name: 'Change password' }).click()
    await dialog().getByText('This is too short: 10 characters or more.').waitFor()
    await dialog().getByText('This is not the same as above.').waitFor()
    await dialog().getByLabel('New password').fill(PASSWORD)
    await dialog().getByLabel('Once more').fill(PASSWORD)
    await photograph('settings-security-password')
    await dialog().getByRole('button', { name: 'Change password' }).click()
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await toasted('Your password is changed.')
    await mustBeAccessible()

    await page.getByRole('button', { name: 'Actions: Work laptop' }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await dialog().getByText('all your other sessions end').waitFor()
    await dialog().getByRole('button', { name: 'Remove' }).click()
    await page.getByText('No passkey yet').waitFor()
    await device.client.detach()
  })

  it('set up an authenticator app by its QR code, with recovery codes shown once', { timeout: 120_000 }, async () => {
    const { page, open, examine } = ada
    forgetProofs()
    await open('/settings/security')
    await page.getByRole('button', { name: 'Set up an app' }).click()
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Continue' }).click()
    await dialog().getByRole('img', { name: 'QR code for your authenticator app' }).waitFor()
    const url = new URL((await dialog().getByRole('link', { name: 'Open in an app' }).getAttribute('href')) ?? '')
    const secret = url.searchParams.get('secret') ?? ''
    await dialog()
      .getByText(secret.replaceAll(/(.{4})(?=.)/g, '$1 '))
      .waitFor()
    await examine('settings-security-totp')
    await dialog().getByLabel('Code that the app shows').fill('12')
    await dialog().getByRole('button', { name: 'Switch on' }).click()
    await dialog().getByText('A code has six digits.').waitFor()
    await dialog().getByLabel('Code that the app shows').fill(codeOf(secret))
    await dialog().getByRole('button', { name: 'Switch on' }).click()
    await dialog().getByText('Your recovery codes').first().waitFor()
    const codes = await dialog().getByRole('listitem').allTextContents()
    expect(codes).toHaveLength(10)
    await examine('settings-security-recovery')
    const download = page.waitForEvent('download')
    await dialog().getByRole('button', { name: 'Download' }).click()
    expect(
      readFileSync(await (await download).path(), 'utf8')
        .trim()
        .split('\n'),
    ).toEqual(codes)
    await dialog().getByRole('button', { name: 'Done', disabled: true }).waitFor()
    await dialog().getByRole('checkbox').click()
    await dialog().getByRole('button', { name: 'Done' }).click()
    await page.getByText('10 codes are left').waitFor()
    await gone(dialog())
    expect(await page.content()).not.toContain(codes[0])

    // A recovery code shows who one is where nothing else is at hand.
    forgetProofs()
    await page.getByRole('button', { name: 'Remove the app' }).click()
    await dialog().getByRole('button', { name: 'Remove the app' }).click()
    await page.getByRole('button', { name: 'Use a recovery code instead' }).click()
    await page.getByLabel('Recovery code', { exact: true }).fill(codes[0] ?? '')
    await page.getByRole('button', { name: 'Continue' }).click()
    await toasted('The app is removed.')
    await page.getByRole('button', { name: 'Set up an app' }).waitFor()
  })

  it('say what is wrong when the gateway does not answer, and go on when it does', { timeout: 60_000 }, async () => {
    const { page, open, examine } = ada
    await open('/settings/profile')
    await page.route('**/api/me/tokens', async (route) => await route.abort())
    await page.getByRole('link', { name: 'Access tokens' }).click()
    await page.getByText('The gateway does not answer.').first().waitFor()
    await examine('settings-tokens-away')
    // The page looks again by itself, so that nobody has to.
    await page.unroute('**/api/me/tokens')
    await page.getByText('No access token yet').waitFor()
  })

  it('log in with the password that was chosen here', { timeout: 30_000 }, async () => {
    const { context } = await stage.visitor()
    const reply = await context.request.post(`${stage.origin}/api/login/password`, {
      data: { email: EMAIL, password: PASSWORD },
    })
    expect(reply.status()).toBe(200)
  })
})

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function codeOf(secret: string): string {
  const bits = [...secret].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const bytes = bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []
  return totpCode(Buffer.from(bytes), totpStep(Date.now()))
}
