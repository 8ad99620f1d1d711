// Hard cases of what stands where in a request (H72 to H74, H98, H99), against a whole gateway.

import { call } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { startCannedUpstream, type CannedUpstream } from './support/canned-upstream.ts'
import { startDialectBench, UPSTREAM_DIALECTS, UPSTREAM_MODELS } from './support/dialect-bench.ts'
import {
  at,
  CHAT_CLIENT,
  CLIENTS,
  GEMINI_ARRAY_CLIENT,
  GEMINI_CLIENT,
  MESSAGES_CLIENT,
  RESPONSES_CLIENT,
  type Client,
} from './support/dialect-clients.ts'
import { startGateway, type TestGateway } from './support/gateway.ts'

/** One provider of each client dialect at one address, model ids named after the client. */
async function sameDialects({ origin, url }: CannedUpstream): Promise<TestGateway> {
  return await startGateway(`providers:
  - { name: c, type: openai-compatible, base_url: "${url}", api_keys: [sk-up], dialects: [chat, responses] }
  - { name: a, type: anthropic, base_url: "${origin}", api_keys: [sk-up] }
  - { name: g, type: gemini, base_url: "${origin}", api_keys: [sk-up] }
models:
  - { id: openai-chat, targets: [{ provider: c, model: up }] }
  - { id: openai-responses, targets: [{ provider: c, model: up }] }
  - { id: anthropic-messages, targets: [{ provider: a, model: up }] }
  - { id: gemini, targets: [{ provider: g, model: up }] }
health: { check: off }
`)
}

// White space, order, spellings and numbers that no parser would give back.
const ODD = '"x_zeta" : {"b":1.0,"a":[1e400, 12345678901234567890,-0.10],"é":"\\u00e9\\ud83d"},\n "x_alpha":null'

const BODIES: Readonly<Record<string, string>> = {
  'openai-chat': `{${ODD}, "messages":[{"x_in":1.0,"content":"Hi","role":"user"}], "model":"openai-chat"}`,
  'openai-responses': `{${ODD}, "input":[{"x_in":1.0,"content":"Hi","role":"user"}], "model":"openai-responses"}`,
  'anthropic-messages': `{"max_tokens":9,${ODD}, "messages":[{"x_in":1.0,"content":"Hi","role":"user"}], "model":"anthropic-messages"}`,
  gemini: `{${ODD}, "contents":[{"x_in":1.0,"parts":[{"text":"Hi"}],"role":"user"}]}`,
}

const REPLIES: Readonly<Record<string, string>> = {
  'openai-chat': `{${ODD},"choices":[{"x_in":1.0,"index":0,"message":{"content":"Hi","role":"assistant","x_own":[]},"finish_reason":"stop"}],"model":"up"}`,
  'openai-responses': `{${ODD},"object":"response","status":"completed","output":[{"x_in":1.0,"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi","x_own":[]}]}],"model":"up"}`,
  'anthropic-messages': `{${ODD},"type":"message","role":"assistant","content":[{"x_in":1.0,"type":"text","text":"Hi"}],"stop_reason":"end_turn","model":"up","usage":{"input_tokens":1,"output_tokens":1,"x_own":2}}`,
  gemini: `{${ODD},"candidates":[{"x_in":1.0,"content":{"parts":[{"text":"Hi","x_own":[]}],"role":"model"},"finishReason":"STOP"}],"modelVersion":"up"}`,
}

