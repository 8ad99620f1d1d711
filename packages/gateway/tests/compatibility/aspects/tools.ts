import assert from 'node:assert/strict'
import type { Aspect, Cell } from '../matrix.ts'
import { partsOf, wordsOf, type Received } from '../received/received.ts'

export const TOOLS: readonly Aspect[] = [
  {
    name: 'parallel tools, three turns',
    meaning:
      'Two calls at once, both results, a third call, its result, and a last question: every result finds its call',
    run: async (cell) => {
      const base = { text: 'How is the weather?', tools: true }
      const cities = ['Köln', 'Paris']
      cell.fake.answer({ text: 'One moment.', toolCalls: cities.map(weatherIn) })
      const first = await cell.ask(base)
      assert.equal(first.text, 'One moment.')
      assert.deepEqual(
        first.calls.map(({ name, input }) => [name, input]),
        cities.map((city) => ['get_weather', { city }]),
      )
      assert.equal(first.stop, cell.client.sdk.stops.tool_use)
      assert.deepEqual(namesOf(cell.received()), ['get_weather', 'get_time'])

      cell.fake.answer({ toolCalls: [weatherIn('Roma')] })
      const afterFirst = [{ told: first, results: ['rain', 'sun'] }]
      const second = await cell.ask({ ...base, after: afterFirst })
      assert.deepEqual(
        second.calls.map(({ input }) => input),
        [{ city: 'Roma' }],
      )
      assert.deepEqual(story(cell.received()), ['Köln', 'Paris', 'rain', 'sun'])

      const afterSecond = [...afterFirst, { told: second, results: ['wind'] }]
      const third = await cell.ask({ ...base, after: afterSecond })
      assert.equal(third.text, 'Tool results: wind')
      assert.deepEqual(story(cell.received()), ['Köln', 'Paris', 'rain', 'sun', 'Roma', 'wind'])

      const last = await cell.ask({ ...base, after: [...afterSecond, { told: third, text: 'Thanks' }] })
      assert.equal(last.text, 'You said: Thanks')
      const received = cell.received()
      checkPairs(received)
      assert.match(wordsOf(received, 'assistant'), /^One moment\.Tool results: wind$/)
      return undefined
    },
  },
  {
    name: 'no-argument tool',
    meaning: 'A call without arguments reaches the client as an empty object, and comes back as one',
    async run(cell) {
      cell.fake.answer({ toolCalls: [{ name: 'get_time' }] })
      const base = { text: 'What time is it?', tools: true }
      const told = await cell.ask(base)
      assert.deepEqual(
        told.calls.map(({ name, input }) => [name, input]),
        [['get_time', {}]],
      )
      const then = await cell.ask({ ...base, after: [{ told, results: ['ten'] }] })
      assert.equal(then.text, 'Tool results: ten')
      const received = cell.received()
      assert.deepEqual(
        partsOf(received, 'call').map(({ name, input }) => [name, input]),
        [['get_time', {}]],
      )
      checkPairs(received)
      return undefined
    },
  },
  {
    name: 'forced tool',
    meaning: 'The named tool is forced at the upstream, and called',
    async run(cell: Cell) {
      const told = await cell.ask({ text: 'Hello', tools: true, force: 'get_time' })
      assert.deepEqual(
        told.calls.map(({ name, input }) => [name, input]),
        [['get_time', {}]],
      )
      assert.equal(cell.received().forced, 'get_time')
      return undefined
    },
  },
]

function weatherIn(city: string): { name: string; arguments: unknown } {
  return { name: 'get_weather', arguments: { city } }
}

function namesOf({ tools }: Received): string[] {
  return tools.map(({ name }) => name)
}

/** Calls and results in the order in which they stand. */
function story({ parts }: Received): unknown[] {
  return parts.flatMap((part) => {
    if (part.kind === 'call') return [Reflect.get(Object(part.input), 'city')]
    return part.kind === 'result' ? [part.text] : []
  })
}

/** Formats with ids: the n-th result answers the n-th call. */
function checkPairs(received: Received): void {
  const calls = partsOf(received, 'call').map(({ id }) => id)
  const results = partsOf(received, 'result').map(({ id }) => id)
  assert.deepEqual(results, calls)
  if (calls.some((id) => id !== '')) assert.equal(new Set(calls).size, calls.length, 'ids of calls are unique')
}
