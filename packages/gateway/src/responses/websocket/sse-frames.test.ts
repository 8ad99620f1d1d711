import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SseFrames } from './sse-frames.ts'

const text = [
  'event: response.created\ndata: {"type":"response.created"}\n\n',
  ': keep-alive\n\n',
  'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"a: b"}\n\n',
  'data: {"type":"x",\ndata: "y":1}\n\n',
  'event: response.completed\ndata: {"type":"response.completed"}\n\ndata: [DONE]\n\n',
].join('')

const FRAMES = [
  '{"type":"response.created"}',
  '{"type":"response.output_text.delta","delta":"a: b"}',
  '{"type":"x", "y":1}',
  '{"type":"response.completed"}',
]

describe('An event stream as frames', () => {
  it('has one frame an event, without framing, comments and end mark, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const frames = new SseFrames()
        const places = [0, ...[...cuts].sort((one, other) => one - other), text.length]
        const out = places.flatMap((from, index) => frames.push(text.slice(from, places[index + 1] ?? from)))
        expect(out).toEqual(FRAMES)
      }),
    )
  })
})
