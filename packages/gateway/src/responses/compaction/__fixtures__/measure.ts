// What a compaction keeps of planted facts, and at what price in characters.

import { randomBytes } from 'node:crypto'
import { compactItems } from '../compact-items.ts'
import { CompactionEnvelope } from '../compaction-envelope.ts'
import { expandItems } from '../expand-items.ts'
import { viewItem, weightOf } from '../item-view.ts'
import { type PlantedConversation, survived } from './planted-facts.ts'

export interface Measured {
  readonly beforeCharacters: number
  readonly afterCharacters: number
  /** Size of the opaque item, in characters. */
  readonly itemCharacters: number
  readonly facts: number
  readonly kept: number
  /** Of as many characters from the end of the conversation: what simply forgetting the oldest would keep. */
  readonly keptByTruncation: number
  readonly byKind: ReadonlyMap<string, { readonly facts: number; readonly kept: number }>
  readonly durationMs: number
}

export interface MeasureOptions {
  /** Compact after so many shares of it, each time what is there: 2 = once in the middle and once at the end. */
  readonly times?: number
  /** Of the model that goes on with it. Default 128,000 tokens. */
  readonly windowTokens?: number
  readonly summarize?: (transcript: string) => Promise<string | null>
}

const COMPACTED_SHARE = 0.2
const CHARACTERS_PER_TOKEN = 3.6
const ACCOUNT = 'acc_measured'

export async function measureCompaction(
  { items, instructions, facts }: PlantedConversation,
  { times = 1, windowTokens = 128_000, summarize }: MeasureOptions = {},
): Promise<Measured> {
  const envelope = new CompactionEnvelope(randomBytes(32))
  const startedMs = performance.now()
  let input: readonly string[] = []
  let item = ''
  for (let time = 0; time < times; time += 1) {
    const from = Math.floor((items.length * time) / times)
    const to = Math.floor((items.length * (time + 1)) / times)
    const payload = await compactItems({
      envelope,
      accountId: ACCOUNT,
      items: [...input, ...items.slice(from, to)],
      instructions,
      mostCharacters: windowTokens * COMPACTED_SHARE * CHARACTERS_PER_TOKEN,
      mostTranscriptCharacters: 300_000,
      within: false,
      summarize: summarize === undefined ? null : async (transcript) => await summarize(transcript(300_000)),
    })
    item = envelope.close(ACCOUNT, payload)
    input = [JSON.stringify({ id: 'cmp_1', type: 'compaction', encrypted_content: item })]
  }
  const durationMs = performance.now() - startedMs
  const after = expandItems(envelope, ACCOUNT, input, instructions).items
  const text = readable(after)
  const kept = survived(facts, text)
  const ends = survived(facts, lastCharacters(items, readableLength(after)))
  const byKind = new Map<string, { facts: number; kept: number }>()
  for (const fact of facts) {
    const counts = byKind.get(fact.kind) ?? { facts: 0, kept: 0 }
    byKind.set(fact.kind, { facts: counts.facts + 1, kept: counts.kept + (kept.includes(fact) ? 1 : 0) })
  }
  return {
    beforeCharacters: readableLength(items),
    afterCharacters: readableLength(after),
    itemCharacters: item.length,
    facts: facts.length,
    kept: kept.length,
    keptByTruncation: ends.length,
    byKind,
    durationMs,
  }
}

/** What a model would read, and the calls as they stand there. */
function readable(items: readonly string[]): string {
  return items
    .map((raw) => {
      const view = viewItem(raw)
      return view.kind === 'call' ? raw : [view.text, ...view.media].join('\n')
    })
    .join('\n')
}

function readableLength(items: readonly string[]): number {
  return items.reduce((sum, raw) => sum + weightOf(viewItem(raw)), 0)
}

function lastCharacters(items: readonly string[], characters: number): string {
  const kept: string[] = []
  let room = characters
  for (const raw of items.toReversed()) {
    room -= weightOf(viewItem(raw))
    if (room < 0) break
    kept.unshift(raw)
  }
  return readable(kept)
}