describe('H72: fields that nobody knows', () => {
  it.each(CLIENTS)('H72: pass untouched both ways where the upstream speaks $name too', async (client) => {
    const reply = REPLIES[client.name] ?? ''
    await using upstream = await startCannedUpstream({ body: reply })
    await using gateway = await sameDialects(upstream)
    const body = BODIES[client.name] ?? ''
    const { path } = client.request(client.name, 'Hi', false)
    const answer = await call(`${gateway.origin}${path}`, {
      headers: { ...client.auth(gateway.key), 'content-type': 'application/json' },
      body,
    })
    expect(answer.status).toBe(200)
    expect(upstream.seen.at(-1)?.body).toBe(body.replace(`"${client.name}"`, '"up"'))
    const passed = reply.replace('"up"', `"${client.name}"`)
    // What a reply of the Responses API must have, and this server left out, is put in front.
    if (client.name === 'openai-responses') expect(answer.text.endsWith(passed.slice(1))).toBe(true)
    else expect(answer.text).toBe(passed)
    expect(answer.headers['x-fairlead-dropped']).toBeUndefined()
  })

  it('H72: pass untouched in streams as well', async () => {
    await using upstream = await startCannedUpstream()
    await using gateway = await sameDialects(upstream)
    const chunk = `{${ODD},"object":"chat.completion.chunk","model":"up","choices":[{"x_in":1.0,"index":0,"delta":{"content":"Hi","x_own":[]},"finish_reason":"stop"}]}`
    upstream.reply = {
      headers: { 'content-type': 'text/event-stream' },
      body: `data: ${chunk.replaceAll('\n', '')}\n\ndata: [DONE]\n\n`,
    }
    const { path, body } = CHAT_CLIENT.request('openai-chat', 'Hi', true)
    const answer = await call(`${gateway.origin}${path}`, { headers: CHAT_CLIENT.auth(gateway.key), body })
    expect(answer.events[0]?.data).toBe(chunk.replaceAll('\n', '').replace('"up"', '"openai-chat"'))
  })

  it('H72: are left out for upstreams of another dialect, and named', async () => {
    await using bench = await startDialectBench()
    for (const client of CLIENTS) {
      for (const form of UPSTREAM_DIALECTS) {
        if (form === client.name) continue
        const reply = await bench.ask(client, form, { extra: { xzeta: { a: 1 }, xalpha: 'y' } })
        expect([client.name, form, reply.status, reply.text]).toEqual([client.name, form, 200, expect.any(String)])
        expect(reply.headers['x-fairlead-dropped']).toMatch(/xzeta.*xalpha/)
        expect(bench.upstream.ledger.last?.body.toString()).not.toMatch(/xzeta|xalpha/)
      }
    }
  })
})

describe('H73: null where a field is optional', () => {
  const NULLS: Readonly<Record<string, Record<string, unknown>>> = {
    'openai-chat': {
      tools: null,
      stop: null,
      temperature: null,
      response_format: null,
      stream_options: null,
      user: null,
      n: null,
      seed: null,
    },
    'openai-responses': {
      tools: null,
      instructions: null,
      temperature: null,
      text: null,
      reasoning: null,
      metadata: null,
      include: null,
    },
    'anthropic-messages': {
      tools: null,
      system: null,
      stop_sequences: null,
      temperature: null,
      thinking: null,
      metadata: null,
    },
    gemini: { tools: null, systemInstruction: null, generationConfig: null, toolConfig: null, safetySettings: null },
  }

  it.each(CLIENTS)('H73: is the same as absent, and empty tools are no tools: $name', async (client) => {
    await using bench = await startDialectBench()
    for (const form of UPSTREAM_DIALECTS) {
      if (form === client.name) continue
      for (const extra of [NULLS[client.name] ?? {}, { tools: [] }]) {
        const reply = await bench.ask(client, form, { extra })
        expect([form, reply.status, reply.text]).toEqual([form, 200, expect.stringContaining('You said')])
        expect(bench.upstream.ledger.last?.body.toString()).not.toMatch(/"tools"|"toolConfig"|"tool_choice"/)
      }
    }
  })
})

