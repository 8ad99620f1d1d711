import { expect, it } from 'vitest'
import { describeEachDatabase } from '../../store/__fixtures__/each-database.ts'
import { FROM, peopleHouseOn, VISITOR, type PeopleHouse } from '../__fixtures__/people-house.ts'
import { OPERATOR } from '../principal.ts'

const DENIED = { code: 'permission_denied' }
const CONFLICT = { code: 'conflict' }
const NOT_FOUND = { code: 'not_found' }
const PASSWORD = 'correct horse battery staple'

const tokenIn = (url: string | null): string => url?.split('#')[1] ?? ''

describeEachDatabase('Invitations', (open) => {
  const house = async (): Promise<PeopleHouse> => peopleHouseOn(await open())

  it('by mail go to the mailbox alone, and let in whoever reads it', async () => {
    const { people, mails, inside, account, mailedToken, home } = await house()
    const team = await account('The Team')
    const admin = await inside(team, 'admin@example.com', 'admin')
    const made = await people.invitations.create(admin, team, { email: ' Ada@Example.com ', role: 'developer' }, FROM)
    expect(made.url).toBeNull()
    expect(made.invitation).toMatchObject({ email: 'ada@example.com', role: 'developer', state: 'open' })
    expect(mails).toHaveLength(1)
    expect(mails[0]).toMatchObject({ to: 'ada@example.com', subject: expect.stringContaining('The Team') })
    expect(await people.invitations.look(mailedToken())).toMatchObject({ accountName: 'The Team', invitedBy: 'admin' })
    const arrived = await people.signUp.join({ token: mailedToken(), name: 'Ada', password: PASSWORD }, VISITOR)
    expect(arrived).toMatchObject({ state: 'done', person: { email: 'ada@example.com', name: 'Ada' } })
    expect(arrived.person.emailVerifiedAtMs).toBe(home.nowMs)
    expect((await people.logIn.withPassword('ada@example.com', PASSWORD, VISITOR)).state).toBe('done')
    expect(await home.database.members.findByPerson(team, arrived.person.personId)).toMatchObject({ role: 'developer' })
    await expect(people.invitations.look(mailedToken())).rejects.toMatchObject(NOT_FOUND)
    await expect(people.signUp.join({ token: mailedToken() }, VISITOR)).rejects.toMatchObject(NOT_FOUND)
  })

  it('bound to an address let in nobody else, whoever has the link', async () => {
    const { people, inside, account, mailedToken } = await house()
    const [team, other] = [await account('One'), await account('Two')]
    const admin = await inside(team, 'admin@example.com', 'admin')
    const mallory = await inside(other, 'mallory@example.com', 'owner')
    await people.invitations.create(admin, team, { email: 'ada@example.com' })
    const token = mailedToken()
    await expect(people.invitations.accept(mallory, { token })).rejects.toMatchObject(DENIED)
    expect(await people.invitations.mine(mallory)).toEqual([])
    expect((await people.invitations.look(token)).invitation.state).toBe('open')
  })

  it('by link work once, of however many who follow it at the same time', async () => {
    const { people, inside, account, home } = await house()
    const team = await account()
    const admin = await inside(team, 'admin@example.com', 'admin')
    const { url } = await people.invitations.create(admin, team, { role: 'viewer' })
    expect(url).toMatch(/^https:\/\/gateway\.example\/invitation#[\w-]{43}$/)
    const tries = await Promise.allSettled(
      Array.from({ length: 4 }, (_, index) =>
        people.signUp.join({ token: tokenIn(url), email: `new${index}@example.com`, password: PASSWORD }, VISITOR),
      ),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await home.members.list(OPERATOR, team)).records).toHaveLength(2)
    expect((await people.persons.list(OPERATOR)).records).toHaveLength(2)
  })

  it('are accepted by who is logged in, and found under their own address where it is sure', async () => {
    const { people, inside, account, person, home } = await house()
    const [team, other] = [await account('One'), await account('Two')]
    const admin = await inside(team, 'admin@example.com', 'admin')
    const ada = await inside(other, 'ada@example.com', 'owner')
    await people.invitations.create(admin, team, { email: 'ada@example.com', role: 'admin' })
    const [view] = await people.invitations.mine(ada)
    expect(view).toMatchObject({ accountName: 'One', invitation: { role: 'admin' } })
    const invitationId = view?.invitation.invitationId ?? ''
    expect(await people.invitations.accept(ada, { invitationId })).toMatchObject({ accountId: team, role: 'admin' })
    expect(await people.memberships.list(ada)).toHaveLength(2)
    await expect(people.invitations.create(admin, team, { email: 'ada@example.com' })).rejects.toMatchObject(CONFLICT)
    const { url } = await people.invitations.create(admin, team, {})
    await expect(people.invitations.accept(ada, { token: tokenIn(url) })).rejects.toMatchObject(CONFLICT)
    const unsure = await person('unsure@example.com')
    await home.database.persons.update(unsure.personId, { emailVerifiedAtMs: null })
    await people.invitations.create(admin, team, { email: 'unsure@example.com' })
    const session = await home.database.transaction((stores) =>
      people.sessions.begin(stores, unsure, { method: 'password', twoFactors: false, proved: true }, FROM),
    )
    const act = await people.principalOf(unsure, { kind: 'session', ...session }, { ofPath: null, ofHeader: null })
    expect(await people.invitations.mine(act)).toEqual([])
  })

  it('end: revoked, declined, over, and replaced by the next to the same address', async () => {
    const { people, inside, account, mailedToken, home } = await house()
    const team = await account()
    const admin = await inside(team, 'admin@example.com', 'admin')
    const { invitations } = people
    const byLink = await invitations.create(admin, team, {})
    await invitations.revoke(admin, team, byLink.invitation.invitationId)
    await expect(invitations.look(tokenIn(byLink.url))).rejects.toMatchObject(NOT_FOUND)
    await expect(invitations.revoke(admin, team, byLink.invitation.invitationId)).rejects.toMatchObject(CONFLICT)
    await invitations.create(admin, team, { email: 'ada@example.com' })
    const first = mailedToken()
    await invitations.create(admin, team, { email: 'ada@example.com' })
    await expect(invitations.look(first)).rejects.toMatchObject(NOT_FOUND)
    expect(await invitations.decline(OPERATOR, { token: mailedToken() })).toMatchObject({ state: 'declined' })
    await invitations.create(admin, team, { email: 'ada@example.com' })
    home.nowMs += 7 * 24 * 3_600_000
    await expect(invitations.look(mailedToken())).rejects.toMatchObject(NOT_FOUND)
    await expect(people.signUp.join({ token: mailedToken(), password: PASSWORD }, VISITOR)).rejects.toMatchObject(
      NOT_FOUND,
    )
    for (const token of ['', 'null', 'undefined', '[]']) {
      await expect(invitations.look(token)).rejects.toMatchObject(NOT_FOUND)
    }
  })

  it('give no role above that of who invites, and are made by admins of that account alone', async () => {
    const { people, inside, account, home } = await house()
    const [team, other] = [await account('One'), await account('Two')]
    const admin = await inside(team, 'admin@example.com', 'admin')
    const dev = await inside(team, 'dev@example.com', 'developer')
    await expect(people.invitations.create(admin, team, { role: 'owner' })).rejects.toMatchObject(DENIED)
    await expect(people.invitations.create(dev, team, { role: 'viewer' })).rejects.toMatchObject(DENIED)
    await expect(people.invitations.create(admin, other, { role: 'viewer' })).rejects.toMatchObject(NOT_FOUND)
    await expect(people.invitations.list(admin, other)).rejects.toMatchObject(NOT_FOUND)
    const { principal } = await home.key({ accountId: team })
    await expect(people.invitations.create(principal, team, {})).rejects.toMatchObject(DENIED)
    // Somebody who was an admin when the request came in, and is not when it is carried out.
    await home.members.update(OPERATOR, team, admin.person?.memberId ?? '', { role: 'viewer' })
    await expect(people.invitations.create(admin, team, {})).rejects.toMatchObject(DENIED)
  })

  it('of one account cannot flood the world with mails', async () => {
    const { people, inside, account, mails } = await house()
    const team = await account()
    const admin = await inside(team, 'admin@example.com', 'admin')
    const tries = []
    for (let index = 0; index < 60; index++) {
      const asked = people.invitations.create(admin, team, { email: `x${index}@example.com` })
      tries.push(await asked.catch((error: unknown) => error))
    }
    expect(mails).toHaveLength(50)
    expect(tries.at(-1)).toMatchObject({ tableCode: 'rate_limit_exceeded' })
    expect((await people.invitations.create(admin, team, {})).url).not.toBeNull()
  })

  it('take over a place that the operator made for the address', async () => {
    const { people, account, home, mailedToken } = await house()
    const team = await account()
    await home.members.add(OPERATOR, team, { email: 'first@example.com' })
    const place = await home.members.add(OPERATOR, team, { email: 'ada@example.com', role: 'viewer' })
    await people.invitations.create(OPERATOR, team, { email: 'ada@example.com', role: 'admin' })
    const { person } = await people.signUp.join({ token: mailedToken(), password: PASSWORD }, VISITOR)
    expect(await home.database.members.findByPerson(team, person.personId)).toMatchObject({
      memberId: place.memberId,
      role: 'admin',
    })
  })
})

