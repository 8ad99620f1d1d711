import { expect, it } from 'vitest'
import { itemsOfInput, readAsked } from './asked-compaction.ts'

it('reads what is asked for', () => {
  expect(readAsked({ input: 'Hi' })).toEqual({ trigger: false, managed: null })
  expect(readAsked({ context_management: null, input: [{ type: 'compaction_trigger' }] })).toEqual({
    trigger: true,
    managed: null,
  })
  expect(readAsked({ context_management: [] }).managed).toBeNull()
  expect(readAsked({ context_management: [{ type: 'compaction' }] }).managed).toEqual({ thresholdTokens: null })
  const given = [{ type: 'compaction', compact_threshold: 5_000 }]
  expect(readAsked({ context_management: given }).managed).toEqual({ thresholdTokens: 5_000 })
})

it.each([
  [{ input: [{ type: 'compaction_trigger' }, { role: 'user', content: 'Hi' }] }, 'input[0]'],
  [{ context_management: 'compaction' }, 'context_management'],
  [{ context_management: [{ type: 'clear_tool_uses' }] }, 'context_management[0].type'],
  [{ context_management: [{ type: 'compaction', compact_threshold: 10 }] }, 'context_management[0].compact_threshold'],
] as const)('%j is refused, naming %s', (body, param) => {
  expect(() => readAsked(body)).toThrow(expect.objectContaining({ status: 400, param }))
})

it.each([
  [7, 'input'],
  [['Hi'], 'input[0]'],
  [[{ id: 'msg_1' }], 'input[0].type'],
  [[{ type: 'item_reference', id: 'msg_1' }], 'input[0]'],
] as const)('an input of %j is refused, naming %s', (input, param) => {
  expect(() => itemsOfInput({ input })).toThrow(expect.objectContaining({ status: 400, param }))
})

it('numbers keep their spelling', () => {
  const body = JSON.parse('{"input":[{"role":"user","content":"Hi"}]}') as { readonly input: readonly [] }
  expect(itemsOfInput(body)).toEqual(['{"role":"user","content":"Hi"}'])
  expect(itemsOfInput({ input: 'Hi' })).toEqual(['{"type":"message","role":"user","content":"Hi"}'])
  expect(itemsOfInput({})).toEqual([])
})
