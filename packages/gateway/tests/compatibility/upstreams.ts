// The upstreams of the matrix: what stands in the configuration, and what is known of their ways.

import { generateKeyPairSync } from 'node:crypto'
import type { FakeUpstreamOptions, Stop } from '@fairlead/testkit'

/** Why an answer ended, as far as an upstream tells it apart. */
export type Ending = 'end' | 'stop-sequence' | 'max-tokens' | 'context-window' | 'tool-use' | 'refusal' | 'filter'

/** How the newest known deployments of a family sign their reasoning. */
export type Signing =
  /** Words only, which want to come back (DeepSeek, vLLM). */
  | 'words'
  /** A seal on the reasoning itself. */
  | 'reasoning'
  /** A seal on the first tool call. */
  | 'call'
  /** Nothing to be seen of it. */
  | 'hidden'

export interface Upstream {
  /** As in the document, and part of model ids. */
  readonly name: string
  readonly family: string
  /** What the document says below the table. */
  readonly about: string
  readonly model: string
  readonly fake?: FakeUpstreamOptions
  /** The provider's entry in the configuration. @param secret differs for each entry */
  provider(origin: string, secret: string): Readonly<Record<string, unknown>>
  /** The wire format in which a client of a dialect is served. */
  wire(client: string): string
  signing(wire: string): Signing
  /** Endings that it tells in the words of another one. */
  readonly endings: Readonly<Partial<Record<Stop, Ending>>>
  /** Takes images by address, rather than bytes alone. */
  readonly takesUrls: boolean
  /** Has stop sequences, with this model. */
  readonly takesStops: boolean
  /** Says which stop sequence it met. */
  readonly namesStop: boolean
  /** Figures of usage that it does not have. */
  readonly uncounted: readonly ('cacheWrite' | 'reasoning')[]
}

const ENDINGS: Readonly<Partial<Record<Stop, Ending>>> = {
  end: 'end',
  stop_sequence: 'stop-sequence',
  max_tokens: 'max-tokens',
  context_window: 'context-window',
  tool_use: 'tool-use',
  content_filter: 'filter',
}

/** Formats of OpenAI's have one word for every good end, and one for every cut. */
const FEW_ENDINGS = { ...ENDINGS, stop_sequence: 'end', context_window: 'max-tokens' } as const

const CLAUDE_ENDINGS = { ...ENDINGS, content_filter: 'refusal' } as const

const openaiWire = (client: string): string => (client === 'openai-chat' ? 'openai-chat' : 'openai-responses')
const openaiSigning = (wire: string): Signing => (wire === 'openai-responses' ? 'reasoning' : 'hidden')

