import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSimulator } from './server.ts'
import type { Simulator } from './server.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ models: [], tokensPerSecond: 1_000_000 })
})
afterAll(() => simulator.close())

const GOOD: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'chat/completions': {
    model: 'm',
    messages: [{ role: 'user', content: 'x' }],
    tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
    tool_choice: 'required',
    response_format: { type: 'text' },
    stream: true,
    stop: 'y',
    n: 1,
  },
  completions: { model: 'm', prompt: 'x', n: 1, echo: true, stream: true, stop: ['y'], max_tokens: 5 },
  embeddings: { model: 'm', input: 'x', dimensions: 8, encoding_format: 'float' },
  'images/generations': { model: 'm', prompt: 'x', size: '16x16', n: 1, quality: 'low', response_format: 'url' },
  moderations: { model: 'm', input: 'x' },
}

test.each(Object.entries(GOOD))(
  '%s answers any value of any field with 200 or an error of 4xx, never 5xx',
  async (path, good) => {
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom<unknown>('__proto__', 'constructor', '[[simulate: x', '\ud800', 1e308, -1, [[]], [{}], [null]),
      fc.array(fc.record({ role: fc.constantFrom('user', 'tool', 'assistant'), content: fc.jsonValue() }), {
        maxLength: 3,
      }),
      fc.record({
        type: fc.constantFrom('function', 'json_schema', 'x'),
        json_schema: fc.jsonValue(),
        function: fc.jsonValue(),
      }),
    )
    const change = fc.dictionary(fc.constantFrom(...Object.keys(good)), odd, { minKeys: 1, maxKeys: 3 })
    await fc.assert(
      fc.asyncProperty(change, async (changed) => {
        const body = JSON.stringify({ ...good, ...changed })
        const response = await fetch(`${simulator.url}/${path}`, { method: 'POST', body })
        const text = await response.text()
        const shape = response.status === 200 ? 'answer' : response.status < 500 ? 'refusal' : text
        expect(shape).toMatch(/^(?:answer|refusal)$/)
        expect(shape === 'answer' || text.startsWith('{"error":{"message":"')).toBe(true)
      }),
      { numRuns: 150 },
    )
  },
)
