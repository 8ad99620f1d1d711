import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coversPattern, matchesPattern, PatternLists } from './patterns.ts'
import { checkAddress, checkEndpoint, mayUseModel, modelRules } from './permission.ts'
import { OPERATOR, type Principal } from './principal.ts'

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-'), maxLength: 8 })
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '*'), maxLength: 6 })

function principalOf(rules: Partial<Principal>): Principal {
  return { ...OPERATOR, keyId: 'key_a', operator: false, ...rules }
}

describe('Patterns', () => {
  it('match what a regular expression would', () => {
    fc.assert(
      fc.property(pattern, letters, (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '[^]*')}$`)
        expect(matchesPattern(pattern, text)).toBe(expression.test(text))
      }),
      { numRuns: 2_000 },
    )
  })

  it('that cover another match all that it matches', () => {
    fc.assert(
      fc.property(pattern, pattern, letters, (outer, inner, text) => {
        if (coversPattern(outer, inner) && matchesPattern(inner, text)) expect(matchesPattern(outer, text)).toBe(true)
      }),
      { numRuns: 5_000 },
    )
  })

  it('take no time to speak of, whatever they are', () => {
    const text = 'a'.repeat(256)
    const started = performance.now()
    for (let times = 0; times < 1_000; times++) matchesPattern(`${'*a'.repeat(120)}*b`, text)
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('remember no more than so much of what clients ask for', () => {
    const lists = new PatternLists([['gpt-*']])
    for (let index = 0; index < 5_000; index++) expect(lists.matches(`gpt-${index}`)).toBe(true)
    expect(lists.matches('claude')).toBe(false)
  })
})

describe('Permission', () => {
  it('costs a principal without rules nothing', () => {
    expect(mayUseModel(OPERATOR, 'anything')).toBe(true)
    expect(modelRules(OPERATOR)).toBeNull()
    expect(() => checkEndpoint(OPERATOR, '/v1/messages', null)).not.toThrow()
    expect(() => checkAddress(OPERATOR, '')).not.toThrow()
  })

  it('is for models that every list has', () => {
    const principal = principalOf({
      models: [
        ['gpt-*', 'claude-haiku'],
        ['*-mini', 'claude-haiku'],
      ],
    })
    const asked = ['gpt-4o-mini', 'claude-haiku', 'gpt-4o', 'o4-mini', 'GPT-4o-mini', 'openai/gpt-4o-mini', '']
    expect(asked.filter((model) => mayUseModel(principal, model))).toEqual(['gpt-4o-mini', 'claude-haiku'])
    expect(mayUseModel(principalOf({ models: [['*']] }), 'anything')).toBe(true)
  })

  it('is shared by all keys with the same rules', () => {
    const rules = { models: [['gpt-*']], endpoints: [], addresses: [] }
    expect(modelRules(principalOf(rules))).toBe(modelRules(principalOf({ ...rules, keyId: 'key_b' })))
    expect(modelRules(principalOf(rules))).not.toBe(modelRules(principalOf({ models: [['gpt-4']] })))
  })

  it('is for endpoints by their path, with the model in it or not', () => {
    const chat = principalOf({ endpoints: [['/v1/chat/completions', '/v1beta/models/gemini-*:generateContent']] })
    expect(() => checkEndpoint(chat, '/v1/chat/completions', null)).not.toThrow()
    const refused = { code: 'permission_denied', message: expect.stringContaining('/v1/messages') }
    expect(() => checkEndpoint(chat, '/v1/messages', null)).toThrow(expect.objectContaining(refused))
    const generate = '/v1beta/models/{model}:generateContent'
    expect(() => checkEndpoint(chat, generate, 'gemini-2.5-flash')).not.toThrow()
    expect(() => checkEndpoint(chat, generate, 'other')).toThrow('may not call')
    expect(() => checkEndpoint(chat, '/v1beta/models/{model}:countTokens', 'gemini-2.5-flash')).toThrow('may not call')
    const google = principalOf({ endpoints: [['/v1beta/*']] })
    expect(() => checkEndpoint(google, generate, 'any')).not.toThrow()
    // What stands for the model is text, not a pattern of `replace`.
    const literal = principalOf({ endpoints: [['/v1beta/models/a$&b:generateContent']] })
    expect(() => checkEndpoint(literal, generate, 'a$&b')).not.toThrow()
  })

  it('is for addresses that every list has, in whatever dress they come', () => {
    const principal = principalOf({
      addresses: [
        ['10.0.0.0/8', '2001:db8::/32'],
        ['10.1.0.0/16', '::/0'],
      ],
    })
    const asked = ['10.1.2.3', '::ffff:10.1.2.3', '10.2.0.1', '2001:db8::7', '2001:db9::7', '', 'unknown', '10.1.2']
    const allowed = asked.filter((address) => {
      try {
        checkAddress(principal, address)
        return true
      } catch (error) {
        expect(error).toMatchObject({ code: 'permission_denied' })
        return false
      }
    })
    expect(allowed).toEqual(['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::7'])
  })
})
