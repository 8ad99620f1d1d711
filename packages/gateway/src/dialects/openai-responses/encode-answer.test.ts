import { describe, expect, it } from 'vitest'
import type { AnswerPart } from '../../core/answer.ts'
import type { JsonObject } from '../../core/json.ts'
import {
  answer,
  call,
  EVERYTHING,
  json,
  outputIn,
  schemas,
  streamOf,
  text,
  thought,
  USAGE,
} from './__fixtures__/emitted.ts'
import { openaiResponsesProvider } from './index.ts'
import {
  decode,
  envelope,
  essence,
  eventsOf,
  json as plainJson,
  read,
  replyContext,
  response,
  STATELESS,
  streamOf as plainStream,
} from './__fixtures__/support.ts'
import { stringOf } from '../../core/json.ts'

describe('a whole answer', () => {
  it.skipIf(schemas === null)("is held to OpenAI's document (skipped without ../shared/data/openapi)", () => {
    expect(schemas?.validate('Response', {})).not.toEqual([])
  })

  it('has all 31 members, saying the request over again', () => {
    const body = {
      instructions: 'Be brief.',
      temperature: 0.5,
      top_p: 0.9,
      max_output_tokens: 64,
      max_tool_calls: 2,
      metadata: { a: 'b' },
      parallel_tool_calls: false,
      prompt_cache_key: 'k',
      safety_identifier: 's',
      service_tier: 'flex',
      store: false,
      truncation: 'auto',
      top_logprobs: 1,
      reasoning: { effort: 'low' },
      text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } }, verbosity: 'low' },
      tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }],
      tool_choice: { type: 'function', name: 'f' },
      previous_response_id: 'resp_0',
      user: 'u',
    }
    const reply = json(answer([text('Hi')]), replyContext({}, body))
    expect(reply).toMatchObject({
      ...body,
      id: 'resp_abc123',
      object: 'response',
      status: 'completed',
      model: 'public-model',
      created_at: 1_700_000_000,
      completed_at: 1_800_000_000,
      reasoning: { effort: 'low', summary: null },
      text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: false } },
      tools: [
        { type: 'function', name: 'f', description: null, parameters: null, strict: null },
        { type: 'web_search' },
      ],
    })
    const bare = json(answer([text('Hi')], { reason: 'stop' }, { usage: null }))
    expect(bare).toMatchObject({
      store: true,
      temperature: 1,
      service_tier: 'default',
      text: { format: { type: 'text' } },
      usage: null,
    })
  })

  it('has its items in order; texts that follow each other share a message', () => {
    const { output } = json(EVERYTHING)
    expect(output).toEqual([
      {
        id: 'rs_flabc123_0',
        type: 'reasoning',
        status: 'completed',
        summary: [
          { type: 'summary_text', text: 'first' },
          { type: 'summary_text', text: 'second' },
        ],
      },
      {
        id: 'msg_abc123_1',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Let me look.', annotations: [], logprobs: [] }],
      },
      {
        id: 'fc_abc123_2',
        type: 'function_call',
        status: 'completed',
        call_id: 'c1',
        name: 'f',
        arguments: '{"a":1.0}',
      },
      {
        id: 'ctc_abc123_3',
        type: 'custom_tool_call',
        status: 'completed',
        call_id: 'c2',
        name: 'f',
        namespace: 'shell',
        input: 'ls -l',
      },
      {
        id: 'rs_flabc123_4',
        type: 'reasoning',
        status: 'completed',
        summary: [],
        content: [{ type: 'reasoning_text', text: 'Aha.' }],
      },
      {
        id: 'msg_abc123_5',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [
          {
            type: 'output_text',
            text: 'See here',
            annotations: [
              { type: 'url_citation', url: 'https://example.com', title: 'E', start_index: 0, end_index: 3 },
            ],
            logprobs: [],
          },
          { type: 'refusal', refusal: 'Not more.' },
        ],
      },
    ])
  })

  it.each([
    ['stop', 'completed', null],
    ['stop-sequence', 'completed', null],
    ['tool-calls', 'completed', null],
    ['length', 'incomplete', { reason: 'max_output_tokens' }],
    ['context-window', 'incomplete', { reason: 'max_output_tokens' }],
    ['content-filter', 'incomplete', { reason: 'content_filter' }],
    ['refusal', 'incomplete', { reason: 'content_filter' }],
    ['malformed', 'failed', null],
  ] as const)('H89: the end %s makes it %s', (reason, status, incomplete_details) => {
    const given = answer([text('x')], { reason })
    const whole = json(given)
    expect(whole).toMatchObject({ status, incomplete_details })
    expect(whole['error']).toEqual(status === 'failed' ? { code: 'server_error', message: expect.any(String) } : null)
    const last = streamOf(given).at(-1)
    expect(last).toMatchObject({
      type: `response.${status}`,
      response: { status, incomplete_details, error: whole['error'] },
    })
  })

  it('a refusal that is only told as the reason of the end becomes a part', () => {
    const given = answer([text('x')], { reason: 'refusal', detail: 'I must not.' })
    const expected = [{ type: 'output_text' }, { type: 'refusal', refusal: 'I must not.' }]
    expect(json(given)).toMatchObject({ status: 'completed', output: [{ content: expected }] })
    expect(streamOf(given).at(-1)).toMatchObject({
      type: 'response.completed',
      response: { output: [{ content: expected }] },
    })
  })

  it('H27: an answer that was cut off inside a call keeps what there is', () => {
    const reply = json(answer([text('x'), call('c', '{"a": "unfin')], { reason: 'length' }))
    expect(reply).toMatchObject({
      status: 'incomplete',
      output: [{ status: 'completed' }, { type: 'function_call', arguments: '{"a": "unfin', status: 'incomplete' }],
    })
  })

  it('H28: a call id that is too long is replaced by a hash; one that is missing is made up', () => {
    const { output } = json(answer([call('x'.repeat(83), '{}'), call('', '{}')]))
    const [long, made] = output as unknown as { call_id: string }[]
    expect(long?.call_id).toMatch(/^call_[0-9a-f]{24}$/)
    expect(made?.call_id).toBe('call_abc123_1')
  })

  it('H53: reasoning always has its summary', () => {
    expect(json(answer([thought('hm')]))['output']).toMatchObject([{ type: 'reasoning', summary: [] }])
    for (const event of streamOf(answer([thought('hm')]))) {
      const item = event['item'] as JsonObject | undefined
      if (item?.['type'] === 'reasoning') expect(item['summary']).toEqual([])
    }
  })

  it('H55: cached tokens are counted once, and all five figures are there', () => {
    const body = json(answer([text('x')]), replyContext({ costJson: () => '0.000012500' }))
    expect(body['usage']).toEqual({
      input_tokens: 50,
      input_tokens_details: { cached_tokens: 20, cache_write_tokens: 6 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 12 },
      total_tokens: 80,
      cost: JSON.rawJSON('0.000012500'),
    })
    expect(read({ ...body, id: 'x' }).usage).toEqual({ ...USAGE, cacheWrite5m: 6, cacheWrite1h: 0 })
  })

  it('H71: logprobs of chat answers get their missing members', () => {
    const logprobs = [{ token: 'x', logprob: -0.1, bytes: null, top_logprobs: [{ token: 'y', logprob: -2 }] }]
    const given = answer([{ type: 'text', text: 'x', annotations: [], logprobs }])
    const expected = [{ token: 'x', logprob: -0.1, bytes: [], top_logprobs: [{ token: 'y', logprob: -2, bytes: [] }] }]
    expect(json(given)['output']).toMatchObject([{ content: [{ logprobs: expected }] }])
    const events = streamOf(given)
    expect(events.find(({ type }) => type === 'response.output_text.delta')).toMatchObject({ logprobs: expected })
    expect(events.at(-1)).toMatchObject({ response: { output: [{ content: [{ logprobs: expected }] }] } })
  })

  it('H74: a reply to a body of the chat API is complete all the same', () => {
    const requestBody: JsonObject = {
      model: 'm',
      messages: [{ role: 'user', content: 'x' }],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      tool_choice: { type: 'function', function: { name: 'f' } },
    }
    expect(json(answer([text('x')]), replyContext({ requestBody }))).toMatchObject({
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object' }, strict: null }],
      tool_choice: { type: 'function', name: 'f' },
    })
  })

  it('generated images are image items; what this dialect has no item for is left out', () => {
    const image: AnswerPart = { type: 'media', source: { kind: 'base64', mediaType: 'image/png', data: 'AA' } }
    const sound: AnswerPart = { type: 'media', source: { kind: 'base64', mediaType: 'audio/wav', data: 'AA' } }
    const other: AnswerPart = { type: 'foreign', dialect: 'anthropic-messages', kind: 'server_tool_use', value: {} }
    const given = answer([text('a'), sound, other, image, text('b')])
    expect(json(given)['output']).toMatchObject([
      { type: 'message', content: [{ text: 'a' }] },
      { type: 'image_generation_call', id: 'ig_abc123_1', status: 'completed', result: 'AA' },
      { type: 'message', id: 'msg_abc123_2', content: [{ text: 'b' }] },
    ])
    const last = eventsOf(plainStream(given)).at(-1) as unknown as { response: JsonObject }
    expect(last.response['output']).toEqual(json(given)['output'])
  })
})

