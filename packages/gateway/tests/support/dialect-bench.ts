// One fake provider behind one gateway, reached through every provider type and in every dialect: for tests of what a
// client of one dialect sees when the upstream of another one does something odd.

import { call, startFakeProvider, type CallReply, type FakeUpstream, type FakeUpstreamOptions } from '@fairlead/testkit'
import { generateKeyPairSync } from 'node:crypto'
import type { Client } from './dialect-clients.ts'
import { startGateway, type TestGateway } from './gateway.ts'

/** Public ids; behind each of them is another provider type, and so another dialect. */
export const UPSTREAM_MODELS = {
  'openai-chat': 'by-compatible',
  'openai-responses': 'by-responses',
  'anthropic-messages': 'by-anthropic',
  gemini: 'by-gemini',
  'bedrock-converse': 'by-bedrock',
  'vertex-gemini': 'by-vertex',
  'vertex-claude': 'by-vertex-claude',
  'bedrock-claude': 'by-bedrock-claude',
} as const

export type UpstreamForm = keyof typeof UPSTREAM_MODELS

/** What upstreams speak, one of each dialect. */
export const UPSTREAM_DIALECTS = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
  'bedrock-converse',
] as const satisfies readonly UpstreamForm[]

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

function serviceAccount(origin: string): string {
  return JSON.stringify({
    type: 'service_account',
    project_id: 'p',
    private_key_id: 'key-1',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: 'robot@p.iam.gserviceaccount.com',
    token_uri: `${origin}/token`,
  })
}

/** All provider types at one origin. */
function everyProvider({ origin, url }: FakeUpstream, extra: string): string {
  return `providers:
  - { name: compatible, type: openai-compatible, base_url: "${url}", api_keys: [sk-up] }
  - { name: responses, type: openai-compatible, base_url: "${url}", api_keys: [sk-up], dialects: [responses] }
  - { name: anthropic, type: anthropic, base_url: "${origin}", api_keys: [sk-up] }
  - { name: gemini, type: gemini, base_url: "${origin}", api_keys: [sk-up] }
  - { name: bedrock, type: bedrock, base_url: "${origin}", region: us-east-1, api_keys: [sk-up] }
  - name: vertex
    type: vertex
    base_url: "${origin}"
    project: p
    location: us-east5
    credentials: ${JSON.stringify(serviceAccount(origin))}
models:
  - { id: by-compatible, targets: [{ provider: compatible, model: some-model }] }
  - { id: by-responses, targets: [{ provider: responses, model: some-model }] }
  - { id: by-anthropic, targets: [{ provider: anthropic, model: claude-sonnet-4-5 }] }
  - { id: by-gemini, targets: [{ provider: gemini, model: gemini-2.5-flash }] }
  - { id: by-bedrock, targets: [{ provider: bedrock, model: "amazon.nova-lite-v1:0" }] }
  - { id: by-vertex, targets: [{ provider: vertex, model: gemini-2.5-flash }] }
  - { id: by-vertex-claude, targets: [{ provider: vertex, model: claude-sonnet-4-5@20250929 }] }
  - { id: by-bedrock-claude, targets: [{ provider: bedrock, model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0" }] }
health: { check: off }
${extra}`
}

export interface DialectBench extends AsyncDisposable {
  readonly upstream: FakeUpstream
  readonly gateway: TestGateway
  ask(client: Client, upstream: UpstreamForm, options?: AskOptions): Promise<CallReply>
}

export interface AskOptions {
  readonly stream?: boolean
  readonly text?: string
  /** Members of the body. */
  readonly extra?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

export async function startDialectBench(
  options: { readonly upstream?: FakeUpstreamOptions; readonly yaml?: string } = {},
): Promise<DialectBench> {
  const upstream = await startFakeProvider(options.upstream)
  const gateway = await startGateway(everyProvider(upstream, options.yaml ?? ''))
  return {
    upstream,
    gateway,
    async ask(client, form, { stream = false, text = 'Hello!', extra = {}, headers = {} } = {}) {
      const { path, body } = client.request(UPSTREAM_MODELS[form], text, stream)
      return await call(`${gateway.origin}${path}`, {
        headers: { ...client.auth(gateway.key), ...headers },
        body: { ...body, ...extra },
      })
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}
