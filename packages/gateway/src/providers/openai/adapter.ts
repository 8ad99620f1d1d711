// OpenAI, everything compatible with it, and the simulator: one base URL, one key in `authorization`.

import { LRUCache } from 'lru-cache'
import { traitsOf } from '../../catalogue/traits.ts'
import type { ProviderConfig } from '../../config/config.ts'
import { quirksNamed } from '../../config/known-providers.ts'
import type { Quirks } from '../../config/quirks.ts'
import type { DialectName } from '../../core/conversation.ts'
import { isJsonObject } from '../../core/json.ts'
import type { Operation, ProviderAdapter, UnfinishedRequest, UpstreamTarget } from '../adapter.ts'
import { chatTrigger, finishChat } from '../chat-quirks.ts'
import { bearer } from '../header-lines.ts'
import { isGenerating, makeAdapter, nameModel } from '../make-adapter.ts'

const CHAT_FIRST: readonly DialectName[] = ['openai-chat', 'openai-responses']
const RESPONSES_FIRST: readonly DialectName[] = ['openai-responses', 'openai-chat']
const CHAT: readonly DialectName[] = ['openai-chat']

/** Where a dialect's answers are made, behind the base URL. */
const GENERATE: Readonly<Partial<Record<DialectName, string>>> = {
  'openai-chat': '/chat/completions',
  'openai-responses': '/responses',
  'anthropic-messages': '/messages',
}

/** The endpoints that OpenAI's format has beside them. */
const OTHERS: Readonly<Partial<Record<Operation, string>>> = {
  embeddings: '/embeddings',
  images: '/images/generations',
  moderations: '/moderations',
  completions: '/completions',
}

/** Who is known to compact: servers that only speak the dialect mostly do not. */
const COMPACTING: ReadonlySet<ProviderConfig['type']> = new Set(['openai', 'azure-openai'])

export function openaiPath(config: ProviderConfig, dialect: DialectName, operation: Operation): string | null {
  switch (operation) {
    case 'generate':
    case 'stream':
      return GENERATE[dialect] ?? null
    case 'count-tokens':
      if (dialect === 'anthropic-messages')
        return config.dialects?.includes(dialect) === true ? '/messages/count_tokens' : null
      return dialect === 'openai-responses' && config.type === 'openai' ? '/responses/input_tokens' : null
    case 'compact':
      return dialect === 'openai-responses' && COMPACTING.has(config.type) ? '/responses/compact' : null
    case 'models':
      return config.healthPath
    default:
      return dialect === 'openai-chat' ? (OTHERS[operation] ?? null) : null
  }
}

export function createOpenaiAdapter(config: ProviderConfig): ProviderAdapter {
  const quirks = config.type === 'openai' ? quirksNamed('openai') : quirksNamed(config.quirks)
  return makeAdapter({
    config,
    quirks,
    dialects: config.type === 'openai' ? openaiDialects(config, quirks) : () => config.dialects ?? CHAT,
    path: (dialect, operation) => openaiPath(config, dialect, operation),
    ...chatFitting(config, quirks),
    ownHeaders: (secret, dialect) => ({
      ...bearer(secret),
      ...(dialect === 'anthropic-messages' ? { 'anthropic-version': '2023-06-01' } : {}),
    }),
    listsModels: true,
  })
}

const KNOWN_MODELS = 1_000

/**
 * OpenAI's own API, wherever it runs. A model that thinks keeps its thoughts through a chain of tool calls only in the
 * Responses API: Chat Completions neither shows nor takes them. So whoever speaks neither of the two is served there.
 * Source: OpenAI, "Reasoning models", section "Keeping reasoning items in context".
 */
export function openaiDialects(config: ProviderConfig, quirks: Quirks): (model: string) => readonly DialectName[] {
  const { dialects } = config
  if (dialects !== undefined) return () => dialects
  const known = new LRUCache<string, readonly DialectName[]>({ max: KNOWN_MODELS })
  return (model) => {
    let best = known.get(model)
    if (best === undefined) {
      const { sampling, thinking } = traitsOf(config.type, quirks, model)
      // What is not known is taken for a model of the usual kind: a deployment on Azure may have any name.
      best = thinking === 'effort' && sampling === 'none' ? RESPONSES_FIRST : CHAT_FIRST
      known.set(model, best)
    }
    return best
  }
}

/** `passes` and `finish` for servers that speak chat. */
export function chatFitting(config: ProviderConfig, quirks: Quirks): Pick<ProviderAdapter, 'passes' | 'finish'> {
  // A server about which nothing is known is left to its own words.
  const untouched = config.type === 'simulator' || (config.type === 'openai-compatible' && config.quirks === undefined)
  const triggers = new LRUCache<string, { readonly pattern: RegExp | null }>({ max: KNOWN_MODELS })
  const triggerOf = (model: string): RegExp | null => {
    let trigger = triggers.get(model)
    if (trigger === undefined) {
      trigger = { pattern: chatTrigger(quirks, traitsOf(config.type, quirks, model)) }
      triggers.set(model, trigger)
    }
    return trigger.pattern
  }
  const fits = (target: UpstreamTarget): boolean =>
    !untouched && target.dialect === 'openai-chat' && isGenerating(target)
  return {
    passes: (target, text) => !fits(target) || triggerOf(target.model)?.test(text) !== true,
    finish: (request) => {
      const asked = request.dialect === 'openai-chat' ? askForUsage(request, config.streamUsage) : request
      return fits(asked) ? finishChat(asked, quirks, traitsOf(config.type, quirks, asked.model)) : nameModel(asked)
    },
  }
}

/** A stream's usage is asked for wherever that is understood: it is what the call costs. */
function askForUsage(request: UnfinishedRequest, understood: boolean): UnfinishedRequest {
  if (request.operation !== 'stream') return request
  const { stream_options: options, ...body } = request.body
  if (!understood) return { ...request, body }
  const others = isJsonObject(options) ? options : {}
  return { ...request, body: { ...body, stream_options: { ...others, include_usage: true } } }
}
