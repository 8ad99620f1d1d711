// Hard cases of what Claude Code and its like send (H56 to H59, H100), against a whole gateway.

import { call } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { startCannedUpstream } from './support/canned-upstream.ts'
import { startDialectBench, UPSTREAM_MODELS, type DialectBench, type UpstreamForm } from './support/dialect-bench.ts'
import { at, MESSAGES_CLIENT } from './support/dialect-clients.ts'
import { startGateway } from './support/gateway.ts'

const FORMS = Object.keys(UPSTREAM_MODELS) as UpstreamForm[]

const lastBody = (bench: DialectBench): Record<string, unknown> =>
  JSON.parse(bench.upstream.ledger.last?.body.toString() ?? '') as Record<string, unknown>

describe('H56: the billing block of Claude Code', () => {
  const BILLING = 'x-anthropic-billing-header: cc_version=2.1; cc_entrypoint=cli; cch=0a1b2c3d;'
  const system = [
    { type: 'text', text: BILLING },
    { type: 'text', text: 'You are a helpful agent.' },
  ]

  it.each(FORMS)('H56: reaches Anthropic’s models, and nobody else’s: %s', async (form) => {
    await using bench = await startDialectBench()
    const reply = await bench.ask(MESSAGES_CLIENT, form, { extra: { system } })
    expect([reply.status, reply.text.slice(0, 200)]).toEqual([200, expect.any(String)])
    const sent = bench.upstream.ledger.last?.body.toString() ?? ''
    expect(sent).toContain('You are a helpful agent.')
    expect(sent.includes('x-anthropic-billing-header')).toBe(form === 'anthropic-messages')
    expect(reply.headers['x-fairlead-dropped'] ?? '').not.toContain('system')
  })
})

describe('H58: counting tokens', () => {
  const count = async (bench: DialectBench, form: UpstreamForm): Promise<{ status: number; json: unknown }> => {
    const { body } = MESSAGES_CLIENT.request(UPSTREAM_MODELS[form], 'How many tokens are in this line?', false)
    const { max_tokens: _, ...counted } = body
    return await call(`${bench.gateway.origin}/v1/messages/count_tokens?beta=true`, {
      headers: MESSAGES_CLIENT.auth(bench.gateway.key),
      body: counted,
    })
  }

  it('H58: is a real count where the upstream has one, and a 404 elsewhere', async () => {
    await using bench = await startDialectBench()
    const counts: Record<string, unknown> = {}
    for (const form of FORMS) {
      const reply = await count(bench, form)
      counts[form] = reply.status === 200 ? typeof at(reply.json, 'input_tokens') : reply.status
      if (reply.status === 200) expect(at(reply.json, 'input_tokens')).toBeGreaterThan(3)
      else expect(MESSAGES_CLIENT.errorOf(reply.json).kind).toBe('not_found_error')
    }
    expect(counts).toMatchObject({
      'openai-chat': 404,
      'openai-responses': 404,
      'anthropic-messages': 'number',
      gemini: 'number',
      'vertex-gemini': 'number',
      'vertex-claude': 'number',
      'bedrock-converse': 404,
    })
  })

  it.each(['5xx(500)', 'rst@-1', '200-error', '429(retry-after,60000)'])(
    'H58: that fails (%s) again and again never touches the model’s health',
    async (fault) => {
      await using bench = await startDialectBench({ yaml: 'balancer: { limit_wait_ms: 0 }' })
      for (const form of ['anthropic-messages', 'gemini'] as const) {
        expect((await bench.ask(MESSAGES_CLIENT, form)).status).toBe(200)
        await bench.upstream.setFault(fault)
        for (let index = 0; index < 8; index += 1) expect((await count(bench, form)).status).toBeGreaterThan(399)
        await bench.upstream.setFault(undefined)
        const reply = await bench.ask(MESSAGES_CLIENT, form)
        expect([form, reply.status, reply.headers['x-fairlead-attempts']]).toEqual([form, 200, '1'])
      }
    },
  )

  it('H58: that a server does not know (404) is a 404, and the model goes on', async () => {
    await using upstream = await startCannedUpstream()
    await using gateway = await startGateway(`providers:
  - { name: a, type: anthropic, base_url: "${upstream.origin}", api_keys: [sk-up] }
models: [{ id: m, targets: [{ provider: a }] }]
health: { check: off }
`)
    const { path, body } = MESSAGES_CLIENT.request('m', 'Hi', false)
    const headers = MESSAGES_CLIENT.auth(gateway.key)
    upstream.reply = { status: 404, body: JSON.stringify({ detail: 'Not Found' }) }
    for (let index = 0; index < 12; index += 1) {
      const reply = await call(`${gateway.origin}/v1/messages/count_tokens`, { headers, body })
      expect([reply.status, MESSAGES_CLIENT.errorOf(reply.json).kind]).toEqual([404, 'not_found_error'])
    }
    const content = [{ type: 'text', text: 'Hi' }]
    const usage = { input_tokens: 1, output_tokens: 1 }
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content,
      stop_reason: 'end_turn',
      usage,
    }
    upstream.reply = { body: JSON.stringify(message) }
    const reply = await call(`${gateway.origin}${path}`, { headers, body })
    expect([reply.status, reply.headers['x-fairlead-attempts']]).toEqual([200, '1'])
  })
})

