import { expect, it } from 'vitest'
import { fitToCloud } from './cloud-betas.ts'

const CLAUDE_CODE =
  'claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,thinking-token-count-2026-05-13,advanced-tool-use-2025-11-20'

const BODY = {
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral', scope: 'global' } }] },
  ],
  system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral', scope: 'global', ttl: '1h' } }],
  tools: [
    { name: 'a', input_schema: {}, defer_loading: true, input_examples: [{}], eager_input_streaming: true },
    { type: 'tool_search_tool_regex_20251119', name: 'search' },
    { type: 'web_search_20250305', name: 'web_search' },
  ],
  context_management: { edits: [] },
  output_config: { effort: 'high' },
}

it('sends flags and fields together to a Claude of Bedrock that knows them', () => {
  const { body, betas, dropped } = fitToCloud('bedrock', 4.5, BODY, CLAUDE_CODE)
  expect(betas).toEqual([
    'interleaved-thinking-2025-05-14',
    'context-management-2025-06-27',
    'tool-search-tool-2025-10-19',
    'tool-examples-2025-10-29',
    'effort-2025-11-24',
  ])
  expect(body).toEqual({
    ...BODY,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }] }],
    system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    tools: [
      { name: 'a', input_schema: {}, defer_loading: true, input_examples: [{}] },
      { type: 'tool_search_tool_regex_20251119', name: 'search' },
    ],
  })
  expect(dropped).toEqual(['tools[0].eager_input_streaming', 'tools[2]'])
})

it('takes both out for the newer ones, which take a single flag, and keeps what became part of the API', () => {
  const { body, betas, dropped } = fitToCloud('bedrock', 4.7, BODY, CLAUDE_CODE)
  expect(betas).toEqual(['interleaved-thinking-2025-05-14'])
  expect(body.output_config).toEqual({ effort: 'high' })
  expect(body.tools).toEqual([{ name: 'a', input_schema: {} }])
  expect(body).not.toHaveProperty('context_management')
  expect(dropped).toEqual([
    'context_management',
    'tools[0].defer_loading',
    'tools[0].input_examples',
    'tools[0].eager_input_streaming',
    'tools[1]',
    'tools[2]',
  ])
})

it('adds the flag that a field needs, though the client did not send it', () => {
  expect(fitToCloud('vertex', 4.5, { context_management: {} }, '').betas).toEqual(['context-management-2025-06-27'])
  const fitted = fitToCloud('vertex', 4.5, { output_config: { effort: 'low', format: {} } }, '')
  expect(fitted).toEqual({ body: { output_config: { format: {} } }, betas: [], dropped: ['output_config.effort'] })
})

it('takes tool_choice along when no tool is left', () => {
  const body = { tools: [{ type: 'code_execution_20250825', name: 'x' }], tool_choice: { type: 'auto' }, messages: [] }
  expect(fitToCloud('vertex', 4.5, body, '').body).toEqual({ messages: [] })
})

it("H56: keeps Claude Code's line of accounting from the clouds", () => {
  const billing = { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.329; cch=a1b2c;' }
  const agent = { type: 'text', text: 'You are an agent.' }
  for (const cloud of ['bedrock', 'vertex'] as const) {
    expect(fitToCloud(cloud, 4.5, { system: [billing, agent] }, '')).toMatchObject({
      body: { system: [agent] },
      dropped: [],
    })
    expect(fitToCloud(cloud, 4.5, { system: [billing] }, '').body).not.toHaveProperty('system')
  }
})

it('a thread is refused, in the words that make the SDKs go on without', () => {
  // Source: `ThreadUnsupportedRequestErrorDetails` of Anthropic's SDKs; a dropped thread would be a conversation without its history.
  for (const thread of [{ type: 'create' }, { type: 'continue', previous_message_id: 'msg_1' }])
    expect(() => fitToCloud('vertex', 4.5, { messages: [], thread }, '')).toThrow(
      expect.objectContaining({ status: 400, code: 'thread_unsupported_request', param: 'thread' }),
    )
})
