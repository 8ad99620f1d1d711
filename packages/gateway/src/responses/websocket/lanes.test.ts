import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Lanes } from './lanes.ts'

const LIMITS = { maxRunning: 3, maxWaiting: 5, maxNamed: 2 }

describe('Lanes', () => {
  it('run side by side, and each of them one turn after the other', () => {
    const started: string[] = []
    const lanes = new Lanes<string>((item) => started.push(item), LIMITS)
    for (const item of ['a1', 'a2', 'b1']) lanes.add(item[0] ?? '', item)
    lanes.add(null, 'n1')
    expect(started).toEqual(['a1', 'b1', 'n1'])
    lanes.ended('a')
    expect(started).toEqual(['a1', 'b1', 'n1', 'a2'])
  })

  it('are so many on one connection, and hold so many turns', () => {
    const lanes = new Lanes<number>(() => undefined, LIMITS)
    expect(lanes.add('a', 1)).toBe('taken')
    expect(lanes.add('b', 1)).toBe('taken')
    expect(lanes.add('c', 1)).toBe('too-many-lanes')
    for (let index = 0; index < 5; index += 1) expect(lanes.add('a', index)).toBe('taken')
    expect(lanes.add('a', 9)).toBe('full')
    expect(lanes.takeWaiting().map(({ item }) => item)).toEqual([0, 1, 2, 3, 4])
    expect(lanes.waiting).toBe(0)
  })

  it('never run too many, never overlap within one, and let everyone in at last', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', null), fc.boolean())), (steps) => {
        const running: { lane: string | null; item: number }[] = []
        const done: number[] = []
        const lanes = new Lanes<{ lane: string | null; item: number }>(
          (turn) => {
            expect(running.some(({ lane }) => lane === turn.lane)).toBe(false)
            running.push(turn)
            expect(running.length).toBeLessThanOrEqual(3)
          },
          { maxRunning: 3, maxWaiting: 1_000, maxNamed: 4 },
        )
        const end = (): void => {
          const turn = running.shift()
          if (turn === undefined) return
          done.push(turn.item)
          lanes.ended(turn.lane)
        }
        for (const [index, [lane, ends]] of steps.entries()) {
          lanes.add(lane, { lane, item: index })
          if (ends) end()
        }
        while (running.length > 0) end()
        expect([...done].sort((one, other) => one - other)).toEqual(steps.map((_, index) => index))
        expect([lanes.running, lanes.waiting]).toEqual([0, 0])
      }),
    )
  })
})
