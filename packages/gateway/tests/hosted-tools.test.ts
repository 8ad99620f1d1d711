// Tools that run at OpenAI, over every provider family: passed where they exist; elsewhere left out and named, or refused
// where an answer without them would be an answer to something else.

import { startFakeUpstream } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UPSTREAMS } from './compatibility/upstreams.ts'
import { post, startGateway, type TestGateway } from './support/gateway.ts'

const UNKNOWN = 'a_tool_of_tomorrow'

interface HostedTool {
  readonly tool: { readonly type: string } & Readonly<Record<string, unknown>>
  /** Where the upstream is not OpenAI's. */
  readonly elsewhere: 'dropped' | 'refused'
}

/** `Tool` of OpenAI's OpenAPI document, but for functions, custom tools and namespaces, which every model can be given. */
const TOOLS: readonly HostedTool[] = [
  { tool: { type: 'web_search' }, elsewhere: 'dropped' },
  { tool: { type: 'web_search_2025_08_26' }, elsewhere: 'dropped' },
  { tool: { type: 'web_search_preview', search_context_size: 'low' }, elsewhere: 'dropped' },
  { tool: { type: 'web_search_preview_2025_03_11' }, elsewhere: 'dropped' },
  { tool: { type: 'image_generation' }, elsewhere: 'dropped' },
  { tool: { type: 'code_interpreter', container: { type: 'auto' } }, elsewhere: 'dropped' },
  { tool: { type: 'code_interpreter', container: { type: 'auto', file_ids: ['file-1'] } }, elsewhere: 'refused' },
  { tool: { type: 'code_interpreter', container: 'cntr_1' }, elsewhere: 'refused' },
  { tool: { type: 'file_search', vector_store_ids: ['vs_1'] }, elsewhere: 'refused' },
  { tool: { type: 'mcp', server_label: 'a', server_url: 'https://mcp.example.com' }, elsewhere: 'refused' },
  { tool: { type: 'computer' }, elsewhere: 'dropped' },
  {
    tool: { type: 'computer_use_preview', display_width: 800, display_height: 600, environment: 'browser' },
    elsewhere: 'dropped',
  },
  { tool: { type: 'local_shell' }, elsewhere: 'dropped' },
  { tool: { type: 'shell' }, elsewhere: 'dropped' },
  { tool: { type: 'apply_patch' }, elsewhere: 'dropped' },
  { tool: { type: 'tool_search' }, elsewhere: 'dropped' },
  { tool: { type: 'programmatic_tool_calling' }, elsewhere: 'dropped' },
  { tool: { type: UNKNOWN }, elsewhere: 'dropped' },
]
const FUNCTION = { type: 'function', name: 'get_time', parameters: { type: 'object', properties: {} }, strict: false }

describe.each(UPSTREAMS)('over $name', (upstream) => {
  const isOpenAi = upstream.wire('openai-responses') === 'openai-responses'
  let fake: Awaited<ReturnType<typeof startFakeUpstream>>
  let gateway: TestGateway

  beforeAll(async () => {
    fake = await startFakeUpstream(upstream.fake)
    gateway =
      await startGateway(`providers: ${JSON.stringify([{ name: 'main', ...upstream.provider(fake.origin, 's') }])}
models: [{ id: m, targets: [{ provider: main, model: "${upstream.model}" }] }]
health: { check: off }`)
  })
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
    await fake[Symbol.asyncDispose]()
  })

  it.each(TOOLS)('$tool', async ({ tool, elsewhere }) => {
    const asked = fake.ledger.totals.requests
    const body = { model: 'm', input: 'Hello!', tools: [FUNCTION, tool], store: false }
    const reply = await post(`${gateway.url}/responses`, gateway.key, body)
    const dropped = reply.headers.get('x-fairlead-dropped')
    const sent = fake.ledger.entries.at(-1)?.body.toString() ?? ''
    if (isOpenAi) {
      // What it does not know it refuses itself.
      expect([reply.status, dropped]).toEqual([tool.type === UNKNOWN ? 400 : 200, null])
      expect((JSON.parse(sent) as { tools: unknown }).tools).toEqual([FUNCTION, tool])
    } else if (elsewhere === 'refused') {
      expect([reply.status, reply.json.error?.param]).toEqual([400, 'tools[1]'])
      expect(reply.json.error?.message).toContain(tool.type)
      expect(fake.ledger.totals.requests).toBe(asked)
    } else {
      expect([reply.status, dropped?.split(', ')]).toEqual([200, expect.arrayContaining(['tools[1]'])])
      expect(sent).not.toContain(tool.type)
      expect(sent).toContain('get_time')
      // The reply says over what was asked for all the same.
      expect(reply.json['tools']).toHaveLength(2)
    }
  })

  it('one that is demanded is never left out', async () => {
    if (isOpenAi) return
    const tools = [FUNCTION, { type: 'web_search' }]
    for (const choice of [{ type: 'web_search' }, { type: 'web_search_preview' }]) {
      const body = { model: 'm', input: 'Hello!', tools, tool_choice: choice }
      const reply = await post(`${gateway.url}/responses`, gateway.key, body)
      expect([reply.status, reply.json.error?.param]).toEqual([400, 'tool_choice'])
      expect(reply.json.error?.message).toContain('web_search')
    }
    const alone = { model: 'm', input: 'Hello!', tools: [{ type: 'web_search' }], tool_choice: 'required' }
    const reply = await post(`${gateway.url}/responses`, gateway.key, alone)
    expect([reply.status, reply.json.error?.param]).toEqual([400, 'tool_choice'])
  })

  it('what it did earlier is told in words', async () => {
    if (isOpenAi) return
    const input = [
      { role: 'user', content: 'Who won?' },
      {
        type: 'web_search_call',
        id: 'ws_1',
        status: 'completed',
        action: { type: 'search', query: 'who won the cup' },
      },
      { role: 'assistant', content: 'Nobody yet.' },
      { role: 'user', content: 'And now?' },
    ]
    const reply = await post(`${gateway.url}/responses`, gateway.key, { model: 'm', input, store: false })
    expect(reply.status).toBe(200)
    expect(fake.ledger.entries.at(-1)?.body.toString()).toContain('who won the cup')
  })

  it("another provider's own compaction is refused, unless what it covers is there", async () => {
    if (isOpenAi) return
    const item = { type: 'compaction', id: 'cmp_1', encrypted_content: 'gAAAAABo' }
    const ask = async (input: unknown): Promise<Awaited<ReturnType<typeof post>>> =>
      await post(`${gateway.url}/responses`, gateway.key, { model: 'm', input, store: false })
    const lost = await ask([item, { role: 'user', content: 'Go on.' }])
    expect([lost.status, lost.json.error?.param]).toEqual([400, 'input[0]'])
    const whole = await ask([{ role: 'user', content: 'I am Ada.' }, item, { role: 'user', content: 'Go on.' }])
    expect([whole.status, whole.headers.get('x-fairlead-dropped')]).toEqual([200, 'input[1]'])
  })
})
