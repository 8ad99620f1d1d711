import { loadOpenaiSchemas } from '@fairlead/testkit/openapi-validator.ts'
import { describe, expect, it } from 'vitest'
import { bareConversation } from '../../core/__fixtures__/bare-conversation.ts'
import type { Conversation, Part, Turn } from '../../core/conversation.ts'
import { GatewayError } from '../../core/errors.ts'
import { ask, decode, envelope, send as sendAny, STATELESS, withoutPlaces, type Sent } from './__fixtures__/support.ts'

const schemas = loadOpenaiSchemas()

/** Everything that is sent is held to OpenAI's document, where it is at hand. */
const send: typeof sendAny = (...given): Sent => {
  const sent = sendAny(...given)
  expect(schemas?.validate('CreateResponse', sent.json) ?? []).toEqual([])
  return sent
}

/** A conversation of a client of another dialect. */
function foreign(turns: readonly Turn[], more: Partial<Conversation> = {}): Conversation {
  return bareConversation(turns, { dialect: 'anthropic-messages', usageAsked: true, ...more })
}

const text = (words: string): Part => ({ type: 'text', at: 'messages[0].content', text: words })
const user = (...parts: readonly Part[]): Turn => ({ role: 'user', parts })
const assistant = (...parts: readonly Part[]): Turn => ({ role: 'assistant', parts })
const call = (id: string, name = 'f', input = '{}'): Part => ({
  type: 'tool-call',
  at: '',
  id,
  name,
  kind: 'function',
  input,
})
const result = (callId: string, ...parts: readonly Part[]): Part => ({
  type: 'tool-result',
  at: '',
  callId,
  kind: 'function',
  isError: false,
  parts,
})
const sealed = (
  data: string,
  dialect: 'openai-responses' | 'anthropic-messages' = 'openai-responses',
  origin?: string,
): Part => ({
  type: 'reasoning',
  at: '',
  text: '',
  summary: [],
  redacted: false,
  seal: { dialect, data, itemId: `rs_${data}`, ...(origin === undefined ? {} : { origin }) },
})
const typesOf = ({ json }: Sent): readonly unknown[] => json.input.map(({ type }) => type)

