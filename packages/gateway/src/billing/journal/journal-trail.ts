// The attempts of one call as one field of a journal line and of a row: `openai rate-limited 120 openai#2 3 gpt-4o`, then
// a comma and the next. Provider, outcome, how long it took, its credential (empty where it is called like the provider),
// when it began after the request came in, and the upstream's model; lines of older releases have the first three.
// Only calls that needed more than one attempt, or failed, have any, so it is kept short and is not normalised.
import type { AttemptNote } from '../usage/usage-record.ts'

/** More attempts than any configuration allows; what comes after is left out. */
const MOST_ATTEMPTS = 16

export function formatTrail(trail: readonly AttemptNote[]): string {
  return trail.slice(0, MOST_ATTEMPTS).map(formatNote).join()
}

function formatNote({ provider, outcome, durationMs, credential, startMs, upstreamModel }: AttemptNote): string {
  const whom = credential === provider ? '' : word(credential)
  return `${word(provider)} ${word(outcome)} ${whole(durationMs)} ${whom} ${whole(startMs)} ${word(upstreamModel)}`
}

/** What makes no sense is left out: a row must be readable whatever wrote it. */
export function parseTrail(text: string): AttemptNote[] {
  if (text === '') return []
  return text.split(',').flatMap((part) => {
    const [provider, outcome, durationMs, credential, startMs = '', upstreamModel = ''] = part.split(' ')
    if (provider === undefined || outcome === undefined || !/^\d+$/.test(durationMs ?? '')) return []
    return [
      {
        provider: decodeWord(provider),
        outcome: decodeWord(outcome),
        durationMs: Number(durationMs),
        credential: credential === undefined ? '' : decodeWord(credential || provider),
        startMs: /^\d+$/.test(startMs) ? Number(startMs) : -1,
        upstreamModel: decodeWord(upstreamModel),
      },
    ]
  })
}

function whole(ms: number): number {
  return Math.max(0, Math.round(ms)) || 0
}

/** Names of providers may hold anything but control characters; ours hold nothing that needs this. */
function word(text: string): string {
  return text.replace(/[%, \t\n\r\\\x7f]/g, (found) => `%${found.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function decodeWord(text: string): string {
  return text.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}
