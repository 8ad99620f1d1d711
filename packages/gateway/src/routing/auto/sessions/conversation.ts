// What is remembered of a conversation between two of its requests: who answers it, whose caches hold it, how it went.
// Plain JSON, because the next request may meet another process; nothing of what was said.
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { AutoKnobs } from '../../../config/auto-config.ts'
import type { RequestView } from '../view/request-view.ts'

/** A provider's cache that holds the conversation up to here. Times are unix ms. */
export interface WarmCache {
  readonly model: string
  readonly atMs: number
  /** Input and answer of the last request that it saw. */
  readonly tokens: number
}

export interface Conversation {
  readonly key: string
  /** Public id of the model that keeps it. */
  readonly model: string
  readonly atMs: number
  /** Under which it was picked: `knobsMark`. */
  readonly knobs: string
  /** User turns at its last request. */
  readonly turnCount: number
  /** Of its last user turn. */
  readonly lastUser: string
  /** Signs since the last user turn that the model is not up to it. */
  readonly troubles: number
  /** After trouble, until so many user turns, no weaker model takes over. */
  readonly holdUntilTurn: number
  /** Several models may have seen it; the newest first. */
  readonly warm: readonly WarmCache[]
  /** Length of the whole at its last request, whoever answered: what a baseline would have in its cache. */
  readonly tokens: number
}

const REMEMBERED = 100_000
/** Of one conversation. */
const WARM_MODELS = 4

export class Conversations {
  readonly #byKey: LRUCache<string, Conversation>
  readonly #tell: (conversation: Conversation) => void

  /** @param tell the other processes, which may get the next request */
  constructor(tell: (conversation: Conversation) => void, ttlMs: number) {
    this.#tell = tell
    this.#byKey = new LRUCache({ max: REMEMBERED, ttl: Math.max(1, ttlMs), ttlResolution: 1_000 })
  }

  find(key: string): Conversation | null {
    return this.#byKey.get(key) ?? null
  }

  remember(conversation: Conversation): void {
    this.learn(conversation)
    this.#tell(conversation)
  }

  /** From another process; what is newer here stays. */
  learn(conversation: Conversation): void {
    const own = this.#byKey.get(conversation.key)
    if (own === undefined || own.atMs <= conversation.atMs) this.#byKey.set(conversation.key, conversation)
  }
}

/**
 * The same for all requests of one conversation, and no other's. Agents of one session that have other instructions are
 * conversations of their own, because their caches are.
 * @param session what the client calls it; null = nothing, then its beginning tells
 */
export function conversationKey(
  accountId: string,
  pool: string,
  session: string | null,
  view: Pick<RequestView, 'firstUser' | 'system' | 'toolCount'>,
): string {
  const hash = createHash('sha256').update(`${accountId}\n${pool}\n${session ?? ''}\n${view.firstUser}\n`)
  // Instructions may carry the time of day; under a name of its own the conversation is known all the same.
  if (session === null) hash.update(`${view.system.slice(0, SYSTEM_CHARACTERS)}\n${view.toolCount > 0 ? 'tools' : ''}`)
  return hash.digest('base64url').slice(0, KEY_CHARACTERS)
}

const SYSTEM_CHARACTERS = 500
const KEY_CHARACTERS = 24

/** What a text is recognised by. */
export function textMark(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, MARK_CHARACTERS)
}

const MARK_CHARACTERS = 16

export function knobsMark({ tradeoff, minQuality }: AutoKnobs): string {
  return `${tradeoff}/${minQuality}`
}

/** With one more request that a model has seen. */
export function withWarm(warm: readonly WarmCache[], newest: WarmCache): readonly WarmCache[] {
  return [newest, ...warm.filter(({ model }) => model !== newest.model)].slice(0, WARM_MODELS)
}

/** What a model's cache holds of a conversation now, in tokens. */
export function warmTokens(conversation: Conversation | null, model: string, nowMs: number, ttlMs: number): number {
  const cache = conversation?.warm.find((entry) => entry.model === model)
  return cache === undefined || nowMs - cache.atMs > ttlMs ? 0 : cache.tokens
}

/** What it would hold if it had answered all along. */
export function tokensIfAlwaysAsked(conversation: Conversation | null, nowMs: number, ttlMs: number): number {
  return conversation === null || nowMs - conversation.atMs > ttlMs ? 0 : conversation.tokens
}
