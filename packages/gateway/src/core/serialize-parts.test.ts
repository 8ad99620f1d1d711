import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerEvent } from './answer.ts'
import { SerializeParts } from './serialize-parts.ts'

const start = (part: number): AnswerEvent => ({ type: 'part-start', choice: 0, part, opened: { type: 'text' } })
const delta = (part: number, text: string): AnswerEvent => ({ type: 'part-delta', choice: 0, part, text })
const end = (part: number): AnswerEvent => ({ type: 'part-end', choice: 0, part })

function serialize(events: readonly AnswerEvent[]): readonly AnswerEvent[] {
  const out: AnswerEvent[] = []
  const parts = new SerializeParts((event) => out.push(event))
  for (const event of events) parts.push(event)
  return out
}

describe('parts one behind the other', () => {
  it('H23: what comes for a later part waits until the open one ends', () => {
    const events = [start(0), start(1), delta(1, 'b'), delta(0, 'a'), end(0), delta(1, 'c'), end(1)]
    expect(serialize(events)).toEqual([start(0), delta(0, 'a'), end(0), start(1), delta(1, 'b'), delta(1, 'c'), end(1)])
  })

  it('several parts that ended while they waited come out whole', () => {
    const events = [start(0), start(1), end(1), start(2), end(2), start(3), end(0), end(3)]
    expect(serialize(events)).toEqual([start(0), end(0), start(1), end(1), start(2), end(2), start(3), end(3)])
  })

  it('what belongs to no part goes through at once', () => {
    const ping: AnswerEvent = { type: 'ping' }
    expect(serialize([start(0), start(1), ping])).toEqual([start(0), ping])
  })

  it('any mixture comes out in order, each part as it was', () => {
    const lanes = fc.array(fc.array(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 4 }), {
      minLength: 1,
      maxLength: 5,
    })
    fc.assert(
      fc.property(lanes, fc.array(fc.nat()), (texts, picks) => {
        const queues = texts.map((pieces, part) => [
          start(part),
          ...pieces.map((piece) => delta(part, piece)),
          end(part),
        ])
        const mixed: AnswerEvent[] = []
        let opened = 0
        for (let step = 0; queues.some((queue) => queue.length > 0); step += 1) {
          // Parts begin in the order of their numbers.
          const ready = queues.filter((queue, part) => queue.length > 0 && part <= opened)
          const queue = ready[(picks[step] ?? 0) % ready.length]
          const event = queue?.shift()
          if (event?.type === 'part-start') opened = Math.max(opened, event.part + 1)
          if (event !== undefined) mixed.push(event)
        }
        const whole = texts.flatMap((pieces, part) => [
          start(part),
          ...pieces.map((piece) => delta(part, piece)),
          end(part),
        ])
        expect(serialize(mixed)).toEqual(whole)
      }),
      { numRuns: 1_000 },
    )
  })
})
