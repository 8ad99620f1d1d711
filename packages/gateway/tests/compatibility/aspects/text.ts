import assert from 'node:assert/strict'
import type { Aspect, Cell } from '../matrix.ts'
import { wireOf } from '../received/read.ts'
import { wordsOf } from '../received/received.ts'

const WORDS = 'Grüß Gott 🙂, 你好 "quoted" \\ \u2028 end'
const SYSTEM = 'You speak like a pirate.'
const DEVELOPER = 'Never mention parrots.'

export const TEXT: readonly Aspect[] = [
  {
    name: 'text',
    meaning: 'Words of many scripts there and back; the client sees the public name of the model, the upstream its own',
    async run(cell) {
      const told = await cell.ask({ text: WORDS })
      assert.equal(told.text, `You said: ${WORDS}`)
      assert.equal(told.model, 'main')
      assert.equal(told.stop, cell.client.sdk.stops.end)
      const received = cell.received()
      assert.equal(wordsOf(received, 'user'), WORDS)
      assert.equal(received.model, cell.upstream.model)
      assert.equal(wireOf(lastEntry(cell)), cell.upstream.wire(cell.client.name))
      assert.equal(lastEntry(cell).stream, cell.stream)
      return undefined
    },
  },
  {
    name: 'system and developer roles',
    meaning: 'Both texts reach the place where the upstream looks for instructions, in order, and nowhere else',
    async run(cell) {
      const told = await cell.ask({ text: 'Hello', system: SYSTEM, developer: DEVELOPER })
      assert.equal(told.text, 'You said: Hello')
      const received = cell.received()
      const places = [SYSTEM, DEVELOPER].map((text) => received.system.indexOf(text))
      assert.ok(places[0] === 0 && (places[1] ?? -1) > 0, `instructions: ${JSON.stringify(received.system)}`)
      assert.equal(wordsOf(received, 'user'), 'Hello')
      return undefined
    },
  },
]

function lastEntry(cell: Cell) {
  const entry = cell.fake.ledger.last
  if (entry === undefined) throw new Error('The upstream has received nothing.')
  return entry
}