describeEachDatabase('Sign-up', (open) => {
  const openHouse = async (): Promise<PeopleHouse> => {
    const house = peopleHouseOn(await open())
    house.settings = { ...house.settings, signUp: 'open' }
    return house
  }

  it('is by invitation unless it is opened, and off for invited newcomers too where it is off', async () => {
    const house = peopleHouseOn(await open())
    const { people, inside, account } = house
    await expect(people.signUp.signUp({ email: 'ada@example.com' })).rejects.toMatchObject(DENIED)
    const team = await account()
    const admin = await inside(team, 'admin@example.com', 'admin')
    const { url } = await people.invitations.create(admin, team, {})
    house.settings = { ...house.settings, signUp: 'off' }
    const newcomer = { token: tokenIn(url), email: 'ada@example.com', password: PASSWORD }
    await expect(people.signUp.join(newcomer, VISITOR)).rejects.toMatchObject(DENIED)
    expect(await house.database.persons.findByEmail('ada@example.com')).toBeUndefined()
  })

  it('goes through the mailbox: who confirms chooses the password, and gets an account of their own', async () => {
    const { people, mails, mailedToken, home, actions } = await openHouse()
    await people.signUp.signUp({ email: 'ada@example.com', name: 'Ada' }, FROM)
    expect(mails).toHaveLength(1)
    await expect(people.logIn.withPassword('ada@example.com', PASSWORD, VISITOR)).rejects.toThrow('not right')
    const token = mailedToken()
    const arrived = await people.signUp.confirm({ token, password: PASSWORD }, VISITOR)
    expect(arrived.person).toMatchObject({ name: 'Ada', emailVerifiedAtMs: home.nowMs })
    await expect(people.signUp.confirm({ token, password: PASSWORD }, VISITOR)).rejects.toMatchObject(NOT_FOUND)
    const [place] = await home.database.members.listOfPerson(arrived.person.personId)
    expect(place).toMatchObject({ role: 'owner' })
    expect(await home.accounts.get(OPERATOR, place?.accountId ?? '')).toMatchObject({ name: 'Ada', kind: 'person' })
    expect((await people.logIn.withPassword('ada@example.com', PASSWORD, VISITOR)).state).toBe('done')
    expect(await actions()).toEqual(
      expect.arrayContaining(['person.sign_up', 'person.update', 'account.create', 'member.add', 'person.log_in']),
    )
  })

  it('answers the same, after the same time, for who is known, who is not, and who is the operator', async () => {
    const { people, person, mails } = await openHouse()
    const known = await person('known@example.com')
    await person('operator@example.com', true)
    const timed = async (email: string): Promise<readonly [unknown, number]> => {
      const startMs = performance.now()
      const answer: unknown = await people.signUp.signUp({ email })
      return [answer, performance.now() - startMs]
    }
    const all = [await timed('known@example.com'), await timed('new@example.com'), await timed('operator@example.com')]
    expect(all.map(([answer]) => answer)).toEqual([undefined, undefined, undefined])
    for (const [, ms] of all) expect(ms).toBeGreaterThanOrEqual(145)
    expect(mails.map(({ to }) => to)).toEqual(['known@example.com', 'new@example.com', 'operator@example.com'])
    expect(mails[2]?.text).toContain('known here already')
    expect(mails[2]?.text).not.toContain('/confirm#')
    expect(known.emailVerifiedAtMs).not.toBeNull()
  })

  it('does not fill anybody’s mailbox', async () => {
    const { people, mails } = await openHouse()
    const tries = []
    for (let index = 0; index < 6; index++)
      tries.push(await people.signUp.signUp({ email: 'a@b.example' }).catch(() => 'no'))
    expect(mails).toHaveLength(3)
    expect(tries.at(-1)).toBe('no')
  })

  it('by whoever does not own the address is worth nothing once the owner comes', async () => {
    const { people, account, inside, mailedToken, isAlive } = await openHouse()
    const team = await account()
    const admin = await inside(team, 'admin@example.com', 'admin')
    const { url } = await people.invitations.create(admin, team, {})
    // Mallory comes by a link, under the address of Ada.
    const mallory = await people.signUp.join(
      { token: tokenIn(url), email: 'ada@example.com', password: 'mallory mallory mallory' },
      VISITOR,
    )
    expect(mallory.person.emailVerifiedAtMs).toBeNull()
    const act = await people.principalOf(
      mallory.person,
      { kind: 'session', session: mallory.opened.session },
      { ofPath: null, ofHeader: null },
    )
    await people.tokens.create(act, { name: 'x', scopes: ['read'], expiresInSeconds: 60 })
    await people.signUp.signUp({ email: 'ada@example.com' })
    const ada = await people.signUp.confirm({ token: mailedToken(), password: PASSWORD }, VISITOR)
    expect(ada.person.personId).toBe(mallory.person.personId)
    expect(await isAlive(act)).toBe(false)
    expect(await people.tokens.list(act)).toEqual([])
    await expect(people.logIn.withPassword('ada@example.com', 'mallory mallory mallory', VISITOR)).rejects.toThrow(
      'not right',
    )
    expect((await people.logIn.withPassword('ada@example.com', PASSWORD, VISITOR)).state).toBe('done')
  })

  it('gives an operator no new way in, whoever reads the mailbox', async () => {
    const { people, person, inside, account, mailedToken, mails, database } = await openHouse()
    const operator = await person('operator@example.com', true)
    const team = await account()
    const admin = await inside(team, 'admin@example.com', 'admin')
    await people.invitations.create(admin, team, { email: 'operator@example.com' })
    await expect(people.signUp.join({ token: mailedToken(), password: PASSWORD }, VISITOR)).rejects.toMatchObject(
      CONFLICT,
    )
    await people.signUp.forgot('operator@example.com')
    expect(mails).toHaveLength(1)
    expect(operator.operator).toBe(true)
    await people.signUp.signUp({ email: 'soon@example.com' })
    const token = mailedToken()
    const soon = await database.persons.findByEmail('soon@example.com')
    await people.persons.update(OPERATOR, soon?.personId ?? '', { operator: true })
    await expect(people.signUp.confirm({ token, password: PASSWORD }, VISITOR)).rejects.toMatchObject(NOT_FOUND)
  })

  it('refuses passwords that are too short, and any where they are not taken', async () => {
    const house = await openHouse()
    const { people, mailedToken } = house
    await people.signUp.signUp({ email: 'ada@example.com' })
    const token = mailedToken()
    await expect(people.signUp.confirm({ token, password: 'short' }, VISITOR)).rejects.toMatchObject({
      param: 'password',
    })
    house.settings = { ...house.settings, password: false }
    await expect(people.signUp.confirm({ token, password: PASSWORD }, VISITOR)).rejects.toMatchObject(DENIED)
    const arrived = await people.signUp.confirm({ token }, VISITOR)
    expect(arrived.opened.session.method).toBe('link')
  })
})

