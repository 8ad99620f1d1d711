import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../core/errors.ts'
import { scanRequest, spliceRequest } from './pass-request.ts'

function scan(json: string): ReturnType<typeof scanRequest> {
  return scanRequest(Buffer.from(json))
}

function sent(json: string, upstreamModel: string, askForUsage = true): string {
  const body = Buffer.from(json)
  return spliceRequest(scanRequest(body), body, JSON.stringify(upstreamModel), askForUsage).toString()
}

function refusal(json: string): GatewayError {
  try {
    scan(json)
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('the request was accepted')
}

describe('what a request says', () => {
  it('reads the fields that routing needs and nothing of the conversation', () => {
    const read = scan(
      '{"messages":[{"role":"user","content":"{\\"model\\":\\"evil\\"}"}],"model":"gpt-4o","stream":true,"max_tokens":100,"user":"u1","prompt_cache_key":"c1","metadata":{"stream":false}}',
    )
    expect(read.model).toBe('gpt-4o')
    expect(read.stream).toBe(true)
    expect(read.usageAsked).toBe(false)
    expect(read.maxOutputTokens).toBe(100)
    expect(read.session).toEqual({ user: 'u1', prompt_cache_key: 'c1' })
  })

  it('takes the larger of the two spellings of the output limit', () => {
    expect(scan('{"model":"m","max_tokens":5,"max_completion_tokens":9}').maxOutputTokens).toBe(9)
    expect(scan('{"model":"m","max_tokens":"many"}').maxOutputTokens).toBe(0)
  })

  it.each([
    ['{"model":"a","model":"b"}', 'model', 'twice'],
    ['{"model":"a","stream":true,"stream":false}', 'stream', 'twice'],
    ['{"mod\\u0065l":"a","model":"b"}', 'model', 'escapes'],
    ['{"model":"b","stre\\u0061m":true}', 'stream', 'escapes'],
    [
      '{"model":"a","stream_options":{"include_usage":true,"include_usage":false}}',
      'stream_options.include_usage',
      'twice',
    ],
    ['{"messages":[]}', 'model', 'missing'],
    ['{"model":null}', 'model', 'string'],
    ['{"model":""}', 'model', 'empty'],
    ['{"model":"a","stream":"yes"}', 'stream', 'true or false'],
    ['{"model":"a","stream_options":[]}', 'stream_options', 'object'],
  ])('refuses %s, naming %s', (json, param, words) => {
    const error = refusal(json)
    expect(error.status).toBe(400)
    expect(error.param).toBe(param)
    expect(error.message).toContain(words)
  })

  it.each(['', '   ', '[]', '"text"', '{"model":', '\ufeff{"model":"a"}', 'model=gpt-4o'])(
    'refuses %j, which is not a JSON object',
    (json) => {
      expect(refusal(json).code).toBe('invalid_request')
    },
  )
})

describe('what is sent upstream', () => {
  it('is the very same bytes when the model has the same name and no usage is wanted', () => {
    const body = Buffer.from('{ "model" : "gpt-4o" , "x":1 }')
    expect(spliceRequest(scanRequest(body), body, '"gpt-4o"', true)).toBe(body)
  })

  it('has another model in place, and every other byte untouched', () => {
    expect(sent('{"a":1e400,"model":"gpt-4o","b":12345678901234567890,"c":"\\ud800"}', 'gpt-4o-2024-08-06')).toBe(
      '{"a":1e400,"model":"gpt-4o-2024-08-06","b":12345678901234567890,"c":"\\ud800"}',
    )
  })

  it.each([
    ['{"model":"m","stream":true}', '{"stream_options":{"include_usage":true},"model":"M","stream":true}'],
    [
      '{"stream":true,"model":"m","stream_options":{}}',
      '{"stream":true,"model":"M","stream_options":{"include_usage":true}}',
    ],
    [
      '{"stream_options":{"x":1},"model":"m","stream":true}',
      '{"stream_options":{"include_usage":true,"x":1},"model":"M","stream":true}',
    ],
    [
      '{"model":"m","stream":true,"stream_options":{"include_usage":false,"x":1}}',
      '{"model":"M","stream":true,"stream_options":{"include_usage":true,"x":1}}',
    ],
    [
      '{"model":"m","stream":true,"stream_options":null}',
      '{"model":"M","stream":true,"stream_options":{"include_usage":true}}',
    ],
    [
      '{"model":"m","stream":true,"stream_options":{"include_usage":true}}',
      '{"model":"M","stream":true,"stream_options":{"include_usage":true}}',
    ],
    ['{"model":"m","stream":false}', '{"model":"M","stream":false}'],
  ])('asks for usage where the client did not: %s', (json, expected) => {
    expect(sent(json, 'M')).toBe(expected)
  })

  it('does not ask servers for usage that refuse the field', () => {
    expect(sent('{"model":"m","stream":true}', 'M', false)).toBe('{"model":"M","stream":true}')
  })

  it('means the same but for model and usage, whatever else is in it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => !['model', 'stream', 'stream_options', 'max_tokens', '__proto__'].includes(key)),
          fc.jsonValue(),
        ),
        fc.string({ minLength: 1 }),
        fc.boolean(),
        fc.option(fc.record({ include_usage: fc.boolean(), extra: fc.jsonValue() }, { requiredKeys: [] }), {
          nil: undefined,
        }),
        (extra, model, stream, options) => {
          const request = { ...extra, model, stream, ...(options === undefined ? {} : { stream_options: options }) }
          const json = JSON.stringify(request)
          let out: unknown
          try {
            out = JSON.parse(sent(json, 'upstream-model'))
          } catch (error) {
            if (error instanceof GatewayError) return
            throw error
          }
          const expected = JSON.parse(json) as Record<string, unknown>
          expected['model'] = 'upstream-model'
          if (stream)
            expected['stream_options'] = { ...(expected['stream_options'] as object | undefined), include_usage: true }
          expect(out).toEqual(expected)
        },
      ),
    )
  })
})