export const UPSTREAMS: readonly Upstream[] = [
  {
    name: 'openai-compatible',
    family: 'OpenAI-compatible',
    about: 'any server of Chat Completions that shows its reasoning (`reasoning_content`)',
    model: 'some-model',
    fake: { openai: { reasoningField: 'reasoning_content' } },
    provider: (origin, api_key) => ({ type: 'openai-compatible', base_url: `${origin}/v1`, api_key }),
    wire: () => 'openai-chat',
    signing: () => 'words',
    endings: FEW_ENDINGS,
    takesUrls: true,
    takesStops: true,
    namesStop: true,
    uncounted: [],
  },
  {
    name: 'openai',
    family: 'OpenAI-compatible',
    about:
      'OpenAI itself, with a model that thinks (gpt-5): Chat Completions for chat clients, Responses for all others',
    model: 'gpt-5',
    fake: { openai: { reasoningField: 'none' } },
    provider: (origin, api_key) => ({ type: 'openai', base_url: `${origin}/v1`, api_key }),
    wire: openaiWire,
    signing: openaiSigning,
    endings: FEW_ENDINGS,
    takesUrls: true,
    takesStops: false,
    namesStop: false,
    uncounted: [],
  },
  {
    name: 'azure-openai',
    family: 'Azure OpenAI',
    about: 'a deployment of gpt-5, through `/openai/v1`',
    model: 'gpt-5',
    fake: { openai: { reasoningField: 'none' } },
    provider: (origin, api_key) => ({ type: 'azure-openai', base_url: origin, api_key }),
    wire: openaiWire,
    signing: openaiSigning,
    endings: FEW_ENDINGS,
    takesUrls: true,
    takesStops: false,
    namesStop: false,
    uncounted: [],
  },
  {
    name: 'anthropic',
    family: 'Anthropic',
    about: 'the Messages API (claude-sonnet-4-5)',
    model: 'claude-sonnet-4-5',
    provider: (origin, api_key) => ({ type: 'anthropic', base_url: origin, api_key }),
    wire: () => 'anthropic-messages',
    signing: () => 'reasoning',
    endings: CLAUDE_ENDINGS,
    takesUrls: true,
    takesStops: true,
    namesStop: true,
    uncounted: [],
  },
  {
    name: 'gemini',
    family: 'Gemini',
    about: 'the Gemini API (gemini-3-pro-preview, which wants its thought signatures back)',
    model: 'gemini-3-pro-preview',
    provider: (origin, api_key) => ({ type: 'gemini', base_url: origin, api_key }),
    wire: () => 'gemini',
    signing: () => 'call',
    endings: FEW_ENDINGS,
    takesUrls: false,
    takesStops: true,
    namesStop: false,
    uncounted: ['cacheWrite'],
  },
  {
    name: 'vertex (Gemini)',
    family: 'Vertex AI',
    about: 'Gemini on Vertex AI (gemini-2.5-pro), with a service account',
    model: 'gemini-2.5-pro',
    provider: vertexProvider,
    wire: () => 'gemini',
    signing: () => 'call',
    endings: FEW_ENDINGS,
    takesUrls: true,
    takesStops: true,
    namesStop: false,
    uncounted: ['cacheWrite'],
  },
  {
    name: 'vertex (Claude)',
    family: 'Vertex AI',
    about: 'Claude on Vertex AI through `rawPredict` (claude-sonnet-4-5@20250929)',
    model: 'claude-sonnet-4-5@20250929',
    provider: vertexProvider,
    wire: () => 'anthropic-messages',
    signing: () => 'reasoning',
    endings: CLAUDE_ENDINGS,
    takesUrls: false,
    takesStops: true,
    namesStop: true,
    uncounted: [],
  },
  {
    name: 'bedrock (Claude)',
    family: 'Bedrock',
    about: 'Claude on Bedrock through `invoke`, with signed requests (a profile of claude-sonnet-4-5)',
    model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    provider: bedrockProvider,
    wire: () => 'anthropic-messages',
    signing: () => 'reasoning',
    endings: CLAUDE_ENDINGS,
    takesUrls: false,
    takesStops: true,
    namesStop: true,
    uncounted: [],
  },
  {
    name: 'bedrock (Converse)',
    family: 'Bedrock',
    about: 'every other model on Bedrock, through Converse (amazon.nova-pro)',
    model: 'us.amazon.nova-pro-v1:0',
    provider: bedrockProvider,
    wire: () => 'bedrock-converse',
    signing: () => 'reasoning',
    endings: ENDINGS,
    takesUrls: false,
    takesStops: true,
    namesStop: false,
    uncounted: ['reasoning'],
  },
]

function bedrockProvider(origin: string, secret: string): Readonly<Record<string, unknown>> {
  return { type: 'bedrock', base_url: origin, region: 'us-east-1', access_key_id: secret, secret_access_key: 'secret' }
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' })

function vertexProvider(origin: string, secret: string): Readonly<Record<string, unknown>> {
  const account = {
    type: 'service_account',
    project_id: 'matrix',
    private_key: PEM,
    client_email: `${secret}@matrix.iam.gserviceaccount.com`,
    token_uri: `${origin}/token`,
  }
  return { type: 'vertex', base_url: origin, location: 'us-east5', credentials: JSON.stringify(account) }
}
