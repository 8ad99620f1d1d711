import { describe, expect, it } from 'vitest'
import { readClientFrame, type CreateFrame } from './client-frame.ts'
import { FrameError } from './frame-error.ts'

const read = (value: unknown): ReturnType<typeof readClientFrame> =>
  readClientFrame(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))

function create(value: unknown): CreateFrame {
  const frame = read(value)
  if (frame.kind !== 'create') throw new Error(`a frame of kind ${frame.kind}`)
  return frame
}

function fault(value: unknown): FrameError {
  try {
    read(value)
  } catch (error) {
    if (error instanceof FrameError) return error
    throw error
  }
  throw new Error('it was taken')
}

describe('A frame of a client', () => {
  it('becomes the body that HTTP would have had, byte for byte but for its envelope', () => {
    const text =
      '{ "type": "response.create", "stream_id":"main", "model" : "m", "big": 12345678901234567890, "input":"caf\u00e9 \\u00e9", "stream": true, "background": null, "n": 1.0 }'
    const { streamId, body, warmUp } = create(text)
    expect({ streamId, warmUp }).toEqual({ streamId: 'main', warmUp: false })
    expect(body.toString('utf8')).toBe(
      '{"stream":true,"model":"m","big":12345678901234567890,"input":"caf\u00e9 \\u00e9","n":1.0}',
    )
  })

  it('that only wants things made ready is told from the others', () => {
    expect(create({ type: 'response.create', generate: false }).warmUp).toBe(true)
    expect(create({ type: 'response.create', generate: true }).warmUp).toBe(false)
    expect(fault({ type: 'response.create', generate: 'no' }).fault.param).toBe('generate')
  })

  it.each([
    ['', 'not one JSON object'],
    ['[]', 'not one JSON object'],
    ['{"type":"response.create"', 'not one JSON object'],
    ['{"type":"response.create"} {}', 'not one JSON object'],
    [`{"type":"response.create","input":${'['.repeat(80)}${']'.repeat(80)}}`, 'deeper'],
    ['{"model":"m"}', 'has no "type"'],
    ['{"type":"response.cancel"}', 'is of type "response.cancel"'],
    ['{"type":"response.create","type":"response.create"}', 'is there twice'],
    ['{"\\u0074ype":"response.create"}', 'spelled with escapes'],
    ['{"type":"response.create","stream_\\u0069d":"a"}', 'spelled with escapes'],
    ['{"type":"response.create","response":{"model":"m"}}', 'not inside of "response"'],
    ['{"type":"response.create","background":true}', 'no background work'],
    ['{"type":"response.create","stream":"yes"}', 'must be true or false'],
  ])('that cannot be understood is refused in words: %s', (text, words) => {
    const { fault: told } = fault(text)
    expect(told).toMatchObject({ status: 400, code: 'invalid_request', type: 'invalid_request_error' })
    expect(told.message).toContain(words)
  })

  it.each(['', 'a b', 'ä', 'x'.repeat(257), 7, {}])(
    'names a lane in letters, digits, ".", "-" and "_": not %j',
    (id) => {
      expect(fault({ type: 'response.create', stream_id: id }).fault).toMatchObject({
        code: 'invalid_stream_id',
        param: 'stream_id',
      })
      expect(create({ type: 'response.create', stream_id: 'A.b-c_9' }).streamId).toBe('A.b-c_9')
      expect(create({ type: 'response.create', stream_id: null }).streamId).toBeNull()
    },
  )

  it('that steers has a response and an input, and nothing else', () => {
    const steer = { type: 'response.steer', previous_response_id: 'resp_1', input: [{ role: 'user', content: 'Stop' }] }
    expect(read(steer)).toEqual({ kind: 'steer', responseId: 'resp_1', input: JSON.stringify(steer.input) })
    expect(fault({ ...steer, model: 'm' }).fault.param).toBe('model')
    expect(fault({ type: 'response.steer', input: 'x' }).fault.param).toBe('previous_response_id')
    expect(fault({ type: 'response.steer', previous_response_id: 'x' }).fault.param).toBe('input')
  })
})
