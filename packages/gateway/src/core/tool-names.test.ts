import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ToolNames } from './tool-names.ts'

const RULE = { legal: /^[a-zA-Z0-9_-]+$/, maxLength: 64 }

describe('names of tools', () => {
  it('stay as they are where they are legal', () => {
    const names = new ToolNames(RULE)
    expect(names.toUpstream('get_weather')).toBe('get_weather')
    expect(names.toUpstream('get', 'weather')).toBe('weather__get')
    expect(names.toClient('weather__get')).toEqual({ name: 'get', namespace: 'weather', kind: 'function' })
    expect(names.toClient('never_heard')).toEqual({ name: 'never_heard', kind: 'function' })
  })

  it('H29: get a readable stand-in that depends on the name alone', () => {
    const long = 'x'.repeat(65)
    const [one, two] = [new ToolNames(RULE), new ToolNames(RULE)]
    two.toUpstream('something else')
    expect(one.toUpstream(long)).toBe(two.toUpstream(long))
    expect(one.toUpstream('mcp.server/tool')).toMatch(/^mcp_server_tool_[0-9a-f]{12}$/)
    expect(one.toUpstream('mcp.server/tool')).toBe(one.toUpstream('mcp.server/tool'))
  })

  it('H44: three tools that would share a name have three', () => {
    const names = new ToolNames(RULE)
    const sent = [names.toUpstream('a__b__c'), names.toUpstream('c', 'a__b'), names.toUpstream('b__c', 'a')]
    expect(new Set(sent).size).toBe(3)
    expect(sent.map((name) => names.toClient(name))).toMatchObject([
      { name: 'a__b__c' },
      { name: 'c', namespace: 'a__b' },
      { name: 'b__c', namespace: 'a' },
    ])
  })

  it('are legal, and lead back to whom they came from, whatever they are', () => {
    const part = fc.oneof(
      fc.constantFrom('a', 'b', 'a__b', 'b__a', '', 'é', '9', 'x'.repeat(64)),
      fc.string({ unit: 'grapheme', maxLength: 80 }),
    )
    const identity = fc.record({ name: part, namespace: fc.option(part, { nil: undefined }) })
    fc.assert(
      fc.property(fc.array(identity, { maxLength: 12 }), (identities) => {
        const names = new ToolNames(RULE)
        for (const { name, namespace } of identities) {
          const sent = names.toUpstream(name, namespace)
          expect(sent).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
          expect(names.toUpstream(name, namespace)).toBe(sent)
        }
        for (const { name, namespace } of identities) {
          const back = names.toClient(names.toUpstream(name, namespace))
          expect(back).toEqual({ name, kind: 'function', ...(namespace ? { namespace } : {}) })
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
