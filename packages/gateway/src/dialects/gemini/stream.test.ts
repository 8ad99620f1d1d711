import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerEvent } from '../../core/answer.ts'
import { GatewayError } from '../../core/errors.ts'
import { parseJson } from '../../core/json.ts'
import { collect, replay } from '../../core/__fixtures__/answer-events.ts'
import { cut, decodeStream, encodeStream, json, jsonArray, replyContext, sse } from './__fixtures__/contexts.ts'
import {
  ALL_STREAMS,
  BLOCKED,
  CODE_AND_IMAGE,
  FAILED,
  GROUNDED,
  PARTIAL_ARGS,
  TEXT,
  THOUGHTS_AND_CALLS,
  TWO_CANDIDATES,
} from './__fixtures__/streams.ts'
import { geminiClient, geminiProvider } from './index.ts'
import { tokenUsage } from '../../core/token-usage.ts'

function answerOf(chunks: readonly unknown[]) {
  return collect(decodeStream([sse(chunks)]).events)
}

function texts(events: readonly AnswerEvent[]): string {
  return events.map((event) => (event.type === 'part-delta' ? event.text : '')).join('')
}

describe('reading a stream of Gemini', () => {
  for (const [name, chunks] of Object.entries(ALL_STREAMS)) {
    it(`H05: any split gives the same events: ${name}`, () => {
      for (const bytes of [sse(chunks), sse(chunks, '\n'), sse(chunks, '\r'), jsonArray(chunks)]) {
        const whole = decodeStream([bytes])
        expect(whole.broken).toBeNull()
        fc.assert(
          fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (places) => {
            expect(decodeStream(cut(bytes, places))).toEqual(whole)
          }),
          { numRuns: 250 },
        )
        expect(decodeStream(cut(bytes, [...bytes.keys()]))).toEqual(whole)
      }
    })
  }

  it('H01: a character split over two reads stays whole at every place', () => {
    const bytes = sse(TEXT)
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(texts(decodeStream(cut(bytes, [at])).events)).toBe('Grüße, Welt 🌍 \u2028 "so"')
    }
  })

  it('H02: CRLF, LF, CR and a mixture of them end lines', () => {
    const [one, two, three] = TEXT.map((chunk) => JSON.stringify(chunk))
    const mixed = Buffer.from(`data: ${one}\r\n\r\ndata: ${two}\n\ndata: ${three}\r\r`)
    expect(decodeStream([mixed])).toEqual(decodeStream([sse(TEXT)]))
  })

  it('H02: events are given out as they come, not at the end', () => {
    const decoder = geminiProvider.streamDecoder()
    const events: AnswerEvent[] = []
    decoder.push(sse(TEXT.slice(0, 1)), (event) => events.push(event))
    expect(texts(events)).toBe('Grüße, ')
    expect(decoder.finished).toBe(false)
  })

  it('H03: no space behind the colon, comments, a mark at the beginning, several data lines, no blank line at the end', () => {
    const [one, two, three] = TEXT.map((chunk) => JSON.stringify(chunk))
    const cutInTwo = String(two).indexOf('"candidates"')
    const odd = `\ufeff\n: hello\nevent: message\ndata:${one}\n\nid: 1\n\ndata: ${String(two).slice(0, cutInTwo)}\ndata: ${String(two).slice(cutInTwo)}\n\ndata: ${three}`
    expect(decodeStream([Buffer.from(odd)])).toEqual(decodeStream([sse(TEXT)]))
  })

  it('H04: comments are no data', () => {
    const bytes = Buffer.concat([Buffer.from(': PROCESSING\n\n: PROCESSING\r\n\r\n'), sse(TEXT)])
    expect(decodeStream([bytes])).toEqual(decodeStream([sse(TEXT)]))
  })

  it('H99: the elements of an array are read like events', () => {
    expect(decodeStream([jsonArray(THOUGHTS_AND_CALLS)])).toEqual(decodeStream([sse(THOUGHTS_AND_CALLS)]))
  })

  it('H37: calls without ids get the id of the response and a number, also two of the same function', () => {
    const [choice] = answerOf(THOUGHTS_AND_CALLS).choices
    const calls = choice?.parts.filter((part) => part.type === 'tool-call')
    expect(calls).toMatchObject([
      {
        id: 'call_resp-1_0',
        name: 'weather',
        input: '{"city":"Köln","id":1}',
        seal: { dialect: 'gemini', data: 'c2ln' },
      },
      { id: 'call_resp-1_1', name: 'weather', input: '{"city":"Ulm"}' },
      { id: 'call_resp-1_2', name: 'now' },
    ])
    expect(choice?.parts[0]).toEqual({ type: 'reasoning', text: 'Two cities, then.', summary: [], redacted: false })
  })

  it('H26: a call without arguments has an empty object', () => {
    const [choice] = answerOf(THOUGHTS_AND_CALLS).choices
    expect(choice?.parts.at(-1)).toMatchObject({ name: 'now', input: '{}' })
  })

  it('H38: STOP behind a call in an earlier chunk means that calls are to be answered', () => {
    expect(answerOf(THOUGHTS_AND_CALLS).choices[0]?.finish).toEqual({ reason: 'tool-calls' })
    expect(answerOf(TEXT).choices[0]?.finish).toEqual({ reason: 'stop' })
  })

  it.each([
    ['MALFORMED_FUNCTION_CALL', 'bad call'],
    ['UNEXPECTED_TOOL_CALL', undefined],
    ['TOO_MANY_TOOL_CALLS', undefined],
    ['MALFORMED_RESPONSE', undefined],
  ])('H39: %s is a failure', (finishReason, finishMessage) => {
    const finish = answerOf([{ candidates: [{ content: {}, finishReason, finishMessage }] }]).choices[0]?.finish
    expect(finish?.reason).toBe('malformed')
  })

  it('H39: STOP without any part is a failure, an empty text is not', () => {
    const of = (content: object) => answerOf([{ candidates: [{ content, finishReason: 'STOP' }] }]).choices[0]?.finish
    expect(of({ role: 'model' })?.reason).toBe('malformed')
    expect(of({ parts: [], role: 'model' })?.reason).toBe('malformed')
    expect(of({ parts: [{ text: '' }], role: 'model' })).toEqual({ reason: 'stop' })
  })

  it('H40: signatures stay on the part that they came with', () => {
    const [choice] = answerOf(CODE_AND_IMAGE).choices
    expect(choice?.parts.map((part) => ('seal' in part ? [part.type, part.seal?.data] : part.type))).toEqual([
      'foreign',
      'foreign',
      'text',
      ['media', 'aW1n'],
      ['text', 'dHh0'],
    ])
  })

  it('H40: a signature that comes alone behind the text belongs to that text', () => {
    const signed = [
      TEXT[0],
      { candidates: [{ content: { parts: [{ text: '', thoughtSignature: 'eA==' }] }, finishReason: 'STOP' }] },
    ]
    expect(answerOf(signed).choices[0]?.parts).toEqual([
      { type: 'text', text: 'Grüße, ', annotations: [], seal: { dialect: 'gemini', data: 'eA==' } },
    ])
  })

  it('H42: large numbers in arguments keep their digits', () => {
    const chunk =
      '{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"id":12345678901234567890,"x":1.0}}}]},"finishReason":"STOP"}]}'
    expect(answerOf([chunk]).choices[0]?.parts[0]).toMatchObject({ input: '{"id":12345678901234567890,"x":1.0}' })
  })

  it('puts partial arguments together, also when the end of a call is not marked', () => {
    const [choice] = answerOf(PARTIAL_ARGS).choices
    expect(choice?.parts).toMatchObject([
      {
        name: 'cook',
        seal: { data: 'c2ln' },
        input: '{"dish":{"name":"Lasagne","parts":[{"grams":250.5},{"grams":100}],"very hot":true},"note":null}',
      },
      { name: 'serve', input: '{"at":"8"}' },
      { name: 'rest', input: '{}' },
    ])
    expect(choice?.finish).toEqual({ reason: 'tool-calls' })
  })

  it('reads grounding as citations in UTF-16 units, and keeps it whole', () => {
    const [choice] = answerOf(GROUNDED).choices
    const [text, foreign] = choice?.parts ?? []
    expect(text).toMatchObject({
      text: 'Österreich hat gewonnen.',
      annotations: [
        { url: 'https://example.com/a', title: 'A', start: 11, end: 24 },
        { url: 'https://example.com/b', title: 'B' },
      ],
    })
    expect(foreign).toMatchObject({ type: 'foreign', kind: 'groundingMetadata' })
  })

  it('keeps the candidates of one stream apart', () => {
    const { choices } = answerOf(TWO_CANDIDATES)
    expect(choices.map(({ parts, finish }) => [parts[0], finish.reason])).toMatchObject([
      [{ text: 'Aa' }, 'stop'],
      [{ text: 'Bb' }, 'length'],
    ])
  })

  it('reads a blocked prompt as filtered', () => {
    const { events, finished } = decodeStream([sse(BLOCKED)])
    expect(finished).toBe(true)
    expect(collect(events).choices[0]).toEqual({
      parts: [],
      finish: { reason: 'content-filter', detail: 'The prompt was blocked: SAFETY' },
    })
  })

  it('H55: usage is the last one, with thoughts in the output', () => {
    expect(answerOf(THOUGHTS_AND_CALLS).usage).toEqual(
      tokenUsage({
        input: 30,
        cacheRead: 0,
        cacheWrite5m: 0,
        cacheWrite1h: 0,
        output: 30,
        reasoning: 9,
      }),
    )
  })

  it('H55: cached tokens are part of the prompt, what tools read comes on top, and both come back once', () => {
    const usageMetadata = {
      promptTokenCount: 100,
      cachedContentTokenCount: 60,
      toolUsePromptTokenCount: 7,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 3,
      totalTokenCount: 115,
    }
    const answer = answerOf([{ ...TEXT[2], usageMetadata }])
    expect(answer.usage).toMatchObject({ input: 107, cacheRead: 60, output: 8, reasoning: 3 })
    expect(geminiClient.encodeAnswer(answer, replyContext())['usageMetadata']).toEqual({
      promptTokenCount: 107,
      cachedContentTokenCount: 60,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 3,
      totalTokenCount: 115,
    })
  })

  it('an error in mid-stream closes what is open and says nothing behind it', () => {
    const { events, finished } = decodeStream([sse([...FAILED, TEXT[0]])])
    expect(events.slice(-2)).toEqual([
      { type: 'part-end', choice: 0, part: 0 },
      { type: 'failure', body: JSON.stringify(FAILED[1]), status: 503 },
    ])
    expect(finished).toBe(false)
  })

  it('H83: an array of errors is an error', () => {
    const { events } = decodeStream([Buffer.from(JSON.stringify([FAILED[1]], null, 2))])
    expect(events).toEqual([{ type: 'failure', body: JSON.stringify(FAILED[1]), status: 503 }])
  })

  it('a stream that ends in the middle closes its parts and is not finished', () => {
    const { events, finished } = decodeStream([sse(PARTIAL_ARGS.slice(0, 3))])
    expect(finished).toBe(false)
    expect(events.at(-1)?.type).toBe('part-end')
    expect(events.some((event) => event.type === 'finish')).toBe(false)
  })

  it('what is no JSON is broken', () => {
    expect(decodeStream([Buffer.from('data: <html>\n\n')]).broken).not.toBeNull()
    expect(decodeStream([Buffer.from('[{"candidates":[]} oops')]).broken).not.toBeNull()
  })

  it('any JSON in any place of a chunk gives events and no crash', () => {
    const names = fc.constantFrom(
      'candidates',
      'content',
      'parts',
      'text',
      'thought',
      'thoughtSignature',
      'functionCall',
      'name',
      'args',
      'partialArgs',
      'jsonPath',
      'willContinue',
      'inlineData',
      'mimeType',
      'data',
      'finishReason',
      'index',
      'usageMetadata',
      'promptFeedback',
      'blockReason',
      'error',
      'code',
      'groundingMetadata',
      'groundingChunks',
      'groundingSupports',
      'segment',
      'logprobsResult',
      'chosenCandidates',
      'promptTokenCount',
      'createTime',
      'responseId',
      '__proto__',
    )
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'large', maxDepth: 6 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(names, tie('tree'), { maxKeys: 5 }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(names, tree, { maxKeys: 6 }), (chunk) => {
        const { events } = decodeStream([sse([chunk, chunk])])
        collect(events)
        geminiProvider.decodeAnswer(json(chunk))
        encodeStream(events, replyContext())
      }),
      { numRuns: 500 },
    )
  })
})

