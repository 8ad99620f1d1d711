// What can be picked when a provider is added: the vendors and servers that this release knows, and what each of them
// has to be told. The form of the dashboard is made from this list.
import type { ProviderType } from '../config/config.ts'
import { KNOWN_PROVIDERS, KNOWN_SERVERS } from '../config/known-providers.ts'

export type FieldKind = 'text' | 'secret' | 'secret-text'

export interface ProviderField {
  /** As the file names it; `secret` = a credential. */
  readonly name: string
  readonly kind: FieldKind
  readonly required: boolean
  /** What one looks like; '' where it says nothing. */
  readonly example: string
}

export interface PickableProvider {
  /** A good name for it. */
  readonly name: string
  readonly title: string
  readonly type: ProviderType
  /** '' = there is none that everybody has. */
  readonly baseUrl: string
  /** Whose catalogue models it serves by itself; '' = it has to be said which. */
  readonly vendor: string
  /** For `quirks`, where the address does not tell; '' = it does, or there are none. */
  readonly quirks: string
  readonly fields: readonly ProviderField[]
  /** Where keys are made; '' = nowhere. */
  readonly keysPage: string
  readonly kind: 'vendor' | 'cloud' | 'server' | 'other'
}

const BASE_URL: ProviderField = {
  name: 'base_url',
  kind: 'text',
  required: true,
  example: 'https://llm.example.com/v1',
}
const KEY: ProviderField = { name: 'secret', kind: 'secret', required: true, example: '' }
const OPTIONAL_KEY: ProviderField = { ...KEY, required: false }

interface Page {
  readonly title: string
  readonly keysPage: string
}

const PAGES: Readonly<Record<string, Page>> = {
  openai: { title: 'OpenAI', keysPage: 'https://platform.openai.com/api-keys' },
  anthropic: { title: 'Anthropic', keysPage: 'https://console.anthropic.com/settings/keys' },
  gemini: { title: 'Google Gemini', keysPage: 'https://aistudio.google.com/apikey' },
  deepseek: { title: 'DeepSeek', keysPage: 'https://platform.deepseek.com/api_keys' },
  moonshot: { title: 'Moonshot AI', keysPage: 'https://platform.moonshot.ai/console/api-keys' },
  mistral: { title: 'Mistral AI', keysPage: 'https://console.mistral.ai/api-keys' },
  xai: { title: 'xAI', keysPage: 'https://console.x.ai' },
  openrouter: { title: 'OpenRouter', keysPage: 'https://openrouter.ai/settings/keys' },
  groq: { title: 'Groq', keysPage: 'https://console.groq.com/keys' },
  together: { title: 'Together AI', keysPage: 'https://api.together.ai/settings/api-keys' },
  fireworks: { title: 'Fireworks AI', keysPage: 'https://app.fireworks.ai/settings/users/api-keys' },
  cerebras: { title: 'Cerebras', keysPage: 'https://cloud.cerebras.ai' },
  zai: { title: 'Z.ai', keysPage: 'https://z.ai/manage-apikey/apikey-list' },
  qwen: { title: 'Alibaba Cloud Model Studio', keysPage: 'https://modelstudio.console.alibabacloud.com' },
}

const CLOUDS: readonly PickableProvider[] = [
  {
    name: 'azure',
    title: 'Azure OpenAI',
    type: 'azure-openai',
    baseUrl: '',
    vendor: '',
    quirks: '',
    fields: [
      { ...BASE_URL, example: 'https://RESOURCE.openai.azure.com' },
      KEY,
      { name: 'api_version', kind: 'text', required: false, example: '2024-10-21' },
    ],
    keysPage: 'https://portal.azure.com',
    kind: 'cloud',
  },
  {
    name: 'vertex',
    title: 'Google Vertex AI',
    type: 'vertex',
    baseUrl: '',
    vendor: 'google',
    quirks: '',
    fields: [
      { name: 'secret', kind: 'secret-text', required: true, example: '{"type": "service_account", …}' },
      { name: 'project', kind: 'text', required: false, example: 'my-project' },
      { name: 'location', kind: 'text', required: false, example: 'global' },
    ],
    keysPage: 'https://console.cloud.google.com/iam-admin/serviceaccounts',
    kind: 'cloud',
  },
  {
    name: 'bedrock',
    title: 'AWS Bedrock',
    type: 'bedrock',
    baseUrl: '',
    vendor: '',
    quirks: '',
    fields: [
      { name: 'region', kind: 'text', required: true, example: 'us-east-1' },
      { name: 'access_key_id', kind: 'text', required: true, example: 'AKIA…' },
      { name: 'secret_access_key', kind: 'secret', required: true, example: '' },
      { name: 'session_token', kind: 'secret', required: false, example: '' },
    ],
    keysPage: 'https://console.aws.amazon.com/iam',
    kind: 'cloud',
  },
]

const OTHER: PickableProvider = {
  name: 'custom',
  title: 'OpenAI-compatible',
  type: 'openai-compatible',
  baseUrl: '',
  vendor: '',
  quirks: '',
  fields: [BASE_URL, OPTIONAL_KEY],
  keysPage: '',
  kind: 'other',
}

export function pickableProviders(): readonly PickableProvider[] {
  const vendors = KNOWN_PROVIDERS.map(({ name, type, baseUrl, vendor = '' }): PickableProvider => {
    const { title, keysPage } = PAGES[name] ?? { title: name, keysPage: '' }
    return { name, title, type, baseUrl, vendor, quirks: '', fields: [KEY], keysPage, kind: 'vendor' }
  })
  const servers = KNOWN_SERVERS.map(({ name, title, port }): PickableProvider => {
    const baseUrl = `http://127.0.0.1:${port}/v1`
    const fields = [{ ...BASE_URL, example: baseUrl }, OPTIONAL_KEY]
    return {
      name,
      title,
      type: 'openai-compatible',
      baseUrl,
      vendor: '',
      quirks: name,
      fields,
      keysPage: '',
      kind: 'server',
    }
  })
  return [...vendors, ...CLOUDS, ...servers, OTHER]
}
