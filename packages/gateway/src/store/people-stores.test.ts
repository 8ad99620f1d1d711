// What must hold in the database itself, because several ask at the same moment: one link opens once, one code counts
// once, one ticket is spent once, and guesses are counted before anybody knows how they end.
import { expect, it } from 'vitest'
import { createPerson } from '../identity/people/create-person.ts'
import type { LinkRecord } from '../identity/people/link-store.ts'
import type { PersonRecord } from '../identity/people/person-store.ts'
import type { SessionRecord } from '../identity/people/session-store.ts'
import { describeEachDatabase } from './__fixtures__/each-database.ts'
import type { Database } from './database.ts'

const NOW_MS = 1_700_000_000_000
const RULE = { free: 5, firstWaitMs: 1_000, longestWaitMs: 8_000, forgetMs: 3_600_000 }
const AT_ONCE = 20

const times = async <T>(work: (index: number) => Promise<T>): Promise<T[]> =>
  await Promise.all(Array.from({ length: AT_ONCE }, async (_, index) => await work(index)))

async function ada(database: Database): Promise<PersonRecord> {
  return await database.transaction((stores) =>
    createPerson(stores, { email: 'ada@example.com', verified: true }, NOW_MS),
  )
}

function sessionOf(personId: string, name: string, rest: Partial<SessionRecord> = {}): SessionRecord {
  return {
    sessionId: `ses_${name}`,
    personId,
    digest: name,
    method: 'password',
    issuer: '',
    twoFactors: false,
    provedAtMs: NOW_MS,
    createdAtMs: NOW_MS,
    lastSeenAtMs: NOW_MS,
    expiresAtMs: NOW_MS + 1000,
    address: '203.0.113.7',
    userAgent: 'Test',
    ...rest,
  }
}