describe('H74: a body of the other OpenAI API', () => {
  it('H74: Responses on the chat path (Cursor), and messages on the Responses path, with every upstream', async () => {
    await using bench = await startDialectBench()
    const swapped = (path: Client, body: Client): Client => ({
      ...path,
      request: (model, text, stream) => ({
        path: path.request(model, text, stream).path,
        body: body.request(model, text, stream).body,
      }),
    })
    for (const form of UPSTREAM_DIALECTS) {
      for (const client of [swapped(CHAT_CLIENT, RESPONSES_CLIENT), swapped(RESPONSES_CLIENT, CHAT_CLIENT)]) {
        const whole = await bench.ask(client, form)
        expect([form, client.name, whole.status, whole.text]).toEqual([form, client.name, 200, expect.any(String)])
        expect(client.textOf(whole.json)).toBe('You said: Hello!')
        const streamed = await bench.ask(client, form, { stream: true })
        expect([form, client.name, client.streamedText(streamed)]).toEqual([form, client.name, 'You said: Hello!'])
        expect(client.endedWell(streamed)).toBe(true)
      }
    }
  })
})

describe('H98: the name of the model', () => {
  it('H98: may stand in the path, with slashes, colons and escapes in it', async () => {
    await using bench = await startDialectBench()
    const { origin } = bench.gateway
    const url = bench.upstream.url
    await using gateway = await startGateway(`providers:
  - { name: c, type: openai-compatible, base_url: "${url}", api_keys: [sk-up] }
models:
  - { id: "openai/gpt-4o", targets: [{ provider: c, model: some-model }] }
  - { id: "llama3:8b", targets: [{ provider: c, model: some-model }] }
  - { id: tunedModels/mine, targets: [{ provider: c, model: some-model }] }
health: { check: off }
`)
    const { body } = GEMINI_CLIENT.request('x', 'Hi', false)
    for (const path of [
      '/v1beta/models/openai/gpt-4o:generateContent',
      '/v1beta/models/openai%2Fgpt-4o:generateContent',
      '/v1/models/llama3:8b:generateContent',
      '/v1beta/models/llama3%3A8b:generateContent',
      '/v1beta/tunedModels/mine:generateContent',
    ]) {
      const reply = await call(`${gateway.origin}${path}`, { headers: GEMINI_CLIENT.auth(gateway.key), body })
      expect([path, reply.status, reply.text]).toEqual([path, 200, expect.stringContaining('You said: Hi')])
    }
    const reply = await call(`${origin}/v1beta/models/by-gemini:generateContent`, {
      headers: GEMINI_CLIENT.auth(bench.gateway.key),
      body: { ...body, model: 'models/something-else' },
    })
    expect(reply.status).toBe(200)
    expect(bench.upstream.ledger.last?.path).toContain('gemini-2.5-flash')
  })

  it('H98: reaches the upstream where that wants it: ARNs escaped, deployments and tuned models in the path', async () => {
    await using upstream = await startCannedUpstream({ status: 404, body: '{}' })
    const { origin } = upstream
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0'
    await using gateway = await startGateway(`providers:
  - { name: b, type: bedrock, base_url: "${origin}", region: us-east-1, api_keys: [sk-up] }
  - { name: az, type: azure-openai, base_url: "${origin}", api_keys: [sk-up], api_version: "2024-10-21" }
  - { name: az1, type: azure-openai, base_url: "${origin}", api_keys: [sk-up] }
  - { name: g, type: gemini, base_url: "${origin}", api_keys: [sk-up] }
  - { name: v, type: vertex, base_url: "${origin}", project: p, location: us-east5, api_keys: [AIza-up] }
models:
  - { id: arn, targets: [{ provider: b, model: "${arn}" }] }
  - { id: deployment, targets: [{ provider: az, model: my/gpt:4 }] }
  - { id: named, targets: [{ provider: az1, model: my-gpt }] }
  - { id: tuned, targets: [{ provider: g, model: tunedModels/mine }] }
  - { id: endpoint, targets: [{ provider: v, model: projects/1/locations/us-east5/endpoints/77 }] }
health: { check: off }
balancer: { breaker: { open_ms: 1 } }
`)
    const paths: Record<string, string | undefined> = {}
    for (const model of ['arn', 'deployment', 'named', 'tuned', 'endpoint']) {
      const { path, body } = MESSAGES_CLIENT.request(model, 'Hi', false)
      await call(`${gateway.origin}${path}`, { headers: MESSAGES_CLIENT.auth(gateway.key), body })
      paths[model] = upstream.seen.at(-1)?.path
    }
    expect(paths).toEqual({
      arn: `/model/${encodeURIComponent(arn)}/converse`,
      deployment: '/openai/deployments/my%2Fgpt%3A4/chat/completions?api-version=2024-10-21',
      named: '/openai/v1/chat/completions',
      tuned: '/v1beta/tunedModels/mine:generateContent',
      endpoint: '/v1/projects/1/locations/us-east5/endpoints/77:generateContent',
    })
    expect(at(JSON.parse(upstream.seen[2]?.body ?? ''), 'model')).toBe('my-gpt')
  })
})

