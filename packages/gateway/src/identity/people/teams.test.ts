import { expect, it } from 'vitest'
import { describeEachDatabase } from '../../store/__fixtures__/each-database.ts'
import { FROM, peopleHouseOn, type PeopleHouse } from '../__fixtures__/people-house.ts'
import { OPERATOR, type Principal } from '../principal.ts'

const DENIED = { code: 'permission_denied' }
const CONFLICT = { code: 'conflict' }
const NOT_FOUND = { code: 'not_found' }

const idOf = ({ person }: Principal): string => person?.memberId ?? ''

describeEachDatabase('Members of a team', (open) => {
  const house = async (): Promise<PeopleHouse> => peopleHouseOn(await open())

  it('are managed by owners and admins; owners by owners alone, and nobody gives more than they have', async () => {
    const { home, inside, account } = await house()
    const team = await account()
    const owner = await inside(team, 'owner@example.com', 'owner')
    const admin = await inside(team, 'admin@example.com', 'admin')
    const developer = await inside(team, 'dev@example.com', 'developer')
    const viewer = await inside(team, 'viewer@example.com', 'viewer')
    const { members } = home
    for (const who of [developer, viewer]) {
      await expect(members.update(who, team, idOf(viewer), { role: 'admin' })).rejects.toMatchObject(DENIED)
      await expect(members.setStatus(who, team, idOf(viewer), 'suspended')).rejects.toMatchObject(DENIED)
      await expect(members.remove(who, team, idOf(viewer))).rejects.toMatchObject(DENIED)
      expect((await members.list(who, team)).records).toHaveLength(4)
    }
    await expect(members.update(admin, team, idOf(owner), { role: 'viewer' })).rejects.toMatchObject(DENIED)
    await expect(members.remove(admin, team, idOf(owner))).rejects.toMatchObject(DENIED)
    await expect(members.setStatus(admin, team, idOf(owner), 'suspended')).rejects.toMatchObject(DENIED)
    await expect(members.update(admin, team, idOf(admin), { role: 'owner' })).rejects.toMatchObject(DENIED)
    await expect(members.update(admin, team, idOf(viewer), { role: 'owner' })).rejects.toMatchObject(DENIED)
    await expect(members.add(owner, team, { email: 'new@example.com' })).rejects.toMatchObject(DENIED)
    expect(await members.update(admin, team, idOf(viewer), { role: 'developer' })).toMatchObject({ role: 'developer' })
    expect(await members.update(owner, team, idOf(viewer), { role: 'owner' })).toMatchObject({ role: 'owner' })
  })

  it('do not exist for people of another team, and API keys manage none', async () => {
    const { home, inside, account } = await house()
    const [team, other] = [await account('One'), await account('Two')]
    const owner = await inside(team, 'owner@example.com', 'owner')
    const stranger = await inside(other, 'stranger@example.com', 'owner')
    await expect(home.members.list(stranger, team)).rejects.toMatchObject(NOT_FOUND)
    await expect(home.members.update(stranger, team, idOf(owner), { role: 'viewer' })).rejects.toMatchObject(NOT_FOUND)
    await expect(home.members.remove(stranger, team, idOf(owner))).rejects.toMatchObject(NOT_FOUND)
    // Their own account, and a member of the other: not found in it.
    await expect(home.members.remove(stranger, other, idOf(owner))).rejects.toMatchObject(NOT_FOUND)
    const { principal } = await home.key({ accountId: team })
    await expect(home.members.list(principal, team)).rejects.toMatchObject(DENIED)
    await expect(home.members.remove(principal, team, idOf(owner))).rejects.toMatchObject(DENIED)
  })

  it('are told by mail what somebody else did to their place, and of nothing else', async () => {
    const { home, people, database, inside, again, mails, account } = await house()
    const team = await account('The "Team"')
    const owner = await inside(team, 'owner@example.com', 'owner')
    const second = await inside(team, 'second@example.com', 'owner')
    const dev = await inside(team, 'dev@example.com', 'developer')
    const unsure = await inside(team, 'unsure@example.com', 'viewer')
    await database.persons.update(unsure.person?.personId ?? '', { emailVerifiedAtMs: null })
    const { members } = home
    await members.update(owner, team, idOf(dev), { name: 'Somebody' })
    await members.update(owner, team, idOf(dev), { role: 'developer' })
    await members.update(owner, team, idOf(unsure), { role: 'developer' })
    await members.add(OPERATOR, team, { email: 'later@example.com' })
    expect(mails).toEqual([])
    await members.update(owner, team, idOf(dev), { role: 'admin' })
    expect(mails[0]).toMatchObject({ to: 'dev@example.com', subject: 'Fairlead: Your place in "The \'Team\'"' })
    expect(mails[0]?.text).toContain('you have the role "admin" from now on; before, it was "developer".')
    expect(mails[0]?.text).toContain('https://gateway.example/log-in')
    await members.setStatus(owner, team, idOf(dev), 'suspended')
    await members.setStatus(OPERATOR, team, idOf(dev), 'active')
    await members.remove(owner, team, idOf(dev))
    expect(mails.slice(1).map(({ text }) => text.split('\n')[0])).toEqual([
      'Your place in "The \'Team\'" is suspended: until it is restored, it opens nothing.',
      'Your place in "The \'Team\'" is open again, with the role "admin".',
      'You have no place in "The \'Team\'" any more.',
    ])
    await members.update(second, team, idOf(second), { role: 'admin' })
    await members.leave(await again(second), team)
    expect(mails).toHaveLength(4)
    expect(await people.memberships.list(owner)).toHaveLength(1)
  })

  it('lose their sessions with their role, with suspension and with removal, and nobody else does', async () => {
    const { home, inside, again, isAlive, account } = await house()
    const team = await account()
    const owner = await inside(team, 'owner@example.com', 'owner')
    const dev = await inside(team, 'dev@example.com', 'developer')
    const second = await again(dev)
    await home.members.update(owner, team, idOf(dev), { name: 'Somebody' })
    expect([await isAlive(dev), await isAlive(second)]).toEqual([true, true])
    await home.members.update(owner, team, idOf(dev), { role: 'viewer' })
    expect([await isAlive(dev), await isAlive(second), await isAlive(owner)]).toEqual([false, false, true])
    const third = await again(dev)
    expect(third.person?.role).toBe('viewer')
    await home.members.setStatus(owner, team, idOf(dev), 'suspended')
    expect(await isAlive(third)).toBe(false)
    const suspended = await again(dev, team)
    expect([suspended.person?.role, suspended.refusal]).toEqual([null, expect.stringContaining('suspended')])
    await home.members.setStatus(owner, team, idOf(dev), 'active')
    const fourth = await again(dev, team)
    expect(fourth.person?.role).toBe('viewer')
    await home.members.remove(owner, team, idOf(dev))
    expect(await isAlive(fourth)).toBe(false)
    await expect(again(dev, team)).rejects.toMatchObject(NOT_FOUND)
    const personId = dev.person?.personId
    expect(home.told.filter(({ kind }) => kind === 'person')).toEqual(
      Array.from({ length: 4 }, () => ({ kind: 'person', personId })),
    )
  })

  it('always have an owner: the last one stays, whatever they try', async () => {
    const { home, inside, account } = await house()
    const team = await account()
    const owner = await inside(team, 'owner@example.com', 'owner')
    const other = await inside(team, 'other@example.com', 'owner')
    await home.members.setStatus(owner, team, idOf(other), 'suspended')
    // A suspended owner is none.
    await expect(home.members.leave(owner, team)).rejects.toMatchObject(CONFLICT)
    await expect(home.members.update(owner, team, idOf(owner), { role: 'admin' })).rejects.toMatchObject(CONFLICT)
    await expect(home.members.remove(owner, team, idOf(owner))).rejects.toMatchObject(CONFLICT)
    await expect(home.members.setStatus(owner, team, idOf(owner), 'suspended')).rejects.toMatchObject(CONFLICT)
    await expect(home.members.setStatus(OPERATOR, team, idOf(owner), 'suspended')).rejects.toMatchObject(CONFLICT)
    await home.members.setStatus(owner, team, idOf(other), 'active')
    expect(await home.members.leave(owner, team)).toMatchObject({ memberId: idOf(owner) })
    expect((await home.members.list(other, team)).records).toHaveLength(1)
  })

  it('hand the account over: to somebody who is here, and the one before stays as an admin', async () => {
    const { home, inside, again, isAlive, account, actions } = await house()
    const team = await account()
    const owner = await inside(team, 'owner@example.com', 'owner')
    const dev = await inside(team, 'dev@example.com', 'developer')
    const nobody = await home.members.add(OPERATOR, team, { email: 'not-here@example.com' })
    await expect(home.members.transfer(dev, team, idOf(dev))).rejects.toMatchObject(DENIED)
    await expect(home.members.transfer(owner, team, nobody.memberId)).rejects.toMatchObject(CONFLICT)
    await expect(home.members.transfer(owner, team, idOf(owner))).rejects.toMatchObject(CONFLICT)
    const elsewhere = await again(owner)
    expect(await home.members.transfer(owner, team, idOf(dev), FROM)).toMatchObject({ role: 'owner' })
    expect([await isAlive(owner), await isAlive(elsewhere), await isAlive(dev)]).toEqual([true, false, false])
    expect((await again(owner)).person?.role).toBe('admin')
    expect((await again(dev)).person?.role).toBe('owner')
    const [entry] = (await home.audit.list(OPERATOR)).records
    expect(entry).toMatchObject({
      action: 'account.transfer',
      actorKeyId: owner.keyId,
      actorPersonId: owner.person?.personId,
      address: FROM.address,
      userAgent: FROM.userAgent,
      before: { role: 'developer' },
      after: { role: 'owner', formerOwner: idOf(owner) },
    })
    expect(await actions()).toContain('account.transfer')
  })

  it('of two owners who demote each other at once, one remains', async () => {
    const { home, inside, account } = await house()
    const team = await account()
    const one = await inside(team, 'one@example.com', 'owner')
    const two = await inside(team, 'two@example.com', 'owner')
    const tries = await Promise.allSettled([
      home.members.update(one, team, idOf(two), { role: 'viewer' }),
      home.members.update(two, team, idOf(one), { role: 'viewer' }),
    ])
    expect(tries.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const { records } = await home.members.list(OPERATOR, team)
    expect(records.filter(({ role }) => role === 'owner')).toHaveLength(1)
  })
})

describeEachDatabase('API keys of a team', (open) => {
  const house = async (): Promise<PeopleHouse> => peopleHouseOn(await open())

  it('belong to the account: a developer manages their own, an admin all, and they outlive who made them', async () => {
    const { home, inside, account } = await house()
    const team = await account()
    const owner = await inside(team, 'owner@example.com', 'owner')
    const dev = await inside(team, 'dev@example.com', 'developer')
    const { keys } = home
    const made = await keys.create({ name: 'mine', maker: dev })
    expect(made.record).toMatchObject({ accountId: team, madeBy: dev.person?.personId, scopes: [] })
    const others = await keys.create({ name: 'theirs', maker: owner })
    expect(others.record.scopes).toEqual(['keys:manage'])
    await expect(keys.create({ name: 'x', maker: dev, scopes: ['keys:manage'] })).rejects.toMatchObject({
      ...DENIED,
      param: 'scopes',
    })
    const { keyId } = others.record
    await expect(keys.update(dev, keyId, { name: 'x' })).rejects.toMatchObject(DENIED)
    await expect(keys.rotate(dev, keyId, 0)).rejects.toMatchObject(DENIED)
    await expect(keys.revoke(dev, keyId)).rejects.toMatchObject(DENIED)
    await expect(keys.update(dev, made.record.keyId, { scopes: ['keys:manage'] })).rejects.toMatchObject(DENIED)
    expect(await keys.update(dev, made.record.keyId, { limits: { rpm: 5 } })).toMatchObject({ limits: { rpm: 5 } })
    const rotated = await keys.rotate(dev, made.record.keyId, 0)
    expect(await keys.update(owner, made.record.keyId, { name: 'renamed' })).toMatchObject({ name: 'renamed' })
    await home.members.remove(owner, team, idOf(dev))
    expect(await keys.identify(rotated.key)).toMatchObject({ accountId: team, operator: false })
    await keys.revoke(owner, made.record.keyId)
    expect(await keys.identify(rotated.key)).toBeNull()
  })

  it('are made for no other account, and in no group, by people who are no operators', async () => {
    const { home, inside, account } = await house()
    const [team, other] = [await account('One'), await account('Two')]
    const owner = await inside(team, 'owner@example.com', 'owner')
    await expect(home.keys.create({ name: 'x', maker: owner, accountId: other })).rejects.toMatchObject(DENIED)
    await expect(home.keys.create({ name: 'x', maker: owner, group: 'pro' })).rejects.toMatchObject(DENIED)
    const foreign = await home.key({ accountId: other })
    await expect(home.keys.get(owner, foreign.record.keyId)).rejects.toMatchObject(NOT_FOUND)
    await expect(home.keys.revoke(owner, foreign.record.keyId)).rejects.toMatchObject(NOT_FOUND)
  })
})

describeEachDatabase('What an account is', (open) => {
  it('its people name it; what it may do and spend is the operator’s to say', async () => {
    const { home, inside, account } = peopleHouseOn(await open())
    const team = await account()
    const owner = await inside(team, 'owner@example.com', 'owner')
    const { accounts } = home
    expect(await accounts.update(owner, team, { name: 'Ours', timeZone: 'Asia/Tokyo' })).toMatchObject({ name: 'Ours' })
    for (const patch of [
      { group: 'default' },
      { status: 'active' as const },
      { limits: null },
      { budget: null },
      { kind: 'person' as const },
    ]) {
      await expect(accounts.update(owner, team, patch)).rejects.toMatchObject({
        ...DENIED,
        param: Object.keys(patch)[0],
      })
    }
    const { principal } = await home.key({ accountId: team })
    await expect(accounts.update(principal, team, { name: 'x' })).rejects.toMatchObject(DENIED)
    await expect(accounts.update(owner, 'default', { name: 'x' })).rejects.toMatchObject(NOT_FOUND)
  })
})