function faultOf(act: () => unknown): GatewayError {
  try {
    act()
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('a request for an upstream of this dialect', () => {
  it.skipIf(schemas === null)("is held to OpenAI's document (skipped without ../shared/data/openapi)", () => {
    expect(schemas?.validate('CreateResponse', { model: 7 })).not.toEqual([])
  })

  it('keeps nothing there, and asks for the reasoning in encrypted form', () => {
    expect(send(foreign([user(text('Hi'))])).json).toEqual({
      model: 'upstream-model',
      store: false,
      include: ['reasoning.encrypted_content'],
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
    })
    expect(send(foreign([user(text('Hi'))]), { thinking: 'none' }).json).not.toHaveProperty('include')
  })

  it('loses nothing of a request of its own dialect', () => {
    const body = {
      model: 'm',
      stream: true,
      instructions: 'Be brief.',
      input: [
        { role: 'developer', content: 'rules' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'look', prompt_cache_breakpoint: { mode: 'explicit' } },
            { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'high' },
            { type: 'input_file', file_id: 'file-1' },
          ],
        },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 's' }], encrypted_content: 'AAA' },
        { role: 'assistant', phase: 'commentary', content: 'hm' },
        { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{ "a": 1.0 }' },
        { type: 'function_call', call_id: 'c2', name: 'find', namespace: 'crm', arguments: '{}' },
        { type: 'custom_tool_call', call_id: 'c3', name: 'exec', input: 'ls -l' },
        { type: 'function_call_output', call_id: 'c1', output: 'one' },
        {
          type: 'function_call_output',
          call_id: 'c2',
          output: [{ type: 'input_image', image_url: 'https://example.com/b.png', detail: 'auto' }],
        },
        { type: 'custom_tool_call_output', call_id: 'c3', output: 'total 0' },
        { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } },
        {
          role: 'assistant',
          phase: 'final_answer',
          content: [
            { type: 'output_text', text: 'a', annotations: [] },
            { type: 'refusal', refusal: 'b' },
          ],
        },
        { role: 'user', content: 'thanks' },
      ],
      tools: [
        {
          type: 'function',
          name: 'f',
          description: 'd',
          parameters: { type: 'object' },
          strict: true,
          output_schema: { type: 'string' },
        },
        {
          type: 'namespace',
          name: 'crm',
          description: 'Customers',
          tools: [{ type: 'function', name: 'find', parameters: { type: 'object' }, strict: null }],
        },
        { type: 'custom', name: 'exec', description: 'runs', format: { type: 'text' } },
        { type: 'web_search' },
      ],
      tool_choice: {
        type: 'allowed_tools',
        mode: 'auto',
        tools: [
          { type: 'function', name: 'f' },
          { type: 'custom', name: 'exec' },
        ],
      },
      parallel_tool_calls: false,
      text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true }, verbosity: 'low' },
      reasoning: { effort: 'xhigh', summary: 'auto', context: 'all_turns' },
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs', 'file_search_call.results'],
      temperature: 0.3,
      top_p: 0.8,
      top_logprobs: 2,
      max_output_tokens: 64,
      service_tier: 'priority',
      safety_identifier: 'u',
      prompt_cache_key: 'k',
      metadata: { a: 'b' },
      truncation: 'auto',
      max_tool_calls: 3,
      previous_response_id: 'resp_0',
    }
    const conversation = decode(body)
    const sent = send(conversation)
    const again = decode(sent.body)
    const { extensions, ...kept } = withoutPlaces(again)
    const { extensions: before, ...was } = withoutPlaces(conversation)
    expect(kept).toEqual({ ...was, model: 'upstream-model' })
    expect(extensions).toEqual(before)
    expect(sent.dropped).toBe('')
    expect(sent.json.tools).toEqual(body.tools)
    expect(sent.json['tool_choice']).toEqual(body.tool_choice)
    expect(sent.json['reasoning']).toEqual(body.reasoning)
  })

  it('H28: an id that is too long becomes a hash, the same for the call and its result; two never become one', () => {
    const long = 'x'.repeat(80)
    const sent = send(
      foreign([
        user(text('go')),
        assistant(call(`${long}1`), call(`${long}2`), call('functions.f:0')),
        user(result(`${long}1`, text('a')), result(`${long}2`, text('b')), result('functions.f:0', text('c'))),
      ]),
    )
    const ids = sent.json.input.map((item) => item.call_id).filter((id) => id !== undefined)
    expect(ids.slice(0, 3)).toEqual(ids.slice(3))
    expect(new Set(ids).size).toBe(3)
    expect(ids.every((id) => id.length <= 64)).toBe(true)
    expect(ids[2]).toBe('functions.f:0')
  })

  it('calls without ids are answered by name and order', () => {
    const unnamed = (name: string): Part => ({ ...call('', name) })
    const answer = (name: string, words: string): Part => ({ ...result('', text(words)), name }) as Part
    const sent = send(
      foreign([user(text('go')), assistant(unnamed('a'), unnamed('b')), user(answer('b', 'B'), answer('a', 'A'))]),
    )
    const [callA, callB, first, second] = sent.json.input.slice(1)
    expect([first?.call_id, first?.output]).toEqual([callA?.call_id, 'A'])
    expect([second?.call_id, second?.output]).toEqual([callB?.call_id, 'B'])
    expect(callA?.call_id).not.toBe(callB?.call_id)
  })

  it('H29: a name that would be refused is replaced, and known again in the reply', () => {
    const name = 'mcp.server/some tool: with an endless name that goes on and on and on and on'
    const tool = { type: 'function', name, at: 'tools[0]', extensions: {} } as const
    const sent = send(
      foreign([user(text('go')), assistant(call('c', name)), user(result('c', text('r')))], { tools: [tool] }),
    )
    const [declared] = sent.json.tools
    expect(declared?.name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
    expect(sent.json.input[1]).toMatchObject({ name: declared?.name })
    expect(sent.toolNames.toClient(declared?.name ?? '')).toEqual({ name, kind: 'function' })
  })

  it('H31: a call without a result gets one that says so; H32: a result without a call becomes words', () => {
    const sent = send(foreign([user(text('go')), assistant(call('c1')), user(result('c2', text('lost')), text('on'))]))
    expect(sent.json.input).toMatchObject([
      { type: 'message' },
      { type: 'function_call', call_id: 'c1' },
      { type: 'function_call_output', call_id: 'c1' },
      { type: 'message', role: 'user', content: [{ text: expect.stringContaining('lost') }, { text: 'on' }] },
    ])
  })

  it('H35: images in a tool result are sent as they are; an error is said in words (H36)', () => {
    const image: Part = { type: 'image', at: '', source: { kind: 'base64', mediaType: 'image/png', data: 'AA' } }
    const failed = { ...result('c2', text('no such file')), isError: true } as Part
    const sent = send(
      foreign([user(text('go')), assistant(call('c1'), call('c2')), user(result('c1', text('look'), image), failed)]),
    )
    expect(sent.json.input.slice(3)).toEqual([
      {
        type: 'function_call_output',
        call_id: 'c1',
        output: [
          { type: 'input_text', text: 'look' },
          { type: 'input_image', image_url: 'data:image/png;base64,AA', detail: 'auto' },
        ],
      },
      { type: 'function_call_output', call_id: 'c2', output: 'Error: no such file' },
    ])
  })

  it('H45: a free-text tool stays one, and its result too, even when the client said otherwise', () => {
    const custom: Part = { type: 'tool-call', at: '', id: 'c', name: 'exec', kind: 'custom', input: 'ls "a b"' }
    const tool = { type: 'custom', name: 'exec', at: 'tools[0]' } as const
    const sent = send(foreign([user(text('go')), assistant(custom), user(result('c', text('ok')))], { tools: [tool] }))
    expect(sent.json.tools).toEqual([{ type: 'custom', name: 'exec' }])
    expect(sent.json.input.slice(1)).toEqual([
      { type: 'custom_tool_call', call_id: 'c', name: 'exec', input: 'ls "a b"' },
      { type: 'custom_tool_call_output', call_id: 'c', output: 'ok' },
    ])
  })

  it('H51: encrypted reasoning goes to the deployment that made it, and to no other', () => {
    const turns = [
      user(text('go')),
      assistant(sealed('A', 'openai-responses', 'openai/1'), text('x')),
      user(text('on')),
    ]
    expect(typesOf(send(foreign(turns), {}, { origin: 'openai/1' }))).toEqual([
      'message',
      'reasoning',
      'message',
      'message',
    ])
    expect(typesOf(send(foreign(turns), {}, { origin: 'azure/1' }))).toEqual(['message', 'message', 'message'])
    const unknown = [user(text('go')), assistant(sealed('A'), text('x')), user(text('on'))]
    expect(typesOf(send(foreign(unknown), {}, { origin: 'azure/1' }))).toContain('reasoning')
    const other = [user(text('go')), assistant(sealed('A', 'anthropic-messages'), text('x')), user(text('on'))]
    const sent = send(foreign(other), {}, { origin: 'openai/1' })
    expect([typesOf(sent), sent.dropped]).toEqual([['message', 'message', 'message'], ''])
  })

  it('H52: reasoning stands directly before its item, or not at all', () => {
    const sent = send(
      foreign([
        user(text('go')),
        assistant(sealed('A'), text('thinking aloud'), sealed('B'), call('c')),
        user(result('c', text('r'))),
        assistant(sealed('C')),
        user(text('on')),
      ]),
    )
    expect(typesOf(sent)).toEqual([
      'message',
      'reasoning',
      'message',
      'reasoning',
      'function_call',
      'function_call_output',
      'message',
    ])
    expect(sent.json.input[1]).toEqual({ type: 'reasoning', id: 'rs_A', summary: [], encrypted_content: 'A' })
  })

  it('open reasoning of a server of this dialect goes back as text; empty shells do not', () => {
    const open: Part = {
      ...sealed(''),
      text: 'hm',
      seal: { dialect: 'openai-responses', data: '', itemId: 'rs_1' },
    } as Part
    expect(send(foreign([user(text('go')), assistant(open, text('x'))])).json.input[1]).toEqual({
      type: 'reasoning',
      id: 'rs_1',
      summary: [],
      content: [{ type: 'reasoning_text', text: 'hm' }],
    })
    expect(typesOf(send(foreign([user(text('go')), assistant(sealed(''), text('x'))])))).toEqual(['message', 'message'])
  })

  it('H73: no tools, no choice', () => {
    const sent = send(foreign([user(text('Hi'))], { toolChoice: { mode: 'auto', given: true } }))
    expect(sent.json).not.toHaveProperty('tools')
    expect(sent.json).not.toHaveProperty('tool_choice')
    expect(sendAny(decode({ model: 'm', input: 'x', tools: [], tool_choice: 'auto' })).json).not.toHaveProperty(
      'tool_choice',
    )
  })

  it('strictness that was not asked for is switched off: here it would be the default', () => {
    const tool = { type: 'function', name: 'f', at: 'tools[0]', extensions: {} } as const
    expect(send(foreign([user(text('x'))], { tools: [tool] })).json.tools[0]).toMatchObject({ strict: false })
    expect(send(ask({ tools: [{ type: 'function', name: 'f', parameters: null }] })).json.tools[0]).toMatchObject({
      strict: null,
    })
    const strict = send(foreign([user(text('x'))], { tools: [{ ...tool, strict: true }] }), { strictTools: false })
    expect([strict.json.tools[0]?.['strict'], strict.dropped]).toEqual([false, 'tools[0].strict'])
  })

  it('knobs that this API has not are dropped and named; those that change the meaning are refused', () => {
    const sampling = { stop: [], seed: 7, topK: 3, logitBias: { '1': 2 }, presencePenalty: 1, frequencyPenalty: 0 }
    expect(send(foreign([user(text('x'))], { sampling })).dropped).toBe('presence_penalty, top_k, seed, logit_bias')
    expect(faultOf(() => send(foreign([user(text('x'))], { sampling: { stop: [], n: 2 } }))).param).toBe('n')
    expect(faultOf(() => send(foreign([user(text('x'))], { sampling: { stop: ['a'] } }))).param).toBe('stop')
    expect(send(foreign([user(text('x'))], { sampling: { stop: [], n: 1 } })).dropped).toBe('')
    const audio: Part = {
      type: 'audio',
      at: 'messages[0].content[0]',
      source: { kind: 'base64', mediaType: 'audio/wav', data: '' },
    }
    expect(faultOf(() => send(foreign([user(audio)]))).param).toBe('messages[0].content[0]')
    const file: Part = {
      type: 'file',
      at: 'messages[0].content[1]',
      source: { kind: 'file-id', id: 'f', dialect: 'anthropic-messages' },
    }
    expect(faultOf(() => send(foreign([user(file)]))).param).toBe('messages[0].content[1]')
  })

  it('what the model takes decides about sampling, effort and limits', () => {
    const asked = foreign([user(text('x'))], {
      sampling: { stop: [], temperature: 1.7, topP: 0.5 },
      reasoning: { effort: 'max' },
      maxOutputTokens: 1,
    })
    const none = send(asked, { sampling: 'none', efforts: ['low', 'medium', 'high'] })
    expect(none.dropped).toBe('reasoning.effort=high, temperature, top_p, max_output_tokens=16')
    expect(none.json).toMatchObject({ reasoning: { effort: 'high' }, max_output_tokens: 16 })
    const clamped = send(asked, { maxTemperature: 1, thinking: 'none', maxOutputTokens: 8_000 })
    expect(clamped.dropped).toBe('reasoning.effort, temperature=1, max_output_tokens=16')
    expect(
      send(foreign([user(text('x'))], { reasoning: { budgetTokens: 4_000, visible: true } })).json['reasoning'],
    ).toEqual({
      effort: 'medium',
      summary: 'auto',
    })
  })

  it('server tools of others are dropped, and refused when one is demanded', () => {
    const server = {
      type: 'server',
      dialect: 'anthropic-messages',
      name: 'web_search',
      at: 'tools[1]',
      value: {},
    } as const
    const tool = { type: 'function', name: 'f', at: 'tools[0]', extensions: {} } as const
    const tools = [tool, server]
    expect(send(foreign([user(text('x'))], { tools })).dropped).toBe('tools[1]')
    const demanded = foreign([user(text('x'))], {
      tools,
      toolChoice: { mode: 'tool', name: 'web_search', given: true },
    })
    expect(faultOf(() => send(demanded)).param).toBe('tool_choice')
    const alone = foreign([user(text('x'))], { tools: [server], toolChoice: { mode: 'required', given: true } })
    expect(faultOf(() => send(alone)).param).toBe('tool_choice')
  })

  it('names of end users and caches that are too long are hashed', () => {
    const sent = send(foreign([user(text('x'))], { endUser: 'u'.repeat(130), cacheKey: 'short' }))
    expect(sent.json['safety_identifier']).toMatch(/^[0-9a-f]{64}$/)
    expect(sent.json['prompt_cache_key']).toBe('short')
  })

  it('reasoning of another provider comes home through a client of this dialect', () => {
    const seal = { dialect: 'openai-responses', data: 'AAA', itemId: 'rs_9', origin: 'openai/1' } as const
    const conversation = decode({
      model: 'm',
      ...STATELESS,
      input: [
        { role: 'user', content: 'x' },
        { type: 'reasoning', id: 'rs_flr_0', summary: [], encrypted_content: envelope.close(seal) },
        { role: 'assistant', content: 'y' },
      ],
    })
    expect(send(conversation, {}, { origin: 'openai/1' }).json.input[1]).toEqual({
      type: 'reasoning',
      id: 'rs_9',
      summary: [],
      encrypted_content: 'AAA',
    })
  })
})
