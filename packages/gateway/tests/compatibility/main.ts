// npm run compatibility: plays the matrix and prints the table.

import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { currentDocument, DOCUMENT, documentOf, glance } from './document.ts'
import { runMatrix, type Result } from './run-matrix.ts'

const HELP = `Usage: npm run compatibility -- [options]

Tries every client dialect against every kind of upstream, and prints what works.

  --client NAME      Only clients whose name holds this: openai-chat, openai-responses, anthropic-messages, gemini
  --upstream NAME    Only upstreams whose name holds this: openai-compatible, openai, azure-openai, anthropic, gemini,
                     vertex, bedrock
  --aspect NAME      Only rows whose name holds this
  --write            Writes ${DOCUMENT}, after a whole run without failures

Examples:
  npm run compatibility
  npm run compatibility -- --client anthropic --upstream bedrock --aspect reasoning
`

const { values: options } = parseArgs({
  options: {
    client: { type: 'string', default: '' },
    upstream: { type: 'string', default: '' },
    aspect: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) process.stdout.write(HELP)
else process.exitCode = await main()

async function main(): Promise<number> {
  const { client, upstream, aspect } = options
  const startedMs = performance.now()
  const results = await runMatrix(report, { client, upstream, aspect })
  const failures = results.filter(({ failure }) => failure !== undefined).length
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  process.stdout.write(`\n${glance(results)}\n\n${results.length} checks in ${seconds} s, ${failures} failed\n`)
  const isWhole = `${client}${upstream}${aspect}` === ''
  if (results.length === 0) process.stdout.write('Nothing fits these names. --help lists them.\n')
  else if (options.write) return write(results, isWhole, failures)
  else if (isWhole && failures === 0) compare(results)
  return failures === 0 && results.length > 0 ? 0 : 1
}

function report(cell: string, results: readonly Result[]): void {
  const failed = results.filter(({ failure }) => failure !== undefined)
  process.stdout.write(`${failed.length === 0 ? 'ok  ' : 'FAIL'} ${cell}\n`)
  for (const { aspect, failure } of failed) process.stdout.write(`     ${aspect}: ${failure?.slice(0, 2_000)}\n`)
}

function write(results: readonly Result[], isWhole: boolean, failures: number): number {
  if (!isWhole || failures > 0) {
    process.stdout.write(`${DOCUMENT} is written after a whole run without failures only.\n`)
    return 1
  }
  writeFileSync(pathOfDocument(), documentOf(results, new Date().toISOString().slice(0, 10)))
  process.stdout.write(`${DOCUMENT} written\n`)
  return 0
}

function compare(results: readonly Result[]): void {
  const written = readFileSync(pathOfDocument(), 'utf8')
  if (written !== currentDocument(written, results))
    process.stdout.write(`${DOCUMENT} says something else: npm run compatibility -- --write\n`)
}

function pathOfDocument(): string {
  return resolve(import.meta.dirname, '../../../..', DOCUMENT)
}
