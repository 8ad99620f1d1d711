import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../core/errors.ts'
import { isJsonObject, parseJson } from '../../core/json.ts'
import { isChatShaped, isResponsesShaped } from './index.ts'
import { ask, decode, envelope, FIXTURES, hasFixtures, withoutPlaces } from './__fixtures__/support.ts'

function faultOf(body: object): { readonly param: string | null; readonly message: string } {
  try {
    decode(body)
  } catch (error) {
    if (error instanceof GatewayError) return { param: error.param, message: error.message }
    throw error
  }
  throw new Error('the request was taken')
}

const item = (...input: readonly object[]): object => ({ model: 'm', input })

describe('what a request of the Responses API says', () => {
  it('a text is what the user says; instructions come first', () => {
    const { turns } = decode({ model: 'm', instructions: 'Be brief.', input: 'Hi' })
    expect(turns).toEqual([
      { role: 'system', kind: 'instructions', parts: [{ type: 'text', at: 'instructions', text: 'Be brief.' }] },
      { role: 'user', parts: [{ type: 'text', at: 'input', text: 'Hi' }] },
    ])
  })

  it('messages come with and without their type, in four roles, as text or as parts', () => {
    const { turns } = decode(
      item(
        { role: 'system', content: 'a' },
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'b' }] },
        { role: 'user', content: [{ type: 'input_text', text: 'c' }] },
        { type: 'message', role: 'assistant', phase: 'commentary', content: [{ type: 'output_text', text: 'd' }] },
        { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] },
      ),
    )
    expect(withoutPlaces(turns)).toEqual([
      { role: 'system', kind: 'system', parts: [{ type: 'text', text: 'a' }] },
      { role: 'system', kind: 'developer', parts: [{ type: 'text', text: 'b' }] },
      { role: 'user', parts: [{ type: 'text', text: 'c' }] },
      { role: 'assistant', phase: 'commentary', parts: [{ type: 'text', text: 'd' }] },
      { role: 'assistant', parts: [{ type: 'refusal', text: 'no' }] },
    ])
    expect(turns[1]?.parts[0]?.at).toBe('input[1].content[0]')
  })

  it('images, files and audio come in all their forms', () => {
    const png = 'data:image/png;base64,iVBORw0KGgo='
    const { turns } = decode(
      item({
        role: 'user',
        content: [
          { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'low' },
          { type: 'input_image', image_url: png },
          { type: 'input_image', file_id: 'file-1' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
          { type: 'input_file', filename: 'b.csv', file_data: 'YSxi' },
          { type: 'input_file', file_url: 'https://example.com/b.pdf' },
          { type: 'input_file', file_id: 'file-2' },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
        ],
      }),
    )
    const sources = turns[0]?.parts.map((part) => ('source' in part ? part.source : null))
    expect(sources).toEqual([
      { kind: 'url', url: 'https://example.com/a.png' },
      { kind: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
      { kind: 'file-id', id: 'file-1', dialect: 'openai-responses' },
      { kind: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' },
      { kind: 'base64', mediaType: 'text/csv', data: 'YSxi' },
      { kind: 'url', url: 'https://example.com/b.pdf' },
      { kind: 'file-id', id: 'file-2', dialect: 'openai-responses' },
      { kind: 'base64', mediaType: 'audio/mpeg', data: 'AAAA' },
    ])
  })

  it('what the assistant did in a row is one turn, and so are the results; a second message begins another', () => {
    const { turns } = decode(
      item(
        { role: 'user', content: 'go' },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'AAA' },
        { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"a":1}' },
        { type: 'custom_tool_call', call_id: 'c2', name: 'g', input: 'ls' },
        { type: 'function_call_output', call_id: 'c1', output: 'one' },
        { type: 'custom_tool_call_output', call_id: 'c2', output: 'two' },
        { role: 'assistant', content: 'first', phase: 'commentary' },
        { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'BBB' },
        { role: 'assistant', content: 'second', phase: 'final_answer' },
      ),
    )
    expect(turns.map(({ role, parts }) => [role, ...parts.map((part) => part.type)])).toEqual([
      ['user', 'text'],
      ['assistant', 'reasoning', 'tool-call', 'tool-call'],
      ['user', 'tool-result', 'tool-result'],
      ['assistant', 'text'],
      ['assistant', 'reasoning', 'text'],
    ])
    expect(turns[1]?.parts[0]).toMatchObject({
      summary: ['hm'],
      seal: { dialect: 'openai-responses', data: 'AAA', itemId: 'rs_1' },
    })
    expect(turns[2]?.parts[1]).toMatchObject({ callId: 'c2', kind: 'custom' })
  })

  it('H35: a tool result has images and files', () => {
    const output = [
      { type: 'input_text', text: 'a screenshot' },
      { type: 'input_image', image_url: 'https://example.com/a.png' },
      { type: 'input_file', file_url: 'https://example.com/a.pdf' },
    ]
    const { turns } = decode(item({ type: 'function_call_output', call_id: 'c', output }))
    expect(turns[0]?.parts[0]).toMatchObject({
      type: 'tool-result',
      parts: [
        { type: 'text', text: 'a screenshot', at: 'input[0].output[0]' },
        { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } },
        { type: 'file', source: { kind: 'url', url: 'https://example.com/a.pdf' } },
      ],
    })
  })

  it('every knob has its place', () => {
    const conversation = ask({
      stream: true,
      temperature: 0.5,
      top_p: 0.9,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      top_logprobs: 3,
      max_output_tokens: 100,
      parallel_tool_calls: false,
      service_tier: 'flex',
      safety_identifier: 'u1',
      prompt_cache_key: 'k',
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs', 'web_search_call.results'],
      reasoning: { effort: 'high', summary: 'concise', context: 'all_turns' },
      text: {
        verbosity: 'low',
        format: { type: 'json_schema', name: 'x', schema: { type: 'object' }, strict: true },
      },
      metadata: { a: 'b' },
      store: true,
      previous_response_id: 'resp_1',
    })
    expect(conversation).toMatchObject({
      stream: true,
      sampling: {
        temperature: 0.5,
        topP: 0.9,
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
        topLogprobs: 3,
        logprobs: true,
        stop: [],
      },
      maxOutputTokens: 100,
      parallelTools: false,
      serviceTier: 'flex',
      endUser: 'u1',
      cacheKey: 'k',
      verbosity: 'low',
      reasoning: { effort: 'high', summary: 'concise', visible: true, sealed: true },
      output: { type: 'json-schema', name: 'x', schema: { type: 'object' }, strict: true },
      usageAsked: true,
    })
    expect(conversation.extensions).toEqual({
      include: ['web_search_call.results'],
      'reasoning.context': 'all_turns',
      metadata: { a: 'b' },
      store: true,
      previous_response_id: 'resp_1',
    })
    expect(ask({ user: 'u2' }).endUser).toBe('u2')
    expect(ask({ text: { format: { type: 'json_object' } } }).output).toEqual({ type: 'json' })
  })

  it('H73: null is the same as absent', () => {
    const names = [
      'instructions',
      'tools',
      'tool_choice',
      'temperature',
      'top_p',
      'reasoning',
      'text',
      'include',
      'metadata',
      'max_output_tokens',
      'parallel_tool_calls',
      'service_tier',
      'user',
      'safety_identifier',
      'stream',
      'store',
    ]
    expect(ask(Object.fromEntries(names.map((name) => [name, null])))).toEqual(ask())
  })

  it('H60: system and developer messages keep their place', () => {
    const { turns } = decode(
      item(
        { role: 'user', content: 'a' },
        { role: 'developer', content: 'b' },
        { role: 'user', content: 'c' },
        { role: 'system', content: 'd' },
      ),
    )
    expect(turns.map((turn) => (turn.role === 'system' ? turn.kind : turn.role))).toEqual([
      'user',
      'developer',
      'user',
      'system',
    ])
  })

  it.each([
    ['input', { model: 'm' }],
    ['model', { input: 'x' }],
    ['input[0]', { model: 'm', input: ['x'] }],
    ['input[0].role', item({ role: 'tool', content: 'x' })],
    ['input[0].content[0].type', item({ role: 'user', content: [{ type: 'hologram' }] })],
    ['input[0].content[0]', item({ role: 'user', content: [{ type: 'input_image' }] })],
    ['input[0].type', item({ type: 7 })],
    ['input[0].name', item({ type: 'function_call', call_id: 'c', arguments: '{}' })],
    ['temperature', { model: 'm', input: 'x', temperature: 'hot' }],
    ['max_output_tokens', { model: 'm', input: 'x', max_output_tokens: 0.5 }],
    ['reasoning.effort', { model: 'm', input: 'x', reasoning: { effort: 'heroic' } }],
    ['text.format.schema', { model: 'm', input: 'x', text: { format: { type: 'json_schema', name: 'a' } } }],
    ['text.format.type', { model: 'm', input: 'x', text: { format: { type: 'grammar' } } }],
    ['tools[0].name', { model: 'm', input: 'x', tools: [{ type: 'function' }] }],
    ['tool_choice', { model: 'm', input: 'x', tool_choice: 7 }],
  ])('what cannot be understood is named: %s', (param, body) => {
    expect(faultOf(body).param).toBe(param)
  })

  it('a reference to an item that nobody keeps is refused by its place', () => {
    expect(faultOf(item({ role: 'user', content: 'x' }, { type: 'item_reference', id: 'msg_1' })).param).toBe(
      'input[1]',
    )
    expect(faultOf(item({ id: 'msg_1' })).param).toBe('input[0]')
  })

  it('items of tools that run at OpenAI travel whole, and in words', () => {
    const search = {
      type: 'web_search_call',
      id: 'ws_1',
      status: 'completed',
      action: { type: 'search', query: 'cats' },
    }
    const { turns } = decode(item({ role: 'user', content: 'x' }, search, { role: 'assistant', content: 'done' }))
    expect(turns[1]?.parts[0]).toMatchObject({
      type: 'foreign',
      kind: 'web_search_call',
      value: search,
      summary: '[Searched the web]\ncats',
    })
  })

  it.skipIf(!hasFixtures)("Codex's own request is understood (recorded; skipped without ../shared/data)", () => {
    const body = parseJson(readFileSync(resolve(FIXTURES, 'clients/codex-0.169.0-request.json'), 'utf8'))
    if (!isJsonObject(body)) throw new Error('not an object')
    const { turns, tools, reasoning, cacheKey } = decode(body)
    expect(turns.map(({ role }) => role)).toEqual(['system', 'system', 'user', 'user'])
    expect(
      tools.filter((tool) => tool.type === 'function' && tool.namespace === 'multi_agent_v1').length,
    ).toBeGreaterThan(2)
    expect(tools.some((tool) => tool.type === 'server' && tool.name === 'web_search')).toBe(true)
    expect(reasoning).toEqual({ summary: 'auto', visible: true, sealed: true })
    expect(cacheKey).toBeTypeOf('string')
  })
})