describe('H99: what Google’s clients send', () => {
  const say = { parts: [{ text: 'Hi' }] }
  const bodies: readonly (readonly [string, Record<string, unknown>])[] = [
    [
      'camelCase',
      {
        contents: [{ role: 'user', ...say }],
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
        generationConfig: { maxOutputTokens: 77, topP: 0.5 },
      },
    ],
    [
      'snake_case',
      {
        contents: [{ role: 'user', ...say }],
        system_instruction: { parts: [{ text: 'Be brief.' }] },
        generation_config: { max_output_tokens: 77, top_p: 0.5 },
      },
    ],
    [
      'no role',
      {
        contents: [say],
        systemInstruction: { parts: { text: 'Be brief.' } },
        generationConfig: { maxOutputTokens: 77, topP: 0.5 },
      },
    ],
    [
      'one content',
      { contents: say, system_instruction: 'Be brief.', generationConfig: { max_output_tokens: 77, top_p: 0.5 } },
    ],
  ]

  it.each(bodies)('H99: %s means the same to every upstream', async (_, body) => {
    await using bench = await startDialectBench()
    for (const form of UPSTREAM_DIALECTS) {
      if (form === 'gemini') continue
      const reply = await call(`${bench.gateway.origin}/v1beta/models/${UPSTREAM_MODELS[form]}:generateContent`, {
        headers: GEMINI_CLIENT.auth(bench.gateway.key),
        body,
      })
      expect([form, reply.status, reply.text]).toEqual([form, 200, expect.stringContaining('You said: Hi')])
      const sent = bench.upstream.ledger.last?.body.toString()
      expect(sent).toContain('Be brief.')
      expect(sent).toContain('77')
      expect(sent).toContain('0.5')
    }
  })

  it('H99: the key may stand in the query or in either header, and goes no further', async () => {
    await using bench = await startDialectBench()
    const { origin, key } = bench.gateway
    const { body } = GEMINI_CLIENT.request('x', 'Hi', false)
    for (const form of UPSTREAM_DIALECTS) {
      const base = `${origin}/v1beta/models/${UPSTREAM_MODELS[form]}:generateContent`
      for (const reply of [
        await call(`${base}?key=${key}`, { body }),
        await call(base, { headers: { 'x-goog-api-key': key }, body }),
        await call(base, { headers: { authorization: `Bearer ${key}` }, body }),
      ]) {
        expect([form, reply.status, reply.text]).toEqual([form, 200, expect.any(String)])
        const entry = bench.upstream.ledger.last
        expect(`${JSON.stringify(entry?.headers)}${entry?.path}${entry?.query}`).not.toContain(key)
      }
    }
    const refused = await call(`${origin}/v1beta/models/by-gemini:generateContent?key=wrong`, { body })
    expect([refused.status, GEMINI_CLIENT.errorOf(refused.json).kind]).toEqual([401, 'UNAUTHENTICATED'])
  })

  it('H99: without alt=sse the stream is one JSON array, whatever the upstream speaks', async () => {
    await using bench = await startDialectBench()
    for (const form of UPSTREAM_DIALECTS) {
      const reply = await bench.ask(GEMINI_ARRAY_CLIENT, form, { stream: true })
      expect(reply.headers['content-type']).toContain('application/json')
      expect(GEMINI_ARRAY_CLIENT.streamedText(reply)).toBe('You said: Hello!')
      expect(GEMINI_ARRAY_CLIENT.endedWell(reply)).toBe(true)
    }
  })
})
