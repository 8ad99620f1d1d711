import { describe, expect, it } from 'vitest'
import { RequestHeads } from './request-head.ts'

const heads = new RequestHeads('api.example.com:8443')

describe('the head of a request', () => {
  it('names the host, the lines and the length', () => {
    expect(heads.of('/v1/chat?a=b', ['content-type', 'application/json', 'X-A', 'caf\u00e9'], 12)).toBe(
      'POST /v1/chat?a=b HTTP/1.1\r\nhost: api.example.com:8443\r\nconnection: keep-alive\r\n' +
        'content-type: application/json\r\nX-A: caf\u00e9\r\ncontent-length: 12\r\n\r\n',
    )
  })

  it('is made once for the same lines, and again for another path', () => {
    const lines = Object.freeze(['x-a', 'b'])
    expect(heads.of('/a', lines, 1)).toContain('POST /a HTTP')
    expect(heads.of('/b', lines, 2)).toContain('POST /b HTTP')
    expect(heads.of('/b', lines, 34)).toMatch(/content-length: 34\r\n\r\n$/)
  })

  it("takes the operator's own host", () => {
    const text = heads.of('/a', ['Host', 'internal'], 0)
    expect(text).toContain('\r\nhost: internal\r\n')
    expect(text).not.toContain('example.com')
  })

  it.each([['/a b'], ['/a\r\nx: y'], ['a'], [''], ['/\u0416']])('refuses the path %j', (path) => {
    expect(() => heads.of(path, [], 0)).toThrow(/path/)
  })

  it.each([
    ['x y'],
    ['x:'],
    ['x\n'],
    [''],
    ['Connection'],
    ['content-length'],
    ['Transfer-Encoding'],
    ['upgrade'],
    ['expect'],
  ])('refuses the header %j', (name) => {
    expect(() => heads.of('/a', [name, 'v'], 0)).toThrow(/cannot be sent/)
  })

  it.each([['a\r\nb: c'], ['a\nb'], ['a\0b'], ['\u0416']])('refuses the value %j and does not repeat it', (value) => {
    expect(() => heads.of('/a', ['x-secret', value], 0)).toThrow(/^The value of the header "x-secret" has characters/)
  })
})
