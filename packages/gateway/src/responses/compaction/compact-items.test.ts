// How much of what matters survives, and at what price. `scripts/measure-compaction.ts` prints the figures; here they are
// held to floors that they are well above.

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { measureCompaction } from './__fixtures__/measure.ts'
import { plantedConversation } from './__fixtures__/planted-facts.ts'
import { compactItems, type CompactOptions } from './compact-items.ts'
import { CompactionEnvelope } from './compaction-envelope.ts'
import type { ExpandedItems } from './compaction-port.ts'
import { expandItems } from './expand-items.ts'
import type { CompactionPayload } from './payload.ts'

describe('without any model', () => {
  it.each([
    { turns: 5, times: 1, kept: 0.95, smaller: 1.5 },
    { turns: 20, times: 1, kept: 0.93, smaller: 4 },
    { turns: 60, times: 1, kept: 0.9, smaller: 4.5 },
    { turns: 60, times: 3, kept: 0.9, smaller: 4.5 },
    { turns: 200, times: 1, kept: 0.8, smaller: 12 },
  ])(
    'of $turns turns, compacted $times times, $kept of the facts are left',
    async ({ turns, times, kept, smaller }) => {
      for (const seed of turns < 100 ? [11, 12] : [11]) {
        const measured = await measureCompaction(plantedConversation({ seed, turns }), { times })
        expect([seed, measured.kept / measured.facts > kept]).toEqual([seed, true])
        expect(measured.beforeCharacters / measured.afterCharacters).toBeGreaterThan(smaller)
        expect(measured.kept).toBeGreaterThan(1.8 * measured.keptByTruncation)
        for (const kind of ['instruction', 'condition', 'decision', 'unanswered call', 'file that was shown']) {
          const { facts = 0, kept: left = 0 } = measured.byKind.get(kind) ?? {}
          if (times === 1) expect([kind, left]).toEqual([kind, facts])
        }
      }
    },
  )
})

describe('with a summary', () => {
  it('what it says is not said twice, and what it leaves out is still there', async () => {
    const conversation = plantedConversation({ seed: 5, turns: 30 })
    const asked: string[] = []
    const summarize = async (transcript: string): Promise<string> => {
      asked.push(transcript)
      return await Promise.resolve('Goal: everything is as it should be.')
    }
    const measured = await measureCompaction(conversation, { summarize })
    expect(asked).toHaveLength(1)
    expect(measured.kept / measured.facts).toBeGreaterThan(0.9)
  })

  it('is not asked for where nothing has to be left out', async () => {
    const options = optionsFor(['Hi', 'Hello again'])
    const payload = await compactItems({ ...options, summarize: () => Promise.reject(new Error('asked')) })
    expect(payload.notes.summary).toBe('')
    expect(textOf(options, payload)).toContain('Hello again')
  })
})

it("keeps another provider's compaction only where what it covers is gone", async () => {
  const foreign = JSON.stringify({ type: 'compaction', id: 'cmp_1', encrypted_content: 'gAAAAA' })
  const said = JSON.stringify({ type: 'message', role: 'user', content: 'Hello' })
  const head = async (items: readonly string[]): Promise<readonly string[]> =>
    (await compactItems({ ...optionsFor([]), items })).head
  expect(await head([foreign, said])).toEqual([foreign])
  expect(await head([said, foreign, said])).toEqual([])
})

it('a single endless text keeps its beginning, its end, and the facts in its middle', async () => {
  const filler = 'The weather was as one would think it to be. '.repeat(4_000)
  const options = optionsFor([`${filler} The code of the door is QX-7781-B. ${filler} Now say what the code is.`])
  const text = textOf(options, await compactItems(options))
  expect(text).toContain('QX-7781-B')
  expect(text).toContain('Now say what the code is.')
  expect(text.length).toBeLessThan(80_000)
})