describe('H59: betas on the clouds', () => {
  // What Claude Code 2.1 sends, and some more that others do.
  const headers = {
    'anthropic-beta':
      'claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,thinking-token-count-2026-05-13,' +
      'advanced-tool-use-2025-11-20,fine-grained-tool-streaming-2025-05-14,structured-outputs-2025-11-13,effort-2025-11-24',
  }
  const tool = {
    name: 'get_weather',
    description: 'The weather of a city.',
    input_schema: { type: 'object', properties: { city: { type: 'string' } } },
    defer_loading: true,
    input_examples: [{ city: 'Paris' }],
    eager_input_streaming: true,
  }
  const extra = {
    context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
    output_config: { effort: 'high' },
    thinking: { type: 'enabled', budget_tokens: 1024 },
    max_tokens: 2_000,
    tools: [{ name: 'search', input_schema: { type: 'object' } }, tool],
    metadata: { user_id: 'user_1' },
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', scope: 'global' } }],
  }

  it.each(['bedrock-claude', 'vertex-claude', 'anthropic-messages'] as const)(
    'H59: flags and the fields that need them go to %s together, or neither does',
    async (form) => {
      await using bench = await startDialectBench()
      for (const stream of [false, true]) {
        const reply = await bench.ask(MESSAGES_CLIENT, form, { extra, headers, stream })
        expect([form, reply.status, reply.text]).toEqual([form, 200, expect.any(String)])
        const entry = bench.upstream.ledger.last
        const sent = lastBody(bench)
        const flags =
          ((sent['anthropic_beta'] as string[] | undefined) ?? []).join(',') + (entry?.headers['anthropic-beta'] ?? '')
        if (form === 'anthropic-messages') {
          expect(flags).toBe(headers['anthropic-beta'])
          expect(sent).toMatchObject({ ...extra, model: 'claude-sonnet-4-5' })
          expect(reply.headers['x-fairlead-dropped']).toBeUndefined()
          continue
        }
        expect(flags).not.toMatch(/claude-code|thinking-token-count|structured-outputs|advanced-tool-use/)
        expect(flags.includes('context-management')).toBe(sent['context_management'] !== undefined)
        const [, sentTool] = sent['tools'] as Record<string, unknown>[]
        expect(flags.includes('tool-search-tool')).toBe(sentTool?.['defer_loading'] !== undefined)
        expect(flags.includes('tool-examples')).toBe(sentTool?.['input_examples'] !== undefined)
        expect(sentTool).not.toHaveProperty('eager_input_streaming')
        expect(reply.headers['x-fairlead-dropped']).toContain('tools[1].eager_input_streaming')
        expect(JSON.stringify(sent['system'])).not.toContain('scope')
        expect(sent).not.toHaveProperty('model')
      }
    },
  )

  it.each(['openai-chat', 'openai-responses', 'gemini', 'bedrock-converse', 'vertex-gemini'] as const)(
    'H59: none of it keeps Claude Code from a model of another vendor: %s',
    async (form) => {
      await using bench = await startDialectBench()
      const { thinking: _, ...asked } = extra
      const reply = await bench.ask(MESSAGES_CLIENT, form, { extra: asked, headers })
      expect([form, reply.status, reply.text]).toEqual([form, 200, expect.any(String)])
      expect(bench.upstream.ledger.last?.headers['anthropic-beta']).toBeUndefined()
      expect(bench.upstream.ledger.last?.body.toString()).not.toMatch(/anthropic_beta|context_management|defer_loading/)
      expect(reply.headers['x-fairlead-dropped']).toContain('context_management')
    },
  )
})

describe('H100: keys of Anthropic’s clients', () => {
  it('H100: come as x-api-key or as a bearer, and never reach an upstream', async () => {
    await using bench = await startDialectBench()
    const { key } = bench.gateway
    for (const form of FORMS) {
      for (const auth of [
        { 'x-api-key': key },
        { authorization: `Bearer ${key}` },
        { 'x-api-key': key, authorization: `Bearer ${key}` },
      ]) {
        const { body } = MESSAGES_CLIENT.request(UPSTREAM_MODELS[form], 'Hello!', false)
        const headers: Record<string, string> = {
          ...auth,
          'anthropic-version': '2023-06-01',
          'anthropic-dangerous-direct-browser-access': 'true',
          'x-app': 'cli',
          'x-stainless-retry-count': '0',
          cookie: 'a=b',
        }
        const reply = await call(`${bench.gateway.origin}/v1/messages?beta=true`, { headers, body })
        expect([form, reply.status, reply.text]).toEqual([form, 200, expect.any(String)])
        const entry = bench.upstream.ledger.last
        expect(JSON.stringify(entry?.headers)).not.toContain(key)
        expect(`${entry?.path}?${entry?.query}`).not.toMatch(/beta=|key=/)
        expect(Object.keys(entry?.headers ?? {}).join()).not.toMatch(/stainless|x-app|cookie|dangerous/)
      }
    }
  })

  it('H100: that are wrong are a 401 in Anthropic’s shape', async () => {
    await using bench = await startDialectBench()
    for (const headers of [{}, { 'x-api-key': 'sk-wrong' }, { authorization: 'Bearer sk-wrong' }]) {
      const { path, body } = MESSAGES_CLIENT.request('by-anthropic', 'Hello!', false)
      const reply = await call(`${bench.gateway.origin}${path}`, { headers, body })
      expect([reply.status, MESSAGES_CLIENT.errorOf(reply.json).kind]).toEqual([401, 'authentication_error'])
    }
  })
})
