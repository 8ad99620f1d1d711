// Every page of the operator: with little and with much, in three languages, to eyes and to axe; and the acts that are not
// about providers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chat, MASTER_KEY, post } from '../../gateway/tests/support/gateway.ts'
import { canRun, startStage, whyNot, type Stage, type Visitor } from './support/stage.ts'

const PAGES = [
  ['/operator', 'operator-overview'],
  ['/operator/providers', 'operator-providers-list'],
  ['/operator/models', 'operator-models'],
  ['/operator/models/gpt-4o', 'operator-model'],
  ['/operator/accounts', 'operator-accounts'],
  ['/operator/accounts/default', 'operator-account'],
  ['/operator/groups', 'operator-groups'],
  ['/operator/groups/gold', 'operator-group'],
  ['/operator/people', 'operator-people'],
  ['/operator/pricing', 'operator-pricing'],
  ['/operator/redeem-codes', 'operator-redeem-codes'],
  ['/operator/audit', 'operator-audit'],
  ['/operator/system', 'operator-system'],
] as const

const XSS = '<img src=x onerror="alert(1)">'

describe.runIf(canRun)(`The operator's pages${whyNot}`, () => {
  let stage: Stage
  let operator: Visitor
  beforeAll(async () => {
    stage = await startStage({ yaml: 'groups: [{ name: free, preset: free, billing: prepaid }]' })
    operator = await stage.operator()
  }, 240_000)
  afterAll(async () => await stage?.[Symbol.asyncDispose]())

  it('show what there is when there is nothing yet', { timeout: 60_000 }, async () => {
    const { open, go, examine, photograph } = operator
    await open('/operator')
    await operator.page.getByText('No calls in this time').first().waitFor()
    await examine('operator-overview-empty')
    await go('/operator/redeem-codes')
    await operator.page.getByText('No codes yet').waitFor()
    await photograph('operator-redeem-codes-empty')
  })

  it('let accounts be made, opened, topped up, adjusted and suspended', { timeout: 120_000 }, async () => {
    const { page, open } = operator
    await open('/operator/accounts')
    await page.getByRole('button', { name: 'Add an account' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Add an account' }).click()
    await dialog.getByText('Give it a name.').waitFor()
    await dialog.getByLabel('Name').fill(`Research ${XSS}`)
    await dialog.getByLabel('Requests a minute').fill('60')
    await dialog.getByRole('button', { name: 'Add an account' }).click()
    await page.getByRole('link', { name: /Research/ }).click()
    await page.getByRole('button', { name: 'Top up' }).click()
    await page.getByLabel('Amount, US$').fill('25')
    await page.getByRole('dialog').getByRole('button', { name: 'Top up' }).click()
    await page.getByText('+$25.00').waitFor()
    await page.getByRole('button', { name: 'Adjust' }).click()
    await page.getByLabel('Amount, US$').fill('-3.20')
    await page.getByRole('dialog').getByRole('button', { name: 'Adjust' }).click()
    await page.getByText('Say why: it stands in the audit log.').waitFor()
    await page.getByLabel('Note').fill('goodwill')
    await page.getByRole('dialog').getByRole('button', { name: 'Adjust' }).click()
    await page.getByText('$21.80').first().waitFor()
    await page.getByRole('button', { name: 'Add a member' }).click()
    await page.getByLabel('Mail address').fill('grace@example.com')
    await page.getByRole('dialog').getByRole('button', { name: 'Add a member' }).click()
    await page.getByText('grace@example.com').first().waitFor()
    await page.getByRole('button', { name: 'Suspend', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend', exact: true }).click()
    await page.getByRole('button', { name: 'Activate' }).waitFor()
    expect((await operator.api('GET', '/api/accounts?status=suspended')).json.data).toHaveLength(1)
  })

  it('let groups, prices, models, people and redeem codes be made', { timeout: 180_000 }, async () => {
    const { page, open } = operator
    await open('/operator/groups')
    await page.getByRole('button', { name: 'Add a group' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('gold')
    await page.getByRole('dialog').getByLabel('Price multiplier').fill('0.8')
    await page.getByRole('dialog').getByRole('button', { name: 'Add a group' }).click()
    await page.getByRole('link', { name: 'gold' }).waitFor()

    await open('/operator/models')
    await page.getByRole('button', { name: 'Add a model' }).click()
    await page.getByRole('dialog').getByLabel('Public id').fill('house/smart')
    await page.getByRole('dialog').getByLabel('Its name there').fill('gpt-4o')
    await page
      .getByRole('dialog')
      .getByLabel(/^Fallbacks/)
      .fill('gpt-4o-mini')
    await page.getByRole('dialog').getByRole('button', { name: 'Add a model' }).click()
    await page.getByRole('link', { name: 'house/smart' }).click()
    await page.getByRole('heading', { name: 'house/smart', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Set the price' }).click()
    await page.getByRole('dialog').getByLabel('Input', { exact: true }).fill('0.01')
    await page.getByRole('dialog').getByLabel('Output', { exact: true }).fill('two')
    await page.getByRole('dialog').getByRole('button', { name: 'Set the price' }).click()
    await page.getByText('Give an amount like 2.50, 0 or more.').waitFor()
    await page.getByRole('dialog').getByLabel('Output', { exact: true }).fill('0.02')
    await page.getByRole('dialog').getByRole('button', { name: 'Set the price' }).click()
    await page.getByText('Below cost').first().waitFor()

    // What the form does not show stays as it was set by other means.
    const when = { tags: ['night'] }
    const headers = { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' }
    const smart = `${stage.origin}/api/models/house%2Fsmart`
    const targets = [
      { provider: 'simulator', model: 'gpt-4o', when },
      { provider: 'simulator', model: 'gpt-4o-mini' },
    ]
    const patch = { method: 'PATCH', headers, body: JSON.stringify({ targets, strategy: 'split' }) }
    expect(await (await fetch(smart, patch)).json()).toMatchObject({ strategy: 'split' })
    await page.reload()
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByRole('dialog').getByLabel('Weight').first().fill('3')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(await (await fetch(smart, { headers })).json()).toMatchObject({
      settings: { strategy: 'split', targets: [{ ...targets[0], weight: 3 }, targets[1]] },
    })

    await open('/operator/people')
    await page.getByRole('button', { name: 'Add a person' }).click()
    await page.getByLabel('Mail address', { exact: true }).fill('dana@example.com')
    await page.getByLabel('Name').fill(XSS)
    await page.getByRole('dialog').getByRole('button', { name: 'Add a person' }).click()
    await page.getByText('It works until').waitFor()
    await page.getByRole('button', { name: 'Done' }).click()

    await open('/operator/redeem-codes')
    await page.getByRole('button', { name: 'Make codes' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('Spring')
    await page.getByRole('dialog').getByLabel('Amount of each, US$').fill('5')
    await page.getByRole('dialog').getByLabel('How many').fill('3')
    await page.getByRole('dialog').getByRole('button', { name: 'Make codes' }).click()
    await page.getByText('They are shown once').waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText('0 of 3').waitFor()
  })

  it('tell in the audit log who did all that', { timeout: 60_000 }, async () => {
    const { page, open } = operator
    await open('/operator/audit')
    await page.getByRole('button', { name: 'Price set' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('house/smart').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await page.getByLabel('Object id').fill('gold')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.getByRole('button', { name: 'Price set' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Group created' }).waitFor()
  })

  it('are good to look at, with data, in light and dark, on a screen and a phone', { timeout: 400_000 }, async () => {
    const calls = ['gpt-4o', 'gpt-4o-mini', 'house/smart', 'gpt-4o', 'gpt-4o', 'nobody-has-this']
    for (const model of [...calls, ...calls, ...calls]) {
      await post(`${stage.gateway.url}/chat/completions`, stage.gateway.key, { ...chat(), model })
    }
    await stage.gateway.usage()
    await operator.open('/operator/system')
    for (const [path, name] of PAGES) {
      await operator.go(path)
      await operator.examine(name)
    }
    await operator.page.getByRole('tab', { name: 'Configuration' }).click()
    await operator.page.getByText('There is no configuration file').waitFor()
    await operator.examine('operator-system-config')
  })

  it.each(['vi', 'zh'] as const)('speak %s throughout', { timeout: 240_000 }, async (language) => {
    await operator.speak(language)
    await operator.open('/operator/system')
    for (const [path, name] of PAGES.filter(([at]) => !/\/(?:gold|default|gpt-4o)$/.test(at))) {
      await operator.go(path)
      const texts = await operator.page.locator('main').innerText()
      for (const english of ['Add a', 'No calls', 'Search', 'Healthy', 'Prices', 'Made', 'State', 'Margin'])
        expect([path, texts.includes(english)]).toEqual([path, false])
      if (path === '/operator' || path.endsWith('providers')) await operator.photograph(`${name}-${language}`)
    }
  })
})
