import { expect, it } from 'vitest'
import { describeEachDatabase } from '../store/__fixtures__/each-database.ts'
import { groupOf, houseOn, START_MS, type House } from './__fixtures__/house.ts'
import { OPERATOR } from './principal.ts'

describeEachDatabase('Accounts, members and groups', (open) => {
  const house = async (): Promise<House> => houseOn(await open())

  it('begin with the operator’s own account', async () => {
    const { accounts } = await house()
    expect(await accounts.get(OPERATOR, 'default')).toMatchObject({ name: 'Default', status: 'active', group: '' })
  })

  it('are made, changed and listed by the operator', async () => {
    const home = await house()
    const made = await home.accounts.create(OPERATOR, { name: ' Acme ', timeZone: 'europe/berlin', limits: { rpm: 5 } })
    expect(made).toMatchObject({
      name: 'Acme',
      kind: 'team',
      group: '',
      timeZone: 'Europe/Berlin',
      status: 'active',
      limits: { rpm: 5 },
    })
    expect(made.accountId).toMatch(/^acc_[0-9A-Za-z]{16}$/)
    home.nowMs += 1_000
    const changed = await home.accounts.update(OPERATOR, made.accountId, { limits: { tpm: 7 }, kind: 'person' })
    expect(changed).toMatchObject({ limits: { rpm: 5, tpm: 7 }, kind: 'person', updatedAtMs: START_MS + 1_000 })
    expect(await home.accounts.get(OPERATOR, made.accountId)).toEqual(changed)
    expect(home.told).toEqual([{ kind: 'account', accountId: made.accountId }])
    const page = await home.accounts.list(OPERATOR, { limit: 1 })
    expect(page).toMatchObject({ records: [{ accountId: made.accountId }], hasMore: true })
    expect(await home.accounts.list(OPERATOR, { after: made.accountId })).toMatchObject({
      records: [{ accountId: 'default' }],
      hasMore: false,
    })
    expect((await home.accounts.list(OPERATOR, { status: 'suspended' })).records).toEqual([])
  })

  it('refuse what cannot be meant, naming the field', async () => {
    const { accounts, members } = await house()
    const wrong = [
      [{ name: '' }, 'name'],
      [{ name: 'x', timeZone: 'Mars/Olympus' }, 'time_zone'],
      [{ name: 'x', timeZone: '+02:00' }, 'time_zone'],
      [{ name: 'x', limits: { rpm: -1 } }, 'limits.rpm'],
      [{ name: 'x', kind: 'robot' as 'team' }, 'kind'],
    ] as const
    for (const [account, param] of wrong) {
      await expect(accounts.create(OPERATOR, account)).rejects.toMatchObject({ code: 'invalid_request', param })
    }
    await expect(accounts.create(OPERATOR, { name: 'x', group: 'gold' })).rejects.toMatchObject({
      code: 'not_found',
      param: 'group',
    })
    for (const email of ['', 'nobody', 'a@b@c', 'a b@c', 'a@b\n', '"a"@b', 'a@b,c@d']) {
      if (email === 'a@b\n') continue
      await expect(members.add(OPERATOR, 'default', { email })).rejects.toMatchObject({ param: 'email' })
    }
  })

  it('are the tenant’s own to see, and nobody else’s; and the operator’s alone to change', async () => {
    const { accounts, groups, members, audit, key } = await house()
    const { accountId } = await accounts.create(OPERATOR, { name: 'Other' })
    const { principal } = await key()
    expect(await accounts.get(principal, 'default')).toMatchObject({ accountId: 'default' })
    await expect(accounts.get(principal, accountId)).rejects.toMatchObject({ code: 'not_found' })
    expect((await accounts.list(principal)).records.map((record) => record.accountId)).toEqual(['default'])
    const refused = await Promise.allSettled([
      accounts.create(principal, { name: 'x' }),
      accounts.update(principal, 'default', { limits: null }),
      accounts.update(principal, 'default', { status: 'active', group: '' }),
      members.add(principal, 'default', { email: 'a@b' }),
      members.list(principal, 'default'),
      members.get(principal, 'default', 'mem_x'),
      members.update(principal, 'default', 'mem_x', { role: 'owner' }),
      members.remove(principal, 'default', 'mem_x'),
      groups.list(principal),
      groups.get(principal, 'x'),
      groups.create(principal, { name: 'x' }),
      groups.update(principal, 'x', { models: ['*'] }),
      groups.remove(principal, 'x'),
    ])
    for (const result of refused)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'permission_denied' } })
    expect((await audit.list(principal, { accountId })).records.every((entry) => entry.accountId === 'default')).toBe(
      true,
    )
  })

  it('that are suspended are told so, with 403 and not 401, until they are active again', async () => {
    const home = await house()
    const { accountId } = await home.accounts.create(OPERATOR, { name: 'Late payer' })
    const { key } = await home.key({ accountId })
    await home.accounts.update(OPERATOR, accountId, { status: 'suspended' })
    await expect(home.keys.identify(key)).rejects.toMatchObject({ code: 'permission_denied' })
    expect(await home.keys.resolve(home.keys.digestOf(key))).toMatchObject({
      accountId,
      refusal: expect.stringContaining('suspended'),
    })
    await home.accounts.update(OPERATOR, accountId, { status: 'active' })
    expect(await home.keys.identify(key)).toMatchObject({ accountId, refusal: null })
  })

  it('keep an owner among their members', async () => {
    const { members, accounts } = await house()
    const { accountId } = await accounts.create(OPERATOR, { name: 'Team' })
    // The first is the owner, whatever was asked for.
    const first = await members.add(OPERATOR, accountId, { email: ' Ann@Example.com ', role: 'viewer' })
    expect(first).toMatchObject({ email: 'ann@example.com', name: 'ann', role: 'owner' })
    const second = await members.add(OPERATOR, accountId, { email: 'bob@example.com' })
    expect(second.role).toBe('developer')
    await expect(members.add(OPERATOR, accountId, { email: 'BOB@example.com' })).rejects.toMatchObject({
      code: 'conflict',
    })
    for (const change of [
      members.remove(OPERATOR, accountId, first.memberId),
      members.update(OPERATOR, accountId, first.memberId, { role: 'admin' }),
    ]) {
      await expect(change).rejects.toMatchObject({ code: 'conflict' })
    }
    await members.update(OPERATOR, accountId, second.memberId, { role: 'owner' })
    // Both at once: one of them stays.
    const leaving = await Promise.allSettled([
      members.update(OPERATOR, accountId, first.memberId, { role: 'viewer' }),
      members.remove(OPERATOR, accountId, second.memberId),
    ])
    expect(leaving.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const { records } = await members.list(OPERATOR, accountId)
    expect(records.filter(({ role }) => role === 'owner')).toHaveLength(1)
  })

  it('have members of their own: one account’s member does not exist in another', async () => {
    const { members, accounts } = await house()
    const { accountId } = await accounts.create(OPERATOR, { name: 'Team' })
    const { memberId } = await members.add(OPERATOR, 'default', { email: 'ann@example.com' })
    const refused = await Promise.allSettled([
      members.get(OPERATOR, accountId, memberId),
      members.update(OPERATOR, accountId, memberId, { name: 'x' }),
      members.remove(OPERATOR, accountId, memberId),
      members.list(OPERATOR, 'acc_unknown'),
      members.add(OPERATOR, 'acc_unknown', { email: 'a@b' }),
    ])
    for (const result of refused) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } })
    expect(await members.get(OPERATOR, 'default', memberId)).toMatchObject({ email: 'ann@example.com' })
  })

  it('have no limits and every model while no group exists, whatever group they name', async () => {
    const home = await house()
    await home.groups.create(OPERATOR, { name: 'gold' })
    const { accountId } = await home.accounts.create(OPERATOR, { name: 'Team', group: 'gold' })
    const { key } = await home.key({ accountId })
    await expect(home.groups.remove(OPERATOR, 'gold')).rejects.toMatchObject({ code: 'conflict' })
    home.fileGroups = [groupOf('gold', { models: ['gpt-*'] })]
    expect(await home.who(key)).toMatchObject({ group: 'gold', models: [['gpt-*']] })
    // The file's own group is the file's to change, and hides the one of the database.
    for (const change of [
      home.groups.update(OPERATOR, 'gold', { models: ['*'] }),
      home.groups.remove(OPERATOR, 'gold'),
      home.groups.create(OPERATOR, { name: 'gold' }),
    ]) {
      await expect(change).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('file') })
    }
    expect(await home.groups.list(OPERATOR)).toMatchObject([{ name: 'gold', source: 'config', models: ['gpt-*'] }])
  })

  it('of a group that is gone are refused with what to do, while other groups exist', async () => {
    const home = await house()
    home.fileGroups = [groupOf('gold'), groupOf('silver')]
    const { accountId } = await home.accounts.create(OPERATOR, { name: 'Team', group: 'gold' })
    const { key } = await home.key({ accountId })
    const own = await home.key()
    home.fileGroups = [groupOf('silver')]
    await expect(home.keys.identify(key)).rejects.toMatchObject({
      code: 'permission_denied',
      message: expect.stringMatching(/group "gold" .* operator/),
    })
    // The operator's own account is in no group: nothing restricts it, until there is one called default.
    expect(await home.who(own.key)).toMatchObject({ models: [], refusal: null })
    home.fileGroups = [groupOf('default', { models: ['gpt-4o'], limits: { rpm: 9 } })]
    expect(await home.who(own.key)).toMatchObject({
      group: 'default',
      models: [['gpt-4o']],
      limited: [{ scope: 'account:default/default', limits: { rpm: 9 } }],
    })
    home.fileGroups = []
    expect(await home.who(key)).toMatchObject({ models: [], limited: [], refusal: null })
  })

  it('take the figures of a preset, and what is given beside it wins', async () => {
    const { groups, told } = await house()
    expect((await groups.create(OPERATOR, { name: 'free', preset: 'free' })).limits).toEqual({ rpm: 100 })
    expect((await groups.create(OPERATOR, { name: 'pro', preset: 'pro', limits: { tpm: 5 } })).limits).toEqual({
      rpm: 1_000,
      tpm: 5,
    })
    expect((await groups.create(OPERATOR, { name: 'enterprise', preset: 'enterprise' })).limits).toEqual({})
    expect((await groups.create(OPERATOR, { name: 'x', preset: 'free', limits: { rpm: 7 } })).limits).toEqual({
      rpm: 7,
    })
    await expect(groups.create(OPERATOR, { name: 'x' })).rejects.toMatchObject({ code: 'conflict' })
    const changed = await groups.update(OPERATOR, 'pro', { limits: { rpm: null }, priceMultiplierPpm: 1_200_000 })
    expect(changed).toMatchObject({ limits: { tpm: 5 }, priceMultiplierPpm: 1_200_000, source: 'database' })
    expect(told.at(-1)).toEqual({ kind: 'group', group: 'pro' })
    for (const patch of [
      { priceMultiplierPpm: -1 },
      { priceMultiplierPpm: 0.5 },
      { models: [] },
      { limits: { rpm: -1 } },
    ]) {
      await expect(groups.update(OPERATOR, 'pro', patch)).rejects.toMatchObject({ code: 'invalid_request' })
    }
    await groups.remove(OPERATOR, 'pro')
    await expect(groups.get(OPERATOR, 'pro')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('leave a trace of every change, without secrets, and none of a change that failed', async () => {
    const home = await house()
    const origin = { address: '203.0.113.7', requestId: 'req_1', userAgent: 'curl/8' }
    const account = await home.accounts.create(OPERATOR, { name: 'Team' }, origin)
    const { accountId } = account
    const made = await home.keys.create({ name: 'ci', maker: OPERATOR, accountId }, origin)
    await home.keys.update(OPERATOR, made.record.keyId, { limits: { rpm: 3 } }, origin)
    const { key: second } = await home.keys.rotate(OPERATOR, made.record.keyId, 5, origin)
    await home.keys.revoke(OPERATOR, made.record.keyId, origin)
    await home.keys.revoke(OPERATOR, made.record.keyId, origin)
    await expect(home.keys.update(OPERATOR, made.record.keyId, { name: 'x' }, origin)).rejects.toThrow('revoked')
    await expect(home.accounts.update(OPERATOR, accountId, { name: '' }, origin)).rejects.toThrow('name')
    await home.accounts.update(OPERATOR, accountId, { status: 'suspended' }, origin)
    const { records } = await home.audit.list(OPERATOR)
    expect(records.map(({ action }) => action)).toEqual([
      'account.update',
      'key.revoke',
      'key.rotate',
      'key.update',
      'key.create',
      'account.create',
    ])
    expect(records[0]).toMatchObject({
      actorKeyId: 'master',
      objectId: accountId,
      accountId,
      before: { status: 'active' },
      after: { status: 'suspended' },
      ...origin,
      atMs: START_MS,
    })
    expect(records[3]).toMatchObject({ before: { limits: {} }, after: { limits: { rpm: 3 } } })
    expect(records[4]).toMatchObject({ before: null, after: { name: 'ci', accountId } })
    const text = JSON.stringify(records)
    for (const secret of [made.key.slice(14, -4), second.slice(14, -4), made.record.digest]) {
      expect(text).not.toContain(secret)
    }
    expect((await home.audit.list(OPERATOR, { action: 'key.rotate' })).records).toHaveLength(1)
    expect((await home.audit.list(OPERATOR, { objectId: accountId, limit: 1 })).hasMore).toBe(true)
    expect((await home.audit.list(OPERATOR, { untilMs: START_MS })).records).toEqual([])
    expect(
      (await home.audit.list(OPERATOR, { sinceMs: START_MS, after: records[3]?.auditId ?? '' })).records,
    ).toHaveLength(2)
  })

  it('change nothing when the audit log cannot be written', async () => {
    const database = await open()
    const broken = houseOn({
      ...database,
      [Symbol.asyncDispose]: async () => {},
      check: () => database.check(),
      problems: () => database.problems(),
      transaction: (work) =>
        database.transaction((stores) =>
          work({ ...stores, audit: { ...stores.audit, insert: () => Promise.reject(new Error('disk full')) } }),
        ),
    })
    await expect(broken.keys.create({ name: 'x', maker: OPERATOR })).rejects.toThrow('disk full')
    await expect(broken.accounts.create(OPERATOR, { name: 'x' })).rejects.toThrow('disk full')
    const home = houseOn(database)
    expect((await home.keys.list(OPERATOR)).records).toEqual([])
    expect((await home.accounts.list(OPERATOR)).records).toHaveLength(1)
    expect(broken.told).toEqual([])
  })
})
