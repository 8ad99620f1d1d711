import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conversation, Part, Turn } from '../../core/conversation.ts'
import { GatewayError } from '../../core/errors.ts'
import type { ModelTraits } from '../../core/model-traits.ts'
import { decode, GEMINI_2, GEMINI_3, send } from './__fixtures__/contexts.ts'
import { bareConversation } from '../../core/__fixtures__/bare-conversation.ts'
import { NO_SIGNATURE } from './seals.ts'

/** Of a client of another dialect. */
const conversation = (over: Partial<Conversation> = {}): Conversation => bareConversation([user('Hi')], over)

function text(words: string, at = 'messages[0].content'): Part {
  return { type: 'text', at, text: words }
}

function user(...parts: (string | Part)[]): Turn {
  return { role: 'user', parts: parts.map((part) => (typeof part === 'string' ? text(part) : part)) }
}

function model(...parts: (string | Part)[]): Turn {
  return { role: 'assistant', parts: parts.map((part) => (typeof part === 'string' ? text(part) : part)) }
}

function call(id: string, name: string, input = '{}', more: object = {}): Part {
  return { type: 'tool-call', at: 'x', id, name, kind: 'function', input, ...more }
}

function result(callId: string, words: string, more: object = {}): Part {
  return { type: 'tool-result', at: 'x', callId, kind: 'function', isError: false, parts: [text(words)], ...more }
}

function functionTool(name: string, parameters?: object): Conversation['tools'][number] {
  return {
    type: 'function',
    name,
    at: 'tools[0]',
    extensions: {},
    ...(parameters === undefined ? {} : { parameters: parameters as Record<string, never> }),
  }
}

function contentsOf(
  turns: readonly Turn[],
  traits: ModelTraits = GEMINI_3,
): { role: string; parts: Record<string, unknown>[] }[] {
  return send(conversation({ turns }), traits).body['contents'] as never
}

function refusal(over: Partial<Conversation>, traits: ModelTraits = GEMINI_3): string | null {
  try {
    send(conversation(over), traits)
  } catch (error) {
    if (error instanceof GatewayError) return error.param
    throw error
  }
  return 'nothing was refused'
}

