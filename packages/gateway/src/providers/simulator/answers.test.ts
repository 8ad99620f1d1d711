import { expect, test } from 'vitest'
import { answerText } from './answers.ts'

const ask = (prompt: string, more: Partial<Parameters<typeof answerText>[0]> = {}) =>
  answerText({ model: 'm', prompt, attachments: 0, toolResults: [], variant: 0, tokens: undefined, ...more })

test.each<[string, string | RegExp]>([
  ['Hello!', /Hello! How can I help you today\?$/],
  ['Stream a short greeting.', /Hello/],
  ['Reply with exactly: pong', /\] pong$/],
  ["Please say 'it works'.", /\] it works$/],
  ['What is 2+2?', /2 \+ 2 = 4$/],
  ['Count to 5', /1, 2, 3, 4, 5$/],
  ['Write a poem', /\n.*\n/],
  ['Tell me a story', /Once upon a time/],
  ['Write a function that adds', /```ts/],
  ['Explain quantum computing in simple terms.', /“Explain quantum computing in simple terms\.”.*built-in simulator/],
  ['2024-01-02 was a Tuesday', /^.*“2024-01-02 was a Tuesday”/],
  ['', /You sent no text/],
])('to %j it says something that fits, under its label', (prompt, expected) => {
  expect(ask(prompt)).toMatch(/^\[simulated answer from m\] /)
  expect(ask(prompt)).toMatch(expected)
})

test('quotes the beginning of a long text only', () => {
  expect(ask('word '.repeat(10_000)).length).toBeLessThan(600)
})

test('takes no longer for a hostile text', () => {
  const startMs = performance.now()
  for (const text of ['"'.repeat(1e6), '1'.repeat(1e6), 'say '.repeat(3e5), ' '.repeat(1e6)]) ask(text)
  expect(performance.now() - startMs).toBeLessThan(500)
})
