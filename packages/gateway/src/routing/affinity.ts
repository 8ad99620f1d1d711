// Which conversation a request belongs to, from what real clients send: a turn that meets the same upstream as the turn
// before finds its prompt cache warm. There is no table: the key is hashed (`rendezvous.ts`).

/** Top-level body fields, in the order in which they are believed. Applications, caches and users, from narrow to wide. */
export const AFFINITY_FIELDS = [
  'litellm_session_id',
  'chat_id',
  'session_id',
  'prompt_cache_key',
  'safety_identifier',
  'user',
] as const

/** Request headers that name a conversation, lower-case: Codex, Claude Code, OpenCode and common custom. */
const AFFINITY_HEADERS = [
  'session_id',
  'session-id',
  'x-session-id',
  'x-claude-code-session-id',
  'x-session-affinity',
  'conversation_id',
  'conversation-id',
  'x-conversation-id',
  'thread-id',
  'x-thread-id',
] as const

/** Any vendor's own: `x-acme-session-id`. */
const SESSION_HEADER = /^(x-.+-)?session[-_]id$/

/** Enough to tell conversations apart; a longer value only costs time. */
const MAX_KEY_LENGTH = 256

/** Header names lower-case, as `node:http` gives them. */
export type AffinityHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** /!\ Hot path. `fields`: those of AFFINITY_FIELDS that the body has. */
export function affinityKeyOf(fields: Readonly<Record<string, string>>, headers: AffinityHeaders): string | null {
  for (const name of AFFINITY_FIELDS) {
    const key = usable(fields[name])
    if (key !== null) return key
  }
  for (const name of AFFINITY_HEADERS) {
    const key = usable(headers[name])
    if (key !== null) return key
  }
  for (const name in headers) {
    // Two cheap letters before the pattern: most requests have a dozen headers and none of this kind.
    if (!name.startsWith('x-') || !name.endsWith('id') || !SESSION_HEADER.test(name)) continue
    const key = usable(headers[name])
    if (key !== null) return key
  }
  return null
}

function usable(value: string | readonly string[] | undefined): string | null {
  const text = typeof value === 'string' ? value : value?.[0]
  if (text === undefined || text === '') return null
  return text.length > MAX_KEY_LENGTH ? text.slice(0, MAX_KEY_LENGTH) : text
}
