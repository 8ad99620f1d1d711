import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMeantFor, parseHours, type RequestTraits, type TargetCondition } from './target-condition.ts'

const ANY: TargetCondition = { tags: [], metadata: {}, groups: [], hours: null }
const traits = (rest: Partial<RequestTraits> = {}): RequestTraits => ({
  tags: [],
  metadata: {},
  group: 'default',
  unixMs: 0,
  ...rest,
})
const utc = (clock: string): number => Date.parse(`2026-07-01T${clock}:00Z`)

describe('a target', () => {
  it('is meant for those with one of its tags, all of its metadata, in one of its groups', () => {
    const gold = { ...ANY, tags: ['gold', 'vip'], metadata: { tier: '1' }, groups: ['a', 'b'] }
    const fits = { tags: ['x', 'vip'], metadata: { tier: '1', more: '2' }, group: 'b' }
    expect(isMeantFor(gold, traits(fits))).toBe(true)
    for (const not of [{ tags: ['x'] }, { metadata: { tier: '2' } }, { metadata: {} }, { group: 'c' }])
      expect(isMeantFor(gold, traits({ ...fits, ...not }))).toBe(false)
    expect(isMeantFor(ANY, traits())).toBe(true)
  })

  it.each([
    ['09:00-17:00', '09:00', true],
    ['09:00-17:00', '16:59', true],
    ['09:00-17:00', '17:00', false],
    ['22:00-06:30', '23:10', true],
    ['22:00-06:30', '06:29', true],
    ['22:00-06:30', '06:30', false],
    ['18:00-24:00', '23:59', true],
    ['18:00-24:00', '00:00', false],
  ])('is meant for the hours %s: at %s that is %s', (hours, clock, expected) => {
    expect(isMeantFor({ ...ANY, hours: parseHours(hours, 'UTC') }, traits({ unixMs: utc(clock) }))).toBe(expected)
  })

  it('goes by the clock of its time zone, summer time included', () => {
    const hours = parseHours('09:00-10:00', 'Europe/Berlin')
    expect(isMeantFor({ ...ANY, hours }, traits({ unixMs: utc('07:30') }))).toBe(true)
    expect(isMeantFor({ ...ANY, hours }, traits({ unixMs: Date.parse('2026-01-01T08:30:00Z') }))).toBe(true)
    expect(isMeantFor({ ...ANY, hours }, traits({ unixMs: utc('09:30') }))).toBe(false)
  })

  it('is meant for the other hours exactly when it is not for these', () => {
    const clock = fc.integer({ min: 0, max: 1_439 })
    fc.assert(
      fc.property(clock, clock, clock, (from, to, now) => {
        fc.pre(from !== to)
        const text = (minutes: number): string =>
          `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
        const at = traits({ unixMs: utc('00:00') + now * 60_000 })
        const these = { ...ANY, hours: parseHours(`${text(from)}-${text(to)}`, 'UTC') }
        const others = { ...ANY, hours: parseHours(`${text(to)}-${text(from)}`, 'UTC') }
        expect(isMeantFor(these, at)).toBe(!isMeantFor(others, at))
      }),
    )
  })

  it.each(['9-17', '09:00', '25:00-26:00', '24:30-01:00', '09:60-10:00', '09:00-09:00'])(
    'has no hours "%s"',
    (text) => {
      expect(parseHours(text, 'UTC')).toBeNull()
    },
  )
})
