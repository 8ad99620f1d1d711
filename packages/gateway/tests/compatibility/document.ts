// docs/compatibility.md, from the results of a whole run.

import { ASPECTS } from './aspects/all.ts'
import { CLIENTS } from './clients.ts'
import type { Result } from './run-matrix.ts'
import { UPSTREAMS } from './upstreams.ts'

/** From the root of the repository. */
export const DOCUMENT = 'docs/compatibility.md'

const WORKS = '✓'
const PARTLY = '◐'
const NONE = '–'
const FAILS = '✗'

/** @param date as `2026-11-21` */
export function documentOf(results: readonly Result[], date: string): string {
  const notes = new Notes()
  const tables = CLIENTS.map(({ name, title }) => {
    const rows = ASPECTS.map((aspect) => [
      aspect.name,
      ...UPSTREAMS.map((upstream) =>
        cellText(
          results.filter(
            (result) => result.client === name && result.upstream === upstream.name && result.aspect === aspect.name,
          ),
          notes,
        ),
      ),
    ])
    return `### ${title}\n\n${tableOf(['', ...UPSTREAMS.map((upstream) => upstream.name)], rows)}`
  })
  return `# Compatibility

<!-- Made by \`npm run compatibility -- --write\`. -->

What works between every client dialect and every kind of upstream, tried on ${date}: each client through its vendor's
official SDK, the whole gateway, and a fake of each provider that refuses what the real one refuses. Every mark stands for
what the client saw and what the upstream received. \`npm run compatibility\` tries it all again.

| Mark | Meaning |
|---|---|
| ${WORKS} | Works, as one JSON answer and as a stream |
| ${PARTLY} | Works, with what the note says |
| ${NONE} | Cannot be, for the reason in the note |
| ${FAILS} | Fails |

Two marks, where JSON and stream differ, are in this order.

## At a glance

Checks that pass, partly included, of those that can be: JSON and stream.

${glance(results)}

## By client

${tables.join('\n\n')}

### Notes

${notes.toText()}

## Upstreams

${tableOf(
  ['', 'Family', 'Tried with'],
  UPSTREAMS.map(({ name, family, about }) => [name, family, about]),
)}

## Rows

${tableOf(
  ['', 'What is tried'],
  ASPECTS.map(({ name, meaning }) => [name, meaning]),
)}
`
}

/** What a document would say now, under its own date. */
export function currentDocument(written: string, results: readonly Result[]): string {
  return documentOf(results, /tried on (\d{4}-\d\d-\d\d)/.exec(written)?.[1] ?? '')
}

/** For the document and for the terminal. */
export function glance(results: readonly Result[]): string {
  const rows = CLIENTS.map(({ name, title }) => [
    title,
    ...UPSTREAMS.map((upstream) => {
      const ofPair = results.filter((result) => result.client === name && result.upstream === upstream.name)
      return [false, true].map((stream) => tally(ofPair.filter((result) => result.stream === stream))).join(' · ')
    }),
  ])
  return tableOf(['', ...UPSTREAMS.map(({ name }) => name)], rows)
}

function tally(results: readonly Result[]): string {
  const possible = results.filter(({ limit }) => limit?.mark !== 'none')
  return `${possible.filter(({ failure }) => failure === undefined).length}/${possible.length}`
}

function cellText(results: readonly Result[], notes: Notes): string {
  const marks = results.map((result) => markOf(result, notes))
  return [...new Set(marks)].join(' / ')
}

function markOf({ failure, limit }: Result, notes: Notes): string {
  if (failure !== undefined) return FAILS
  if (limit === undefined) return WORKS
  return `${limit.mark === 'partly' ? PARTLY : NONE} ${notes.number(limit.reason)}`
}

/** Reasons under numbers, each once. */
class Notes {
  readonly #reasons: string[] = []

  number(reason: string): string {
    if (!this.#reasons.includes(reason)) this.#reasons.push(reason)
    return `[${this.#reasons.indexOf(reason) + 1}]`
  }

  toText(): string {
    return this.#reasons.map((reason, index) => `- [${index + 1}] ${reason}`).join('\n')
  }
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n').replaceAll('|  |', '| |')
}
