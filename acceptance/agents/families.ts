// The provider families, each one entry of a gateway's configuration that points at the testkit's fake upstream. The fake is as
// strict as the real provider: betas it does not know, schemas it cannot read and signatures it did not make are refused.
import { generateKeyPairSync } from 'node:crypto'

import type { ClientDialect } from './agent.ts'

export interface Family {
  /** As `--only` and the report name it, and the provider's name in the configuration. */
  readonly name: string
  /** The fake's name of the dialect in which it is asked. */
  readonly upstreamDialect: string
  /** Another one where the client's dialect decides. */
  readonly upstreamDialectFor?: Readonly<Record<string, string>>
  /** Clients whose bytes pass through, where that is not said by the dialect's name. */
  readonly ownFor?: readonly ClientDialect[]
  readonly model: string
  /** `sealed`: its reasoning carries a signature, or is encrypted, and must come back unchanged. `none`: it does not think. */
  readonly reasoning: 'sealed' | 'plain' | 'none'
  /** It takes turns over WebSockets, and is for programs that send them so. */
  readonly overWebSocket?: true
  /** The provider's entry, as YAML in braces. @param sockets the base URL of the same upstream with OpenAI's WebSocket mode */
  provider(origin: string, sockets: string): string
}

const CLAUDE = 'claude-sonnet-4-5'

export const FAMILIES: readonly Family[] = [
  {
    name: 'chat',
    upstreamDialect: 'openai-chat',
    model: 'open-weights-70b',
    reasoning: 'plain',
    provider: (origin) => `type: openai-compatible, base_url: "${origin}/v1", api_key: sk-up, dialects: [chat]`,
  },
  {
    name: 'openai',
    upstreamDialect: 'openai-responses',
    upstreamDialectFor: { 'openai-chat': 'openai-chat' },
    ownFor: ['openai-chat', 'openai-responses'],
    model: 'gpt-5',
    reasoning: 'sealed',
    provider: (origin) => `type: openai, base_url: "${origin}/v1", api_key: sk-up`,
  },
  {
    name: 'openai-websocket',
    upstreamDialect: 'openai-responses',
    ownFor: ['openai-responses'],
    model: 'gpt-5',
    reasoning: 'sealed',
    overWebSocket: true,
    provider: (_origin, sockets) => `type: openai, base_url: "${sockets}", api_key: sk-up, websocket: true`,
  },
  {
    name: 'anthropic',
    upstreamDialect: 'anthropic-messages',
    model: CLAUDE,
    reasoning: 'sealed',
    provider: (origin) => `type: anthropic, base_url: "${origin}/v1", api_key: sk-up`,
  },
  {
    name: 'gemini',
    upstreamDialect: 'gemini',
    model: 'gemini-2.5-pro',
    reasoning: 'sealed',
    provider: (origin) => `type: gemini, base_url: "${origin}/v1beta", api_key: sk-up`,
  },
  {
    name: 'bedrock',
    upstreamDialect: 'bedrock-converse',
    model: 'amazon.nova-lite-v1:0',
    reasoning: 'none',
    provider: (origin) =>
      `type: bedrock, base_url: "${origin}", region: us-east-1, access_key_id: AKIAEXAMPLE, secret_access_key: example`,
  },
  {
    name: 'bedrock-claude',
    upstreamDialect: 'bedrock-converse',
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    reasoning: 'sealed',
    provider: (origin) => `type: bedrock, base_url: "${origin}", region: us-east-1, api_key: bedrock-up`,
  },
  {
    name: 'azure',
    upstreamDialect: 'azure-openai',
    ownFor: ['openai-chat', 'openai-responses'],
    model: 'gpt-5',
    reasoning: 'sealed',
    provider: (origin) => `type: azure-openai, base_url: "${origin}", api_key: up`,
  },
  {
    name: 'vertex',
    upstreamDialect: 'gemini',
    model: 'gemini-2.5-pro',
    reasoning: 'sealed',
    provider: (origin) =>
      `type: vertex, base_url: "${origin}", project: example, credentials: '${serviceAccount(origin)}'`,
  },
  {
    name: 'vertex-claude',
    upstreamDialect: 'vertex-anthropic',
    model: 'claude-sonnet-4-5@20250929',
    reasoning: 'sealed',
    provider: (origin) =>
      `type: vertex, base_url: "${origin}", project: example, credentials: '${serviceAccount(origin)}'`,
  },
]

let privateKey: string | undefined

function serviceAccount(origin: string): string {
  privateKey ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey
  return JSON.stringify({
    type: 'service_account',
    project_id: 'example',
    private_key_id: 'key-1',
    private_key: privateKey,
    client_email: 'agents@example.iam.gserviceaccount.com',
    token_uri: `${origin}/token`,
  })
}