describe('reasoning and its seals', () => {
  const own = { dialect: 'openai-responses', data: 'AAA', itemId: 'rs_1' } as const
  const claude = { dialect: 'anthropic-messages', data: 'sig' } as const

  it('what was made here is said as it is, under its own id, when it was asked for', () => {
    const given = answer([thought('', { seal: own }), text('x')])
    expect(json(given, replyContext({}, STATELESS))['output']).toMatchObject([
      { id: 'rs_1', encrypted_content: 'AAA' },
      {},
    ])
    expect(json(given)['output']).toMatchObject([{ id: 'rs_1' }, {}])
    expect((json(given)['output'] as unknown as JsonObject[])[0]).not.toHaveProperty('encrypted_content')
  })

  it('in a stream, where its id comes too late, an envelope keeps both together', () => {
    const events = streamOf(answer([thought('', { seal: own }), text('x')]), replyContext({}, STATELESS))
    const [item] = outputIn(events)
    expect(envelope.open(stringOf(item?.['encrypted_content']) ?? '', 'openai-responses')).toEqual({
      ...own,
      origin: 'provider/1',
    })
  })

  it.each([false, true])(
    'what another provider sealed travels in an envelope, and comes back (redacted: %s)',
    (redacted) => {
      const given = answer([thought(redacted ? '' : 'hm', { seal: claude, redacted }), text('x')])
      for (const output of [json(given)['output'], outputIn(streamOf(given))]) {
        const { turns } = decode({ model: 'm', input: output })
        expect(turns[0]?.parts[0]).toMatchObject({
          type: 'reasoning',
          redacted,
          seal: { ...claude, origin: 'provider/1' },
        })
        expect(turns[0]?.parts[0]?.seal).not.toHaveProperty('itemId')
      }
    },
  )

  it('H40: the seal of a call travels behind it, and comes back on the same part', () => {
    const gemini = { dialect: 'gemini', data: 'ts' } as const
    const given = answer([
      text('a'),
      call('c1', '{}', { seal: gemini }),
      call('c2', '{}'),
      { ...text('b'), seal: gemini } as AnswerPart,
    ])
    for (const output of [json(given)['output'], outputIn(streamOf(given))]) {
      const { turns } = decode({ model: 'm', input: output })
      const parts = turns.flatMap((turn) => turn.parts)
      expect(parts.map(({ type, seal }) => [type, seal?.data ?? ''])).toEqual([
        ['text', ''],
        ['tool-call', 'ts'],
        ['tool-call', ''],
        ['text', 'ts'],
      ])
    }
  })
})

describe("an upstream's whole answer", () => {
  it('comes back as it was', () => {
    const given = read(json(EVERYTHING))
    expect(essence(read(json(given, replyContext({}, STATELESS))))).toEqual(essence(given))
    expect(given.choices[0]?.finish).toEqual({ reason: 'refusal' })
  })

  it.each([
    ['failed', response([], { status: 'failed', error: { code: 'server_error', message: 'x' } })],
    ['queued', response([], { status: 'queued' })],
    ['an error body', { error: { message: 'x' } }],
    ['a chat answer', { object: 'chat.completion', choices: [] }],
  ])('is none when it is %s', (_, body) => {
    expect(openaiResponsesProvider.decodeAnswer(body as JsonObject)).toBeNull()
  })

  it('items of an unknown type are passed on, never refused', () => {
    const odd = { type: 'x_search_call', id: 'xs_1', what: [1, { a: null }] }
    const given = read(response([odd]))
    expect(given.choices[0]?.parts).toEqual([
      { type: 'foreign', dialect: 'openai-responses', kind: 'x_search_call', value: odd },
    ])
    expect(plainJson(given)['output']).toEqual([odd])
  })
})
