import assert from 'node:assert/strict'
import type { Stop } from '@fairlead/testkit'
import { none, partly, type Aspect, type Cell } from '../matrix.ts'
import type { Ending } from '../upstreams.ts'

const REFUSAL = 'I cannot help with that.'
const STOPS: readonly Stop[] = ['end', 'max_tokens', 'stop_sequence', 'context_window', 'content_filter']

export const ENDINGS: readonly Aspect[] = [
  {
    name: 'stop reasons',
    meaning:
      'Each way in which an answer ends (done, token limit, stop sequence, context window, filter) has the nearest word that client and upstream share',
    async run(cell) {
      for (const stop of STOPS) {
        cell.fake.answer({ text: 'Once upon a', stop, ...(stop === 'stop_sequence' ? { stopSequence: 'END' } : {}) })
        const told = await cell.ask({ text: 'A tale' })
        assert.ok(told.text.startsWith('Once upon a'), `${stop}: ${told.text}`)
        const expected = wordsFor(cell, cell.upstream.endings[stop] ?? 'end')
        const word = `${told.stop} ${told.stopDetail}`.trim()
        assert.ok(expected.includes(word), `${stop}: ${word}, expected ${expected.join(' or ')}`)
      }
      return undefined
    },
  },
  {
    name: 'stop sequences',
    meaning:
      'The sequences of the client reach the upstream; the one that was met comes back, where client and upstream can say it',
    async run(cell) {
      const { client, upstream, fake } = cell
      if (client.name === 'openai-responses') return none('the Responses API has no stop sequences')
      fake.answer({ text: 'Once upon a', stop: 'stop_sequence', stopSequence: 'END' })
      if (!upstream.takesStops) {
        const error = client.readError(
          await cell.ask({ text: 'A tale', stop: ['END'] }).catch((thrown: unknown) => thrown),
        )
        fake.clearAnswers()
        assert.equal(error.status, 400)
        assert.match(error.text, /stop/)
        return none('models of OpenAI that think take no stop sequences: a 400 that names the field')
      }
      const told = await cell.ask({ text: 'A tale', stop: ['END'] })
      assert.deepEqual(cell.received().stops, ['END'])
      if (client.name !== 'anthropic-messages') return undefined
      if (upstream.namesStop && upstream.endings.stop_sequence === 'stop-sequence') {
        assert.equal(told.stopDetail, 'END')
        return undefined
      }
      return partly('this upstream does not say which stop sequence it met')
    },
  },
  {
    name: 'refusal',
    meaning: 'The client sees that the model has declined, and why',
    async run(cell) {
      const answer = { refusal: REFUSAL } as const
      cell.fake.answer(answer)
      const told = await cell.ask({ text: 'Something bad' })
      if (told.text.includes(REFUSAL)) return undefined
      assert.ok(wordsFor(cell, 'filter').includes(`${told.stop} ${told.stopDetail}`.trim()), told.stop)
      if (cell.client.name === 'gemini') {
        // Its SDK keeps `finishMessage` to itself.
        cell.fake.answer(answer)
        const body = await cell.raw({ contents: [{ role: 'user', parts: [{ text: 'Something bad' }] }] })
        assert.ok(body.includes(REFUSAL), body)
        return undefined
      }
      assert.equal(cell.upstream.wire(cell.client.name), 'gemini')
      return partly('Google declines by a filter: this client sees that, but has no place for the words of a filter')
    },
  },
]

function wordsFor({ client }: Cell, ending: Ending): readonly string[] {
  const words = client.endings[ending]
  return typeof words === 'string' ? [words] : words
}