describe('tools of a request', () => {
  const spaced = {
    type: 'namespace',
    name: 'crm',
    description: 'Customers',
    tools: [
      { type: 'function', name: 'find', parameters: { type: 'object' }, defer_loading: true },
      { type: 'custom', name: 'query', format: { type: 'text' } },
    ],
  }

  it('H44: namespaces, free-text tools and tools that an item adds are all there', () => {
    const { tools } = decode({
      model: 'm',
      tools: [{ type: 'custom', name: 'exec' }, spaced],
      input: [
        { role: 'user', content: 'x' },
        { type: 'additional_tools', role: 'developer', tools: [{ type: 'function', name: 'late', strict: true }] },
      ],
    })
    expect(tools).toMatchObject([
      { type: 'custom', name: 'exec' },
      { type: 'function', name: 'find', namespace: 'crm', extensions: { defer_loading: true } },
      { type: 'custom', name: 'query', namespace: 'crm', format: { type: 'text' } },
      { type: 'function', name: 'late', strict: true, at: 'input[1].tools[0]' },
    ])
  })

  it('a tool that is added again takes the place of the first', () => {
    const { tools } = decode({
      model: 'm',
      tools: [{ type: 'function', name: 'f', description: 'old' }],
      input: [
        { type: 'additional_tools', role: 'developer', tools: [{ type: 'function', name: 'f', description: 'new' }] },
      ],
    })
    expect(tools).toMatchObject([{ name: 'f', description: 'new' }])
  })

  it.each([
    ['auto', { mode: 'auto', given: true }],
    ['required', { mode: 'required', given: true }],
    [
      { type: 'function', name: 'f' },
      { mode: 'tool', name: 'f', given: true },
    ],
    [
      { type: 'function', name: 'find', namespace: 'crm' },
      { mode: 'tool', name: 'find', namespace: 'crm', given: true },
    ],
    [{ type: 'web_search_preview' }, { mode: 'tool', name: 'web_search', given: true }],
    [
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }] },
      { mode: 'required', allowed: ['f', 'web_search'], given: true },
    ],
  ])('the choice %j is understood', (choice, expected) => {
    const tools = [{ type: 'function', name: 'f' }, spaced, { type: 'web_search' }]
    expect(ask({ tools, tool_choice: choice }).toolChoice).toEqual(expected)
  })

  it('H46: a choice of a tool that is not there is refused', () => {
    const tools = [{ type: 'function', name: 'f' }]
    expect(faultOf({ model: 'm', input: 'x', tools, tool_choice: { type: 'function', name: 'g' } }).message).toContain(
      '"g"',
    )
    const allowed = {
      type: 'allowed_tools',
      mode: 'auto',
      tools: [
        { type: 'function', name: 'f' },
        { type: 'function', name: 'g' },
      ],
    }
    expect(faultOf({ model: 'm', input: 'x', tools, tool_choice: allowed }).param).toBe('tool_choice.tools[1]')
    expect(faultOf({ model: 'm', input: 'x', tools, tool_choice: { type: 'file_search' } }).param).toBe('tool_choice')
    expect(faultOf({ model: 'm', input: 'x', tools, tool_choice: { ...allowed, tools: [] } }).param).toBe(
      'tool_choice.tools',
    )
  })
})

