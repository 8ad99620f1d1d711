import { describe, expect, it } from 'vitest'
import { SealEnvelope } from '../core/seal-envelope.ts'
import { chainOutput, forAnyUpstream, outputItems } from './chain-items.ts'

const envelope = new SealEnvelope(Buffer.alloc(32, 7), 'acc_1', 'openai/openai')

describe('the output of a response, as a next turn begins from it', () => {
  it('is its own where there is nothing that only its maker can read', () => {
    const response = JSON.stringify({ id: 'resp_1', output: [{ type: 'message', content: 'the "reasoning" of it' }] })
    expect(chainOutput(response, envelope)).toBeNull()
    const open = JSON.stringify({ output: [{ type: 'reasoning', id: 'rs_1', summary: [] }] })
    expect(chainOutput(open, envelope)).toBeNull()
  })

  it('says who made what is encrypted, and leaves all else as it is spelled', () => {
    const message = '{"type":"message","n":1.0}'
    const reasoning = '{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"sealed by them"}'
    const [sealed, same] = chainOutput(`{"output":[${reasoning}, ${message}]}`, envelope) ?? []
    expect(same).toBe(message)
    const { encrypted_content: content } = JSON.parse(sealed ?? '') as { encrypted_content: string }
    expect(envelope.open(content, 'openai-responses')).toEqual({
      dialect: 'openai-responses',
      data: 'sealed by them',
      itemId: 'rs_1',
      origin: 'openai/openai',
    })
    // What is in an envelope of ours already stays there.
    expect(chainOutput(`{"output":[${sealed}]}`, envelope)).toBeNull()
  })

  it('binds open reasoning to its maker too, but for what we named ourselves', () => {
    const content = '"summary":[],"content":[{"type":"reasoning_text","text":"hm"}]'
    const [theirs] = chainOutput(`{"output":[{"type":"reasoning","id":"rs_1",${content}}]}`, envelope) ?? []
    const { encrypted_content: sealed } = JSON.parse(theirs ?? '') as { encrypted_content: string }
    expect(envelope.open(sealed, 'openai-responses')).toMatchObject({
      data: '',
      itemId: 'rs_1',
      origin: 'openai/openai',
    })
    expect(chainOutput(`{"output":[{"type":"reasoning","id":"rs_flreq1_0",${content}}]}`, envelope)).toBeNull()
  })

  it('has the items in order', () => {
    expect(outputItems('{"id":"a", "output" : [ {"a":1} ,{"b":2}]}')).toEqual(['{"a":1}', '{"b":2}'])
    expect(outputItems('{"id":"a"}')).toEqual([])
  })
})

describe('items for an upstream that may never have seen them', () => {
  it('lose the ids by which their maker knows them', () => {
    const items = [
      '{"type":"message","role":"user","id":"msg_u","content":"x"}',
      '{"id":"msg_theirs","type":"message","role":"assistant","status":"completed","content":[]}',
      '{"id":"fc_theirs","type":"function_call","call_id":"c","name":"f","arguments":"{\\"n\\": 1.0}"}',
      '{"type":"function_call_output","id":"fco_1","call_id":"c","output":"x"}',
      '{"id":"ws_1","type":"web_search_call","status":"completed"}',
    ]
    expect(forAnyUpstream(items)).toEqual([
      items[0],
      '{"id":"msg_1","type":"message","role":"assistant","status":"completed","content":[]}',
      '{"type":"function_call","call_id":"c","name":"f","arguments":"{\\"n\\": 1.0}"}',
      items[3],
      items[4],
    ])
  })

  it('go without reasoning that says nothing to anybody', () => {
    const nothing = '{"type":"reasoning","id":"rs_1","summary":[]}'
    const summary = '{"type":"reasoning","id":"rs_2","summary":[{"type":"summary_text","text":"x"}]}'
    const sealed = '{"type":"reasoning","id":"rs_3","summary":[],"encrypted_content":"x"}'
    expect(forAnyUpstream([nothing, summary, sealed])).toEqual([summary, sealed])
  })
})