it('pictures become words, but not those of a turn that goes on', async () => {
  const picture = `data:image/png;base64,${'iVBO'.repeat(40_000)}`
  const content = [
    { type: 'input_text', text: 'What is this?' },
    { type: 'input_image', image_url: picture },
  ]
  const items = [JSON.stringify({ type: 'message', role: 'user', content })]
  const left = textOf(optionsFor([]), await compactItems({ ...optionsFor([]), items }))
  expect(left).toMatch(/\[image, image\/png, 120 kB, left out/)
  const options = { ...optionsFor([]), items, within: true }
  expect(textOf(options, await compactItems(options))).toContain(picture)
})

it('a long one does not hold up the loop', async () => {
  const { items } = plantedConversation({ seed: 3, turns: 150 })
  let turns = 0
  const timer = setInterval(() => (turns += 1), 1)
  const startedMs = performance.now()
  await compactItems({ ...optionsFor([]), items })
  const durationMs = performance.now() - startedMs
  clearInterval(timer)
  // A slice is six; the rest is the noise of a busy machine.
  expect(durationMs / turns).toBeLessThan(40)
})

it('whatever the items are, what comes out is items', async () => {
  const type = fc.constantFrom(
    'message',
    'function_call',
    'function_call_output',
    'reasoning',
    'mcp_call',
    'compaction',
    'x',
  )
  const item = fc.tuple(
    type,
    fc.dictionary(
      fc.constantFrom(
        'role',
        'content',
        'output',
        'call_id',
        'name',
        'arguments',
        'encrypted_content',
        'summary',
        'id',
      ),
      fc.jsonValue(),
    ),
  )
  let seen = 0
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 8 }), fc.boolean(), async (given, within) => {
      const items = given.map(([kind, members]) => JSON.stringify({ type: kind, ...members }))
      const options = { ...optionsFor([]), items, within, mostCharacters: 500 }
      const { items: left } = expanded(options, await compactItems(options))
      for (const raw of left) expect(JSON.parse(raw)).toBeTypeOf('object')
      seen += left.length
    }),
    { numRuns: 60 },
  )
  expect(seen).toBeGreaterThan(60)
})

it.each([
  ['one word', 'a'.repeat(3_000_000)],
  ['hexadecimal digits', '0a1b2c3d4e5f'.repeat(200_000)],
  ['slashes', 'a/'.repeat(1_000_000)],
  ['dots', 'a.b.'.repeat(500_000)],
  ['one line of JSON', JSON.stringify(Array.from({ length: 60_000 }, (_, id) => ({ id, name: `n${id}` })))],
])('a tool that printed three megabytes of %s does not stop the house', async (_, printed) => {
  const items = [
    { type: 'message', role: 'user', content: 'Go.' },
    { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c', output: printed },
    ...Array.from({ length: 3_000 }, () => ({ type: 'message', role: 'assistant', content: 'Done.' })),
    { type: 'message', role: 'user', content: 'Thanks.' },
  ].map((item) => JSON.stringify(item))
  const options = { ...optionsFor([]), items }
  const startedMs = performance.now()
  expect(textOf(options, await compactItems(options))).toContain('Thanks.')
  expect(performance.now() - startedMs).toBeLessThan(15_000)
})

function optionsFor(said: readonly string[]): CompactOptions {
  return {
    envelope: new CompactionEnvelope(randomBytes(32)),
    accountId: 'acc_1',
    items: said.map((content) => JSON.stringify({ type: 'message', role: 'user', content })),
    instructions: '',
    mostCharacters: 92_000,
    mostTranscriptCharacters: 100_000,
    within: false,
    summarize: null,
  }
}

function expanded({ envelope, accountId }: CompactOptions, payload: CompactionPayload): ExpandedItems {
  const item = JSON.stringify({ type: 'compaction', id: 'c', encrypted_content: envelope.close(accountId, payload) })
  return expandItems(envelope, accountId, [item])
}

function textOf(options: CompactOptions, payload: CompactionPayload): string {
  return expanded(options, payload).items.join('\n')
}
