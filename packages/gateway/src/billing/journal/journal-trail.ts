// The attempts of one call as one field of a journal line and of a row: `openai rate-limited 120,anthropic ok 900`.
// Only calls that needed more than one attempt, or failed, have any, so it is kept short and is not normalised.
import type { AttemptNote } from '../usage/usage-record.ts'

/** More attempts than any configuration allows; what comes after is left out. */
const MOST_ATTEMPTS = 16

export function formatTrail(trail: readonly AttemptNote[]): string {
  return trail
    .slice(0, MOST_ATTEMPTS)
    .map((note) => `${word(note.provider)} ${word(note.outcome)} ${Math.max(0, Math.round(note.durationMs)) || 0}`)
    .join()
}

/** What makes no sense is left out: a row must be readable whatever wrote it. */
export function parseTrail(text: string): AttemptNote[] {
  if (text === '') return []
  return text.split(',').flatMap((part) => {
    const [provider, outcome, durationMs] = part.split(' ')
    if (provider === undefined || outcome === undefined || !/^\d+$/.test(durationMs ?? '')) return []
    return [{ provider: decodeWord(provider), outcome: decodeWord(outcome), durationMs: Number(durationMs) }]
  })
}

/** Names of providers may hold anything but control characters; ours hold nothing that needs this. */
function word(text: string): string {
  return text.replace(/[%, \t\n\r\\\x7f]/g, (found) => `%${found.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function decodeWord(text: string): string {
  return text.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}
