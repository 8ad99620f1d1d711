import { describe, expect, it } from 'vitest'
import { hashPassword, isOutdated, isPassword, PASSWORD_COST } from './password-hash.ts'
import { createPasswordService } from './password-service.ts'

const SECRET = Buffer.alloc(32, 3)
const CHEAP = { memoryKib: 8, passes: 1 }

describe('A password', () => {
  it('is kept as argon2id with OWASP’s figures, a salt of its own, and the gateway’s secret', async () => {
    const stored = await hashPassword('correct horse battery', SECRET)
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(await hashPassword('correct horse battery', SECRET, CHEAP)).not.toBe(
      await hashPassword('correct horse battery', SECRET, CHEAP),
    )
    expect(await isPassword('correct horse battery', stored, SECRET)).toBe(true)
    expect(await isPassword('correct horse batterz', stored, SECRET)).toBe(false)
    // Whoever has the database alone cannot try anything.
    expect(await isPassword('correct horse battery', stored, Buffer.alloc(32))).toBe(false)
    for (const broken of ['', '$', 'correct horse battery', '$argon2id$v=19$m=1,t=1,p=1$$'])
      expect(await isPassword('correct horse battery', broken, SECRET)).toBe(false)
  })

  it('may be long, of any script, and is the same however its letters are put together', async () => {
    const stored = await hashPassword('Zo\u00eb’s pässwörd 🐎', SECRET, CHEAP)
    expect(await isPassword('Zoe\u0308’s pässwörd 🐎', stored, SECRET)).toBe(true)
    const service = createPasswordService({ secret: SECRET, cost: CHEAP })
    expect(await service.hash('x'.repeat(1024))).toBeDefined()
    for (const bad of ['', 'nine char', 'x'.repeat(1025), '🐎'.repeat(9)])
      await expect(service.hash(bad)).rejects.toMatchObject({ tableCode: 'invalid_request', param: 'password' })
    // Long ones differ to the end.
    const long = await service.hash(`${'x'.repeat(500)}a`)
    expect(await service.verify(`${'x'.repeat(500)}b`, long, false)).toBe(false)
  })

  it('is hashed anew where it was with less', async () => {
    expect(isOutdated(await hashPassword('correct horse', SECRET, CHEAP))).toBe(true)
    expect(isOutdated(`$argon2id$v=19$m=${PASSWORD_COST.memoryKib},t=2,p=1$a$a`)).toBe(false)
  })
})

describe('The queue of passwords', () => {
  it('costs the same for nobody, and lets nobody in', async () => {
    const service = createPasswordService({ secret: SECRET, cost: CHEAP })
    expect(await service.verify('somebody who is not there', undefined, false)).toBe(false)
    expect(service.hashed).toBe(1)
  })

  it('holds a bounded number, refuses the rest at once, and lets known browsers go first', async () => {
    const service = createPasswordService({ secret: SECRET, cost: { memoryKib: 19_456, passes: 1 } })
    const stored = await service.hash('correct horse')
    const order: string[] = []
    const strangers = Array.from({ length: 200 }, async (_, index) => {
      try {
        await service.verify(`wrong password ${index}`, stored, false)
        order.push('stranger')
        return 'looked at'
      } catch (error) {
        expect(error).toMatchObject({ tableCode: 'service_unavailable', retryAfterSeconds: 2 })
        return 'refused'
      }
    })
    const owner = service.verify('correct horse', stored, true).then((isRight) => {
      order.push('owner')
      return isRight
    })
    expect(await owner).toBe(true)
    // Begun behind the two that were being looked at, before the 32 that waited; on a busy machine a few of those may overtake
    // it, since two are looked at at a time.
    expect(order.indexOf('owner')).toBeLessThan(16)
    const outcomes = await Promise.all(strangers)
    expect(outcomes.filter((outcome) => outcome === 'looked at')).toHaveLength(34)
    expect(service.hashed).toBe(1 + 34 + 1)
  })
})