describeEachDatabase('A forgotten password', (open) => {
  it('is chosen anew by mail, and the answer is the same for who is not known', async () => {
    const { people, person, mails, mailedToken, home } = peopleHouseOn(await open())
    const ada = await person('ada@example.com')
    await home.database.factors.setPassword(ada.personId, await people.passwords.hash(PASSWORD), home.nowMs)
    const first = await people.logIn.withPassword('ada@example.com', PASSWORD, VISITOR)
    await people.signUp.forgot('nobody@example.com')
    expect(mails).toEqual([])
    await people.signUp.forgot(' Ada@example.com')
    expect(mails).toHaveLength(1)
    const outcome = await people.logIn.withLink({ token: mailedToken(), password: 'another long password' }, VISITOR)
    expect(outcome.state).toBe('done')
    if (first.state !== 'done') throw new Error('no session')
    expect(await people.sessions.identify(first.opened.token)).toBeNull()
    await expect(people.logIn.withPassword('ada@example.com', PASSWORD, VISITOR)).rejects.toThrow('not right')
    await expect(people.logIn.withLink({ token: mailedToken() }, VISITOR)).rejects.toMatchObject(NOT_FOUND)
  })
})

describeEachDatabase('People, for the operator', (open) => {
  const house = async (): Promise<PeopleHouse> => peopleHouseOn(await open())

  it('are suspended at once, sessions and tokens, and come back with what they had', async () => {
    const { people, inside, account, isAlive, again } = await house()
    const team = await account()
    const ada = await inside(team, 'ada@example.com', 'owner')
    const personId = ada.person?.personId ?? ''
    const { token } = await people.tokens.create(ada, { name: 'ci', scopes: ['read'], expiresInSeconds: 3600 })
    expect(await people.identifyToken(token)).not.toBeNull()
    expect(await people.persons.setStatus(OPERATOR, personId, 'suspended')).toMatchObject({ status: 'suspended' })
    expect([await isAlive(ada), await people.identifyToken(token)]).toEqual([false, null])
    await people.persons.setStatus(OPERATOR, personId, 'active')
    expect(await people.identifyToken(token)).not.toBeNull()
    expect((await again(ada)).person?.role).toBe('owner')
    for (const who of [await again(ada)]) {
      await expect(people.persons.setStatus(who, personId, 'suspended')).rejects.toMatchObject(DENIED)
      await expect(people.persons.list(who)).rejects.toMatchObject(DENIED)
      await expect(people.persons.makeLink(who, personId, false)).rejects.toMatchObject(DENIED)
      await expect(people.persons.update(who, personId, { operator: true })).rejects.toMatchObject(DENIED)
    }
  })

  it('become operators and cease to be: logged out by it, and the last one only by the machine’s owner', async () => {
    const { people, person, isAlive, home } = await house()
    const ada = await person('ada@example.com')
    await people.persons.update(OPERATOR, ada.personId, { operator: true })
    const admitted = await home.database.persons.find(ada.personId)
    const session = await home.database.transaction((stores) =>
      people.sessions.begin(stores, ada, { method: 'password', twoFactors: false, proved: true }, FROM),
    )
    const act = await people.principalOf(
      admitted ?? ada,
      { kind: 'session', session: session.session },
      { ofPath: null, ofHeader: null },
    )
    expect(act.operator).toBe(true)
    await expect(people.persons.update(act, ada.personId, { operator: false })).rejects.toMatchObject(CONFLICT)
    await expect(people.persons.setStatus(act, ada.personId, 'suspended')).rejects.toMatchObject(CONFLICT)
    await expect(people.persons.makeSetUpLink(OPERATOR)).rejects.toMatchObject(CONFLICT)
    await people.persons.update(OPERATOR, ada.personId, { operator: false })
    expect(await isAlive(act)).toBe(false)
    expect((await people.persons.makeSetUpLink(OPERATOR)).url).toContain('/set-up#')
  })

  it('begin anew by a link, once all they had was taken away', async () => {
    const { people, inside, account, isAlive, actions, home } = await house()
    const team = await account()
    const ada = await inside(team, 'ada@example.com', 'owner')
    const personId = ada.person?.personId ?? ''
    await home.database.factors.setPassword(personId, await people.passwords.hash(PASSWORD), home.nowMs)
    const { token } = await people.tokens.create(ada, { name: 'ci', scopes: ['read'], expiresInSeconds: 3600 })
    const link = await people.persons.resetFactors(OPERATOR, personId, FROM)
    expect([await isAlive(ada), await people.identifyToken(token)]).toEqual([false, null])
    await expect(people.logIn.withPassword('ada@example.com', PASSWORD, VISITOR)).rejects.toThrow('not right')
    const outcome = await people.logIn.withLink(
      { token: tokenIn(link.url), password: 'another long password' },
      VISITOR,
    )
    expect(outcome.state).toBe('done')
    expect(await actions()).toEqual(expect.arrayContaining(['token.create', 'factors.reset', 'link.use']))
  })
})