const PNG = { kind: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo=' } as const

describe('a request to Gemini', () => {
  it('H61: equal roles are merged, the user begins, the model may end', () => {
    const contents = contentsOf([model('A'), model('B'), user('C'), user('D'), model('E')])
    expect(contents.map(({ role, parts }) => [role, ...parts.map((part) => part['text'])])).toEqual([
      ['user', '(no content)'],
      ['model', 'A', 'B'],
      ['user', 'C', 'D'],
      ['model', 'E'],
    ])
  })

  it('H60: leading system turns are the instruction, later ones are reminders', () => {
    const system = (words: string): Turn => ({ role: 'system', kind: 'system', parts: [text(words)] })
    const { body } = send(
      conversation({
        turns: [
          system('A'),
          system('x-anthropic-billing-header: 1'),
          system('B'),
          user('Hi'),
          model('Yes'),
          system('C'),
        ],
      }),
    )
    expect(body['systemInstruction']).toEqual({ parts: [{ text: 'A\n\nB' }] })
    expect(JSON.stringify(body['contents'])).toContain('<system-reminder>\\nC')
  })

  it('H37, H30: results stand in the order of their calls, before anything else, and name their function', () => {
    const contents = contentsOf([
      user('Go'),
      model('Ok', call('1', 'a'), call('2', 'b', '{"x":1}')),
      user('And?', result('2', 'two'), result('1', '{"one":1}')),
    ])
    expect(contents[2]?.parts).toEqual([
      { functionResponse: { id: '1', name: 'a', response: { one: 1 } } },
      { functionResponse: { id: '2', name: 'b', response: { output: 'two' } } },
      { text: 'And?' },
    ])
  })

  it('H36: a failed result is an error', () => {
    const contents = contentsOf([user('Go'), model(call('1', 'a')), user(result('1', 'boom', { isError: true }))])
    expect(contents[2]?.parts[0]).toEqual({ functionResponse: { id: '1', name: 'a', response: { error: 'boom' } } })
  })

  it('H27: arguments that are no object travel as text, none as an empty object', () => {
    const contents = contentsOf([
      user('Go'),
      model(call('1', 'a', '{"x": 1'), call('2', 'b', ''), call('3', 'c', '[1]')),
      user('?'),
    ])
    expect(contents[1]?.parts.map((part) => (part['functionCall'] as { args: object }).args)).toEqual([
      { _raw: '{"x": 1' },
      {},
      { _raw: '[1]' },
    ])
  })

  it('H42: numbers in arguments keep their digits', () => {
    const { body } = send(
      conversation({ turns: [user('Go'), model(call('1', 'a', '{"id":12345678901234567890,"x":1.0}')), user('?')] }),
    )
    expect(JSON.stringify(body)).toContain('{"id":12345678901234567890,"x":1.0}')
  })

  it('H40: a signature returns on its part, foreign ones do not, and the first call of a turn always has one', () => {
    const seal = (data: string, origin = 'provider/1') => ({ seal: { dialect: 'gemini', data, origin } }) as const
    const foreign = { seal: { dialect: 'anthropic-messages', data: 'x' } } as const
    const turns = [
      user('Go'),
      model({ ...text('said'), ...seal('dA==') }, call('1', 'a', '{}', seal('YQ==')), call('2', 'b')),
      user(result('1', ''), result('2', '')),
      model(call('3', 'a', '{}', foreign), call('4', 'b')),
      user(result('3', ''), result('4', '')),
      model(call('5', 'a', '{}', seal('eg==', 'provider/2'))),
      user(result('5', '')),
    ]
    const signatures = (traits: ModelTraits) =>
      contentsOf(turns, traits)
        .filter(({ role }) => role === 'model')
        .map(({ parts }) => parts.map((part) => part['thoughtSignature']))
    expect(signatures(GEMINI_3)).toEqual([['dA==', 'YQ==', undefined], [NO_SIGNATURE, undefined], [NO_SIGNATURE]])
    expect(signatures(GEMINI_2)).toEqual([['dA==', 'YQ==', undefined], [undefined, undefined], [undefined]])
  })

  it('H40: a signature that could only travel on reasoning goes to the call behind it', () => {
    const reasoning = { type: 'reasoning', at: 'x', text: 'hm', summary: [], redacted: false } as const
    const contents = contentsOf([
      user('Go'),
      model({ ...reasoning, seal: { dialect: 'gemini', data: 'YQ==' } }, call('1', 'a')),
      user(result('1', '')),
      model({ ...reasoning, seal: { dialect: 'openai-responses', data: 'x' } }, reasoning, 'Done'),
      user('Thanks'),
    ])
    expect(contents[1]?.parts).toEqual([{ functionCall: { id: '1', name: 'a', args: {} }, thoughtSignature: 'YQ==' }])
    expect(contents[3]?.parts).toEqual([{ text: 'Done' }])
  })

  it('H29: names that Google would refuse are replaced, the same way everywhere, and known again', () => {
    const long = `mcp__${'x'.repeat(80)}`
    const { body, toolNames } = send(
      conversation({
        tools: [functionTool(long), functionTool('with space'), functionTool('9lives'), functionTool('a.b:c-d')],
        toolChoice: { mode: 'tool', name: long, given: true },
        turns: [user('Go'), model(call('1', long)), user(result('1', 'x'))],
      }),
    )
    const [{ functionDeclarations: declared }] = body['tools'] as never as [
      { functionDeclarations: { name: string }[] },
    ]
    const [first] = declared
    expect(declared.every(({ name }) => /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/.test(name))).toBe(true)
    expect(declared[3]?.name).toBe('a.b:c-d')
    expect(declared.map(({ name }) => toolNames.toClient(name).name)).toEqual([long, 'with space', '9lives', 'a.b:c-d'])
    expect(JSON.stringify(body)).not.toContain(long)
    expect(body['toolConfig']).toEqual({ functionCallingConfig: { mode: 'ANY', allowedFunctionNames: [first?.name] } })
  })

  it('H41: schemas are cleaned for models that need it, and sent as they are to others', () => {
    const schema = {
      $schema: 'x',
      type: 'object',
      properties: { n: { type: 'integer', exclusiveMinimum: 0, multipleOf: 2 } },
      additionalProperties: false,
    }
    const declared = (traits: ModelTraits) =>
      (
        send(
          conversation({
            tools: [
              functionTool('f', schema),
              functionTool('g', { type: 'object', properties: {} }),
              functionTool('h'),
            ],
          }),
          traits,
        ).body['tools'] as never as [{ functionDeclarations: object[] }]
      )[0].functionDeclarations
    expect(declared(GEMINI_3)).toEqual([
      { name: 'f', parameters: { type: 'OBJECT', properties: { n: { type: 'INTEGER', minimum: 1 } } } },
      { name: 'g' },
      { name: 'h' },
    ])
    expect(declared({ ...GEMINI_3, strictTools: true })[0]).toEqual({ name: 'f', parametersJsonSchema: schema })
  })

  it('H45: a tool that takes free text takes an object with that text', () => {
    const { body, toolNames } = send(
      conversation({
        tools: [{ type: 'custom', name: 'patch', namespace: 'ns', at: 'tools[0]', format: { type: 'grammar' } }],
        turns: [
          user('Go'),
          model({
            type: 'tool-call',
            at: 'x',
            id: '1',
            name: 'patch',
            namespace: 'ns',
            kind: 'custom',
            input: '*** Begin',
          }),
          user(result('1', 'ok', { kind: 'custom' })),
        ],
      }),
    )
    const sent = JSON.stringify(body)
    expect(sent).toContain('{"functionCall":{"id":"1","name":"ns__patch","args":{"input":"*** Begin"}}')
    expect(sent).toContain('"functionResponse":{"id":"1","name":"ns__patch"')
    expect(toolNames.toClient('ns__patch')).toEqual({ name: 'patch', namespace: 'ns', kind: 'custom' })
  })

  it('tool choices', () => {
    const of = (toolChoice: Partial<Conversation['toolChoice']>, tools = [functionTool('a'), functionTool('b')]) =>
      send(conversation({ tools, toolChoice: { mode: 'auto', given: true, ...toolChoice } })).body['toolConfig']
    const config = (mode: string, allowedFunctionNames?: string[]) => ({
      functionCallingConfig: { mode, ...(allowedFunctionNames && { allowedFunctionNames }) },
    })
    expect(of({ mode: 'auto' })).toEqual(config('AUTO'))
    expect(of({ mode: 'none' })).toEqual(config('NONE'))
    expect(of({ mode: 'required' })).toEqual(config('ANY'))
    expect(of({ mode: 'required', allowed: ['b'] })).toEqual(config('ANY', ['b']))
    expect(of({ mode: 'auto', allowed: ['b'] })).toEqual(config('VALIDATED', ['b']))
    expect(of({ mode: 'tool', name: 'b' })).toEqual(config('ANY', ['b']))
    // H73: no tools, no choice.
    expect(of({ mode: 'auto' }, [])).toBeUndefined()
    // H46
    expect(refusal({ tools: [functionTool('a')], toolChoice: { mode: 'tool', name: 'z', given: true } })).toBe(
      'toolConfig.functionCallingConfig',
    )
    expect(refusal({ tools: [functionTool('a')], toolChoice: { mode: 'required', allowed: ['z'], given: true } })).toBe(
      'toolConfig.functionCallingConfig',
    )
    expect(
      refusal(
        { tools: [functionTool('a')], toolChoice: { mode: 'required', given: true } },
        { ...GEMINI_3, forcedTools: false },
      ),
    ).toBe('toolConfig.functionCallingConfig')
  })

  it('H66: five stop sequences are sent, six refused', () => {
    const stop = ['1', '2', '3', '4', '5']
    expect(send(conversation({ sampling: { stop } })).body['generationConfig']).toEqual({ stopSequences: stop })
    expect(refusal({ sampling: { stop: [...stop, '6'] } })).toBe('generationConfig.stopSequences')
    expect(refusal({ sampling: { stop: ['x'] } }, { ...GEMINI_3, stop: false })).toBe('generationConfig.stopSequences')
  })

  it('sampling and limits, within what the model takes', () => {
    const { body, dropped } = send(
      conversation({
        maxOutputTokens: 100_000,
        verbosity: 'low',
        endUser: 'u',
        cacheKey: 'k',
        parallelTools: false,
        serviceTier: 'default',
        sampling: {
          temperature: 1.5,
          topP: 0.1,
          topK: 3,
          seed: 7,
          frequencyPenalty: 2,
          presencePenalty: -1,
          n: 2,
          logprobs: true,
          topLogprobs: 3,
          logitBias: {},
          stop: [],
        },
      }),
      { ...GEMINI_3, maxOutputTokens: 65_536, maxTemperature: 1 },
    )
    expect(body['generationConfig']).toEqual({
      temperature: 1,
      topP: 0.1,
      topK: 3,
      seed: 7,
      frequencyPenalty: 1.99,
      presencePenalty: -1,
      candidateCount: 2,
      responseLogprobs: true,
      logprobs: 3,
      maxOutputTokens: 65_536,
    })
    expect(body['serviceTier']).toBe('standard')
    expect(dropped.split(', ').sort()).toEqual([
      'cacheKey',
      'generationConfig.frequencyPenalty=1.99',
      'generationConfig.maxOutputTokens=65536',
      'generationConfig.temperature=1',
      'labels',
      'logitBias',
      'parallelTools',
      'verbosity',
    ])
    expect(refusal({ sampling: { n: 2, stop: [] } }, { ...GEMINI_3, manyAnswers: false })).toBe(
      'generationConfig.candidateCount',
    )
    expect(
      send(conversation({ sampling: { n: 1, stop: [] } }), { ...GEMINI_3, manyAnswers: false }).body[
        'generationConfig'
      ],
    ).toBeUndefined()
  })

  it('thinking: levels for Gemini 3, budgets for 2.5', () => {
    const of = (reasoning: Conversation['reasoning'], traits: ModelTraits, id = 'gemini-2.5-flash') => {
      const { body, dropped } = send(conversation({ reasoning }), traits, id)
      return [(body['generationConfig'] as Record<string, unknown> | undefined)?.['thinkingConfig'], dropped]
    }
    const LEVEL = 'generationConfig.thinkingConfig.thinkingLevel'
    const BUDGET = 'generationConfig.thinkingConfig.thinkingBudget'
    expect(of({ effort: 'high', visible: true }, GEMINI_3)).toEqual([
      { includeThoughts: true, thinkingLevel: 'HIGH' },
      '',
    ])
    expect(of({ effort: 'xhigh' }, GEMINI_3)).toEqual([{ thinkingLevel: 'HIGH' }, `${LEVEL}=high`])
    expect(of({ effort: 'none' }, GEMINI_3)).toEqual([{ thinkingLevel: 'LOW' }, `${LEVEL}=low`])
    expect(of({ budgetTokens: 9_000 }, GEMINI_3)).toEqual([{ thinkingLevel: 'HIGH' }, ''])
    expect(of({ budgetTokens: -1 }, GEMINI_3)).toEqual([undefined, ''])
    expect(of({ effort: 'medium' }, GEMINI_2)).toEqual([{ thinkingBudget: 8_192 }, ''])
    expect(of({ effort: 'none' }, { ...GEMINI_2, canSkipThinking: true })).toEqual([{ thinkingBudget: 0 }, ''])
    expect(of({ effort: 'none' }, GEMINI_2, 'gemini-2.5-pro')).toEqual([{ thinkingBudget: 128 }, `${LEVEL}=low`])
    expect(of({ budgetTokens: 60_000 }, GEMINI_2, 'gemini-2.5-pro')).toEqual([
      { thinkingBudget: 32_768 },
      `${BUDGET}=32768`,
    ])
    expect(of({ budgetTokens: -1 }, GEMINI_2)).toEqual([{ thinkingBudget: -1 }, ''])
    expect(of({ effort: 'high', visible: true }, { ...GEMINI_2, thinking: 'none' })).toEqual([undefined, LEVEL])
  })

  it('structured output: native, beside tools, and as a tool', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }
    const output = { type: 'json-schema', name: 'n', schema } as const
    const cleaned = { type: 'OBJECT', properties: { a: { type: 'STRING' } }, required: ['a'] }
    expect(send(conversation({ output })).body['generationConfig']).toEqual({
      responseMimeType: 'application/json',
      responseSchema: cleaned,
    })
    expect(send(conversation({ output }), { ...GEMINI_3, strictTools: true }).body['generationConfig']).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: schema,
    })
    expect(send(conversation({ output: { type: 'json' } })).body['generationConfig']).toEqual({
      responseMimeType: 'application/json',
    })
    // Gemini 3 takes both at once, before it they exclude each other.
    expect(send(conversation({ output, tools: [functionTool('f')] })).outputTool).toBeNull()
    const both = send(conversation({ output, tools: [functionTool('give_answer')] }), GEMINI_2)
    expect(both.outputTool).toBe('give_answer_2')
    expect(both.body).toMatchObject({
      tools: [{ functionDeclarations: [{ name: 'give_answer' }, { name: 'give_answer_2', parameters: cleaned }] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
    })
    expect(both.body).not.toHaveProperty('generationConfig')
    const json = send(conversation({ output: { type: 'json' }, tools: [functionTool('f')] }), GEMINI_2)
    expect(json.dropped).toBe('generationConfig.responseSchema=text')
    expect(json.body['systemInstruction']).toMatchObject({ parts: [{ text: expect.stringContaining('JSON object') }] })
    expect(refusal({ output }, { ...GEMINI_3, structuredOutput: 'none' })).toBe('generationConfig.responseSchema')
  })

  it('media: bytes inside, addresses where they are taken, in results too', () => {
    const image = { type: 'image', at: 'messages[0].content[1]', source: PNG, detail: 'low' } as const
    const inline = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }
    expect(contentsOf([user(image)])[0]?.parts).toEqual([
      { ...inline, mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } },
    ])
    expect(send(conversation({ turns: [user(image)] }), GEMINI_2).body['generationConfig']).toEqual({
      mediaResolution: 'MEDIA_RESOLUTION_LOW',
    })
    const url = { type: 'file', at: 'f', source: { kind: 'url', url: 'https://a.example/b.pdf' } } as const
    expect(contentsOf([user(url)])[0]?.parts).toEqual([
      { fileData: { mimeType: 'application/pdf', fileUri: 'https://a.example/b.pdf' } },
    ])
    const plain = { type: 'file', at: 'f', source: { kind: 'text', mediaType: 'text/plain', text: 'hé' } } as const
    expect(contentsOf([user(plain)])[0]?.parts).toEqual([{ inlineData: { mimeType: 'text/plain', data: 'aMOp' } }])
    const answered = [
      user('Go'),
      model(call('1', 'a')),
      user(result('1', 'x', { parts: [{ ...image, detail: 'auto' }] })),
    ]
    expect(contentsOf(answered)[2]?.parts).toEqual([
      { functionResponse: { id: '1', name: 'a', response: { output: '' }, parts: [inline] } },
    ])
    expect(contentsOf(answered, GEMINI_2)[2]?.parts).toEqual([
      { functionResponse: { id: '1', name: 'a', response: { output: 'The result is the attached file.' } } },
      inline,
    ])
  })

  it('H75: what cannot be sent is refused by the name of its part', () => {
    const at = 'messages[0].content[1]'
    const image = (source: object) => ({ turns: [user({ type: 'image', at, source } as Part)] })
    expect(refusal(image({ kind: 'base64', mediaType: 'image/svg+xml', data: 'PHN2Zz4=' }))).toBe(at)
    expect(refusal(image({ kind: 'file-id', id: 'file-1', dialect: 'openai-chat' }))).toBe(at)
    expect(refusal(image({ kind: 'url', url: 'gs://bucket/a.png' }))).toBe(at)
    expect(refusal(image({ kind: 'url', url: 'https://a.example/a.png' }), { ...GEMINI_3, mediaUrls: false })).toBe(at)
  })

  it('blocks of other dialects go as words, server tools of others are dropped by name', () => {
    const foreign = {
      type: 'foreign',
      at: 'x',
      dialect: 'anthropic-messages',
      kind: 'server_tool_use',
      value: {},
      summary: 'Searched.',
    } as const
    const { body, dropped } = send(
      conversation({
        turns: [user('Hi'), model(foreign, { ...foreign, summary: '' }), user('So?')],
        tools: [{ type: 'server', dialect: 'anthropic-messages', name: 'web_search', at: 'tools[3]', value: {} }],
      }),
    )
    expect((body['contents'] as { parts: object[] }[])[1]?.parts).toEqual([{ text: 'Searched.' }])
    expect(body).not.toHaveProperty('tools')
    expect(dropped).toBe('tools[3]')
  })

  it('its own fields come back where they were', () => {
    const body = {
      contents: [
        {
          role: 'user',
          parts: [{ fileData: { mimeType: 'video/mp4', fileUri: 'gs://b/c.mp4' }, videoMetadata: { fps: 2 } }],
          extra: true,
        },
        {
          role: 'model',
          parts: [
            { executableCode: { language: 'PYTHON', code: '1' }, thoughtSignature: 'eA==' },
            { text: 'hm', thought: true },
          ],
        },
        { role: 'user', parts: [{ text: 'Go on' }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'f', behavior: 'BLOCKING' }] }, { googleSearch: {} }],
      toolConfig: { functionCallingConfig: { mode: 'VALIDATED', knob: 1 }, retrievalConfig: { languageCode: 'de' } },
      generationConfig: {
        responseModalities: ['TEXT'],
        thinkingConfig: { includeThoughts: true, odd: 1 },
        speechConfig: { a: 1 },
      },
      safetySettings: [{ category: 'C', threshold: 'OFF' }],
      cachedContent: 'cachedContents/1',
      labels: { team: 'a' },
    }
    expect(send(decode(body)).body).toEqual(body)
  })

  it('any conversation of any dialect gives a body that can be read again, or a GatewayError', () => {
    const part: fc.Arbitrary<Part> = fc.oneof(
      fc.string().map((words) => text(words)),
      fc
        .tuple(fc.constantFrom('1', '2', ''), fc.constantFrom('a', 'b c', ''), fc.string())
        .map(([id, name, input]) => call(id, name || 'n', input)),
      fc.tuple(fc.constantFrom('1', '2', ''), fc.string()).map(([id, words]) => result(id, words)),
      fc.constantFrom<Part>(
        { type: 'image', at: 'x', source: PNG },
        { type: 'refusal', at: 'x', text: 'no' },
        {
          type: 'reasoning',
          at: 'x',
          text: '',
          summary: ['s'],
          redacted: false,
          seal: { dialect: 'gemini', data: 'x' },
        },
      ),
    )
    const turn = fc
      .tuple(
        fc.constantFrom('user' as const, 'assistant' as const, 'system' as const),
        fc.array(part, { maxLength: 4 }),
      )
      .map(([role, parts]): Turn => {
        const fitting = parts.filter(({ type }) =>
          role === 'assistant'
            ? type !== 'tool-result'
            : role === 'user'
              ? type !== 'tool-call' && type !== 'reasoning'
              : type === 'text',
        )
        return role === 'system' ? { role, kind: 'system', parts: fitting } : { role, parts: fitting }
      })
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 6 }), fc.boolean(), (turns, three) => {
        const contents = contentsOf(turns, three ? GEMINI_3 : GEMINI_2)
        for (const [index, content] of contents.entries()) {
          expect(content.role).toBe(index % 2 === 0 ? 'user' : 'model')
          expect(content.parts.length).toBeGreaterThan(0)
          const calls = content.parts.filter((entry) => entry['functionCall'] !== undefined).length
          const next = contents[index + 1]?.parts.filter((entry) => entry['functionResponse'] !== undefined).length
          if (next !== undefined) expect(next).toBe(calls)
        }
        decode({ contents })
      }),
      { numRuns: 500 },
    )
  })
})
