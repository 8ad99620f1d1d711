import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../core/json.ts'
import { scanRequest } from '../dialects/pass-request.ts'
import { itemHead, mayHoldReferences, splitInput } from './input-text.ts'

function split(body: string): readonly string[] {
  const scan = scanRequest(Buffer.from(body))
  return splitInput(scan.text, scan.input)
}

describe('the input of a request, in pieces', () => {
  it('keeps the spelling of each item', () => {
    const items = ['{ "n" : 1.0, "big":12345678901234567890 }', '{"a":"\\u00fc ü 😀"}', '[1,  2]']
    expect(split(`{"model":"m","input":[ ${items.join(' , ')} ]}`)).toEqual(items)
  })

  it('is one message for a text, and nothing for anything else', () => {
    const [message, ...others] = split('{"model":"m","input":"h\\"i ü"}')
    expect(others).toEqual([])
    expect(JSON.parse(message ?? '')).toEqual({
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: 'h"i ü' }],
    })
    for (const input of ['null', '7', '{}', '[]']) expect(split(`{"model":"m","input":${input}}`)).toEqual([])
    expect(split('{"model":"m"}')).toEqual([])
  })

  it('is what it was, for any JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.object({ maxDepth: 2, withNullPrototype: false })), fc.nat(4), (items, spaces) => {
        const body = JSON.stringify({ model: 'm', input: items }, null, spaces)
        expect(split(body).map((item) => parseJson(item))).toEqual(items.map((item) => parseJson(JSON.stringify(item))))
      }),
    )
  })
})

describe('the head of an item', () => {
  it('tells messages without a type, and references without one, from the others', () => {
    expect(itemHead('{"role":"user","content":"x"}')).toMatchObject({ type: 'message', role: 'user', id: null })
    expect(itemHead(' {"id":"msg_1"}')).toMatchObject({ type: 'item_reference', id: 'msg_1' })
    expect(itemHead('{"id":"x","name":"f"}')).toMatchObject({ type: '', id: 'x' })
    expect(itemHead('{"type":"reasoning","id":"rs_1","summary":[]}')).toMatchObject({ type: 'reasoning', id: 'rs_1' })
    expect(itemHead('"text"')).toMatchObject({ type: '', id: null })
  })
})

it('a body that may hold references is looked at, however it is written', () => {
  const references = ['[{"type":"item_reference","id":"a"}]', '[{"id":"a"}]']
  for (const input of references) {
    for (const spaces of [0, 2]) {
      const body = JSON.stringify({ model: 'm', input: JSON.parse(input) as unknown }, null, spaces)
      expect(mayHoldReferences(body)).toBe(true)
    }
  }
  expect(mayHoldReferences('{"model":"m","input":[{"id":"a","type":"message"}]}')).toBe(false)
})
