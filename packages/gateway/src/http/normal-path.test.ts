import fc from 'fast-check'
import { expect, it } from 'vitest'
import { normalPath } from './normal-path.ts'

it.each([
  ['/', '/'],
  ['//', '/'],
  ['/api//auth/', '/api/auth'],
  ['/%61pi/auth', '/api/auth'],
  ['/api%2Fauth', '/api%2Fauth'],
  ['/api%2fauth', '/api%2Fauth'],
  ['/%2561pi', '/%2561pi'],
  ['/v1/models/openai%2fgpt%2D4o', '/v1/models/openai%2Fgpt-4o'],
  ['/a%', '/a%'],
  ['/%zz', '/%zz'],
  ['/%%361pi', '/%%361pi'],
])('writes %s as %s', (given, normal) => expect(normalPath(given)).toBe(normal))

it('changes nothing when it is done twice', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('/', '%', '2', '3', '5', '6', '1', 'a', 'F', '.', '~') }), (text) => {
      const once = normalPath(`/${text}`)
      expect(normalPath(once)).toBe(once)
    }),
  )
})
