import { expect, it } from 'vitest'
import { formatJobRequest, keptHeaders, parseJobRequest, streaming, wantsStream } from './job-request.ts'

it('comes out as it went in, and says so when it does not', () => {
  const request = { requestId: 'req_1', headers: { session_id: 's' }, body: '{"input":"ü"}', queued: '{"id":"resp_1"}' }
  expect(parseJobRequest(formatJobRequest(request))).toEqual(request)
  expect(() => parseJobRequest('{"version":2}')).toThrow('another release')
})

it('asks for a stream by changing nothing else', () => {
  expect(streaming('{ "input" : "ä 1.0", "n": 1.0 }')).toBe('{"stream":true, "input" : "ä 1.0", "n": 1.0 }')
  expect(streaming('{"input":"{\\"stream\\":1}","stream" : false,"x":1e400}')).toBe(
    '{"input":"{\\"stream\\":1}","stream" : true,"x":1e400}',
  )
  expect(streaming('{"stream":null}')).toBe('{"stream":true}')
  expect(streaming('{}')).toBe('{"stream":true}')
  expect(wantsStream('{"stream":true}')).toBe(true)
  expect(wantsStream('{"stream":false}')).toBe(false)
})

it('keeps what says which conversation a request belongs to, and no secret', () => {
  const headers = { authorization: 'Bearer x', 'x-api-key': 'y', session_id: 's1', cookie: 'c', 'user-agent': 'codex' }
  expect(keptHeaders(headers)).toEqual({ session_id: 's1', 'user-agent': 'codex' })
})
