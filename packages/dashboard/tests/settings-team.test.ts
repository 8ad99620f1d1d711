// Settings of an account: its people from invitation to farewell, and who is told about a low balance.
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copiedBy, eventually, gone } from './support/settled.ts'
import { canRun, PASSWORD, type Stage, startStage, type Visitor, whyNot } from './support/stage.ts'

describe.runIf(canRun)(`Settings of a team${whyNot}`, () => {
  let stage: Stage
  let ada: Visitor
  let grace: Visitor
  beforeAll(async () => {
    stage = await startStage({ yaml: 'people: { sign_up: open }' })
    ada = await stage.operator()
    grace = await stage.visitor()
    for (const { page } of [ada, grace]) page.setDefaultTimeout(15_000)
  }, 240_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  const dialogOf = ({ page }: Visitor): Locator => page.locator('[role=dialog]:not([aria-modal=false])').last()
  const menuOf = async (name: string, item: string): Promise<void> => {
    await ada.page.getByRole('button', { name: `Actions: ${name}` }).click()
    await ada.page.getByRole('menuitem', { name: item }).click()
  }
  const logIn = async (): Promise<void> => {
    const data = { email: 'grace@example.com', password: PASSWORD }
    const reply = await grace.context.request.post(`${stage.origin}/api/login/password`, { data })
    expect(reply.status()).toBe(200)
  }

  it('is made, and named', { timeout: 60_000 }, async () => {
    const { page, open } = ada
    await open('/settings/team')
    await page.getByRole('button', { name: 'New team' }).click()
    await dialogOf(ada).getByRole('button', { name: 'New team' }).click()
    await dialogOf(ada).getByText('This is needed.').waitFor()
    await dialogOf(ada).getByLabel('Name').fill('Research')
    await dialogOf(ada).getByRole('button', { name: 'New team' }).click()
    await page.getByRole('row', { name: /ada@example.com/ }).waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('Research & more')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The account is saved.').waitFor()
    await page.locator('nav').getByText('Research & more').waitFor()
    // The only owner cannot go.
    for (const name of ['Leave account', 'Hand over'])
      await page.getByRole('button', { name, disabled: true }).waitFor()
  })

  it('invites by mail and by link, and takes back', { timeout: 90_000 }, async () => {
    const { page, examine } = ada
    await page.getByRole('button', { name: 'Invite', exact: true }).click()
    await dialogOf(ada).getByLabel('Mail address').fill('grace')
    await dialogOf(ada).getByRole('button', { name: 'Send invitation' }).click()
    await dialogOf(ada).getByText('This is no mail address.').waitFor()
    await examine('settings-team-invite')
    await dialogOf(ada).getByLabel('Mail address').fill('edsger@example.com')
    await dialogOf(ada).getByRole('button', { name: 'Send invitation' }).click()
    await page.getByText('The invitation is on its way to edsger@example.com.').first().waitFor()

    await page.getByRole('button', { name: 'Invite', exact: true }).click()
    await dialogOf(ada).getByRole('button', { name: 'By link' }).click()
    await dialogOf(ada).getByRole('button', { name: 'Make link' }).click()
    await dialogOf(ada).getByText('Shown this once.').waitFor()
    await examine('settings-team-link')
    const link = await copiedBy(page, dialogOf(ada).getByRole('button', { name: /^Copy/ }))
    await dialogOf(ada).getByRole('checkbox').click()
    await dialogOf(ada).getByRole('button', { name: 'Done' }).click()
    const data = { token: link.split('#')[1], email: 'grace@example.com', name: 'Grace', password: PASSWORD }
    const joined = await grace.context.request.post(`${stage.origin}/api/invitations/join`, { data })
    expect(joined.ok(), await joined.text()).toBe(true)

    await page.getByRole('button', { name: 'Take back: edsger@example.com' }).click()
    await dialogOf(ada).getByRole('button', { name: 'Take back' }).click()
    await page.getByText('The invitation is taken back.').first().waitFor()
  })

  it('shows its people to all of them, and what can be done to whom may do it', { timeout: 90_000 }, async () => {
    await ada.open('/settings/team')
    await ada.page.getByRole('row', { name: /Grace/ }).waitFor()
    await ada.examine('settings-team-members')
    await grace.open('/settings/team')
    await grace.page.getByRole('row', { name: /ada@example.com/ }).waitFor()
    await gone(grace.page.getByRole('button', { name: /^Actions/ }))
    await gone(grace.page.getByRole('button', { name: 'Invite', exact: true }))
    await gone(grace.page.getByRole('link', { name: 'Notifications' }))
    await grace.examine('settings-team-developer')
    await grace.open('/settings/notifications')
    await grace.page.getByText('This is for admins').waitFor()
  })

  it('changes a role, suspends and lets in again: the sessions of before are over', { timeout: 90_000 }, async () => {
    const { page } = ada
    await menuOf('Grace', 'Change role')
    await dialogOf(ada).getByText('All their sessions end at once').waitFor()
    await dialogOf(ada).getByRole('combobox', { name: 'Role' }).click()
    await page.getByRole('option', { name: /Viewer/ }).click()
    await dialogOf(ada).getByRole('button', { name: 'Change role' }).click()
    await page.getByRole('row', { name: /Grace.*Viewer/ }).waitFor()
    expect((await grace.api('GET', '/api/me/sessions')).status).toBe(401)
    await menuOf('Grace', 'Suspend')
    await dialogOf(ada).getByRole('button', { name: 'Suspend' }).click()
    await page.getByRole('row', { name: /Grace.*Suspended/ }).waitFor()
    await menuOf('Grace', 'Let in again')
    await page.getByText('The member is let in again.').first().waitFor()
  })

  it('is handed over, after its name was typed, and left', { timeout: 90_000 }, async () => {
    const { page, open, examine } = ada
    // Without what was just said at the edge.
    await open('/settings/team')
    await page.getByRole('button', { name: 'Hand over' }).click()
    await dialogOf(ada).getByRole('button', { name: 'Hand over', disabled: true }).waitFor()
    await dialogOf(ada).getByLabel('Type Research & more to confirm').fill('Research & more')
    await examine('settings-team-transfer')
    await dialogOf(ada).getByRole('button', { name: 'Hand over' }).click()
    await page.getByText('You are an admin now.').first().waitFor()
    await page.getByRole('row', { name: /Grace.*Owner/ }).waitFor()
    await open('/settings/team')
    await page.getByRole('row', { name: /ada@example.com.*Admin/ }).waitFor()
    // An admin does nothing to an owner.
    await gone(page.getByRole('button', { name: 'Actions: Grace' }))
    await page.getByRole('button', { name: 'Leave account' }).click()
    await dialogOf(ada).getByRole('button', { name: 'Leave account' }).click()
    await page.waitForURL(`${stage.origin}/`)
    expect((await ada.api('GET', '/api/me/memberships')).json.data).toHaveLength(0)
  })

  it('is told about a low balance, where it says so, and shows the key that signs', { timeout: 90_000 }, async () => {
    await logIn()
    const { page, open, examine, mustBeAccessible } = grace
    await open('/settings/notifications')
    await page.getByLabel('Tell us below').fill('0')
    await page.getByLabel('By webhook to').fill('http://hooks.example.com')
    await page.getByRole('button', { name: 'Switch on' }).click()
    await page.getByText('An amount in US$').waitFor()
    await page.getByText('An https:// address without a password.').waitFor()
    await mustBeAccessible()
    await page.getByLabel('Tell us below').fill('7.50')
    await page.getByLabel('By webhook to').fill('https://hooks.example.com/ai')
    await page.getByLabel('By mail to').fill('team@example.com')
    await page.getByRole('button', { name: 'Switch on' }).click()
    await page.getByText('team@example.com and the webhook will be told').first().waitFor()
    await open('/settings/notifications')
    await eventually(async () => await page.getByLabel('Tell us below').inputValue()).toBe('7.50')
    await page.getByRole('button', { name: 'Show key' }).click()
    await page.getByText(/^whsec_[\w+/]{8}/).waitFor()
    await examine('settings-notifications-on')
    await page.getByRole('button', { name: 'Hide key' }).click()
    await gone(page.getByText(/^whsec_[\w+/]{8}/))
    await page.getByRole('button', { name: 'Switch off' }).click()
    await dialogOf(grace).getByRole('button', { name: 'Switch off' }).click()
    await page.getByText('Nobody is told any more.').first().waitFor()
  })
})
