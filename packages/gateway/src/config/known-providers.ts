// Vendors by name: where they are, which variable holds their key, whose models they serve, and, where they speak
// OpenAI's format, in what they differ from OpenAI. To add a compatible vendor, add an entry here; nothing else knows.
//
// `quirks` says only what differs from `NO_QUIRKS`; `docs` is the page that says so.
import type { DialectName } from '../core/conversation.ts'
import type { ProviderType } from './config.ts'
import { NO_QUIRKS, type Quirks } from './quirks.ts'

export interface KnownProvider {
  readonly name: string
  readonly type: ProviderType
  /** Holds the key; its presence switches the provider on. */
  readonly variable: string
  readonly baseUrl: string
  /** Whose catalogue models it serves; absent for hosts of many vendors, which have ids of their own. */
  readonly vendor?: string
  /** Absent = chat only. */
  readonly dialects?: readonly DialectName[]
  readonly quirks?: Partial<Quirks>
  /** For people, where the way is not the obvious one. */
  readonly note?: string
}

/** Servers that people run themselves. They have no key, and are found by their port or named by `quirks`. */
export interface KnownServer {
  readonly name: string
  readonly title: string
  /** Where it usually listens. */
  readonly port: number
  readonly quirks?: Partial<Quirks>
}

const CHAT_AND_RESPONSES: readonly DialectName[] = ['openai-chat', 'openai-responses']
const THREE_DIALECTS: readonly DialectName[] = ['openai-chat', 'openai-responses', 'anthropic-messages']

export const KNOWN_PROVIDERS: readonly KnownProvider[] = [
  {
    name: 'openai',
    type: 'openai',
    variable: 'OPENAI_API_KEY',
    baseUrl: 'https://api.openai.com/v1',
    vendor: 'openai',
  },
  {
    name: 'anthropic',
    type: 'anthropic',
    variable: 'ANTHROPIC_API_KEY',
    baseUrl: 'https://api.anthropic.com/v1',
    vendor: 'anthropic',
  },
  {
    name: 'gemini',
    type: 'gemini',
    variable: 'GEMINI_API_KEY',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    vendor: 'google',
  },
  // https://api-docs.deepseek.com/api/create-chat-completion and /guides/thinking_mode: no json_schema (a forced tool
  // stands in, where the model does not think), no n; reasoning_content must come back while tools are called.
  compatible('deepseek', 'DEEPSEEK_API_KEY', 'https://api.deepseek.com/v1', {
    vendor: 'deepseek',
    quirks: { structuredOutput: 'tool', strictTools: false, manyAnswers: false, mediaUrls: false },
  }),
  // https://platform.moonshot.ai/docs/api/chat: temperature up to 1, `required` and named tools refused while thinking;
  // images as data URLs or uploaded files only.
  compatible('moonshot', 'MOONSHOT_API_KEY', 'https://api.moonshot.ai/v1', {
    vendor: 'moonshot',
    quirks: { forcedTools: false, strictTools: false, mediaUrls: false, maxTemperature: 1 },
  }),
  // https://docs.mistral.ai/api/: unknown fields are a 422 (openai/openai-agents-python#442 for stream_options), ids of
  // tool calls are nine letters and digits, the seed has another name, thinking comes back as content parts.
  compatible('mistral', 'MISTRAL_API_KEY', 'https://api.mistral.ai/v1', {
    vendor: 'mistral',
    quirks: {
      streamUsage: false,
      reasoningField: null,
      maxTemperature: 1.5,
      callIdLength: 9,
      callIdExact: true,
      renamedFields: { seed: 'random_seed' },
      refusedFields: [
        'logit_bias',
        'logprobs',
        'modalities',
        'service_tier',
        'store',
        'stream_options',
        'top_logprobs',
        'user',
        'verbosity',
        'web_search_options',
      ],
    },
  }),
  // https://docs.x.ai/docs/guides/reasoning: reasoning models refuse penalties and stop (see `catalogue/traits.ts`).
  compatible('xai', 'XAI_API_KEY', 'https://api.x.ai/v1', {
    vendor: 'xai',
    dialects: CHAT_AND_RESPONSES,
    quirks: { reasoningField: null, refusedFields: ['logit_bias'] },
  }),
  // https://openrouter.ai/docs/api-reference/overview: `reasoning` and `reasoning_details` go back as they came.
  compatible('openrouter', 'OPENROUTER_API_KEY', 'https://openrouter.ai/api/v1', {
    dialects: THREE_DIALECTS,
    quirks: { reasoningField: 'reasoning' },
  }),
  // https://console.groq.com/docs/openai: these fields, a message's name and n > 1 are a 400.
  compatible('groq', 'GROQ_API_KEY', 'https://api.groq.com/openai/v1', {
    dialects: CHAT_AND_RESPONSES,
    quirks: {
      maxTokensField: 'max_completion_tokens',
      reasoningField: 'reasoning',
      strictTools: false,
      manyAnswers: false,
      refusedFields: ['logit_bias', 'logprobs', 'top_logprobs'],
      refusedMessageFields: ['name'],
    },
  }),
  // https://docs.together.ai/reference/chat-completions-1
  compatible('together', 'TOGETHER_API_KEY', 'https://api.together.xyz/v1', {
    quirks: { reasoningField: 'reasoning', strictTools: false },
  }),
  // https://docs.fireworks.ai/api-reference/post-chatcompletions
  compatible('fireworks', 'FIREWORKS_API_KEY', 'https://api.fireworks.ai/inference/v1', {
    dialects: CHAT_AND_RESPONSES,
    quirks: { strictTools: false },
  }),
  // https://inference-docs.cerebras.ai/resources/openai: these fields are a 400, and there is no developer role.
  compatible('cerebras', 'CEREBRAS_API_KEY', 'https://api.cerebras.ai/v1', {
    quirks: {
      maxTokensField: 'max_completion_tokens',
      reasoningField: 'reasoning',
      manyAnswers: false,
      mediaUrls: false,
      refusedFields: ['frequency_penalty', 'logit_bias', 'presence_penalty', 'service_tier'],
    },
  }),
  // https://docs.z.ai/api-reference/llm/chat-completion: only tool_choice auto, only json_object, temperature up to 1.
  compatible('zai', 'ZAI_API_KEY', 'https://api.z.ai/api/paas/v4', {
    vendor: 'zai',
    quirks: {
      forcedTools: false,
      structuredOutput: 'none',
      strictTools: false,
      manyAnswers: false,
      maxTemperature: 1,
      refusedFields: ['frequency_penalty', 'presence_penalty', 'logit_bias', 'logprobs', 'top_logprobs'],
      refusedMessageFields: ['name'],
    },
  }),
  // https://www.alibabacloud.com/help/en/model-studio/use-qwen-by-calling-api: `required` is refused.
  compatible('qwen', 'DASHSCOPE_API_KEY', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1', {
    vendor: 'qwen',
    quirks: { forcedTools: false, strictTools: false, refusedFields: ['logit_bias'] },
  }),
]

