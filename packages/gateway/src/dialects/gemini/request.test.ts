import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conversation, Part, ToolResultPart } from '../../core/conversation.ts'
import { GatewayError } from '../../core/errors.ts'
import { decode, envelope, json } from './__fixtures__/contexts.ts'
import { geminiClient } from './index.ts'
import { parseModelPath } from './model-path.ts'

const USER = { role: 'user', parts: [{ text: 'Hi' }] }

function ask(body: object = {}): Conversation {
  return decode({ contents: [USER], ...body })
}

function partsOf(...parts: object[]): readonly Part[] {
  return decode({ contents: [{ parts }] }).turns[0]?.parts ?? []
}

function paramOf(body: unknown): string | null {
  try {
    decode(body)
  } catch (error) {
    if (error instanceof GatewayError) return error.param
    throw error
  }
  return 'nothing was refused'
}

describe('reading a request of a Gemini client', () => {
  it('H98: the model and the method stand in the path', () => {
    const cases: [string, string, string][] = [
      ['/v1beta/models/gemini-2.5-pro:generateContent', 'gemini-2.5-pro', 'generateContent'],
      ['v1/models/gemini-2.5-pro:countTokens', 'gemini-2.5-pro', 'countTokens'],
      ['models/x:streamGenerateContent', 'x', 'streamGenerateContent'],
      ['/v1beta/tunedModels/my-model:generateContent', 'tunedModels/my-model', 'generateContent'],
      ['/v1beta/models/llama3:8b:generateContent', 'llama3:8b', 'generateContent'],
      ['/v1beta/models/openai/gpt-4o:embedContent', 'openai/gpt-4o', 'embedContent'],
      ['/v1beta/models/openai%2Fgpt-4o%3Afree:batchEmbedContents', 'openai/gpt-4o:free', 'batchEmbedContents'],
      [
        '/v1beta1/projects/p/locations/global/publishers/google/models/gemini-3-pro:generateContent',
        'gemini-3-pro',
        'generateContent',
      ],
    ]
    for (const [path, model, method] of cases) expect(parseModelPath(path)).toEqual({ model, method })
    for (const path of ['/v1beta/models/x', '/v1beta/models/:generateContent', '/v1/files/a:get', 'models/%zz:x y', ''])
      expect(parseModelPath(path)).toBeNull()
  })

  it('the model comes from the path, and else from the body', () => {
    expect(decode({ contents: [USER], model: 'models/a' }, 'b').model).toBe('b')
    expect(decode({ contents: [USER], model: 'models/a' }, null).model).toBe('a')
    expect(decode({ generateContentRequest: { model: 'models/a', contents: [USER] } }, null).model).toBe('a')
  })

  it('H99: names are taken in both spellings, and a missing role is the user', () => {
    const camel = ask({
      contents: [
        { parts: [{ text: 'Hi' }, { fileData: { fileUri: 'https://a.example/b.png', mimeType: 'image/png' } }] },
        {
          role: 'model',
          parts: [{ functionCall: { name: 'f', args: { camelCase: 1, snake_case: 2 } }, thoughtSignature: 'cw==' }],
        },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: 'x' } } }] },
      ],
      systemInstruction: { parts: [{ text: 'S' }] },
      tools: [
        {
          functionDeclarations: [
            { name: 'f', parameters: { type: 'OBJECT', properties: { a_b: { type: 'STRING', maxLength: '3' } } } },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
      generationConfig: {
        topP: 0.5,
        maxOutputTokens: 7,
        stopSequences: ['x'],
        thinkingConfig: { thinkingBudget: 9, includeThoughts: true },
      },
      safetySettings: [{ category: 'C' }],
      serviceTier: 'flex',
    })
    const snake = ask({
      contents: [
        { parts: [{ text: 'Hi' }, { file_data: { file_uri: 'https://a.example/b.png', mime_type: 'image/png' } }] },
        {
          role: 'model',
          parts: [{ function_call: { name: 'f', args: { camelCase: 1, snake_case: 2 } }, thought_signature: 'cw==' }],
        },
        { role: 'user', parts: [{ function_response: { name: 'f', response: { output: 'x' } } }] },
      ],
      system_instruction: { parts: [{ text: 'S' }] },
      tools: [
        {
          function_declarations: [
            { name: 'f', parameters: { type: 'OBJECT', properties: { a_b: { type: 'STRING', max_length: '3' } } } },
          ],
        },
      ],
      tool_config: { function_calling_config: { mode: 'ANY', allowed_function_names: ['f'] } },
      generation_config: {
        top_p: 0.5,
        max_output_tokens: 7,
        stop_sequences: ['x'],
        thinking_config: { thinking_budget: 9, include_thoughts: true },
      },
      safety_settings: [{ category: 'C' }],
      service_tier: 'flex',
    })
    expect(snake).toEqual(camel)
    expect(camel).toMatchObject({
      turns: [{ role: 'system' }, { role: 'user' }, { role: 'assistant' }, { role: 'user' }],
      toolChoice: { mode: 'tool', name: 'f' },
      sampling: { topP: 0.5, stop: ['x'] },
      maxOutputTokens: 7,
      reasoning: { budgetTokens: 9, visible: true },
      serviceTier: 'flex',
      extensions: { safetySettings: [{ category: 'C' }] },
      tools: [{ parameters: { type: 'object', properties: { a_b: { type: 'string', maxLength: 3 } } } }],
    })
  })

  it('H99: system text may be a content, a part, a list or bare', () => {
    for (const systemInstruction of [
      { parts: [{ text: 'S' }] },
      { parts: { text: 'S' } },
      { text: 'S' },
      [{ text: 'S' }],
      ['S'],
      'S',
    ]) {
      expect(ask({ systemInstruction }).turns[0]).toMatchObject({
        role: 'system',
        parts: [{ type: 'text', text: 'S' }],
      })
    }
  })

  it('H73: null is absent', () => {
    const nothing = Object.fromEntries(
      ['systemInstruction', 'tools', 'toolConfig', 'generationConfig', 'safetySettings', 'cachedContent', 'labels'].map(
        (name) => [name, null],
      ),
    )
    expect(ask(nothing)).toEqual(ask())
    const config = Object.fromEntries(
      [
        'temperature',
        'stopSequences',
        'seed',
        'responseSchema',
        'responseMimeType',
        'thinkingConfig',
        'candidateCount',
      ].map((name) => [name, null]),
    )
    expect(ask({ generationConfig: config, tools: [] })).toEqual(ask())
  })

  it('H37: calls and results without ids are matched by name and order', () => {
    const call = (name: string, id?: string) => ({ functionCall: { name, id, args: {} } })
    const result = (name: string, id?: string) => ({ functionResponse: { name, id, response: { output: name } } })
    const { turns } = decode({
      contents: [
        { role: 'model', parts: [call('a'), call('b'), call('a'), call('c', 'own')] },
        { role: 'user', parts: [result('b'), result('a'), result('c'), result('a', 'made up')] },
        { role: 'model', parts: [call('a')] },
        { role: 'user', parts: [result('a')] },
      ],
    })
    const ids = turns.map(({ parts }) =>
      parts.map((part) => (part.type === 'tool-call' ? part.id : (part as ToolResultPart).callId)),
    )
    expect(ids).toEqual([
      ['call_0_0', 'call_0_1', 'call_0_2', 'own'],
      ['call_0_1', 'call_0_0', 'own', 'call_0_2'],
      ['call_2_0'],
      ['call_2_0'],
    ])
  })

  it('H42: numbers in arguments and results keep their digits', () => {
    const body = json(
      '{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{"id":12345678901234567890}}}]},{"parts":[{"functionResponse":{"name":"f","response":{"x":1.0,"y":1e400}}}]}]}',
    )
    const { turns } = decode(body)
    expect(turns[0]?.parts[0]).toMatchObject({ input: '{"id":12345678901234567890}' })
    expect(turns[1]?.parts[0]).toMatchObject({ parts: [{ text: '{"x":1.0,"y":1e400}' }] })
  })

  it('H26: a call without arguments takes an empty object', () => {
    const { turns } = decode({ contents: [{ role: 'model', parts: [{ functionCall: { name: 'f' } }] }] })
    expect(turns[0]?.parts[0]).toMatchObject({ input: '{}' })
  })

  it('results: text under output and error, other objects as JSON', () => {
    const of = (response: unknown) => {
      const [part] = partsOf({ functionResponse: { name: 'f', response } })
      const { isError, parts } = part as ToolResultPart
      return [isError, (parts[0] as { text: string }).text]
    }
    expect(of({ output: 'sunny' })).toEqual([false, 'sunny'])
    expect(of({ error: 'no' })).toEqual([true, 'no'])
    expect(of({ error: { code: 5 } })).toEqual([true, '{"error":{"code":5}}'])
    expect(of({ output: '{"a":1}' })).toEqual([false, '{"output":"{\\"a\\":1}"}'])
    expect(of({ temperature: 12 })).toEqual([false, '{"temperature":12}'])
    expect(of(undefined)).toEqual([false, ''])
    expect(of('text')).toEqual([false, 'text'])
    expect(of([1])).toEqual([false, '[1]'])
  })

  it('H75: media types are normal, and the bytes win over what is said of them', () => {
    const png = 'iVBORw0KGgo='
    expect(
      partsOf(
        { inlineData: { mimeType: 'IMAGE/JPG; q=1', data: png } },
        { inlineData: { mimeType: 'audio/x-wav', data: 'AAAA' } },
        { inlineData: { mimeType: 'image/webp', data: 'a-_b' } },
        { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=', displayName: 'a.pdf' } },
        { fileData: { fileUri: 'https://youtu.be/x' } },
        { fileData: { fileUri: 'gs://bucket/clip.mp4', mimeType: 'video/mp4' }, videoMetadata: { fps: 2 } },
        { fileData: { fileUri: 'https://a.example/doc.pdf?x=1' } },
      ),
    ).toMatchObject([
      { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: png } },
      { type: 'audio', source: { mediaType: 'audio/wav' } },
      { type: 'image', source: { data: 'a+/b' } },
      { type: 'file', name: 'a.pdf' },
      { type: 'video', source: { kind: 'url', url: 'https://youtu.be/x' } },
      { type: 'video', source: { kind: 'file-id', id: 'gs://bucket/clip.mp4', dialect: 'gemini' } },
      { type: 'file', source: { kind: 'url' } },
    ])
    expect(
      ask({ contents: [{ parts: [{ fileData: { fileUri: 'gs://b/c.mp4' }, videoMetadata: { fps: 2 } }] }] }).extensions,
    ).toEqual({
      'contents[0].parts[0].fileData': { fileUri: 'gs://b/c.mp4' },
      'contents[0].parts[0].videoMetadata': { fps: 2 },
    })
  })

  it('H40: signatures are seals, envelopes open, forged ones and sentinels are nothing', () => {
    const foreign = { dialect: 'anthropic-messages', data: 'secret' } as const
    const closed = envelope.close(foreign)
    const { turns } = decode({
      contents: [
        {
          role: 'model',
          parts: [
            { text: 'hm', thought: true, thoughtSignature: closed },
            { text: 'forged', thought: true, thoughtSignature: `${closed}x` },
            { text: 'said', thoughtSignature: 'b3du' },
            { functionCall: { name: 'f' }, thoughtSignature: 'skip_thought_signature_validator' },
          ],
        },
      ],
    })
    expect(turns[0]?.parts).toMatchObject([
      { type: 'reasoning', text: 'hm', redacted: false, seal: { ...foreign, origin: 'provider/1' } },
      { type: 'text', seal: { dialect: 'gemini', data: 'b3du' } },
      { type: 'tool-call', name: 'f' },
    ])
    expect(turns[0]?.parts[2]).not.toHaveProperty('seal')
  })

  it('a thought in pieces, as a stream brought it, is one again under the seal of the last', () => {
    const closed = envelope.close({ dialect: 'anthropic-messages', data: 'secret' })
    const summarised = envelope.close({ dialect: 'openai-responses', data: 'secret' })
    const pieces = (...signatures: string[]) =>
      signatures.flatMap((thoughtSignature) => [
        { text: 'One. ', thought: true },
        { text: 'Two.', thought: true },
        { text: '', thought: true, thoughtSignature },
      ])
    const { turns } = decode({ contents: [{ role: 'model', parts: pieces(closed, summarised) }] })
    expect(turns[0]?.parts).toMatchObject([
      { type: 'reasoning', text: 'One. Two.', summary: [], seal: { dialect: 'anthropic-messages' } },
      { type: 'reasoning', text: '', summary: ['One. Two.'], seal: { dialect: 'openai-responses' } },
    ])
  })

  it('the choice of tools', () => {
    const of = (functionCallingConfig: object) => ask({ toolConfig: { functionCallingConfig } }).toolChoice
    expect(ask().toolChoice).toEqual({ mode: 'auto', given: false })
    expect(of({ mode: 'AUTO' })).toEqual({ mode: 'auto', given: true })
    expect(of({ mode: 'none' })).toEqual({ mode: 'none', given: true })
    expect(of({ mode: 'ANY' })).toEqual({ mode: 'required', given: true })
    expect(of({ mode: 'ANY', allowedFunctionNames: ['a', 'b'] })).toEqual({
      mode: 'required',
      allowed: ['a', 'b'],
      given: true,
    })
    expect(of({ mode: 'VALIDATED' })).toEqual({ mode: 'auto', given: true })
  })

  it('tools that run at Google are kept apart from functions', () => {
    const { tools } = ask({
      tools: [{ googleSearch: {} }, { codeExecution: {}, functionDeclarations: [{ name: 'f', behavior: 'BLOCKING' }] }],
    })
    expect(tools).toMatchObject([
      { type: 'server', name: 'googleSearch', at: 'tools[0].googleSearch', value: { googleSearch: {} } },
      { type: 'server', name: 'codeExecution' },
      { type: 'function', name: 'f', extensions: { behavior: 'BLOCKING' } },
    ])
  })

  it('the format of the output', () => {
    const of = (generationConfig: object) => ask({ generationConfig })
    expect(of({ responseMimeType: 'application/json' }).output).toEqual({ type: 'json' })
    expect(of({ responseMimeType: 'text/plain' }).output).toEqual({ type: 'text' })
    expect(of({ responseJsonSchema: { type: 'object' } }).output).toMatchObject({
      type: 'json-schema',
      schema: { type: 'object' },
    })
    expect(
      of({ responseSchema: { type: 'STRING', nullable: true, enum: ['a'], format: 'enum' } }).output,
    ).toMatchObject({
      schema: { type: ['string', 'null'], enum: ['a', null] },
    })
    expect(of({ responseMimeType: 'text/x.enum', responseSchema: { type: 'STRING', enum: ['a'] } })).toMatchObject({
      output: { type: 'text' },
      extensions: {
        'generationConfig.responseMimeType': 'text/x.enum',
        'generationConfig.responseSchema': { enum: ['a'] },
      },
    })
  })

  it('what cannot be understood is refused by the name of its place', () => {
    expect(paramOf({})).toBe('contents')
    expect(paramOf({ contents: [] })).toBe('contents')
    expect(paramOf({ contents: [USER, 5] })).toBe('contents[1]')
    expect(paramOf({ contents: [{ role: 'wizard', parts: [{ text: 'x' }] }] })).toBe('contents[0].role')
    expect(paramOf({ contents: [{ parts: [{ text: 5 }] }] })).toBe('contents[0].parts[0].text')
    expect(paramOf({ contents: [{ parts: [{ inlineData: { mimeType: 'image/png' } }] }] })).toBe(
      'contents[0].parts[0].inlineData.data',
    )
    expect(paramOf({ contents: [{ role: 'user', parts: [{ functionCall: { name: 'f' } }] }] })).toBe(
      'contents[0].parts[0]',
    )
    expect(paramOf({ contents: [{ role: 'model', parts: [{ functionCall: {} }] }] })).toBe(
      'contents[0].parts[0].functionCall.name',
    )
    expect(paramOf({ contents: [USER], generationConfig: { temperature: 'hot' } })).toBe('generationConfig.temperature')
    expect(paramOf({ contents: [USER], generationConfig: { maxOutputTokens: 0 } })).toBe(
      'generationConfig.maxOutputTokens',
    )
    expect(paramOf({ contents: [USER], tools: [{ functionDeclarations: [{}] }] })).toBe(
      'tools[0].functionDeclarations[0].name',
    )
    expect(paramOf({ contents: [USER], toolConfig: { functionCallingConfig: { mode: 'X' } } })).toBe(
      'toolConfig.functionCallingConfig.mode',
    )
  })

  it('any JSON in any field gives a conversation or a GatewayError', () => {
    const names = fc.constantFrom(
      'contents',
      'role',
      'parts',
      'text',
      'thought',
      'thoughtSignature',
      'functionCall',
      'function_call',
      'name',
      'id',
      'args',
      'functionResponse',
      'response',
      'inlineData',
      'mimeType',
      'data',
      'fileData',
      'fileUri',
      'systemInstruction',
      'tools',
      'functionDeclarations',
      'parameters',
      'parametersJsonSchema',
      'type',
      'nullable',
      'properties',
      'anyOf',
      'items',
      'enum',
      'toolConfig',
      'functionCallingConfig',
      'mode',
      'allowedFunctionNames',
      'generationConfig',
      'temperature',
      'stopSequences',
      'candidateCount',
      'responseSchema',
      'responseMimeType',
      'thinkingConfig',
      'thinkingBudget',
      'thinkingLevel',
      'serviceTier',
      'executableCode',
      'generateContentRequest',
      '__proto__',
      'constructor',
    )
    const words = fc.constantFrom(
      'user',
      'model',
      'ANY',
      'a',
      'application/json',
      'OBJECT',
      'ZmwxLnNlYWwuWyJ4Il0',
      'data:,x',
      '',
    )
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'large', maxDepth: 7 },
        fc.jsonValue({ maxDepth: 1 }),
        words,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(names, tie('tree'), { maxKeys: 4 }),
      ),
    }))
    const valid = json({
      contents: [USER, { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] }],
      tools: [{ functionDeclarations: [{ name: 'f', parameters: {} }] }],
      generationConfig: { temperature: 1 },
    })
    fc.assert(
      fc.property(fc.dictionary(names, tree, { maxKeys: 5 }), fc.boolean(), (body, based) => {
        try {
          geminiClient.decodeRequest(json(based ? { ...valid, ...body } : body), { model: 'm', stream: null, envelope })
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