describe('seals that come back', () => {
  it('H51: our envelope opens to what another provider sealed; a forged one leaves the item out', () => {
    const seal = { dialect: 'anthropic-messages', data: 'sig', origin: 'anthropic/1' } as const
    const sealed = envelope.close(seal)
    const reasoning = (encrypted_content: string): object => ({
      type: 'reasoning',
      id: 'rs_flx_0',
      summary: [],
      encrypted_content,
    })
    const { turns } = decode(item(reasoning(sealed), { role: 'assistant', content: 'a' }))
    expect(turns[0]?.parts[0]).toMatchObject({ type: 'reasoning', seal })
    const forged = decode(item(reasoning(`${sealed.slice(0, -2)}AA`), { role: 'assistant', content: 'a' }))
    expect(forged.turns[0]?.parts.map((part) => part.type)).toEqual(['text'])
  })

  it('reasoning that we named ourselves came from nowhere else', () => {
    const open = (id: string): object => ({
      type: 'reasoning',
      id,
      summary: [],
      content: [{ type: 'reasoning_text', text: 't' }],
    })
    const [ours] = decode(item(open('rs_flabc_0'))).turns
    expect(ours?.parts[0]).toEqual({ type: 'reasoning', at: 'input[0]', text: 't', summary: [], redacted: false })
    const [theirs] = decode(item(open('rs_1'))).turns
    expect(theirs?.parts[0]).toMatchObject({ seal: { dialect: 'openai-responses', data: '', itemId: 'rs_1' } })
  })
})

describe('bodies that came to the wrong address', () => {
  it('H74: a body is known by what it has', () => {
    expect(isResponsesShaped({ model: 'm', input: 'x' })).toBe(true)
    expect(isResponsesShaped({ model: 'm', messages: [], input: 'x' })).toBe(false)
    expect(isChatShaped({ model: 'm', messages: [] })).toBe(true)
    expect(isChatShaped({ model: 'm', input: [], messages: [] })).toBe(false)
  })

  it('H74: tools in the shape of the chat API, and of Anthropic, are understood', () => {
    const nested = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } }
    const { tools } = ask({ tools: [nested, { name: 'g', input_schema: { type: 'object' } }] })
    expect(tools).toMatchObject([
      { type: 'function', name: 'f', parameters: { type: 'object' } },
      { type: 'function', name: 'g', parameters: { type: 'object' } },
    ])
  })
})