export const KNOWN_SERVERS: readonly KnownServer[] = [
  // https://docs.ollama.com/api/openai-compatibility: no tool_choice, no logit_bias, no n, images as data URLs.
  {
    name: 'ollama',
    title: 'Ollama',
    port: 11_434,
    quirks: {
      reasoningField: 'reasoning',
      forcedTools: false,
      strictTools: false,
      manyAnswers: false,
      mediaUrls: false,
    },
  },
  // https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
  { name: 'llama-cpp', title: 'llama.cpp', port: 8080, quirks: { strictTools: false } },
  // https://lmstudio.ai/docs/app/api/endpoints/openai: a tool can be required, but not named.
  {
    name: 'lm-studio',
    title: 'LM Studio',
    port: 1234,
    quirks: { reasoningField: 'reasoning', strictTools: false, manyAnswers: false, mediaUrls: false },
  },
  // https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
  { name: 'vllm', title: 'vLLM', port: 8000, quirks: { reasoningField: 'reasoning', strictTools: false } },
]

/** OpenAI itself, and Azure's copies of it. */
const OPENAI_QUIRKS: Quirks = Object.freeze({
  ...NO_QUIRKS,
  maxTokensField: 'max_completion_tokens',
  systemRole: 'developer',
  reasoningField: null,
  callIdLength: 40,
})

/** Names that `quirks` of a provider may have. */
export const QUIRKS_NAMES: readonly string[] = [
  ...KNOWN_PROVIDERS.filter(({ type }) => type === 'openai' || type === 'openai-compatible').map(({ name }) => name),
  ...KNOWN_SERVERS.map(({ name }) => name),
]

const byName = new Map<string, Quirks>()

/** The whole set of a vendor; of one that is not known, the cautious defaults. */
export function quirksNamed(name: string | undefined): Quirks {
  if (name === undefined) return NO_QUIRKS
  if (name === 'openai') return OPENAI_QUIRKS
  let quirks = byName.get(name)
  if (quirks === undefined) {
    const known = [...KNOWN_PROVIDERS, ...KNOWN_SERVERS].find((vendor) => vendor.name === name)
    byName.set(name, (quirks = Object.freeze({ ...NO_QUIRKS, ...known?.quirks })))
  }
  return quirks
}

/** The known provider behind a base URL, by its host. */
export function knownProviderAt(baseUrl: string): KnownProvider | undefined {
  const host = URL.parse(baseUrl)?.host
  return KNOWN_PROVIDERS.find((provider) => URL.parse(provider.baseUrl)?.host === host)
}

function compatible(
  name: string,
  variable: string,
  baseUrl: string,
  more: Pick<KnownProvider, 'vendor' | 'dialects' | 'quirks'> = {},
): KnownProvider {
  return { name, type: 'openai-compatible', variable, baseUrl, ...more }
}
