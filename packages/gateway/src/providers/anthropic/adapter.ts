// Anthropic's own API. A client that speaks its dialect says which version and which betas it wants; for all others the
// configured version holds. Source: https://platform.claude.com/docs/en/api/overview.

import type { ProviderConfig } from '../../config/config.ts'
import type { DialectName } from '../../core/conversation.ts'
import type { Operation, ProviderAdapter } from '../adapter.ts'
import { makeAdapter } from '../make-adapter.ts'

const DIALECTS: readonly DialectName[] = ['anthropic-messages']
const ANTHROPIC_VERSION = '2023-06-01'

const PATHS: Readonly<Partial<Record<Operation, string>>> = {
  generate: '/messages',
  stream: '/messages',
  'count-tokens': '/messages/count_tokens',
}

export function createAnthropicAdapter(config: ProviderConfig): ProviderAdapter {
  const version = config.anthropicVersion ?? ANTHROPIC_VERSION
  return makeAdapter({
    config,
    dialects: () => DIALECTS,
    path: (dialect, operation) => {
      if (operation === 'models') return `${config.healthPath}?limit=1000`
      return dialect === 'anthropic-messages' ? (PATHS[operation] ?? null) : null
    },
    ownHeaders: (secret): Readonly<Record<string, string>> => ({
      'anthropic-version': version,
      ...(secret === '' ? {} : { 'x-api-key': secret }),
    }),
    listsModels: true,
  })
}
