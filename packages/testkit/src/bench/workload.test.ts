import { expect, test } from 'vitest'
import { chatBody, jsonReply, streamReply } from './workload.ts'

for (const kib of [1, 32, 256]) {
  for (const stream of [false, true]) {
    test(`a ${kib} KiB ${stream ? 'streamed' : 'plain'} request is valid JSON of exactly that size`, () => {
      const body = chatBody(kib * 1024, stream)
      expect(body.length).toBe(kib * 1024)
      const parsed: unknown = JSON.parse(body.toString())
      expect(parsed).toMatchObject({ model: 'gpt-4o', ...(stream ? { stream: true } : {}) })
    })
  }
}

test('replies are JSON and name a dated upstream model', () => {
  expect(jsonReply().length).toBeGreaterThan(1300)
  expect(jsonReply().length).toBeLessThan(1700)
  const { done, ...events } = streamReply()
  expect(done).toBe('data: [DONE]\n\n')
  for (const event of [jsonReply(), ...Object.values(events).map((text) => text.slice('data: '.length))]) {
    expect(JSON.parse(event)).toMatchObject({ model: 'gpt-4o-2024-08-06' })
  }
})
