// Providers that speak the OpenAI format at an address of their own: which variable holds their key, and which
// vendor's models they serve. Sources: each provider's API documentation.
import type { ProviderType } from './config.ts'

export interface KnownProvider {
  readonly name: string
  readonly type: ProviderType
  readonly variable: string
  readonly baseUrl: string
  /** Whose catalogue models it serves; absent for hosts of many vendors, which have ids of their own. */
  readonly vendor?: string
  /** False where the API refuses `stream_options` (it sends usage anyway). */
  readonly streamUsage?: false
  /** For people, where the way is not the obvious one. */
  readonly note?: string
}

export const KNOWN_PROVIDERS: readonly KnownProvider[] = [
  known('openai', 'OPENAI_API_KEY', 'https://api.openai.com/v1', { type: 'openai', vendor: 'openai' }),
  known('anthropic', 'ANTHROPIC_API_KEY', 'https://api.anthropic.com/v1', {
    vendor: 'anthropic',
    note: "through Anthropic's OpenAI-compatible endpoint",
  }),
  known('gemini', 'GEMINI_API_KEY', 'https://generativelanguage.googleapis.com/v1beta/openai', {
    vendor: 'google',
    note: "through Google's OpenAI-compatible endpoint",
  }),
  known('deepseek', 'DEEPSEEK_API_KEY', 'https://api.deepseek.com/v1', { vendor: 'deepseek' }),
  known('moonshot', 'MOONSHOT_API_KEY', 'https://api.moonshot.ai/v1', { vendor: 'moonshot' }),
  known('mistral', 'MISTRAL_API_KEY', 'https://api.mistral.ai/v1', { vendor: 'mistral', streamUsage: false }),
  known('xai', 'XAI_API_KEY', 'https://api.x.ai/v1', { vendor: 'xai' }),
  known('openrouter', 'OPENROUTER_API_KEY', 'https://openrouter.ai/api/v1'),
  known('groq', 'GROQ_API_KEY', 'https://api.groq.com/openai/v1'),
  known('together', 'TOGETHER_API_KEY', 'https://api.together.xyz/v1'),
  known('fireworks', 'FIREWORKS_API_KEY', 'https://api.fireworks.ai/inference/v1'),
  known('cerebras', 'CEREBRAS_API_KEY', 'https://api.cerebras.ai/v1'),
]

/** The known provider behind a base URL, by its host. */
export function knownProviderAt(baseUrl: string): KnownProvider | undefined {
  const host = URL.parse(baseUrl)?.host
  return KNOWN_PROVIDERS.find((provider) => URL.parse(provider.baseUrl)?.host === host)
}

function known(
  name: string,
  variable: string,
  baseUrl: string,
  more: Partial<Omit<KnownProvider, 'name' | 'variable' | 'baseUrl'>> = {},
): KnownProvider {
  return { name, variable, baseUrl, type: 'openai-compatible', ...more }
}