describe('writing a stream for a Gemini client', () => {
  for (const [name, chunks] of Object.entries(ALL_STREAMS)) {
    if (name === 'failed') continue
    for (const arrayStream of [false, true]) {
      it(`what was decoded comes back the same: ${name}, ${arrayStream ? 'array' : 'events'}`, () => {
        const { events } = decodeStream([sse(chunks)])
        const written = encodeStream(events, replyContext({ arrayStream }))
        const again = decodeStream([Buffer.from(written)])
        expect(again.broken).toBeNull()
        expect(collect(again.events)).toEqual({ ...collect(events), id: 'abc123', model: 'public-model' })
        if (arrayStream) expect(Array.isArray(parseJson(written))).toBe(true)
        else expect(written).toMatch(/^(?:data: [^\r\n]+\r\n\r\n)+$/)
      })
    }
  }

  it('H26, H27: calls go out whole, and what is no object goes out as text', () => {
    const events: AnswerEvent[] = [
      { type: 'start', id: '', model: '', createdAtSeconds: 0 },
      {
        type: 'part-start',
        choice: 0,
        part: 0,
        opened: { type: 'tool-call', id: 'toolu_1', name: 'a', kind: 'function' },
      },
      { type: 'part-start', choice: 0, part: 1, opened: { type: 'tool-call', id: '', name: 'b', kind: 'function' } },
      { type: 'part-delta', choice: 0, part: 1, text: '{"n":1234567890' },
      { type: 'part-end', choice: 0, part: 0 },
      { type: 'part-delta', choice: 0, part: 1, text: '1234567890' },
      { type: 'part-end', choice: 0, part: 1 },
      { type: 'finish', choice: 0, finish: { reason: 'length' } },
    ]
    const written = encodeStream(events, replyContext())
    expect(written).toContain('{"functionCall":{"id":"toolu_1","name":"a","args":{}}}')
    expect(written).toContain('{"functionCall":{"name":"b","args":{"_raw":"{\\"n\\":12345678901234567890"}}}')
  })

  it('H42: numbers beyond 2^53 keep their digits', () => {
    const answer = {
      id: '',
      model: '',
      createdAtSeconds: 0,
      usage: null,
      choices: [
        {
          parts: [
            { type: 'tool-call', id: 'x', name: 'a', kind: 'function', input: '{"n": 12345678901234567890, "x": 1.0}' },
          ],
          finish: { reason: 'tool-calls' },
        },
      ],
    } as const
    expect(encodeStream(replay(answer), replyContext())).toContain('{"n":12345678901234567890,"x":1.0}')
  })

  it('an empty line keeps the connection alive, in both framings', () => {
    for (const arrayStream of [false, true]) {
      const encoder = geminiClient.streamEncoder(replyContext({ arrayStream }))
      const { events } = decodeStream([sse(TEXT)])
      const written =
        encoder.ping() + events.map((event) => encoder.push(event) + encoder.ping()).join('') + encoder.end()
      expect(collect(decodeStream([Buffer.from(written)]).events).choices).toEqual(answerOf(TEXT).choices)
      if (arrayStream) parseJson(written)
    }
  })

  it('an error behind the head is one more event, and the array is closed', () => {
    for (const arrayStream of [false, true]) {
      const encoder = geminiClient.streamEncoder(replyContext({ arrayStream }))
      const { events } = decodeStream([sse(FAILED.slice(0, 1))])
      const error = new GatewayError('upstream_error', 'Every upstream failed.')
      const written = events.map((event) => encoder.push(event)).join('') + encoder.fail(error)
      const again = decodeStream([Buffer.from(written)]).events
      expect(again.at(-1)).toMatchObject({ type: 'failure', status: 503 })
      expect(texts(again)).toBe('I will')
      if (arrayStream) parseJson(written)
      // An error before anything else is an array too.
      const alone = geminiClient.streamEncoder(replyContext({ arrayStream })).fail(error)
      if (arrayStream) expect(parseJson(alone)).toHaveLength(1)
    }
  })

  it('foreign reasoning goes out as thoughts with our envelope, foreign citations as grounding', () => {
    const seal = { dialect: 'anthropic-messages', data: 'secret' } as const
    const annotation = {
      dialect: 'openai-chat',
      url: 'https://example.com',
      title: 'T',
      start: 1,
      end: 3,
      value: {},
    } as const
    const answer = {
      id: '',
      model: '',
      createdAtSeconds: 0,
      usage: null,
      choices: [
        {
          parts: [
            { type: 'reasoning', text: 'hm', summary: [], redacted: false, seal },
            { type: 'reasoning', text: '', summary: [], redacted: true, seal },
            { type: 'text', text: 'üöä', annotations: [annotation] },
          ],
          finish: { reason: 'stop' },
        },
      ],
    } as const
    for (const again of [
      collect(decodeStream([Buffer.from(encodeStream(replay(answer), replyContext()))]).events),
      geminiProvider.decodeAnswer(json(geminiClient.encodeAnswer(answer, replyContext()))),
    ]) {
      const parts = again?.choices[0]?.parts ?? []
      expect(parts).toMatchObject(
        [
          { type: 'reasoning', text: 'hm', seal: { data: /^ZmwxLnNlYWwu/ } },
          { type: 'reasoning', text: '', seal: { data: /^ZmwxLnNlYWwu/ } },
          { type: 'text', text: 'üöä', annotations: [{ url: 'https://example.com', title: 'T', start: 1, end: 3 }] },
          { type: 'foreign', kind: 'groundingMetadata' },
        ].map((part) => ('seal' in part ? { ...part, seal: { data: expect.stringMatching(/^ZmwxLnNlYWwu/) } } : part)),
      )
    }
  })
})
