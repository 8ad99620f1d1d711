import { describe, expect, it } from 'vitest'
import { NOVA, LLAMA, model, encode, refusal, user, assistant, call, result, tool, LOOP } from './__fixtures__/talk.ts'

describe('tools', () => {
  it('H33: a history with tools and a request without: the specifications are made again', () => {
    const { body } = encode({ turns: LOOP })
    expect(body['toolConfig']).toMatchObject({
      tools: [{ toolSpec: { name: 'now', inputSchema: { json: { type: 'object' } } } }],
    })
    expect(encode({ turns: [user(result('x'))] }).body['toolConfig']).toBeUndefined()
  })

  it('H34: no calls any more, but a history of them: the tools stay, automatic, and the client hears of it', () => {
    const { body, notes } = encode({ turns: LOOP, tools: [tool('now')], toolChoice: { mode: 'none', given: true } })
    expect(body['toolConfig']).toEqual({
      tools: [{ toolSpec: { name: 'now', inputSchema: { json: { type: 'object', properties: {} } } } }],
    })
    expect(notes).toBe('toolChoice=auto')
    const without = encode({ tools: [tool('now')], toolChoice: { mode: 'none', given: true } })
    expect(without.body['toolConfig']).toBeUndefined()
    expect(without.notes).toBe('')
  })

  it('are forced where the model lets itself be forced', () => {
    const required = { tools: [tool('now')], toolChoice: { mode: 'required', given: true } } as const
    expect(encode(required).body['toolConfig']).toMatchObject({ toolChoice: { any: {} } })
    const named = { tools: [tool('now')], toolChoice: { mode: 'tool', name: 'now', given: true } } as const
    expect(encode(named).body['toolConfig']).toMatchObject({ toolChoice: { tool: { name: 'now' } } })
    expect(refusal(required, LLAMA).param).toBe('toolChoice')
    expect(encode({ tools: [tool('now')] }, LLAMA).body['toolConfig']).not.toHaveProperty('toolChoice')
  })

  it('H46: a choice of a tool that is not there is refused', () => {
    for (const toolChoice of [
      { mode: 'tool', name: 'gone', given: true } as const,
      { mode: 'auto', allowed: ['gone'], given: true } as const,
      { mode: 'required', given: true } as const,
    ]) {
      const tools = toolChoice.mode === 'required' ? [] : [tool('now')]
      expect(refusal({ tools, toolChoice }).param).toBe('toolChoice')
    }
  })

  it('an allowed few are all that is sent; tools of other providers are dropped by name', () => {
    const search = {
      type: 'server',
      dialect: 'openai-responses',
      name: 'web_search',
      at: 'tools[2]',
      value: {},
    } as const
    const { body, notes } = encode({
      tools: [tool('a'), tool('b'), search],
      toolChoice: { mode: 'auto', allowed: ['b', 'web_search'], given: true },
    })
    expect(body['toolConfig']).toMatchObject({ tools: [{ toolSpec: { name: 'b' } }] })
    expect(notes).toBe('tools[2]')
    expect(refusal({ tools: [search], toolChoice: { mode: 'tool', name: 'web_search', given: true } }).param).toBe(
      'toolChoice',
    )
  })

  it('H45: free-text tools are functions of one text, in calls of the history too', () => {
    const { body, toolNames } = encode({
      tools: [
        {
          type: 'custom',
          name: 'patch',
          description: 'Edits.',
          format: { type: 'grammar', syntax: 'lark', definition: 'start: x' },
          at: 'tools[0]',
        },
      ],
      turns: [user('?'), assistant(call('a', 'patch', 'raw "text"', { kind: 'custom' })), user(result('a'))],
    })
    expect(body['toolConfig']).toMatchObject({
      tools: [
        {
          toolSpec: {
            name: 'patch',
            description: expect.stringContaining('lark') as string,
            inputSchema: { json: { required: ['input'] } },
          },
        },
      ],
    })
    expect(body['messages']).toMatchObject([{}, { content: [{ toolUse: { input: { input: 'raw "text"' } } }] }, {}])
    expect(toolNames.toClient('patch').kind).toBe('custom')
  })

  it('one at a time is said to Claude in its own words, and never beside a forced tool', () => {
    const tools = [tool('now')]
    expect(encode({ tools, parallelTools: false }).body['additionalModelRequestFields']).toEqual({
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    })
    const forced = encode({ tools, parallelTools: false, toolChoice: { mode: 'required', given: true } })
    expect(forced.body['additionalModelRequestFields']).toBeUndefined()
    expect(forced.notes).toBe('parallelTools')
    expect(encode({ tools, parallelTools: false }, NOVA).notes).toBe('parallelTools')
    expect(encode({ parallelTools: false }).body['additionalModelRequestFields']).toBeUndefined()
  })

  it('are strict where the model can be, with a schema that it takes', () => {
    const strict = tool('now', {
      strict: true,
      parameters: { type: 'object', properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'] },
    })
    const { body } = encode({ tools: [strict] })
    expect(body['toolConfig']).toMatchObject({
      tools: [
        {
          toolSpec: {
            strict: true,
            inputSchema: { json: { additionalProperties: false, properties: { n: { description: '(minimum: 1)' } } } },
          },
        },
      ],
    })
    const loose = encode({ tools: [strict] }, LLAMA)
    expect(loose.body['toolConfig']).toMatchObject({
      tools: [{ toolSpec: { inputSchema: { json: { properties: { n: { minimum: 1 } } } } } }],
    })
    expect(loose.notes).toBe('tools[0].strict')
  })
})

describe('the form of the answer', () => {
  const schema = { type: 'object', properties: { city: { type: 'string', minLength: 1 } }, required: ['city'] }
  const output = { type: 'json-schema', name: 'city info', description: 'A city.', schema, strict: true } as const

  it('H67: a schema is native first, beside tools and thinking', () => {
    const { body } = encode({ output, tools: [tool('now')], reasoning: { effort: 'low' }, maxOutputTokens: 10_000 })
    expect(body['outputConfig']).toEqual({
      textFormat: {
        type: 'json_schema',
        structure: {
          jsonSchema: {
            name: 'city_info',
            description: 'A city.',
            schema:
              '{"type":"object","properties":{"city":{"type":"string","description":"(minLength: 1)"}},"required":["city"],"additionalProperties":false}',
          },
        },
      },
    })
    expect(body['additionalModelRequestFields']).toEqual({ thinking: { type: 'enabled', budget_tokens: 2_048 } })
    expect(body['toolConfig']).not.toHaveProperty('toolChoice')
  })

  it('H68: without native support a forced tool stands in, under a name of its own, and thinking is dropped for it', () => {
    const old = model('anthropic.claude-3-7-sonnet-20250219-v1:0', { thinking: 'budget', structuredOutput: 'tool' })
    const alone = encode({ output, reasoning: { effort: 'high' } }, old)
    expect(alone.outputTool).toBe('city_info')
    expect(alone.body['toolConfig']).toEqual({
      tools: [{ toolSpec: { name: 'city_info', description: 'A city.', inputSchema: { json: schema } } }],
      toolChoice: { tool: { name: 'city_info' } },
    })
    expect(alone.body['additionalModelRequestFields']).toBeUndefined()
    expect(alone.notes).toBe('effort')
    const beside = encode({ output, tools: [tool('city_info')] }, old)
    expect(beside.outputTool).toBe('city_info_')
    expect(beside.body['toolConfig']).toMatchObject({ toolChoice: { any: {} } })
    const forced = encode({ output, tools: [tool('now')], toolChoice: { mode: 'required', given: true } }, old)
    expect(forced.outputTool).toBeNull()
  })

  it('a schema is refused where nothing can keep it, and JSON is asked for in words', () => {
    expect(refusal({ output }, LLAMA).param).toBe('output')
    const { body, notes } = encode({ output: { type: 'json' } })
    expect(body['system']).toMatchObject([{ text: expect.stringContaining('JSON') as string }])
    expect(notes).toBe('output=instruction')
  })
})
