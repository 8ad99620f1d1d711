import { describe, expect, it } from 'vitest'
import { openaiChatProvider } from './index.ts'
import { read, reply } from './__fixtures__/support.ts'

describe('an answer of an upstream', () => {
  it('is read with all that it may hold', () => {
    const citation = {
      type: 'url_citation',
      url_citation: { url: 'https://a', title: 'A', start_index: 0, end_index: 2 },
    }
    const message = {
      content: 'Hi',
      refusal: 'No.',
      reasoning_content: 'Hm',
      annotations: [citation],
      tool_calls: [
        { id: 'a', type: 'function', function: { name: 'f', arguments: '' } },
        { id: 'b', type: 'custom', custom: { name: 'patch', input: '***' } },
      ],
    }
    expect(read(reply(message, { service_tier: 'flex' }, { finish_reason: 'tool_calls' }))).toEqual({
      id: 'chatcmpl-1',
      model: 'gpt-x',
      createdAtSeconds: 1_700_000_000,
      serviceTier: 'flex',
      usage: null,
      choices: [
        {
          parts: [
            {
              type: 'reasoning',
              text: 'Hm',
              summary: [],
              redacted: false,
              seal: { dialect: 'openai-chat', data: '[]' },
            },
            {
              type: 'text',
              text: 'Hi',
              annotations: [
                { dialect: 'openai-chat', url: 'https://a', title: 'A', start: 0, end: 2, value: citation },
              ],
            },
            { type: 'refusal', text: 'No.' },
            { type: 'tool-call', id: 'a', name: 'f', kind: 'function', input: '{}' },
            { type: 'tool-call', id: 'b', name: 'patch', kind: 'custom', input: '***' },
          ],
          finish: { reason: 'tool-calls' },
        },
      ],
    })
  })

  it('H10: ids, names and times may be empty or missing', () => {
    expect(read({ choices: [{ message: { content: 'Hi' } }] })).toMatchObject({
      id: '',
      model: '',
      createdAtSeconds: 0,
    })
    expect(read({ choices: [{}] }).choices).toEqual([{ parts: [], finish: { reason: 'stop' } }])
  })

  it('H13: calls behind the word stop are an end by calls', () => {
    const calls = [{ function: { name: 'f', arguments: { x: 1 } } }]
    expect(read(reply({ tool_calls: calls })).choices[0]).toEqual({
      parts: [{ type: 'tool-call', id: '', name: 'f', kind: 'function', input: '{"x":1}' }],
      finish: { reason: 'tool-calls' },
    })
  })

  it('H17: is none when it is an error', () => {
    const decode = (body: object): unknown => openaiChatProvider.decodeAnswer(body as never)
    expect(decode({ error: { message: 'no' }, choices: [{ message: {} }] })).toBe(null)
    expect(decode({ choices: [] })).toBe(null)
    expect(decode({ message: 'no' })).toBe(null)
    const inside = { finish_reason: 'stop', error: { code: 502, message: 'provider' } }
    expect(read(reply({ content: 'Hi' }, {}, inside)).choices[0]!.finish).toEqual({ reason: 'malformed' })
  })

  it('H53: thinking always has a summary, if an empty one', () => {
    expect(read(reply({ reasoning: 'Hm' })).choices[0]!.parts[0]).toMatchObject({ summary: [] })
  })

  it('keeps thinking that is signed or encrypted for the way back', () => {
    const details = [
      { type: 'reasoning.summary', summary: 'Short.', format: 'openai-responses-v1', index: 0 },
      { type: 'reasoning.encrypted', data: 'gAAA', id: 'rs_1', format: 'openai-responses-v1', index: 0 },
    ]
    expect(read(reply({ content: 'Hi', reasoning: null, reasoning_details: details })).choices[0]!.parts[0]).toEqual({
      type: 'reasoning',
      text: 'Short.',
      summary: [],
      redacted: false,
      seal: { dialect: 'openai-chat', data: JSON.stringify(details) },
    })
  })

  it('speaks, and says what it spoke', () => {
    const wav = Buffer.from('RIFF....WAVEfmt ').toString('base64')
    const audio = { id: 'audio_1', data: wav, expires_at: 1, transcript: 'Hello' }
    expect(read(reply({ audio })).choices[0]!.parts).toEqual([
      { type: 'text', text: 'Hello', annotations: [] },
      { type: 'media', source: { kind: 'base64', mediaType: 'audio/wav', data: wav } },
    ])
  })
})
