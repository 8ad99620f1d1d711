// Prints what share of planted facts survives our own compaction, and at what compression: without any model, which is the
// least that a compacted conversation keeps. Means over the seeds.
//
//   npm run measure:compaction -- [SEED...]        default: 1 2 3

import { measureCompaction, type Measured } from '../src/responses/compaction/__fixtures__/measure.ts'
import { plantedConversation } from '../src/responses/compaction/__fixtures__/planted-facts.ts'

/** Messages of the user, and the context window of a model that could have held the whole. */
const LENGTHS = [
  { turns: 5, windowTokens: 128_000 },
  { turns: 20, windowTokens: 128_000 },
  { turns: 60, windowTokens: 128_000 },
  { turns: 200, windowTokens: 128_000 },
  { turns: 200, windowTokens: 400_000 },
  { turns: 600, windowTokens: 1_000_000 },
]
/** How often each is compacted on the way: once is at its end. */
const TIMES = [1, 3]
const CHARACTERS_PER_TOKEN = 3.6

const seeds = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 2, 3]
write(`seeds ${seeds.join(', ')}; tokens are characters / ${CHARACTERS_PER_TOKEN}`)
write('turns  window  compacted  tokens before   after  smaller   facts   left  a cut of that size leaves     ms')
const columns: ReadonlyMap<string, string>[] = []
for (const { turns, windowTokens } of LENGTHS) {
  for (const times of TIMES) {
    const all: Measured[] = []
    for (const seed of seeds) {
      all.push(await measureCompaction(plantedConversation({ seed, turns }), { times, windowTokens }))
    }
    write(rowOf(turns, windowTokens, times, all))
    if (times === 1) columns.push(sharesOf(all))
  }
}
write('\nleft by kind, compacted once, in the order of the rows above:')
for (const kind of [...new Set(columns.flatMap((column) => [...column.keys()]))].toSorted()) {
  write(`  ${kind.padEnd(20)} ${columns.map((column) => (column.get(kind) ?? '-').padStart(7)).join('')}`)
}

function rowOf(turns: number, windowTokens: number, times: number, all: readonly Measured[]): string {
  const mean = (of: (measured: Measured) => number): number =>
    all.reduce((sum, measured) => sum + of(measured), 0) / all.length
  const facts = mean((measured) => measured.facts)
  const before = mean(({ beforeCharacters }) => beforeCharacters)
  const after = mean(({ afterCharacters }) => afterCharacters)
  return [
    String(turns).padStart(5),
    `${windowTokens / 1_000}k`.padStart(8),
    `${times} x`.padStart(11),
    tokens(before).padStart(15),
    tokens(after).padStart(8),
    (before / after).toFixed(1).padStart(9),
    facts.toFixed(0).padStart(8),
    share(
      mean(({ kept }) => kept),
      facts,
    ).padStart(7),
    share(
      mean(({ keptByTruncation }) => keptByTruncation),
      facts,
    ).padStart(27),
    mean(({ durationMs }) => durationMs)
      .toFixed(0)
      .padStart(7),
  ].join('')
}

function sharesOf(all: readonly Measured[]): ReadonlyMap<string, string> {
  const sums = new Map<string, { facts: number; kept: number }>()
  for (const [kind, { facts, kept }] of all.flatMap(({ byKind }) => [...byKind])) {
    const sum = sums.get(kind) ?? { facts: 0, kept: 0 }
    sums.set(kind, { facts: sum.facts + facts, kept: sum.kept + kept })
  }
  return new Map([...sums].map(([kind, { facts, kept }]) => [kind, share(kept, facts)]))
}

function tokens(characters: number): string {
  return String(Math.round(characters / CHARACTERS_PER_TOKEN))
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(0)} %`
}

function write(line: string): void {
  process.stdout.write(`${line}\n`)
}
