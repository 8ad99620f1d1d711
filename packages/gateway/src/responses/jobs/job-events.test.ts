import { expect, it } from 'vitest'
import { eventsOf, eventText, isKept, numbered, sseOf } from './job-events.ts'

it('takes whole events out of a chunk and leaves comments and the end mark out', () => {
  const chunk =
    ': ping\n\nevent: response.created\ndata: {"type":"response.created","sequence_number":0}\n\n' +
    'data: {"sequence_number":1,"type":"response.output_text.delta","delta":"a\\n\\nb"}\n\ndata: [DONE]\n\n'
  expect(eventsOf(chunk).map(({ type }) => type)).toEqual(['response.created', 'response.output_text.delta'])
  expect(eventsOf(chunk).map(isKept)).toEqual([false, true])
})

it('numbers an event anew at the outermost member only', () => {
  const data = '{"delta":"\\"sequence_number\\":9","sequence_number": 4,"item":{"sequence_number":7}}'
  expect(numbered(data, 12)).toBe(
    '{"delta":"\\"sequence_number\\":9","sequence_number": 12,"item":{"sequence_number":7}}',
  )
  expect(numbered('{"type":"x","item":{"sequence_number":7}}', 3)).toBe(
    '{"sequence_number":3,"type":"x","item":{"sequence_number":7}}',
  )
})

it('writes an event as clients read it', () => {
  expect(sseOf(eventText('response.queued', 1, '"response":{"type":"x"}'))).toBe(
    'event: response.queued\ndata: {"type":"response.queued","sequence_number":1,"response":{"type":"x"}}\n\n',
  )
})
