import { describe, expect, it } from 'vitest'
import type { Part } from '../../core/conversation.ts'
import {
  NOVA,
  LLAMA,
  model,
  type Sent,
  encode,
  text,
  user,
  assistant,
  system,
  call,
  result,
  tool,
} from './__fixtures__/talk.ts'

describe('H54: cache marks', () => {
  const mark = { cache: { ttl: '5m' } } as const
  const hour = { cache: { ttl: '1h' } } as const
  const points = (sent: Sent): number => JSON.stringify(sent.body).split('"cachePoint"').length - 1

  it('are points behind tools, system, assistant and tool messages', () => {
    const turns = [
      system(text('S', hour)),
      user('?'),
      assistant('Let me see.', call('a', 'now', '{}', mark)),
      user(result('a', 'noon', { parts: [text('noon', mark)] })),
    ]
    const sent = encode({ tools: [tool('now', hour)], turns })
    expect(sent.body).toMatchObject({
      toolConfig: { tools: [{ toolSpec: {} }, { cachePoint: { type: 'default', ttl: '1h' } }] },
      system: [{ text: 'S' }, { cachePoint: { type: 'default', ttl: '1h' } }],
      messages: [
        {},
        { content: [{}, { toolUse: {} }, { cachePoint: { type: 'default' } }] },
        { content: [{ toolResult: {} }, { cachePoint: {} }] },
      ],
    })
    expect(sent.notes).toBe('')
  })

  it('are at most four: the last ones', () => {
    const sent = encode({
      tools: [tool('now', mark)],
      turns: [system(text('S', mark)), user(...['a', 'b', 'c', 'd'].map((words) => text(words, mark)))],
    })
    expect(points(sent)).toBe(4)
    expect(sent.body['system']).toEqual([{ text: 'S' }])
  })

  it('an hour behind five minutes becomes five minutes, and so does an hour where there is none', () => {
    const late = encode({ turns: [system(text('S', mark)), user(text('a', hour))] })
    expect(late.body['messages']).toMatchObject([{ content: [{}, { cachePoint: { type: 'default' } }] }])
    expect(late.notes).toBe('cache=5m')
    const old = encode({ turns: [user(text('a', hour))] }, model('anthropic.claude-3-7-sonnet-20250219-v1:0', {}))
    expect(JSON.stringify(old.body)).not.toContain('ttl')
  })

  it('over everything stands at the end; models without a cache drop it, Nova takes none on tools', () => {
    expect(
      encode({ cache: { ttl: '5m' }, turns: [user('a'), assistant('b'), user('c')] }).body['messages'],
    ).toMatchObject([{}, {}, { content: [{ text: 'c' }, { cachePoint: { type: 'default' } }] }])
    expect(encode({ turns: [user(text('a', mark))] }, LLAMA)).toMatchObject({ notes: 'cache' })
    expect(points(encode({ tools: [tool('now', mark)], turns: [user(text('a', mark))] }, NOVA))).toBe(1)
  })

  it('do not stand directly behind a document', () => {
    const file: Part = { type: 'file', at: 'a', source: { kind: 'text', mediaType: 'text/plain', text: 'x' }, ...mark }
    expect(encode({ turns: [user('?', file)] }).body['messages']).toMatchObject([
      { content: [{}, { document: {} }, { text: '\n' }, { cachePoint: {} }] },
    ])
  })
})
