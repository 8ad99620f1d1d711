import { describe, expect, it } from 'vitest'
import { listedItem, madeUpId, parseMadeUpId } from './listed-item.ts'

const HASH = 'a0'.repeat(16)

describe('an item in a listing', () => {
  it('is a whole message where a client sent a short one', () => {
    expect(JSON.parse(listedItem('{"role":"user","content":"hi"}', 'msg_1'))).toEqual({
      id: 'msg_1',
      type: 'message',
      status: 'completed',
      role: 'user',
      content: [{ type: 'input_text', text: 'hi' }],
    })
    const answer = '{"type":"message","role":"assistant","content":[{"type":"output_text","text":"yes"}]}'
    expect(JSON.parse(listedItem(answer, 'msg_2'))).toMatchObject({
      status: 'completed',
      content: [{ type: 'output_text', text: 'yes', annotations: [] }],
    })
  })

  it('is the very text where nothing is missing in it', () => {
    const call = '{"type":"function_call","id":"fc_1","call_id":"c","name":"f","arguments":"{}","extra": 1.0}'
    expect(listedItem(call)).toBe(call)
    const message =
      '{"id":"m", "type":"message","role":"user","status":"completed","content":[{"type":"input_text","text":"x"}]}'
    expect(listedItem(message)).toBe(message)
  })

  it('has an id that says where it is, in the words of its type', () => {
    const id = madeUpId('{"type":"function_call","arguments":"{}"}', HASH, 17)
    expect(id).toBe(`fc_${HASH}11`)
    expect(parseMadeUpId(id)).toEqual({ hash: HASH, before: 17 })
    expect(parseMadeUpId(madeUpId('{"role":"user"}', HASH, 0))).toEqual({ hash: HASH, before: 0 })
    expect(parseMadeUpId('msg_abc')).toBeNull()
  })

  it('keeps numbers that a parser would change', () => {
    const output = '{"type":"function_call_output","call_id":"c","output":"x","n":12345678901234567890}'
    expect(listedItem(output, 'fco_1')).toContain('"n":12345678901234567890')
  })
})
