// What becomes different about a key, its account or its group holds on every worker within a second.

import { startFakeUpstream } from '@fairlead/testkit'
import { it } from 'vitest'
import { chat, MASTER_KEY, providersYaml } from './support/gateway.ts'
import { callOnce } from './support/load.ts'
import { eventually, spawnGateway, type GatewayProcess } from './support/processes.ts'

const GROUPS = (models: string): string => `groups: [{ name: default }, { name: gold, models: [${models}] }]\n`

/** The statuses of eight calls, each on a connection of its own: the workers get them in turn. */
async function statuses(gateway: GatewayProcess, key: string): Promise<string> {
  const body = JSON.stringify(chat())
  const replies = await Promise.all(
    Array.from({ length: 8 }, () => callOnce(`${gateway.url}/chat/completions`, key, body)),
  )
  return [...new Set(replies.map(({ status }) => status))].join()
}

async function operate(gateway: GatewayProcess, method: string, path: string, body: object): Promise<{ id: string }> {
  const response = await fetch(gateway.origin + path, {
    method,
    headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as { id: string }
}

it(
  'holds on every worker within a second: rights, rotation, suspension, groups, makers',
  { timeout: 60_000 },
  async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url], GROUPS('"*"')), workers: 2 })
    const account = await operate(gateway, 'POST', '/api/accounts', { name: 'Team', group: 'gold' })
    const { id, key } = await gateway.control.makeKey({ account: account.id })
    const within = async (expected: string, of = key): Promise<void> =>
      await eventually(async () => (await statuses(gateway, of)) === expected, `every worker says ${expected}`, 1_000)
    await within('200')

    await operate(gateway, 'PATCH', `/api/auth/${id}`, { models: ['gpt-5'] })
    await within('404')
    await operate(gateway, 'PATCH', `/api/auth/${id}`, { models: null, endpoints: ['/v1/messages'] })
    await within('403')
    await operate(gateway, 'PATCH', `/api/auth/${id}`, { endpoints: null, limits: { rpm: 0 } })
    await within('429')
    await operate(gateway, 'PATCH', `/api/auth/${id}`, { limits: { rpm: null } })
    await within('200')

    await operate(gateway, 'POST', `/api/accounts/${account.id}/suspend`, {})
    await within('403')
    await operate(gateway, 'POST', `/api/accounts/${account.id}/activate`, {})
    await within('200')
    await operate(gateway, 'PATCH', `/api/accounts/${account.id}`, { limits: { rpm: 0 } })
    await within('429')
    await operate(gateway, 'PATCH', `/api/accounts/${account.id}`, { limits: null })
    await within('200')

    gateway.rewriteConfig({ yaml: providersYaml([upstream.url], GROUPS('gpt-5')) })
    await gateway.untilOutput(/read again/)
    await within('404')
    await operate(gateway, 'PATCH', `/api/accounts/${account.id}`, { group: 'default' })
    await within('200')

    const { key: rotated } = (await operate(gateway, 'POST', `/api/auth/${id}/rotate`, {
      grace_seconds: 0,
    })) as unknown as {
      key: string
    }
    await within('401')
    await within('200', rotated)

    const made = await fetch(`${gateway.origin}/api/auth`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rotated}`, 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ name: 'child' }),
    })
    const child = (await made.json()) as { key: string }
    await within('200', child.key)
    await gateway.control.revokeKey(id)
    await within('401', child.key)
    await within('401', rotated)
  },
)
