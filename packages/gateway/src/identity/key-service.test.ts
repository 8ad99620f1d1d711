import { expect, it } from 'vitest'
import { describeEachDatabase } from '../store/__fixtures__/each-database.ts'
import { groupOf, houseOn, START_MS, type House } from './__fixtures__/house.ts'
import type { NewKey } from './key-service.ts'
import { DEFAULT_RESPONSES_POLICY } from './responses-policy.ts'
import { OPERATOR } from './principal.ts'

describeEachDatabase('API keys', (open) => {
  const house = async (): Promise<House> => houseOn(await open())

  it('are found by their digest, with their rights', async () => {
    const { keys, key } = await house()
    const made = await key({ name: ' CI ', limits: { rpm: 5 }, expiresInSeconds: 60 })
    expect(made.record).toMatchObject({
      accountId: 'default',
      name: 'CI',
      prefix: made.key.slice(0, 14),
      last4: made.key.slice(-4),
      madeBy: 'master',
    })
    expect(made.record.keyId).toMatch(/^key_[0-9A-Za-z]{16}$/)
    expect(await keys.resolve(keys.digestOf(made.key))).toEqual({
      keyId: made.record.keyId,
      accountId: 'default',
      operator: false,
      scopes: ['keys:manage'],
      limits: { rpm: 5 },
      expiresAtMs: START_MS + 60_000,
      makers: [],
      group: 'default',
      models: [],
      endpoints: [],
      addresses: [],
      limited: [{ scope: `key:${made.record.keyId}`, of: 'key', name: 'CI', limits: { rpm: 5 }, timeZone: 'UTC' }],
      pricing: { billing: 'off', multiplierPpm: 1_000_000, prices: {} },
      timeZone: 'UTC',
      responses: DEFAULT_RESPONSES_POLICY,
      refusal: null,
    })
  })

  it('are known by their id too, for work that outlives the request, and only as long as they may be used', async () => {
    const { keys, key } = await house()
    const { record, key: secret } = await key({ limits: { rpm: 5 } })
    expect(await keys.principalOf(record.keyId)).toEqual(await keys.resolve(keys.digestOf(secret)))
    expect(await keys.principalOf('master')).toBe(OPERATOR)
    expect(await keys.principalOf('key_unknown')).toBeNull()
    await keys.revoke(OPERATOR, record.keyId)
    expect(await keys.principalOf(record.keyId)).toBeNull()
  })

  it('are good for nothing after their last second', async () => {
    const home = await house()
    const { key } = await home.key({ expiresInSeconds: 10 })
    home.nowMs += 9_999
    expect(await home.keys.identify(key)).not.toBeNull()
    home.nowMs += 1
    expect(await home.keys.identify(key)).toBeNull()
  })

  it('are good for nothing once revoked, and everybody is told', async () => {
    const home = await house()
    const { record, key } = await home.key()
    await home.keys.revoke(OPERATOR, record.keyId)
    expect(await home.keys.identify(key)).toBeNull()
    home.nowMs += 5_000
    expect((await home.keys.revoke(OPERATOR, record.keyId)).revokedAtMs).toBe(START_MS)
    expect(home.told).toEqual([
      { kind: 'key', keyId: record.keyId },
      { kind: 'key', keyId: record.keyId },
    ])
    for (const change of [
      home.keys.update(OPERATOR, record.keyId, { name: 'x' }),
      home.keys.rotate(OPERATOR, record.keyId, 0),
    ]) {
      await expect(change).rejects.toMatchObject({ code: 'conflict' })
    }
  })

  it('of another account do not exist: not for reading, changing, rotating or revoking', async () => {
    const { keys, accounts, key } = await house()
    const { accountId } = await accounts.create(OPERATOR, { name: 'Other' })
    const { principal: mine } = await key({ name: 'mine' })
    const { record: foreign } = await key({ name: 'foreign', accountId })
    for (const keyId of [foreign.keyId, 'key_unknown', '', "' or 1=1 --", '../x']) {
      const refused = await Promise.allSettled([
        keys.get(mine, keyId),
        keys.update(mine, keyId, { name: 'taken' }),
        keys.rotate(mine, keyId, 60),
        keys.revoke(mine, keyId),
      ])
      for (const result of refused) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } })
    }
    expect((await keys.list(mine, { accountId })).records.map(({ name }) => name)).toEqual(['mine'])
    expect((await keys.list(mine, { after: foreign.keyId })).records.map(({ name }) => name)).toEqual(['mine'])
    expect((await keys.list(OPERATOR, { accountId })).records.map(({ name }) => name)).toEqual(['foreign'])
    expect(await keys.get(OPERATOR, foreign.keyId)).toMatchObject({ name: 'foreign', revokedAtMs: null })
  })

  it('are listed in pages, newest first', async () => {
    const { keys, key } = await house()
    for (const name of ['a', 'b', 'c']) await key({ name })
    const first = await keys.list(OPERATOR, { limit: 2 })
    expect(first).toMatchObject({ records: [{ name: 'c' }, { name: 'b' }], hasMore: true })
    const after = first.records.at(-1)?.keyId ?? ''
    expect(await keys.list(OPERATOR, { limit: 2, after })).toMatchObject({ records: [{ name: 'a' }], hasMore: false })
  })

  it('are never made with more than their maker has', async () => {
    const home = await house()
    const { principal: maker } = await home.key({
      limits: { rpm: 10, requestsPerDay: 100 },
      budget: { amountNanos: 5e9, reset: 'week' },
      models: ['gpt-*', 'claude-haiku'],
      endpoints: ['/v1/chat/*', '/v1/messages'],
      addresses: ['10.0.0.0/8', '2001:db8::/32'],
      expiresInSeconds: 100,
    })
    const within: Partial<NewKey>[] = [
      { limits: { rpm: 10, tpm: 5 } },
      { budget: { amountNanos: 5e9, reset: 'day' } },
      { budget: { amountNanos: 9e9, reset: 'month' } },
      { models: ['gpt-4o*', 'gpt-*-mini', 'claude-haiku'] },
      { endpoints: ['/v1/chat/completions'] },
      { addresses: ['10.1.2.3', '10.1.0.0/16', '2001:db8:1::/48'] },
      { expiresInSeconds: 100 },
      { scopes: [] },
    ]
    for (const wish of within) await home.keys.create({ name: 'ok', maker, ...wish })
    const beyond: [Partial<NewKey>, string][] = [
      [{ limits: { rpm: 11 } }, 'limits.rpm'],
      [{ limits: { requestsPerDay: 101 } }, 'limits.requests_per_day'],
      [{ budget: { amountNanos: 5e9 + 1, reset: 'week' } }, 'budget'],
      [{ budget: { amountNanos: 5e9 + 1, reset: 'day' } }, 'budget'],
      [{ models: ['gpt-4o', '*'] }, 'models'],
      [{ models: ['g*'] }, 'models'],
      [{ models: ['claude-*'] }, 'models'],
      [{ endpoints: ['/v1/*'] }, 'endpoints'],
      [{ addresses: ['11.0.0.1'] }, 'addresses'],
      [{ addresses: ['10.0.0.0/7'] }, 'addresses'],
      [{ addresses: ['::/0'] }, 'addresses'],
      [{ expiresInSeconds: 101 }, 'expires_in'],
      [{ accountId: 'other' }, 'account'],
      [{ group: 'default' }, 'group'],
    ]
    for (const [wish, param] of beyond) {
      await expect(home.keys.create({ name: 'x', maker, ...wish }), JSON.stringify(wish)).rejects.toMatchObject({
        code: 'permission_denied',
        param,
      })
    }
  })

  it('carry what their makers may do, so that shrinking a maker bounds its children at once', async () => {
    const home = await house()
    const parent = await home.key({ name: 'parent' })
    const child = await home.key({ name: 'child', maker: parent.principal, models: ['gpt-*'], limits: { tpm: 7 } })
    const grandchild = await home.key({ name: 'grandchild', maker: child.principal })
    await home.keys.update(OPERATOR, parent.record.keyId, {
      limits: { rpm: 2 },
      models: ['*-mini'],
      endpoints: ['/v1/embeddings'],
      addresses: ['10.0.0.0/8'],
      budget: { amountNanos: 1, reset: 'day' },
      scopes: [],
      expiresInSeconds: 5,
    })
    const principal = await home.keys.resolve(home.keys.digestOf(grandchild.key))
    expect(principal).toMatchObject({
      makers: [child.record.keyId, parent.record.keyId],
      models: [['gpt-*'], ['*-mini']],
      endpoints: [['/v1/embeddings']],
      addresses: [['10.0.0.0/8']],
      scopes: [],
      expiresAtMs: START_MS + 5_000,
      limited: [
        { scope: `key:${child.record.keyId}`, limits: { tpm: 7 } },
        { scope: `key:${parent.record.keyId}`, limits: { rpm: 2 }, budget: { amountNanos: 1, reset: 'day' } },
      ],
    })
  })

  it('end with the key that made them, and with nobody else', async () => {
    const home = await house()
    const parent = await home.key()
    const child = await home.key({ maker: parent.principal })
    const grandchild = await home.key({ maker: child.principal })
    const sibling = await home.key({ maker: parent.principal })
    await home.keys.revoke(parent.principal, child.record.keyId)
    expect(await home.keys.identify(grandchild.key)).toBeNull()
    expect(await home.keys.identify(sibling.key)).not.toBeNull()
    expect((await home.keys.get(OPERATOR, grandchild.record.keyId)).revokedAtMs).toBeNull()
    await home.keys.update(OPERATOR, parent.record.keyId, { expiresInSeconds: 1 })
    home.nowMs += 1_000
    expect(await home.keys.identify(sibling.key)).toBeNull()
  })

  it('cannot be made by a key that was revoked a moment ago, nor for ever deeper', async () => {
    const home = await house()
    let maker = (await home.key()).principal
    await home.keys.revoke(OPERATOR, maker.keyId)
    await expect(home.keys.create({ name: 'x', maker })).rejects.toMatchObject({ code: 'invalid_api_key' })
    maker = (await home.key()).principal
    for (let depth = 1; depth < 10; depth++) maker = (await home.key({ maker })).principal
    await expect(home.key({ maker })).rejects.toMatchObject({ code: 'permission_denied' })
  })

  it('have two live secrets while a rotation lasts', async () => {
    const home = await house()
    const { record, key: first } = await home.key({ limits: { rpm: 3 } })
    const { key: second, record: rotated } = await home.keys.rotate(OPERATOR, record.keyId, 60)
    expect(rotated).toMatchObject({
      keyId: record.keyId,
      prefix: second.slice(0, 14),
      previousExpiresAtMs: START_MS + 60_000,
    })
    expect(await home.who(first)).toMatchObject({ keyId: record.keyId, expiresAtMs: START_MS + 60_000 })
    const { expiresAtMs, ...now } = await home.who(second)
    expect(expiresAtMs).toBeUndefined()
    expect(now).toMatchObject({ keyId: record.keyId, limits: { rpm: 3 } })
    home.nowMs += 60_000
    expect(await home.keys.identify(first)).toBeNull()
    expect(await home.keys.identify(second)).not.toBeNull()

    const { key: third } = await home.keys.rotate(await home.who(second), record.keyId, 60)
    const { key: fourth } = await home.keys.rotate(OPERATOR, record.keyId, 60)
    // Two at most: the one before the last ends at once.
    expect(
      await Promise.all([second, third, fourth].map(async (key) => (await home.keys.identify(key)) !== null)),
    ).toEqual([false, true, true])
    const { key: last } = await home.keys.rotate(OPERATOR, record.keyId, 0)
    expect(await home.keys.identify(fourth)).toBeNull()
    await home.keys.revoke(OPERATOR, record.keyId)
    expect(await home.keys.identify(last)).toBeNull()
    for (const grace of [-1, 0.5, 2_678_401, Number.NaN]) {
      await expect(home.keys.rotate(OPERATOR, record.keyId, grace)).rejects.toMatchObject({
        code: 'invalid_request',
        param: 'grace_seconds',
      })
    }
  })

  it('change their own rights, or those of keys that they did not make, in no way', async () => {
    const home = await house()
    const strong = await home.key({ name: 'strong' })
    const weak = await home.key({ name: 'weak', maker: strong.principal, limits: { rpm: 1 }, models: ['gpt-*'] })
    const patches = [
      { limits: null },
      { models: null },
      { expiresInSeconds: null },
      { limits: { rpm: 5 } },
      { scopes: [] },
    ]
    for (const patch of patches) {
      for (const keyId of [weak.record.keyId, strong.record.keyId]) {
        await expect(home.keys.update(weak.principal, keyId, patch)).rejects.toMatchObject({
          code: 'permission_denied',
        })
      }
    }
    // The secret of a stronger key would be its rights.
    await expect(home.keys.rotate(weak.principal, strong.record.keyId, 60)).rejects.toMatchObject({
      code: 'permission_denied',
    })
    expect(await home.keys.update(weak.principal, weak.record.keyId, { name: 'renamed' })).toMatchObject({
      name: 'renamed',
    })
    await home.keys.rotate(weak.principal, weak.record.keyId, 0)
    expect((await home.keys.get(OPERATOR, weak.record.keyId)).limits).toEqual({ rpm: 1 })
  })

  it('are changed by who made them, within what that key has', async () => {
    const home = await house()
    const parent = await home.key({ limits: { rpm: 10, tpm: 100 }, models: ['gpt-*'] })
    const child = await home.key({ maker: parent.principal, limits: { rpm: 5, tpm: 50, concurrency: 2 } })
    const { keyId } = child.record
    await expect(home.keys.update(parent.principal, keyId, { limits: { rpm: 11 } })).rejects.toMatchObject({
      code: 'permission_denied',
      param: 'limits.rpm',
    })
    await expect(home.keys.update(OPERATOR, keyId, { models: ['claude'] })).rejects.toMatchObject({
      code: 'permission_denied',
      param: 'models',
    })
    expect((await home.keys.update(parent.principal, keyId, { limits: { rpm: 10, tpm: null } })).limits).toEqual({
      rpm: 10,
      concurrency: 2,
    })
    // A maker that came down since is no obstacle to a change of something else.
    await home.keys.update(OPERATOR, parent.record.keyId, { limits: { rpm: 3 } })
    expect((await home.keys.update(parent.principal, keyId, { limits: { concurrency: 1 } })).limits).toEqual({
      rpm: 10,
      concurrency: 1,
    })
    await expect(home.keys.update(OPERATOR, keyId, { group: 'default' })).rejects.toMatchObject({ param: 'group' })
  })

  it('without the scope manage nothing, and hand on nothing', async () => {
    const { keys, key } = await house()
    const { principal: plain } = await key({ scopes: [] })
    const refused = await Promise.allSettled([
      keys.create({ name: 'x', maker: plain }),
      keys.list(plain),
      keys.get(plain, plain.keyId),
      keys.update(plain, plain.keyId, { name: 'x' }),
      keys.rotate(plain, plain.keyId, 1),
      keys.revoke(plain, plain.keyId),
    ])
    for (const result of refused)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'permission_denied' } })
  })

  it('refuse what cannot be meant, naming the field', async () => {
    const home = await house()
    const wrong: [Partial<NewKey>, string][] = [
      [{ name: '' }, 'name'],
      [{ name: '   ' }, 'name'],
      [{ name: 'x'.repeat(201) }, 'name'],
      [{ name: 'a\nb' }, 'name'],
      [{ limits: { rpm: -1 } }, 'limits.rpm'],
      [{ limits: { tpm: 1.5 } }, 'limits.tpm'],
      [{ limits: { requestsPerMonth: Number.NaN } }, 'limits.requests_per_month'],
      [{ budget: { amountNanos: -1, reset: 'day' } }, 'budget.amount'],
      [{ budget: { amountNanos: Infinity, reset: 'day' } }, 'budget.amount'],
      [{ budget: { amountNanos: 1, reset: 'hour' as 'day' } }, 'budget.reset'],
      [{ models: [] }, 'models'],
      [{ models: ['ok', 'not ok'] }, 'models[1]'],
      [{ models: Array.from({ length: 201 }, (_, index) => `m${index}`) }, 'models'],
      [{ endpoints: ['v1/chat'] }, 'endpoints[0]'],
      [{ endpoints: [''] }, 'endpoints[0]'],
      [{ addresses: ['localhost'] }, 'addresses[0]'],
      [{ addresses: ['10.0.0.1/33'] }, 'addresses[0]'],
      [{ addresses: ['::ffff:10.0.0.1'] }, 'addresses[0]'],
      [{ expiresInSeconds: 0 }, 'expires_in'],
      [{ expiresInSeconds: 0.5 }, 'expires_in'],
      [{ expiresInSeconds: 1e12 }, 'expires_in'],
      [{ scopes: ['admin' as 'keys:manage'] }, 'scopes'],
    ]
    for (const [wish, param] of wrong) {
      await expect(
        home.keys.create({ name: 'x', maker: OPERATOR, ...wish }),
        JSON.stringify(wish),
      ).rejects.toMatchObject({
        code: 'invalid_request',
        param,
      })
    }
    await expect(home.key({ accountId: 'nobody' })).rejects.toMatchObject({ code: 'not_found', param: 'account' })
    await expect(home.key({ group: 'nobody' })).rejects.toMatchObject({ code: 'not_found', param: 'group' })
  })

  it('remember when they were used last, which never goes back', async () => {
    const { keys, key } = await house()
    const { record } = await key()
    await keys.touch([record.keyId, 'master', record.keyId], 2000)
    await keys.touch([record.keyId], 1000)
    expect((await keys.get(OPERATOR, record.keyId)).lastUsedAtMs).toBe(2000)
  })

  it('are told from garbage without asking the database', async () => {
    const home = await house()
    const { key } = await home.key()
    await home.database[Symbol.asyncDispose]()
    expect(await home.keys.identify('sk-fl-nonsense')).toBeNull()
    expect(await home.keys.identify(`${key.slice(0, -1)}!`)).toBeNull()
    await expect(home.keys.identify(key)).rejects.toThrow(/not open|destroyed|closed|not available|ended/)
  })

  it('count against the account and its group, where these have limits', async () => {
    const home = await house()
    home.fileGroups = [groupOf('pro', { limits: { rpm: 1_000, tpm: 5 }, sharedLimits: { concurrency: 50 } })]
    const account = await home.accounts.create(OPERATOR, {
      name: 'Acme',
      group: 'pro',
      timeZone: 'Europe/Berlin',
      limits: { tpm: 9, requestsPerDay: 4 },
    })
    const { accountId } = account
    const { principal, record } = await home.key({ accountId, limits: { rpm: 1 } })
    expect(principal).toMatchObject({ group: 'pro', timeZone: 'Europe/Berlin' })
    expect(principal.limited).toEqual([
      { scope: `key:${record.keyId}`, of: 'key', name: 'a key', limits: { rpm: 1 }, timeZone: 'Europe/Berlin' },
      {
        scope: `account:${accountId}`,
        of: 'account',
        name: 'Acme',
        limits: { tpm: 9, requestsPerDay: 4 },
        timeZone: 'Europe/Berlin',
      },
      // The account's own figure stands in place of its group's.
      {
        scope: `account:${accountId}/pro`,
        of: 'account',
        name: 'Acme',
        limits: { rpm: 1_000 },
        timeZone: 'Europe/Berlin',
      },
      { scope: 'group:pro', of: 'group', name: 'pro', limits: { concurrency: 50 }, timeZone: 'UTC' },
    ])
  })
})
