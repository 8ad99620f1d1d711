import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../core/errors.ts'
import { Notes } from '../../core/field-notes.ts'
import { parseJsonObject } from '../../core/json.ts'
import {
  decode,
  decodeContext,
  encode,
  envelope,
  minimal,
  OLDER_CLAUDE,
  refusal,
  target,
} from './__fixtures__/contexts.ts'
import { isBillingBlock } from './billing-block.ts'
import { encodeTokenCount } from './count-tokens.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeRequest } from './encode-request.ts'
import { FIELD_NAMES } from './field-names.ts'

const USER = { role: 'user', content: 'Hello' }

describe('reading a request', () => {
  it('reads what Claude Code sends', () => {
    const conversation = decode({
      model: 'claude-x',
      max_tokens: 32_000,
      stream: true,
      system: [{ type: 'text', text: 'You are an agent.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'Bash', input: { c: 'ls' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'a.txt', is_error: true }] },
      ],
      tools: [{ name: 'Bash', description: 'Runs.', input_schema: { type: 'object' }, defer_loading: true }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      metadata: { user_id: 'u-1' },
      thinking: { type: 'enabled', budget_tokens: 31_999 },
      context_management: { edits: [] },
      service_tier: null,
    })
    expect(conversation).toEqual({
      dialect: 'anthropic-messages',
      model: 'claude-x',
      stream: true,
      maxOutputTokens: 32_000,
      endUser: 'u-1',
      turns: [
        {
          role: 'system',
          kind: 'system',
          parts: [{ type: 'text', at: 'system[0]', text: 'You are an agent.', cache: { ttl: '1h' } }],
        },
        { role: 'user', parts: [{ type: 'text', at: 'messages[0].content[0]', text: 'Hi', cache: { ttl: '5m' } }] },
        {
          role: 'assistant',
          parts: [
            {
              type: 'tool-call',
              at: 'messages[1].content[0]',
              id: 't1',
              name: 'Bash',
              kind: 'function',
              input: '{"c":"ls"}',
            },
          ],
        },
        {
          role: 'user',
          parts: [
            {
              type: 'tool-result',
              at: 'messages[2].content[0]',
              callId: 't1',
              kind: 'function',
              isError: true,
              parts: [{ type: 'text', at: 'messages[2].content[0].content', text: 'a.txt' }],
            },
          ],
        },
      ],
      tools: [
        {
          type: 'function',
          name: 'Bash',
          at: 'tools[0]',
          description: 'Runs.',
          parameters: { type: 'object' },
          extensions: { defer_loading: true },
        },
      ],
      toolChoice: { mode: 'auto', given: true },
      parallelTools: false,
      output: { type: 'text' },
      sampling: { stop: [] },
      reasoning: { budgetTokens: 31_999 },
      usageAsked: true,
      extensions: { context_management: { edits: [] } },
    })
  })

  it('reads system turns between the others, as they are since 2026-10-21', () => {
    const { turns } = decode(minimal({ system: 'A', messages: [USER, { role: 'system', content: 'B' }] }))
    expect(turns.map(({ role }) => role)).toEqual(['system', 'user', 'system'])
  })

  it('reads a body of count_tokens, and answers it with a number that is never 0', () => {
    const conversation = decode({ model: 'm', messages: [USER] })
    expect(conversation.maxOutputTokens).toBeUndefined()
    expect([encodeTokenCount(42), encodeTokenCount(0)]).toEqual([{ input_tokens: 42 }, { input_tokens: 1 }])
  })

  it('takes null for absent', () => {
    const names = [
      'system',
      'tools',
      'tool_choice',
      'thinking',
      'metadata',
      'stop_sequences',
      'temperature',
      'stream',
      'x',
    ]
    expect(decode(minimal(Object.fromEntries(names.map((name) => [name, null]))))).toEqual(decode(minimal()))
  })

  it.each([
    [{ model: '' }, 'model'],
    [{ messages: [] }, 'messages'],
    [{ messages: 'Hello' }, 'messages'],
    [{ messages: [{ role: 'tool', content: '' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: [{ text: 'no type' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'user', content: [{ type: 'image' }] }] }, 'messages[0].content[0].source'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ max_tokens: '100' }, 'max_tokens'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ stream: 'yes' }, 'stream'],
    [{ stop_sequences: [1] }, 'stop_sequences[0]'],
    [{ thinking: { type: 'hard' } }, 'thinking.type'],
    [{ output_config: { effort: 'huge' } }, 'output_config.effort'],
    [{ tools: [{ name: '' }] }, 'tools[0].name'],
    [{ tool_choice: { type: 'function' } }, 'tool_choice.type'],
  ])('refuses %j by the name of the field', (over, param) => {
    expect(refusal(() => decode(minimal(over)))).toMatchObject({ code: 'invalid_request', param })
  })

  it('H46: a choice of an absent tool is refused', () => {
    const choice = { tool_choice: { type: 'tool', name: 'g' } }
    expect(refusal(() => decode(minimal({ ...choice, tools: [{ name: 'f' }] }))).param).toBe('tool_choice.name')
    expect(decode(minimal({ ...choice, tools: [{ name: 'f' }], mcp_servers: [] })).toolChoice.name).toBe('g')
  })

  it('H36: a failed result is marked as one', () => {
    const block = { type: 'tool_result', tool_use_id: 't', content: 'boom', is_error: true }
    const { turns } = decode(minimal({ messages: [{ role: 'user', content: [block] }] }))
    expect(turns[0]?.parts[0]).toMatchObject({ type: 'tool-result', isError: true })
  })

  it('H35: an image in a tool result is kept as an image', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/jpg', data: '/9j/4AAQ' } }
    const block = { type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'Look:' }, image] }
    const { turns } = decode(minimal({ messages: [{ role: 'user', content: [block] }] }))
    const source = { kind: 'base64', mediaType: 'image/jpeg', data: '/9j/4AAQ' }
    expect(turns[0]?.parts[0]).toMatchObject({ parts: [{ type: 'text' }, { type: 'image', source }] })
  })

  it('H42: numbers in arguments keep their digits, there and back', () => {
    const input = '{"id":12345678901234567890,"x":1.0,"y":1e400}'
    const body = `{"model":"m","messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":${input}}]}]}`
    const conversation = decodeRequest(parseJsonObject(body) ?? {}, decodeContext)
    expect(conversation.turns[0]?.parts[0]).toMatchObject({ input })
    const sent = encodeRequest(conversation, target(), new Notes(FIELD_NAMES))
    expect(JSON.stringify(sent.body)).toContain(input)
  })

  it('H56: the billing block leaves the conversation, and comes back only for Anthropic', () => {
    const billing = { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.329; cch=a1b2c;' }
    const body = minimal({ system: [billing, { type: 'text', text: 'You are an agent.' }] })
    const conversation = decode(body)
    expect(isBillingBlock(billing)).toBe(true)
    expect(isBillingBlock({ type: 'text', text: 'You are x-anthropic-billing-header:' })).toBe(false)
    expect(JSON.stringify(conversation.turns)).not.toContain('billing')
    expect(conversation.extensions).toEqual({ 'system[0]': billing })
    expect(encode(conversation).body['system']).toEqual([billing, { type: 'text', text: 'You are an agent.' }])
    expect(encode({ ...conversation, dialect: 'openai-chat' }).body['system']).toEqual([
      { type: 'text', text: 'You are an agent.' },
    ])
  })

  it('what only Anthropic understands is told to others in words', () => {
    const content = [
      { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'news' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 's',
        content: [{ type: 'web_search_result', title: 'News', url: 'https://n.example' }],
      },
      { type: 'compaction', content: 'Earlier they spoke of birds.' },
    ]
    const { turns } = decode(minimal({ messages: [{ role: 'assistant', content }] }))
    expect(turns[0]?.parts).toMatchObject([
      { type: 'foreign', summary: '[Called web_search with {"query":"news"}]' },
      { type: 'foreign', summary: 'News https://n.example' },
      { type: 'foreign', summary: 'Earlier they spoke of birds.' },
    ])
  })

  it('a document of blocks is its text and its images', () => {
    const image = { type: 'image', source: { type: 'url', url: 'https://i.example/a.png' } }
    const source = { type: 'content', content: [{ type: 'text', text: 'One.' }, image, { type: 'text', text: 'Two.' }] }
    const content = [{ type: 'document', title: 'D', citations: { enabled: true }, source }]
    const { turns } = decode(minimal({ messages: [{ role: 'user', content }] }))
    expect(turns[0]?.parts).toMatchObject([
      { type: 'file', name: 'D', citations: true, source: { kind: 'text', text: 'One.\n\nTwo.' } },
      { type: 'image', source: { kind: 'url' } },
    ])
  })

  it('what OpenAI has thought is a summary again', () => {
    const signature = envelope.close({ dialect: 'openai-responses', data: 'x' })
    const block = { type: 'thinking', thinking: 'So.', signature }
    const { turns } = decode(minimal({ messages: [{ role: 'assistant', content: [block] }] }))
    expect(turns[0]?.parts).toMatchObject([{ type: 'reasoning', text: '', summary: ['So.'] }])
  })

  it('an envelope that was tampered with takes its thinking with it', () => {
    const signature = `${envelope.close({ dialect: 'gemini', data: 'x' })}A`
    const content = [
      { type: 'thinking', thinking: 'Hm.', signature },
      { type: 'text', text: 'Hi' },
    ]
    const { turns } = decode(minimal({ messages: [{ role: 'assistant', content }] }))
    expect(turns[0]?.parts).toMatchObject([{ type: 'text' }])
  })

  it('any JSON in any field gives a conversation or a GatewayError', () => {
    const json = fc.jsonValue({ maxDepth: 4 })
    const blockTypes = [
      'text',
      'image',
      'document',
      'tool_use',
      'tool_result',
      'thinking',
      'redacted_thinking',
      'search_result',
      'x_tool_result',
      'compaction',
    ]
    const anyBlock = fc.record(
      {
        type: fc.constantFrom(...blockTypes),
        text: json,
        source: fc.oneof(
          json,
          fc.record({ type: fc.constantFrom('base64', 'url', 'text', 'content', 'file'), data: json, content: json }),
        ),
        content: json,
        input: json,
        id: json,
        data: fc.oneof(json, fc.constant('ZmwxLnNlYWwuWyJ4Il0')),
        cache_control: json,
        citations: json,
      },
      { requiredKeys: ['type'] },
    )
    const message = fc.record({
      role: fc.oneof(json, fc.constantFrom('user', 'assistant', 'system')),
      content: fc.oneof(json, fc.array(anyBlock, { maxLength: 3 })),
    })
    const anyTool = fc.record(
      {
        name: fc.oneof(json, fc.string()),
        type: fc.oneof(json, fc.constantFrom('custom', 'x')),
        input_schema: json,
        strict: json,
      },
      { requiredKeys: [] },
    )
    const members = [
      'system',
      'max_tokens',
      'stream',
      'tool_choice',
      'thinking',
      'output_config',
      'output_format',
      'metadata',
      'temperature',
      'stop_sequences',
      'cache_control',
      'service_tier',
      'other',
    ]
    const anyBody = fc.record(
      {
        model: fc.oneof(json, fc.constant('m')),
        messages: fc.oneof(json, fc.array(message, { minLength: 1, maxLength: 3 })),
        tools: fc.oneof(json, fc.array(anyTool, { maxLength: 2 })),
        ...Object.fromEntries(members.map((name) => [name, json])),
      },
      { requiredKeys: [] },
    )
    const attempt = (action: () => void): void => {
      try {
        action()
      } catch (error) {
        expect(error).toBeInstanceOf(GatewayError)
      }
    }
    fc.assert(
      fc.property(anyBody, (body) => {
        attempt(() => {
          const conversation = decode(body)
          attempt(() => encode(conversation))
          attempt(() => encode({ ...conversation, dialect: 'gemini' }, OLDER_CLAUDE))
        })
      }),
      { numRuns: 3_000 },
    )
  })
})
