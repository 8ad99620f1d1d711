import { expect, it } from 'vitest'
import { doUpkeep } from '../../billing/usage/usage-keeper.ts'
import { describeEachDatabase } from '../../store/__fixtures__/each-database.ts'
import { FROM, peopleHouseOn, VISITOR, type PeopleHouse } from '../__fixtures__/people-house.ts'
import { forgetSignUps } from './forgotten-sign-ups.ts'

const DAY_MS = 24 * 3_600_000
const PASSWORD = 'correct horse battery staple'

describeEachDatabase('Sign-ups that nobody confirms', (open) => {
  const openHouse = async (): Promise<PeopleHouse> => {
    const house = peopleHouseOn(await open())
    house.settings = { ...house.settings, signUp: 'open' }
    return house
  }
  const emails = async ({ database }: PeopleHouse): Promise<readonly string[]> =>
    (await database.persons.list({ limit: 100 })).records.map(({ email }) => email).toSorted()

  it('are gone after a week, with the upkeep of everything else, and can be made anew', async () => {
    const house = await openHouse()
    const { people, database, home, actions, mailedToken } = house
    await people.signUp.signUp({ email: 'forgot@example.com' }, FROM)
    const upkeep = async (): Promise<void> =>
      await doUpkeep(
        database.usage,
        { keepRecordsDays: 0, keepHoursDays: 0, keepDaysDays: 0 },
        home.nowMs,
        new AbortController().signal,
        { chores: [async (nowMs) => await forgetSignUps(database, nowMs)], pauseMs: 0 },
      )
    home.nowMs += 7 * DAY_MS
    await upkeep()
    expect(await emails(house)).toEqual(['forgot@example.com'])
    home.nowMs += 1
    await upkeep()
    expect(await emails(house)).toEqual([])
    expect((await actions()).at(-1)).toBe('person.expire')
    await people.signUp.signUp({ email: 'forgot@example.com' }, FROM)
    const { person } = await people.signUp.confirm({ token: mailedToken(), password: PASSWORD }, VISITOR)
    expect(person.email).toBe('forgot@example.com')
  })

  it('stay while a link waits for them, and so does everybody who has ever come in or been let in', async () => {
    const house = await openHouse()
    const { people, database, home, account, inside, person, mailedToken } = house
    const admin = await inside(await account(), 'admin@example.com', 'admin')
    await person('operator@example.com', true)
    await people.signUp.signUp({ email: 'confirmed@example.com' }, FROM)
    await people.signUp.confirm({ token: mailedToken() }, VISITOR)
    const { url } = await people.invitations.create(admin, admin.accountId, {})
    const token = url?.split('#')[1] ?? ''
    await people.signUp.join({ token, email: 'by-link@example.com', password: PASSWORD }, VISITOR)
    await people.signUp.signUp({ email: 'suspended@example.com' }, FROM)
    const suspended = await database.persons.findByEmail('suspended@example.com')
    await database.persons.update(suspended?.personId ?? '', { status: 'suspended' })
    await people.signUp.signUp({ email: 'again@example.com' }, FROM)
    home.nowMs += 30 * DAY_MS
    await people.signUp.signUp({ email: 'again@example.com' }, FROM)
    const all = await emails(house)
    expect(await forgetSignUps(database, home.nowMs)).toBe(false)
    expect(await emails(house)).toEqual(all)
    home.nowMs += DAY_MS
    await forgetSignUps(database, home.nowMs)
    expect(await emails(house)).toEqual(all.filter((email) => email !== 'again@example.com'))
  })

  it('go a hundred at a time, whichever gateway does it', async () => {
    const house = await openHouse()
    const { database, home } = house
    for (let index = 0; index < 130; index++)
      await database.persons.insert({
        personId: `per_${index}`,
        email: `p${index}@example.com`,
        emailVerifiedAtMs: null,
        name: 'x',
        operator: false,
        status: 'active',
        createdAtMs: home.nowMs,
        updatedAtMs: home.nowMs,
        lastLogInAtMs: null,
      })
    home.nowMs += 8 * DAY_MS
    expect(await forgetSignUps(database, home.nowMs)).toBe(true)
    expect(await emails(house)).toHaveLength(30)
    await Promise.all([forgetSignUps(database, home.nowMs), forgetSignUps(database, home.nowMs)])
    expect(await emails(house)).toEqual([])
  })
})
