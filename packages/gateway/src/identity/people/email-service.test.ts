import { expect, it } from 'vitest'
import { describeEachDatabase } from '../../store/__fixtures__/each-database.ts'
import { FROM, peopleHouseOn, type PeopleHouse } from '../__fixtures__/people-house.ts'
import { OPERATOR, type Principal } from '../principal.ts'
import { digestOfToken } from './session-service.ts'

const NOT_FOUND = { code: 'not_found' }
const CONFLICT = { code: 'conflict' }
const DAY_MS = 24 * 3_600_000

describeEachDatabase('Another mail address', (open) => {
  interface Ada extends PeopleHouse {
    readonly team: string
    readonly ada: Principal
  }
  const house = async (): Promise<Ada> => {
    const inner = peopleHouseOn(await open())
    const team = await inner.account('Team')
    const ada = await inner.inside(team, 'ada@example.com', 'owner')
    return Object.assign(inner, { team, ada })
  }
  /** Of the last mail to this address. */
  const tokenTo = ({ mails }: PeopleHouse, to: string): string =>
    /#(\S+)/.exec(mails.findLast((mail) => mail.to === to)?.text ?? '')?.[1] ?? ''
  const personId = ({ ada }: Ada): string => ada.person?.personId ?? ''

  it('counts once its mailbox has answered: the old one is told, other sessions end, places come along', async () => {
    const home = await house()
    const { people, database, mails, ada, team, again, isAlive, actions } = home
    const other = await again(ada)
    await people.email.ask(ada, ' Ada@New.Example ', FROM)
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      ['ada@new.example', 'Fairlead: Confirm your new mail address'],
      ['ada@example.com', 'Fairlead: Your mail address is about to change'],
    ])
    expect(mails[0]?.text).toContain('https://gateway.example/settings/profile#')
    expect(mails[1]?.text).toContain('"ada@new.example"')
    expect(mails[1]?.text).not.toContain('#')
    expect((await database.persons.find(personId(home)))?.email).toBe('ada@example.com')

    const reset = await people.persons.makeLink(OPERATOR, personId(home), false)
    const { result, opened } = await people.email.confirm(ada, tokenTo(home, 'ada@new.example'), FROM)
    expect(result).toMatchObject({ email: 'ada@new.example', emailVerifiedAtMs: home.home.nowMs })
    expect(opened?.session.sessionId).toBe(ada.keyId)
    expect([await isAlive(ada), await isAlive(other)]).toEqual([true, false])
    expect(await database.persons.findByEmail('ada@example.com')).toBeUndefined()
    const resetDigest = digestOfToken(reset.url.split('#')[1] ?? '')
    expect(await database.links.find('reset', resetDigest, home.home.nowMs)).toBeUndefined()
    expect(await database.members.findByEmail(team, 'ada@new.example')).toMatchObject({ personId: personId(home) })
    expect(mails.at(-1)).toMatchObject({ to: 'ada@example.com', subject: 'Fairlead: Your mail address was changed' })
    expect((await actions()).filter((action) => action.startsWith('email.'))).toEqual(['email.ask', 'email.change'])
  })

  it('is changed by a link that works once, in time, and for who asked', async () => {
    const home = await house()
    const { people, ada, inside, team } = home
    const mallory = await inside(team, 'mallory@example.com', 'developer')
    await people.email.ask(ada, 'ada@new.example', FROM)
    const token = tokenTo(home, 'ada@new.example')
    for (const bad of ['', 'x', `${token}A`, token.slice(1)])
      await expect(people.email.confirm(ada, bad, FROM)).rejects.toMatchObject(NOT_FOUND)
    await expect(people.email.confirm(mallory, token, FROM)).rejects.toMatchObject(NOT_FOUND)
    await people.email.confirm(ada, token, FROM)
    await expect(people.email.confirm(ada, token, FROM)).rejects.toMatchObject(NOT_FOUND)
    // One that was asked for under the address before, and one that is late.
    await people.email.ask(ada, 'ada@second.example', FROM)
    const late = tokenTo(home, 'ada@second.example')
    home.home.nowMs += DAY_MS
    await expect(people.email.confirm(ada, late, FROM)).rejects.toMatchObject(NOT_FOUND)
  })

  it('is nobody else’s, and no answer tells whose it is', async () => {
    const home = await house()
    const { people, person, mails, ada, database, team } = home
    await person('known@example.com')
    await expect(people.email.ask(ada, 'known@example.com', FROM)).resolves.toBeUndefined()
    expect(mails[0]).toMatchObject({ to: 'known@example.com', subject: 'Fairlead: Somebody wants your mail address' })
    expect(mails[0]?.text).not.toContain('#')
    await people.email.ask(ada, 'ada@new.example', FROM)
    const token = tokenTo(home, 'ada@new.example')
    await person('ada@new.example')
    await expect(people.email.confirm(ada, token, FROM)).rejects.toMatchObject(CONFLICT)
    // Nor one that an account of theirs has a place for.
    await home.home.members.add(OPERATOR, team, {
      email: 'place@example.com',
      role: 'viewer',
    })
    await people.email.ask(ada, 'place@example.com', FROM)
    await expect(people.email.confirm(ada, tokenTo(home, 'place@example.com'), FROM)).rejects.toMatchObject(CONFLICT)
    expect((await database.persons.find(personId(home)))?.email).toBe('ada@example.com')
    await expect(people.email.ask(ada, 'ada@example.com', FROM)).rejects.toMatchObject({ param: 'email' })
    await expect(people.email.ask(ada, 'nobody', FROM)).rejects.toMatchObject({ param: 'email' })
  })

  it('can be the one they have, where nobody has shown yet that it is theirs', async () => {
    const home = await house()
    const { people, database, mails, ada } = home
    await database.persons.update(personId(home), { emailVerifiedAtMs: null })
    await people.email.ask(ada, 'ada@example.com', FROM)
    expect(mails).toHaveLength(1)
    const { result } = await people.email.confirm(ada, tokenTo(home, 'ada@example.com'), FROM)
    expect(result.emailVerifiedAtMs).toBe(home.home.nowMs)
    expect(mails).toHaveLength(1)
  })

  it('fills nobody’s mailbox', async () => {
    const { people, mails, ada } = await house()
    const tries = []
    for (let index = 0; index < 5; index++)
      tries.push(await people.email.ask(ada, 'b@example.com', FROM).catch((error: { code: string }) => error.code))
    expect(tries).toEqual([undefined, undefined, undefined, 'rate_limit_exceeded', 'rate_limit_exceeded'])
    expect(mails.filter(({ to }) => to === 'b@example.com')).toHaveLength(3)
  })
})