describeEachDatabase('Personal access tokens', (open) => {
  it('are shown once, act as their person, and are revoked by them alone', async () => {
    const { people, inside, account, home } = peopleHouseOn(await open())
    const [team, other] = [await account('One'), await account('Two')]
    const ada = await inside(team, 'ada@example.com', 'admin')
    const bob = await inside(team, 'bob@example.com', 'owner')
    const { tokens } = people
    const made = await tokens.create(ada, { name: 'ci', scopes: ['read', 'read'], expiresInSeconds: 60 }, FROM)
    expect(made.token).toMatch(/^flp_[0-9A-Za-z]{54}$/)
    expect(made.record).toMatchObject({
      scopes: ['read'],
      prefix: made.token.slice(0, 12),
      last4: made.token.slice(-4),
    })
    expect(JSON.stringify([await tokens.list(ada), (await home.audit.list(OPERATOR)).records])).not.toContain(
      made.token.slice(12),
    )
    const found = await people.identifyToken(made.token)
    expect(found).toMatchObject({ token: { tokenId: made.record.tokenId }, person: { email: 'ada@example.com' } })
    await expect(tokens.revoke(bob, made.record.tokenId)).rejects.toMatchObject(NOT_FOUND)
    await expect(
      tokens.create(ada, { name: 'x', scopes: ['read'], expiresInSeconds: 60, accountId: other }),
    ).rejects.toMatchObject(NOT_FOUND)
    await expect(tokens.create(ada, { name: 'x', scopes: [], expiresInSeconds: 60 })).rejects.toMatchObject({
      param: 'scopes',
    })
    await expect(tokens.create(ada, { name: 'x', scopes: ['read'], expiresInSeconds: 1e9 })).rejects.toMatchObject({
      param: 'expires_in',
    })
    const { principal } = await home.key({ accountId: team })
    await expect(tokens.create(principal, { name: 'x', scopes: ['read'], expiresInSeconds: 60 })).rejects.toMatchObject(
      DENIED,
    )
    home.nowMs += 60_000
    expect(await people.identifyToken(made.token)).toBeNull()
    const next = await tokens.create(ada, { name: 'next', scopes: ['read'], expiresInSeconds: 60 })
    await tokens.revoke(ada, next.record.tokenId)
    expect(await people.identifyToken(next.token)).toBeNull()
    expect(await home.keys.identify(next.token)).toBeNull()
  })
})