describeEachDatabase('The stores of people', (open) => {
  it('let so many guesses through as are free, however many come at once, and then make everybody wait', async () => {
    const { throttle } = await open()
    const scopes = [
      { scope: 'b', rule: RULE },
      { scope: 'a', rule: { ...RULE, free: 100 } },
    ]
    const waits = await times(async () => await throttle.take(scopes, NOW_MS))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(5)
    expect(new Set(waits)).toEqual(new Set([0, 1_000]))
    // Twice as long with each, up to the longest; what is not let through does not count.
    let nowMs = NOW_MS
    for (const wait of [1_000, 2_000, 4_000, 8_000, 8_000]) {
      expect(await throttle.take(scopes, nowMs)).toBe(wait)
      nowMs += wait
      expect(await throttle.take(scopes, nowMs)).toBe(0)
    }
    await throttle.giveBack(['b'])
    expect(await throttle.take(scopes, nowMs)).toBe(0)
    await throttle.forget(['b'])
    for (let count = 0; count < 5; count++) expect(await throttle.take(scopes, nowMs)).toBe(0)
    // Forgotten after a while.
    nowMs += RULE.forgetMs + 8_000
    for (let count = 0; count < 5; count++) expect(await throttle.take(scopes, nowMs)).toBe(0)
    expect(await throttle.take(scopes, nowMs)).toBe(1_000)
  })

  it('use a link, a ticket, a code, a recovery code and a counter once', async () => {
    const database = await open()
    const { personId } = await ada(database)
    const { links, tickets, factors, sessions } = database
    const link: LinkRecord = {
      linkId: 'lnk_a',
      kind: 'reset',
      digest: 'd',
      personId,
      createdAtMs: NOW_MS,
      expiresAtMs: NOW_MS + 10,
    }
    await links.insert(link)
    expect(await links.use('set_up', 'd', NOW_MS)).toBeUndefined()
    expect(await links.use('reset', 'd', NOW_MS + 10)).toBeUndefined()
    expect((await times(async () => await links.use('reset', 'd', NOW_MS))).filter(Boolean)).toEqual([link])

    expect((await times(async () => await tickets.spend('t', NOW_MS))).filter(Boolean)).toHaveLength(1)

    await factors.setTotp({ personId, sealed: 's', confirmedAtMs: null, lastStep: 0, createdAtMs: NOW_MS })
    expect((await times(async () => await factors.useTotp(personId, 7, NOW_MS))).filter(Boolean)).toHaveLength(1)
    expect([await factors.useTotp(personId, 6, NOW_MS), await factors.useTotp(personId, 8, NOW_MS)]).toEqual([
      false,
      true,
    ])
    expect(await factors.totp(personId)).toMatchObject({ confirmedAtMs: NOW_MS, lastStep: 8 })

    await factors.setRecoveryCodes(personId, ['x', 'y'], NOW_MS)
    const used = await times(async () => await factors.useRecoveryCode(personId, 'x', NOW_MS))
    expect(used.filter(Boolean)).toHaveLength(1)
    expect((await factors.summary(personId)).recoveryCodes).toBe(1)
    await factors.setRecoveryCodes(personId, ['z'], NOW_MS)
    expect(await factors.useRecoveryCode(personId, 'y', NOW_MS)).toBe(false)

    await factors.insertPasskey({
      passkeyId: 'pky_a',
      personId,
      credentialId: 'c',
      publicKey: 'k',
      counter: 3,
      transports: ['internal'],
      synced: true,
      name: 'Laptop',
      createdAtMs: NOW_MS,
      lastUsedAtMs: null,
    })
    expect((await times(async () => await factors.usePasskey('pky_a', 4, NOW_MS))).filter(Boolean)).toHaveLength(1)
    expect([await factors.usePasskey('pky_a', 0, NOW_MS), await factors.usePasskey('pky_a', 5, NOW_MS)]).toEqual([
      false,
      true,
    ])
    expect(await factors.findPasskey('c')).toMatchObject({ counter: 5, transports: ['internal'], synced: true })
    expect(await factors.summary(personId)).toEqual({
      password: false,
      passkeys: 1,
      totp: true,
      recoveryCodes: 1,
      identities: 0,
    })

    await sessions.insert(sessionOf(personId, 'a'))
    const rotated = await times(async (index) => await sessions.rotate('ses_a', 'a', { digest: `new ${index}` }))
    expect(rotated.filter(Boolean)).toHaveLength(1)
    expect(await sessions.findByDigest('a')).toBeUndefined()
  })

  it('have one person for an address, whoever comes first', async () => {
    const database = await open()
    const made = await Promise.allSettled([ada(database), ada(database)])
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const person = await database.persons.findByEmail('ada@example.com')
    expect(person).toMatchObject({ operator: false, status: 'active', emailVerifiedAtMs: NOW_MS })
    expect(await database.persons.countOperators()).toBe(0)
    await database.persons.update(person?.personId ?? '', { operator: true, lastLogInAtMs: 5 })
    expect(await database.persons.countOperators()).toBe(1)
    expect((await database.persons.list({ limit: 10, operator: true })).records).toMatchObject([{ lastLogInAtMs: 5 }])
  })

  it('end sessions one, all but one, and by age', async () => {
    const database = await open()
    const { personId } = await ada(database)
    const { sessions } = database
    for (const name of ['a', 'b', 'c']) await sessions.insert(sessionOf(personId, name))
    await sessions.insert(sessionOf(personId, 'old', { lastSeenAtMs: NOW_MS - 100 }))
    await sessions.insert(sessionOf(personId, 'over', { expiresAtMs: NOW_MS }))
    await sessions.removeEnded(NOW_MS, NOW_MS - 100)
    expect((await sessions.listOf(personId)).map(({ digest }) => digest)).toEqual(['c', 'b', 'a'])
    expect(await sessions.alive(['ses_a', 'ses_old', 'ses_none'])).toEqual(new Set(['ses_a']))
    expect(await sessions.remove('ses_a')).toBe(true)
    expect(await sessions.remove('ses_a')).toBe(false)
    expect(await sessions.removeAllOf(personId, 'ses_c')).toBe(1)
    expect((await sessions.findByDigest('c'))?.person.personId).toBe(personId)
  })

  it('know browsers and addresses for as long as they should', async () => {
    const database = await open()
    const { personId } = await ada(database)
    const { devices } = database
    await devices.remember(personId, { device: 'd', address: 'x' }, NOW_MS)
    await devices.remember(personId, { device: 'd', address: 'y' }, NOW_MS + 5)
    expect(await devices.isKnownDevice(personId, 'd', NOW_MS)).toBe(true)
    expect(await devices.isKnownDevice('per_other', 'd', NOW_MS)).toBe(false)
    expect(await devices.isKnownDevice(personId, 'd', NOW_MS + 6)).toBe(false)
    expect(await devices.isKnownAddress(personId, 'x', NOW_MS)).toBe(false)
    expect(await devices.isKnownAddress(personId, 'y', NOW_MS)).toBe(true)
    await devices.forgetAll(personId)
    expect(await devices.isKnownDevice(personId, 'd', 0)).toBe(false)
  })
})
