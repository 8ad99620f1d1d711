import { describe, expect, it } from 'vitest'
import { Intake, LeakyBucket } from './intake.ts'

class Room {
  held = 0
  readonly most: number

  constructor(most: number) {
    this.most = most
  }

  holdBytes(count: number): boolean {
    if (this.held + count > this.most) return false
    this.held += count
    return true
  }

  releaseBytes(count: number): void {
    this.held -= count
  }
}

describe('What has come of a message', () => {
  it('takes room while it is not whole, and gives it back', () => {
    const room = new Room(1_000_000)
    const intake = new Intake(room)
    expect(intake.read(60_000, 1)).toBe(true)
    expect(room.held).toBe(0)
    expect(intake.read(60_000, 2)).toBe(true)
    expect(room.held).toBe(120_000)
    expect(intake.read(900_000, 3)).toBe(false)
    intake.message()
    expect([room.held, intake.sinceMs]).toEqual([0, 0])
  })

  it('is not forgotten for a ping in between, and a ping alone is none', () => {
    const room = new Room(1_000_000)
    const intake = new Intake(room)
    intake.read(16, 1)
    intake.control(10)
    expect(intake.sinceMs).toBe(0)
    intake.read(100_000, 2)
    intake.read(16, 3)
    intake.control(10)
    expect([room.held, intake.sinceMs]).toEqual([100_016, 2])
  })

  it('has to come at some speed, behind ten seconds of grace', () => {
    const intake = new Intake(new Room(1_000_000))
    expect(intake.isTooSlow(1_024, 60_000)).toBe(false)
    intake.read(2_000, 1)
    expect(intake.isTooSlow(1_024, 10_000)).toBe(false)
    expect(intake.isTooSlow(1_024, 11_000)).toBe(false)
    expect(intake.isTooSlow(1_024, 13_000)).toBe(true)
    expect(intake.isTooSlow(0, 1e9)).toBe(false)
  })
})

describe('A leaky bucket', () => {
  it('lets so many through at once, and so many a second from then on', () => {
    const bucket = new LeakyBucket(3, 2)
    expect([1_000, 1_000, 1_000, 1_000].map((ms) => bucket.add(ms))).toEqual([true, true, true, false])
    expect([2_000, 2_000].map((ms) => bucket.add(ms))).toEqual([true, false])
  })
})
