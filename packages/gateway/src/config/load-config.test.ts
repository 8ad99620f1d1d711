import { describe, expect, it } from 'vitest'
import { encodePrice } from '../billing/prices/price-text.ts'
import { makePrice } from '../billing/prices/price.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import type { Config } from './config.ts'
import { loadConfig, type LoadConfigOptions, type LoadedConfig } from './load-config.ts'

const MASTER_KEY = 'a-master-key-of-a-test'

function load(text: string | null, more: Partial<LoadConfigOptions> = {}): LoadedConfig {
  return loadConfig({ text, fileName: 'fairlead.yaml', env: {}, overrides: {}, ...more })
}

function problemsOf(text: string, more: Partial<LoadConfigOptions> = {}): readonly ConfigProblem[] {
  return errorOf(text, more).problems
}

function errorOf(text: string, more: Partial<LoadConfigOptions> = {}): ConfigError {
  try {
    load(text, more)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('The config was accepted.')
}

const OPENAI = `
providers:
  - name: openai
    type: openai
    api_keys: [sk-one]
`

describe('a config file', () => {
  it('may look as the design shows it, flow style with bare variables included', () => {
    const { config, warnings } = load(
      `server:    { host: 127.0.0.1, port: 8080, master_key: \${FAIRLEAD_MASTER_KEY}, public_url: , cors: [] }
brand:     { name: Fairlead, header_prefix: X-Fairlead, key_prefix: sk-fl-, auto_model: auto }
health:    { detail: full, interval_ms: 30000, check: connect }    # detail: full | names | status
timeouts:  { connect_ms: , first_byte_ms: , idle_ms: , total_ms: }
providers:
  - name: openai
    type: openai            # a comment with \${NOTHING}
    base_url: https://api.openai.com/v1/
    api_keys: [\${OPENAI_API_KEY}, "\${SECOND:-sk-two}"]
    weight: 1
    priority: 0
    limits: {}
models:
  - id: gpt-4o-mini
    aliases: [gpt-4o-mini-latest]
    strategy: weighted
    targets: [{ provider: openai, model: gpt-4o-mini, weight: 1, priority: 0 }]
    price: { input: 0.15, cached_input: 0.075, output: 0.60 }
    fallbacks: []
`,
      { env: { FAIRLEAD_MASTER_KEY: MASTER_KEY, OPENAI_API_KEY: 'sk-one: #{not structure}'.replaceAll(' ', '') } },
    )
    expect(warnings).toEqual([])
    expect(config.server.masterKey).toBe(MASTER_KEY)
    expect(config.timeouts).toEqual({
      connectMs: 10_000,
      firstByteMs: 60_000,
      replyMs: 300_000,
      idleMs: 120_000,
      totalMs: 1_800_000,
    })
    expect(config.providers).toEqual([
      {
        name: 'openai',
        type: 'openai',
        baseUrl: 'https://api.openai.com/v1',
        apiKeys: ['sk-one:#{notstructure}', 'sk-two'],
        weight: 1,
        priority: 0,
        limits: {},
        headers: {},
        streamUsage: true,
        maxConnections: 1024,
        healthPath: '/models',
        anyModel: false,
        vendor: 'openai',
      },
    ])
    expect(config.models).toEqual([
      {
        id: 'gpt-4o-mini',
        aliases: ['gpt-4o-mini-latest', 'gpt-4o-mini-2024-07-18'],
        strategy: 'weighted',
        targets: [{ provider: 'openai', model: 'gpt-4o-mini', weight: 1, priority: 0 }],
        price: makePrice({
          inputNanosPerMillion: 150_000_000,
          cachedInputNanosPerMillion: 75_000_000,
          outputNanosPerMillion: 600_000_000,
        }),
        priceFrom: 'config',
        fallbacks: [],
        description: expect.stringContaining('OpenAI'),
        ownedBy: 'openai',
        contextLength: 128_000,
        createdAtSeconds: Date.UTC(2024, 6, 18) / 1000,
      },
    ])
  })

  it('becomes frozen plain JSON that another process can be sent', () => {
    const { config } = load(OPENAI)
    expect(structuredClone(config)).toEqual(config)
    expect(JSON.parse(JSON.stringify(config))).toEqual(config)
    const parts: unknown[] = [config]
    for (const part of parts) {
      if (typeof part !== 'object' || part === null) continue
      expect(Object.isFrozen(part)).toBe(true)
      parts.push(...Object.values(part))
    }
  })

  it('says line, path, fault and nearest name of a mistyped key', () => {
    const error = errorOf('providers:\n  - name: openai\n    type: openai\n    base_urll: https://api.openai.com/v1\n')
    expect(error.message).toBe('fairlead.yaml:4:5  providers[0].base_urll is not a known key. Did you mean "base_url"?')
    expect(error.problems[0]).toEqual({
      line: 4,
      column: 5,
      path: 'providers[0].base_urll',
      message: 'is not a known key.',
      hint: 'Did you mean "base_url"?',
    })
  })

  it('sends a key to the section where it belongs', () => {
    expect(errorOf('server:\n  connect_ms: 3\n').message).toContain('It belongs under timeouts.')
  })

  it('is refused with all of its problems, in the order of the file', () => {
    const lines = problemsOf(`server: { port: 70000, workers: two }
providers:
  - { name: a, type: opnai }
  - { name: b, type: openai-compatible, weight: -1 }
log: { level: loud }
`).map(({ line, path }) => `${line} ${path}`)
    expect(lines).toEqual([
      '1 server.port',
      '1 server.workers',
      '3 providers[0].type',
      '4 providers[1].weight',
      '5 log.level',
    ])
  })

  it('names line and variable when a variable is not set', () => {
    const [problem] = problemsOf('server:\n  port: 1\n  master_key: ${THE_KEY}\n')
    expect(problem).toMatchObject({ line: 3, column: 15, path: 'server.master_key' })
    expect(problem?.message).toContain('THE_KEY, which is not set')
    expect(problem?.hint).toContain('${THE_KEY:-}')
  })

  it('takes a number, a switch and a list from a variable', () => {
    const text = `server: { port: \${P}, workers: \${W:-3}, drain_timeout_ms: \${NONE:-}, cors: \${C} }
balancer: { sticky: \${S} }
providers: [{ name: x, type: openai-compatible, base_url: "http://\${HOST}:\${P}/v1", api_keys: \${KEYS} }]
models: [{ id: m, description: $\${NOT} a variable }]`
    const env = { P: '9000', C: 'https://a.example,https://b.example', S: 'false', HOST: 'localhost', KEYS: '1234' }
    const { config } = load(text, { env })
    expect(config.server).toMatchObject({
      port: 9000,
      workers: 3,
      drainTimeoutMs: 600_000,
      cors: ['https://a.example', 'https://b.example'],
    })
    expect(config.balancer.sticky).toBe(false)
    expect(config.providers[0]).toMatchObject({ baseUrl: 'http://localhost:9000/v1', apiKeys: ['1234'] })
    expect(config.models[0]?.description).toBe('${NOT} a variable')
  })

  it('never shows the value of a variable or of a key in a message', () => {
    const secret = 'sk-very secret'
    const text = `server: { port: \${S}, host: "\${S}", master_key: "short-secret" }
providers: [{ name: openai, type: openai, api_keys: ["\${S}"], headers: { a: "\${S}\\n" } }]`
    const message = errorOf(text, { env: { S: secret } }).message
    expect(message).not.toContain('very secret')
    expect(message).not.toContain('short-secret')
  })

  it('points at the line of a syntax error, a double key and an unknown tag', () => {
    expect(problemsOf('server:\n  port: [1\nlog: {}\n')[0]?.line).toBe(3)
    expect(problemsOf('server:\n  port: 1\n  port: 2\n')[0]).toMatchObject({
      line: 3,
      message: 'Map keys must be unique.',
    })
    expect(problemsOf('log:\n  level: !!js/function x\n')[0]?.line).toBe(2)
    expect(problemsOf('server: {}\n---\nlog: {}\n')[0]?.line).toBe(2)
    expect(problemsOf('- a\n')[0]).toMatchObject({
      line: 1,
      message: 'The file must be a section with keys of its own, not a list.',
    })
  })

  it('stays small in memory and on the stack, whatever is nested or multiplied in it', () => {
    expect(problemsOf(`a: ${'['.repeat(100_000)}`)[0]?.message).toContain('nested')
    expect(problemsOf('- '.repeat(100_000))[0]?.message).toContain('nested')
    const bomb = ['a: &a0 [x, x]']
    for (let level = 1; level < 12; level++) bomb.push(`k${level}: &a${level} [${`*a${level - 1}, `.repeat(10)}]`)
    expect(problemsOf(bomb.join('\n'))[0]?.line).toBe(1)
  })

  const at = (field: string): string => `providers[0].${field}`
  const one = (fields: string): string => `providers: [{ name: a, ${fields} }]`
  const TYPED_CASES: readonly (readonly [what: string, text: string, path: string])[] = [
    ['a field of another type', one('type: openai, region: us-east-1'), at('region')],
    ['an unknown dialect', one('type: openai, dialects: [chatty]'), at('dialects[0]')],
    ['peculiarities of nobody', one('type: openai-compatible, base_url: "http://h/v1", quirks: grok'), at('quirks')],
    ['Azure without an address', one('type: azure-openai, api_key: x'), 'providers[0]'],
    [
      'the address of one deployment',
      one('type: azure-openai, api_key: x, base_url: "https://r.openai.azure.com/openai/deployments/d"'),
      at('base_url'),
    ],
    [
      'two styles of Azure at once',
      one('type: azure-openai, api_key: x, api_version: 2024-10-21, base_url: "https://r.openai.azure.com/openai/v1"'),
      at('api_version'),
    ],
    ['Vertex without a project', one('type: vertex'), 'providers[0]'],
    ['a location that is none', one('type: vertex, project: p, location: "us central"'), at('location')],
    ['credentials that are no service account', one('type: vertex, credentials: "{}"'), at('credentials')],
    ['a missing credentials file', one('type: vertex, credentials_file: none.json'), at('credentials_file')],
    ['a service account as a key', one('type: vertex, api_key: "{a}"'), at('api_key')],
    ['Bedrock without a region', one('type: bedrock, api_key: x'), 'providers[0]'],
    ['half a key pair', one('type: bedrock, region: us-east-1, access_key_id: x'), at('access_key_id')],
  ]
  const CASES: readonly (readonly [what: string, text: string, path: string])[] = [
    ['a short master key', 'server: { master_key: short }', 'server.master_key'],
    ['an origin with a path', 'server: { cors: [https://a.example/x] }', 'server.cors[0]'],
    ['a proxy range that is none', 'server: { trusted_proxies: [10.0.0.0/33] }', 'server.trusted_proxies[0]'],
    ['a header prefix that is no token', 'brand: { header_prefix: "X Fairlead" }', 'brand.header_prefix'],
    ['a key prefix with a dot', 'brand: { key_prefix: sk.fl }', 'brand.key_prefix'],
    [
      'two providers of one name',
      'providers: [{ name: a, type: simulator }, { name: a, type: simulator }]',
      'providers[1].name',
    ],
    ['a compatible provider without address', 'providers: [{ name: a, type: openai-compatible }]', 'providers[0]'],
    [
      'an address that is none',
      'providers: [{ name: a, type: openai, base_url: "api.openai.com" }]',
      'providers[0].base_url',
    ],
    [
      'an address with a query',
      'providers: [{ name: a, type: openai, base_url: "https://x/v1?a=1" }]',
      'providers[0].base_url',
    ],
    [
      'the address of an endpoint',
      'providers: [{ name: a, type: openai, base_url: "https://x/v1/chat/completions" }]',
      'providers[0].base_url',
    ],
    ['a header of ours', 'providers: [{ name: a, type: openai, headers: { Host: x } }]', 'providers[0].headers.Host'],
    ['a negative weight', 'providers: [{ name: a, type: simulator, weight: -1 }]', 'providers[0].weight'],
    ['a missing certificate file', 'providers: [{ name: a, type: openai, ca_file: none.pem }]', 'providers[0].ca_file'],
    ['two models of one id', `${OPENAI}models: [{ id: m }, { id: m }]`, 'models[1].id'],
    [
      'one alias of two models',
      `${OPENAI}models: [{ id: m, aliases: [x] }, { id: n, aliases: [x] }]`,
      'models[1].aliases[0]',
    ],
    [
      'a target that leads nowhere',
      `${OPENAI}models: [{ id: m, targets: [{ provider: opnai }] }]`,
      'models[0].targets[0].provider',
    ],
    [
      'weights that are all 0',
      `${OPENAI}models: [{ id: m, targets: [{ provider: openai, weight: 0 }] }]`,
      'models[0].targets',
    ],
    ['a fallback that leads nowhere', `${OPENAI}models: [{ id: m, fallbacks: [n] }]`, 'models[0].fallbacks[0]'],
    [
      'a star without its partner',
      `${OPENAI}models: [{ id: m, targets: [{ provider: openai, model: "*" }] }]`,
      'models[0].targets[0].model',
    ],
    [
      'a price of a tenth of a nano-dollar',
      `${OPENAI}models: [{ id: m, price: { input: 1e-10, output: 1 } }]`,
      'models[0].price.input',
    ],
    ['a price without output', `${OPENAI}models: [{ id: m, price: { input: 1 } }]`, 'models[0].price.output'],
    [
      'a model that nobody serves',
      'providers: [{ name: a, type: simulator }, { name: b, type: simulator }]\nmodels: [{ id: m }]',
      'models[0]',
    ],
    ['a blank entry of a list', 'providers:\n  -\n', 'providers[0]'],
    ...TYPED_CASES,
  ]
  it.each(CASES)('is refused for %s', (_, text, path) => {
    const problems = problemsOf(text)
    expect(problems.map((problem) => problem.path)).toEqual([path])
    expect(problems[0]?.line).toBeGreaterThan(0)
  })
})

describe('providers of a file', () => {
  const providersOf = (text: string, more: Partial<LoadConfigOptions> = {}) => load(text, more).config.providers
  const SERVICE_ACCOUNT = JSON.stringify({
    type: 'service_account',
    project_id: 'its-own',
    client_email: 'x@its-own.iam.gserviceaccount.com',
    private_key: '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n',
  })

  it('have the addresses of their vendors, with and without the version that SDKs leave out', () => {
    const providers = providersOf(`providers:
  - { name: a, type: anthropic, api_key: x }
  - { name: b, type: anthropic, api_key: x, base_url: "https://r.services.ai.azure.com/anthropic/", anthropic_version: 2026-10-21 }
  - { name: c, type: gemini, api_key: x, base_url: "http://127.0.0.1:9" }
  - { name: d, type: azure-openai, api_key: x, base_url: "https://r.openai.azure.com/openai/v1/" }
  - { name: e, type: azure-openai, api_key: x, base_url: "https://r.openai.azure.com", api_version: 2024-10-21 }
  - { name: f, type: vertex, project: p, location: eu }
  - { name: g, type: bedrock, base_url: "https://bedrock-runtime.us-west-2.amazonaws.com", api_key: x }
`)
    expect(providers.map(({ baseUrl }) => baseUrl)).toEqual([
      'https://api.anthropic.com/v1',
      'https://r.services.ai.azure.com/anthropic/v1',
      'http://127.0.0.1:9/v1beta',
      'https://r.openai.azure.com',
      'https://r.openai.azure.com',
      'https://aiplatform.eu.rep.googleapis.com',
      'https://bedrock-runtime.us-west-2.amazonaws.com',
    ])
    expect(providers.map(({ vendor }) => vendor)).toEqual([
      'anthropic',
      'anthropic',
      'google',
      undefined,
      undefined,
      'google',
      undefined,
    ])
    expect(providers[1]).toMatchObject({ anthropicVersion: '2026-10-21' })
    expect(providers[4]).toMatchObject({ apiVersion: '2024-10-21' })
    expect(providers[6]).toMatchObject({ region: 'us-west-2' })
  })

  it('have a service account as their secret, from a file or a variable', () => {
    const text =
      'providers: [{ name: a, type: vertex, credentials: "${SA}" }, { name: b, type: vertex, credentials_file: sa.json, project: p }]'
    const providers = providersOf(text, { env: { SA: SERVICE_ACCOUNT }, readFile: () => SERVICE_ACCOUNT })
    expect(providers.map(({ project, location, apiKeys }) => [project, location, apiKeys])).toEqual([
      ['its-own', 'global', [SERVICE_ACCOUNT]],
      ['p', 'global', [SERVICE_ACCOUNT]],
    ])
    expect(() => load(text, { env: { SA: SERVICE_ACCOUNT }, readFile: () => '{"type":"authorized_user"}' })).toThrow(
      'fairlead.yaml:1:',
    )
  })

  it('have a key pair as their secret, or the bearer keys, or the places where AWS looks', () => {
    const providers = providersOf(`providers:
  - { name: a, type: bedrock, region: us-east-1, access_key_id: AKIA, secret_access_key: s, session_token: t }
  - { name: b, type: bedrock, region: us-east-1, api_keys: [one, two] }
  - { name: c, type: bedrock, region: cn-north-1 }
`)
    expect(providers.map(({ apiKeys }) => apiKeys)).toEqual([
      ['{"accessKeyId":"AKIA","secretAccessKey":"s","sessionToken":"t"}'],
      ['one', 'two'],
      [''],
    ])
    expect(providers[2]?.baseUrl).toBe('https://bedrock-runtime.cn-north-1.amazonaws.com.cn')
  })

  it('take the peculiarities and dialects of the vendor at their address, unless they say otherwise', () => {
    const providers = providersOf(`providers:
  - { name: a, type: openai-compatible, base_url: "https://api.mistral.ai/v1", api_key: x }
  - { name: b, type: openai-compatible, base_url: "https://openrouter.ai/api/v1", api_key: x, dialects: [chat, chat] }
  - { name: c, type: openai-compatible, base_url: "http://gpu:8000/v1", quirks: vllm, dialects: [responses, messages] }
  - { name: d, type: openai-compatible, base_url: "http://gpu:8001/v1" }
`)
    expect(providers.map(({ quirks, dialects, streamUsage }) => [quirks, dialects, streamUsage])).toEqual([
      ['mistral', undefined, false],
      ['openrouter', ['openai-chat'], true],
      ['vllm', ['openai-responses', 'anthropic-messages'], true],
      [undefined, undefined, true],
    ])
  })
})

describe('models', () => {
  it('are the catalogue of the vendor when the file lists none, and any other id goes through', () => {
    const { config } = load(OPENAI)
    expect(config.providers[0]?.anyModel).toBe(true)
    expect(config.models.find((model) => model.id === 'gpt-4o')).toMatchObject({
      targets: [{ provider: 'openai', model: 'gpt-4o' }],
      ownedBy: 'openai',
      contextLength: 128_000,
    })
    expect(config.models.every((model) => model.ownedBy === 'openai')).toBe(true)
  })

  it('know the vendor of a compatible provider by its address', () => {
    const { config } = load(
      'providers: [{ name: ds, type: openai-compatible, base_url: https://api.deepseek.com/v1, api_key: x }]',
    )
    expect(config.models.map((model) => model.id)).toContain('deepseek-chat')
  })

  it('take their targets from the providers that list them', () => {
    const { config } = load(`providers:
  - { name: one, type: openai-compatible, base_url: http://127.0.0.1:1/v1, models: [llama, qwen] }
  - { name: two, type: openai-compatible, base_url: http://127.0.0.1:2/v1, models: [llama], priority: 1 }
`)
    expect(config.models.map(({ id, targets }) => [id, targets.map((target) => target.provider)])).toEqual([
      ['llama', ['one', 'two']],
      ['qwen', ['one']],
    ])
    expect(config.providers.map((provider) => provider.anyModel)).toEqual([false, false])
    expect(config.models[0]).toMatchObject({ ownedBy: 'custom', description: 'llama, served through this gateway.' })
  })

  it('reach the vendor under its own spelling, and the client under every other', () => {
    const { config } =
      load(`providers: [{ name: claude, type: openai-compatible, base_url: https://api.anthropic.com/v1, api_key: x }]
models: [{ id: claude-sonnet-4.5 }, { id: claude-3-5-sonnet-20241022 }]`)
    expect(config.models[0]?.targets[0]?.model).toBe('claude-sonnet-4-5')
    expect(config.models[0]?.aliases).toContain('claude-sonnet-4-5')
    expect(config.models[1]?.aliases).toContain('claude-3-5-sonnet')
  })

  it('keep an alias of the operator from being the spelling of another model', () => {
    const { config } = load(`${OPENAI}models: [{ id: gpt-4o-mini }, { id: m, aliases: [gpt-4o-mini-2024-07-18] }]`)
    expect(config.models[0]?.aliases).toEqual([])
  })

  it('drop a fallback to themselves and one named twice, and follow aliases', () => {
    const { config } = load(
      `${OPENAI}models: [{ id: a, fallbacks: [a, bee, b, a] }, { id: b, aliases: [bee], fallbacks: [a] }]`,
    )
    expect(config.models.map((model) => model.fallbacks)).toEqual([['b'], ['a']])
  })

  it('may be wildcards, whose star stands for the same text in the target', () => {
    const { config } = load(
      `${OPENAI}models: [{ id: "openai/*", targets: [{ provider: openai }] }, { id: m, fallbacks: [openai/gpt-4o] }]`,
    )
    expect(config.models[0]).toMatchObject({ id: 'openai/*', targets: [{ model: '*' }], ownedBy: 'openai' })
    expect(config.models[0]?.price).toBeUndefined()
  })

  it('cost a cached token as much as any other when only two prices are given', () => {
    const { config } = load(`${OPENAI}models: [{ id: m, price: { input: "0.07", output: 1 } }]`)
    expect(config.models[0]?.price).toEqual(
      makePrice({ inputNanosPerMillion: 70_000_000, outputNanosPerMillion: 1_000_000_000 }),
    )
    expect(config.models[0]?.price?.cachedInputNanosPerMillion).toBe(70_000_000)
  })

  it('have every class of a price, and what a target costs apart from it', () => {
    const { config } = load(`${OPENAI}models:
  - id: m
    targets:
      - { provider: openai, price: { input: 1, output: 2 } }
    price:
      input: 3
      cached_input: 0.3
      cache_write_5m: 3.75
      cache_write_1h: 6
      output: 15
      reasoning: 16
      audio_input: 4
      audio_output: 20
      image_input: 5
      image_output: 30
      per_call: 0.001
      per_image: 0.04
      per_web_search: 0.01
      tiers:
        - { above_input_tokens: 200000, input: 6, cached_input: 0.6, cache_write_5m: 7.5, cache_write_1h: 12, output: 22.5, audio_output: 22.5, image_output: 30 }
      service_tiers: { flex: 0.5, Priority: "1.75" }
`)
    const [model] = config.models
    expect(model?.price && encodePrice(model.price)).toBe(
      'i3000000000c300000000w3750000000h6000000000a4000000000v5000000000o15000000000r16000000000b20000000000x30000000000p1000000q40000000s10000000;' +
        't200000i6000000000c600000000w7500000000h12000000000o22500000000x30000000000;sflex=500000;spriority=1750000',
    )
    expect(model?.targets[0]?.price && encodePrice(model.targets[0].price)).toBe('i1000000000o2000000000')
  })

  it.each([
    ['price: { input: 1, output: 1, cashed_input: 1 }', 'fairlead.yaml:6:', 'Did you mean "cached_input"?'],
    ['price: { input: 1 }', 'models[0].price.output is missing', ''],
    ['price: { input: 1, output: 1, tiers: [{ input: 2, output: 2 }] }', 'tiers[0].above_input_tokens is missing', ''],
    [
      'price: { input: 2, output: 1, tiers: [{ above_input_tokens: 10, input: 1, output: 1 }] }',
      'tiers[0].input is less above 10',
      '',
    ],
    ['price: { input: 1, output: 1, service_tiers: { flex: -1 } }', 'service_tiers.flex is not a multiple', ''],
    ['price: { input: 1, output: 1, service_tiers: { default: 1 } }', 'service_tiers.default is the usual tier', ''],
    ['targets: [{ provider: openai, price: { input: 1, output: x } }]', 'targets[0].price.output is not a price', ''],
  ])('are refused with %s', (fields, ...messages) => {
    const text = errorOf(`${OPENAI}models: [{ id: m, ${fields} }]`).message
    for (const message of messages) expect(text).toContain(message)
  })
})

describe('without a file', () => {
  const ids = (config: Config): string[] => config.models.map((model) => model.id)

  it('the simulator answers for every id of the seeds', () => {
    const { config, notices } = load(null)
    expect(config.providers).toMatchObject([{ name: 'simulator', type: 'simulator', baseUrl: '', apiKeys: [''] }])
    expect(ids(config)).toContain('claude-sonnet-4.5')
    expect(ids(config)).toContain('omni-moderation-latest')
    expect(config.models.every((model) => model.description !== '' && model.ownedBy !== 'custom')).toBe(true)
    expect(notices[0]).toContain('simulator')
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 8080, workers: 1, masterKey: '' })
  })

  it('keys in the environment switch their providers on, with the models of the vendor', () => {
    const env = {
      OPENAI_API_KEY: 'sk-x\n',
      ANTHROPIC_API_KEY: 'a',
      GEMINI_API_KEY: 'g',
      MISTRAL_API_KEY: 'm',
    }
    const { config, notices } = load(null, { env })
    expect(config.providers.map(({ name, type, apiKeys, anyModel }) => [name, type, apiKeys, anyModel])).toEqual([
      ['openai', 'openai', ['sk-x'], true],
      ['anthropic', 'anthropic', ['a'], true],
      ['gemini', 'gemini', ['g'], true],
      ['mistral', 'openai-compatible', ['m'], true],
    ])
    expect(config.providers[3]).toMatchObject({ quirks: 'mistral', streamUsage: false })
    expect(config.models.find((model) => model.id === 'claude-haiku-4-5')?.aliases).toContain('claude-haiku-4.5')
    expect(notices[1]).toBe('anthropic, from ANTHROPIC_API_KEY')
  })

  it('the variables of the clouds switch them on, each with its place', () => {
    const env = {
      AZURE_OPENAI_API_KEY: 'az',
      AZURE_OPENAI_ENDPOINT: 'https://r.openai.azure.com/',
      GOOGLE_APPLICATION_CREDENTIALS: '/keys/google.json',
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'eu-west-1',
    }
    const { config, warnings } = load(null, { env, readFile: () => '{"project_id":"its-own"}' })
    expect(warnings).toEqual([])
    expect(config.providers).toMatchObject([
      { name: 'azure', type: 'azure-openai', baseUrl: 'https://r.openai.azure.com', apiKeys: ['az'] },
      {
        name: 'vertex',
        type: 'vertex',
        baseUrl: 'https://aiplatform.googleapis.com',
        project: 'its-own',
        location: 'global',
        apiKeys: [''],
      },
      {
        name: 'bedrock',
        type: 'bedrock',
        baseUrl: 'https://bedrock-runtime.eu-west-1.amazonaws.com',
        region: 'eu-west-1',
        apiKeys: ['{"accessKeyId":"AKIA","secretAccessKey":"secret"}'],
      },
    ])
    expect(load(null, { env: { AWS_BEARER_TOKEN_BEDROCK: 'b' } }).config.providers[0]).toMatchObject({
      baseUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com',
      apiKeys: ['b'],
    })
  })

  it('a cloud whose place is not known stays off, and says which variable is missing', () => {
    const env = { AWS_PROFILE: 'p', GOOGLE_APPLICATION_CREDENTIALS: 'none.json', AZURE_OPENAI_API_KEY: 'x' }
    const { config, warnings } = load(null, { env })
    expect(config.providers.map(({ type }) => type)).toEqual(['simulator'])
    expect(warnings.join('\n')).toMatch(/AZURE_OPENAI_ENDPOINT[^]*GOOGLE_CLOUD_PROJECT[^]*AWS_REGION/)
  })

  it('a provider that lists its models is believed', () => {
    const { config } = load(null, {
      env: { GROQ_API_KEY: 'g', OPENAI_API_KEY: 'o' },
      discovered: { groq: ['llama-x'], openai: ['gpt-4o', 'gpt-next'] },
    })
    expect(ids(config)).toEqual(['gpt-4o', 'gpt-next', 'llama-x'])
    expect(config.models[1]).toMatchObject({ ownedBy: 'custom', description: 'gpt-next, served through this gateway.' })
  })

  it('does not take its own address or its own key for a provider', () => {
    expect(
      load(null, { env: { OPENAI_API_KEY: 'x', OPENAI_BASE_URL: 'http://127.0.0.1:8080/v1' } }).config.providers[0]
        ?.type,
    ).toBe('simulator')
    const { config, warnings } = load(null, { env: { OPENAI_API_KEY: 'sk-fl-abc' } })
    expect(config.providers[0]?.type).toBe('simulator')
    expect(warnings[0]).toContain('a key of this gateway')
  })

  it('takes another OPENAI_BASE_URL for a server with models of its own', () => {
    const { config } = load(null, { env: { OPENAI_API_KEY: 'x', OPENAI_BASE_URL: 'http://127.0.0.1:9000/v1/' } })
    expect(config.providers[0]).toMatchObject({
      name: 'openai',
      type: 'openai-compatible',
      baseUrl: 'http://127.0.0.1:9000/v1',
      anyModel: true,
    })
    expect(config.models).toEqual([])
  })

  it('lets flags and the environment win over the file', () => {
    const overrides = { host: '0.0.0.0', port: 1, workers: 2, logLevel: 'debug' } as const
    const { config } = load('server: { port: 2, workers: 3 }\nlog: { level: error }', {
      overrides,
      env: { FAIRLEAD_MASTER_KEY: MASTER_KEY },
    })
    expect(config.server).toMatchObject({ host: '0.0.0.0', port: 1, workers: 2, masterKey: MASTER_KEY })
    expect(config.log.level).toBe('debug')
    expect(
      load('server: { master_key: "" }', { env: { FAIRLEAD_MASTER_KEY: MASTER_KEY } }).config.server.masterKey,
    ).toBe('')
  })
})
