// Nobody gets a right by naming it: whatever field a request smuggles in beside those that are known, under whatever
// name and at whatever depth, what is stored is what the known fields say. (The HTTP API refuses unknown fields before
// that; programs that embed the gateway come in here.)
import { expect, it } from 'vitest'
import { describeEachDatabase } from '../store/__fixtures__/each-database.ts'
import { houseOn } from './__fixtures__/house.ts'
import type { KeyRecord } from './key-store.ts'
import { OPERATOR, type Principal } from './principal.ts'

/** What such a record might be called, here and elsewhere. */
const NAMES = `
  keyId key_id id accountId account_id account organization_id org_id team_id user_id owner tenant operator isOperator
  is_admin admin master role user_role roles permissions allowed_routes madeBy made_by makers parentId parent_id
  createdAtMs created_at lastUsedAtMs last_used_at revokedAtMs revoked_at expires expires_at digest previousDigest
  previous_digest previousExpiresAtMs prefix last4 key secret token hash status active suspended refusal limited
  groupModels group_models priceMultiplierPpm price_multiplier price balance credits quota remain_quota unlimited_quota
  spend max_budget soft_budget metadata config api_base base_url provider upstream trusted timeZone time_zone
  source billing sharedLimits updatedAtMs __proto__ constructor prototype toString
`
  .trim()
  .split(/\s+/)

function smuggled(values: object): Record<string, unknown> {
  // As JSON.parse makes them: `__proto__` as a field of its own.
  const fields = NAMES.filter((name) => !Object.hasOwn(values, name)).map((name) => `${JSON.stringify(name)}: "owned"`)
  return { ...values, ...(JSON.parse(`{${fields.join()}}`) as object) }
}

function withoutSecret(record: KeyRecord): Partial<KeyRecord> {
  const { keyId: _, prefix: __, last4: ___, digest: ____, ...rest } = record
  return rest
}

describeEachDatabase('Fields that nobody asked for', (open) => {
  it('are more than sixty', () => {
    expect(new Set(NAMES).size).toBeGreaterThan(60)
  })

  it('change nothing in a key, made or changed', async () => {
    const home = houseOn(await open())
    const { principal: maker } = await home.key({ name: 'maker', limits: { rpm: 5 } })
    const plain = await home.keys.create({ name: 'k', maker, limits: { rpm: 3 } })
    const wish = { name: 'k', maker, limits: smuggled({ rpm: 3 }), accountId: 'default' }
    const made = await home.keys.create(smuggled(wish) as typeof wish)
    expect(withoutSecret(made.record)).toEqual(withoutSecret(plain.record))
    expect(made.record.digest).not.toBe('owned')
    expect(await home.keys.get(OPERATOR, made.record.keyId)).toEqual(made.record)

    const patch = { name: 'renamed' }
    const { record } = made
    const changed = await home.keys.update(maker, record.keyId, smuggled(patch))
    expect(changed).toEqual({ ...record, name: 'renamed' })
    expect(await home.keys.get(OPERATOR, record.keyId)).toEqual(changed)
    await expect(
      home.keys.update(await home.who(made.key), record.keyId, smuggled(patch) as typeof patch),
    ).rejects.toMatchObject({ code: 'permission_denied' })
    expect(await home.who(made.key)).toMatchObject({ keyId: record.keyId, operator: false, refusal: null })
  })

  it('change nothing in an account, a group or a member', async () => {
    const home = houseOn(await open())
    const account = { name: 'Team', limits: { rpm: 1 }, group: '', timeZone: 'UTC', kind: 'team' } as const
    const made = await home.accounts.create(OPERATOR, smuggled(account) as typeof account)
    expect(made).toEqual({ ...account, ...made, status: 'active' })
    expect(Object.keys(made).toSorted()).toEqual([
      'accountId',
      'budget',
      'createdAtMs',
      'group',
      'kind',
      'limits',
      'name',
      'status',
      'timeZone',
      'updatedAtMs',
    ])
    const patch = { name: 'New', status: 'active', timeZone: 'UTC' } as const
    expect(await home.accounts.update(OPERATOR, made.accountId, smuggled(patch) as typeof patch)).toEqual({
      ...made,
      name: 'New',
    })
    const group = { name: 'gold', billing: 'off', priceMultiplierPpm: 7, sharedLimits: {}, models: ['a'] } as const
    const gold = await home.groups.create(OPERATOR, smuggled(group) as unknown as typeof group)
    expect(gold).toMatchObject({ ...group, source: 'database' })
    expect(await home.groups.get(OPERATOR, 'gold')).toEqual(gold)
    const member = { email: 'ann@example.com', name: 'Ann', role: 'viewer' } as const
    const ann = await home.members.add(OPERATOR, made.accountId, smuggled(member) as typeof member)
    expect(ann).toMatchObject({ accountId: made.accountId, role: 'owner' })
    expect(await home.members.get(OPERATOR, made.accountId, ann.memberId)).toEqual(ann)
  })

  it('make nobody the operator', async () => {
    const home = houseOn(await open())
    const { principal } = await home.key()
    const forged = smuggled({ ...principal }) as unknown as Principal
    await expect(home.accounts.create(forged, { name: 'x' })).rejects.toMatchObject({ code: 'permission_denied' })
    await expect(home.keys.create({ name: 'x', maker: forged, group: 'default' })).rejects.toMatchObject({
      code: 'permission_denied',
    })
  })
})
