import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerPart } from '../../core/answer.ts'
import { chunk, end, follow, sse } from './__fixtures__/support.ts'
import { tokenUsage } from '../../core/token-usage.ts'

const folder = join(import.meta.dirname, '__fixtures__')
const handWritten = readdirSync(folder).filter((name) => name.endsWith('.sse'))

function fixture(name: string): Buffer {
  return readFileSync(join(folder, name))
}

function partsOf(...chunks: readonly (object | string)[]): readonly AnswerPart[] {
  return follow(sse(...chunks, '[DONE]')).answer.choices[0]!.parts
}

function calls(...pieces: readonly object[]): object {
  return chunk({ tool_calls: pieces })
}

function piece(index: number | undefined, id: string | undefined, name: string | undefined, input: unknown): object {
  return { index, id, type: 'function', function: { name, arguments: input } }
}

describe('a stream of an upstream', () => {
  it.each(handWritten)('H05: gives the same events however it is split: %s', (name) => {
    const bytes = fixture(name)
    const whole = follow(bytes).events
    expect(whole.length).toBeGreaterThan(3)
    const everyByte = Array.from(bytes.keys())
    expect(follow(bytes, everyByte).events).toEqual(whole)
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
        expect(follow(bytes, cuts).events).toEqual(whole)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is read whole: text, calls, usage', () => {
    const { answer, decoder } = follow(fixture('parallel-tools.sse'))
    expect(answer).toEqual({
      id: 'chatcmpl-7',
      model: 'gpt-x',
      createdAtSeconds: 1_700_000_000,
      choices: [
        {
          parts: [
            { type: 'text', text: 'Let me look. 🔎 Zürich — 東京', annotations: [] },
            {
              type: 'tool-call',
              id: 'call_a',
              name: 'look',
              kind: 'function',
              input: '{"city":"Zürich \\ud83d\\ude00"}',
            },
            { type: 'tool-call', id: 'call_b', name: 'now', kind: 'function', input: '{}' },
          ],
          finish: { reason: 'tool-calls' },
        },
      ],
      usage: tokenUsage({ input: 20, cacheRead: 8, cacheWrite5m: 0, cacheWrite1h: 0, output: 9, reasoning: 2 }),
    })
    expect(decoder).toMatchObject({ finished: true, ended: true, broken: null })
  })

  it('closes what it opens before it says the end, and says the usage last', () => {
    const { events } = follow(fixture('parallel-tools.sse'))
    const kinds = events
      .filter(({ type }) => type !== 'part-delta')
      .map((event) => ('part' in event ? `${event.type} ${event.part}` : event.type))
    expect(kinds).toEqual([
      'start',
      'part-start 0',
      'part-end 0',
      'part-start 1',
      'part-end 1',
      'part-start 2',
      'part-end 2',
      'finish',
      'usage',
    ])
  })

  it('keeps the signature of thinking', () => {
    const { answer } = follow(fixture('signed-thinking.sse'))
    const [thought, text] = answer.choices[0]!.parts
    expect(thought).toMatchObject({ type: 'reasoning', text: 'I think, so I am.' })
    expect(JSON.parse((thought as { seal: { data: string } }).seal.data)).toEqual([
      {
        type: 'reasoning.text',
        text: 'I think, so I am.',
        format: 'anthropic-claude-v1',
        index: 0,
        signature: 'c2lnbmVk',
      },
    ])
    expect(text).toMatchObject({ type: 'text', text: 'Sum.\n\nDone "now" \\o/' })
  })

  it('H06: a stream without [DONE] is whole when its end was said, and truncated otherwise', () => {
    expect(follow(sse(chunk({ content: 'a' }), end('stop'))).decoder).toMatchObject({ finished: true, ended: false })
    const cut = follow(sse(chunk({ content: 'a' })))
    expect(cut.decoder.finished).toBe(false)
    expect(cut.events.map(({ type }) => type)).toEqual(['start', 'part-start', 'part-delta', 'part-end'])
    expect(follow('').decoder.finished).toBe(false)
    expect(follow(sse('[DONE]')).decoder.finished).toBe(false)
  })

  it('H07: chunks without choices are no harm', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
    const { answer } = follow(sse(chunk({ content: 'a' }), end('stop'), { usage }, { id: 'x' }, '[DONE]'))
    expect(answer.usage).toMatchObject({ input: 1, output: 2 })
  })

  it('H09: content, usage and end in one chunk come once each', () => {
    const { events, answer } = follow(fixture('odd.sse'))
    expect(events.filter(({ type }) => type === 'finish' || type === 'usage').map(({ type }) => type)).toEqual([
      'finish',
      'usage',
    ])
    // What only the total has was thought.
    expect(answer).toMatchObject({ choices: [{ parts: [{ text: 'Hallo €' }] }], usage: { output: 6, reasoning: 4 } })
  })

  it('H09: an end that comes with every chunk ends nothing before the last', () => {
    const repeated = (content: string): object => chunk({ content }, {}, { finish_reason: 'stop' })
    expect(partsOf(repeated('a'), repeated('b'), repeated('c'))).toMatchObject([{ text: 'abc' }])
  })

  it('H10: Azure’s filters say nothing of their own', () => {
    const filter = { id: '', model: '', object: '', created: 0, choices: [], prompt_filter_results: [{}] }
    const late = { ...chunk({}), choices: [{ index: 0, finish_reason: null, content_filter_results: {} }] }
    const { events } = follow(sse(filter, chunk({ content: 'a' }), late, end('stop'), '[DONE]'))
    expect(events.map(({ type }) => type)).toEqual(['start', 'part-start', 'part-delta', 'part-end', 'finish'])
    expect(events[0]).toMatchObject({ id: 'chatcmpl-1', model: 'gpt-x' })
  })

  it('H11: answers side by side stay apart', () => {
    const { answer } = follow(fixture('logprobs-two-answers.sse'))
    expect(answer.choices).toMatchObject([
      { parts: [{ text: 'One. é' }], finish: { reason: 'length' } },
      { parts: [{ text: 'ONE. É' }, { type: 'refusal', text: 'I will not.' }], finish: { reason: 'stop' } },
    ])
  })

  it('H12: a role in the first chunk, in every chunk or never makes no difference', () => {
    const first = partsOf(chunk({ role: 'assistant', content: '' }), chunk({ content: 'a' }))
    const every = partsOf(chunk({ role: 'assistant', content: '' }), chunk({ role: 'assistant', content: 'a' }))
    expect(every).toEqual(first)
    expect(partsOf(chunk({ content: 'a' }))).toEqual(first)
  })

  it('H13: an end that is missing, empty or unknown', () => {
    const reasonOf = (...chunks: object[]): string => follow(sse(...chunks, '[DONE]')).answer.choices[0]!.finish.reason
    expect(reasonOf({ ...chunk({ content: 'a' }), choices: [{ index: 0, delta: { content: 'a' } }] })).toBe('stop')
    expect(reasonOf(chunk({ content: 'a' }, {}, { finish_reason: '' }))).toBe('stop')
    expect(reasonOf(end('eos'))).toBe('stop')
    expect(reasonOf(end('function_call'))).toBe('tool-calls')
    expect(reasonOf(end('model_length'))).toBe('context-window')
    expect(reasonOf(end('insufficient_system_resource'))).toBe('malformed')
    expect(reasonOf(calls(piece(0, 'a', 'f', '{}')), end('stop'))).toBe('tool-calls')
  })

  it('H22: indices may begin anywhere, be all the same, or be missing', () => {
    const two = [
      { type: 'tool-call', id: 'a', name: 'f', kind: 'function', input: '{"x":1}' },
      { type: 'tool-call', id: 'b', name: 'g', kind: 'function', input: '{"y":2}' },
    ]
    expect(partsOf(calls(piece(1, 'a', 'f', '{"x":1}')), calls(piece(3, 'b', 'g', '{"y":2}')))).toEqual(two)
    expect(partsOf(calls(piece(0, 'a', 'f', '{"x":1}')), calls(piece(0, 'b', 'g', '{"y":2}')))).toEqual(two)
    expect(partsOf(calls(piece(undefined, 'a', 'f', '{"x":1}'), piece(undefined, 'b', 'g', '{"y":2}')))).toEqual(two)
  })

  it('H23: calls that take turns stay apart', () => {
    const parts = partsOf(
      calls(piece(0, 'a', 'f', '{"x"'), piece(1, 'b', 'g', '{"y"')),
      calls(piece(1, undefined, undefined, ':2}'), piece(0, undefined, undefined, ':1}')),
    )
    expect(parts).toMatchObject([{ input: '{"x":1}' }, { input: '{"y":2}' }])
  })

  it('H24: an id may be missing, empty or repeated, a name may come in pieces', () => {
    const again = piece(0, 'a', 'look', '')
    expect(partsOf(calls(again), calls(again), calls(piece(0, 'a', '', '{}')))).toMatchObject([
      { id: 'a', name: 'look' },
    ])
    expect(partsOf(calls(piece(0, 'a', 'get_', '')), calls(piece(0, '', 'weather', '{}')))).toMatchObject([
      { name: 'get_weather' },
    ])
    expect(partsOf(calls(piece(0, 'a', 'get_', '')), calls(piece(0, '', 'get_weather', '{}')))).toMatchObject([
      { name: 'get_weather' },
    ])
    expect(partsOf(calls(piece(0, undefined, 'f', '{}')))).toMatchObject([{ id: '' }])
    expect(partsOf(calls(piece(0, 'a', '', '{"x"')), calls(piece(0, '', 'f', ':1}')))).toMatchObject([
      { id: 'a', name: 'f', input: '{"x":1}' },
    ])
    expect(partsOf(calls(piece(0, 'a', 'f', '{"x":')), calls(piece(0, 'z', undefined, '1}')))).toMatchObject([
      { id: 'a', input: '{"x":1}' },
    ])
  })

  it('H25: a whole call in one delta, its arguments as text or as an object', () => {
    expect(partsOf(calls(piece(0, 'a', 'f', '{"x":1}')))).toMatchObject([{ input: '{"x":1}' }])
    const odd = JSON.stringify(calls(piece(0, 'a', 'f', 'X'))).replace('"X"', '{"id":12345678901234567890,"x":1.0}')
    expect(partsOf(odd)).toMatchObject([{ input: '{"id":12345678901234567890,"x":1.0}' }])
    expect(partsOf(chunk({ function_call: { name: 'f', arguments: '{}' } }))).toMatchObject([{ name: 'f', id: '' }])
  })

  it('H26: a call without arguments', () => {
    expect(partsOf(calls(piece(0, 'a', 'f', '')), calls(piece(1, 'b', 'g', null)))).toMatchObject([
      { name: 'f', input: '{}' },
      { name: 'g', input: '{}' },
    ])
  })

  it('H27: arguments that were cut off are kept as they are', () => {
    const { answer } = follow(sse(calls(piece(0, 'a', 'f', '{"location": "Par')), end('length'), '[DONE]'))
    expect(answer.choices[0]).toMatchObject({ parts: [{ input: '{"location": "Par' }], finish: { reason: 'length' } })
  })

  it('H40: the signature of a call of Gemini’s OpenAI endpoint is its seal', () => {
    const signed = { ...piece(0, 'a', 'f', '{}'), extra_content: { google: { thought_signature: 'SIG' } } }
    expect(partsOf(calls(signed))).toMatchObject([{ seal: { dialect: 'openai-chat', data: 'SIG' } }])
    const onText = chunk({ content: 'a', extra_content: { google: { thought_signature: 'SIG' } } })
    expect(partsOf(onText)).toMatchObject([{ text: 'a', seal: { data: 'SIG' } }])
  })

  it('H43: half a surrogate pair in each of two deltas is one character', () => {
    const halves = ['"\\ud83d"', '"\\ude00"'].map((half) =>
      JSON.stringify(chunk({ content: 'X' })).replace('"X"', half),
    )
    expect(partsOf(...halves)).toMatchObject([{ text: '😀' }])
  })

  it('H71: logprobs may be null, missing or there', () => {
    const tokens = [{ token: 'a', logprob: -0.5, bytes: [97], top_logprobs: [] }]
    const parts = partsOf(
      chunk({ content: 'x' }, {}, { logprobs: null }),
      chunk({ content: 'a' }, {}, { logprobs: { content: tokens, refusal: null } }),
      chunk({ content: 'y' }, {}, { logprobs: { content: null } }),
    )
    expect(parts).toEqual([{ type: 'text', text: 'xay', annotations: [], logprobs: tokens }])
  })

  it('reads Mistral’s content of texts and thoughts, and one thought behind a text', () => {
    const thinking = chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] }] })
    const parts = partsOf(
      thinking,
      chunk({ content: [{ type: 'text', text: 'Hi' }] }),
      chunk({ reasoning_content: 'Oh' }),
    )
    expect(parts).toMatchObject([
      { type: 'reasoning', text: 'Hm' },
      { type: 'text', text: 'Hi' },
      { type: 'reasoning', text: 'Oh' },
    ])
  })

  it('reads spoken answers: their words and their sound', () => {
    const wav = Buffer.from('RIFF....WAVEfmt ').toString('base64')
    const parts = partsOf(
      chunk({ audio: { id: 'audio_1', transcript: 'Hel' } }),
      chunk({ audio: { transcript: 'lo' } }),
      chunk({ audio: { data: wav.slice(0, 8) } }),
      chunk({ audio: { data: wav.slice(8) } }),
      chunk({ audio: { expires_at: 1 } }),
    )
    expect(parts).toEqual([
      { type: 'text', text: 'Hello', annotations: [] },
      { type: 'media', source: { kind: 'base64', mediaType: 'audio/wav', data: wav } },
    ])
  })

  it('reads citations', () => {
    const citation = {
      type: 'url_citation',
      url_citation: { url: 'https://a', title: 'A', start_index: 0, end_index: 2 },
    }
    expect(partsOf(chunk({ content: 'Hi' }), chunk({ annotations: [citation] }))).toMatchObject([
      { text: 'Hi', annotations: [{ url: 'https://a', title: 'A', start: 0, end: 2, value: citation }] },
    ])
  })

  it('names the stop sequence that matched, where the server does', () => {
    const { answer } = follow(
      sse(chunk({ content: 'a' }), chunk({}, {}, { finish_reason: 'stop', stop_reason: 'END' })),
    )
    expect(answer.choices[0]!.finish).toEqual({ reason: 'stop-sequence', stopSequence: 'END' })
  })

  it.each([
    [{ error: { message: 'm', code: 429 } }, 429],
    [{ ...chunk({ content: '' }), error: { code: 503, message: 'm' } }, 503],
    [{ error: 'text' }, 500],
    [{ object: 'error', message: 'm', type: 'invalid_request_error' }, 400],
    [{ detail: 'no' }, 500],
  ])('H17: an error among the events is one, closes what is open, and ends it: %j', (error, status) => {
    const { events, decoder } = follow(sse(chunk({ content: 'a' }), error, chunk({ content: 'b' }), '[DONE]'))
    expect(events.map(({ type }) => type)).toEqual(['start', 'part-start', 'part-delta', 'part-end', 'failure'])
    expect(events.at(-1)).toMatchObject({ status })
    expect(decoder.finished).toBe(false)
  })

  it('says that bytes cannot be followed', () => {
    expect(follow(sse(chunk({ content: 'a' }), '<html>')).decoder).toMatchObject({
      broken: expect.any(String),
      finished: false,
    })
  })

  it('is never confused by words that look like the rest of a chunk', () => {
    const words = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('"', '\\', '\\"', '"},"logprobs":null', '","content":"', '\n', '\ud83d'),
    )
    fc.assert(
      fc.property(fc.array(words, { maxLength: 20 }), fc.boolean(), (texts, padded) => {
        const chunks = texts.map((content, index) =>
          chunk({ content }, padded ? { obfuscation: 'x'.repeat(index) } : {}),
        )
        const { answer } = follow(sse(...chunks, end('stop'), '[DONE]'))
        const text = answer.choices[0]!.parts.map((part) => (part.type === 'text' ? part.text : '?')).join('')
        expect(text).toBe(texts.join(''))
      }),
      { numRuns: 1_000 },
    )
  })
})
