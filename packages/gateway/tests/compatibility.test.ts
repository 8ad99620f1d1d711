// Every client dialect to every kind of upstream: the cells of compatibility/matrix.ts, and the document that tells of
// them.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIENTS } from './compatibility/clients.ts'
import { currentDocument, DOCUMENT } from './compatibility/document.ts'
import { runCell, type Result } from './compatibility/run-matrix.ts'
import { startStage, type Stage } from './compatibility/stage.ts'
import { UPSTREAMS } from './compatibility/upstreams.ts'

const all: Result[] = []

describe.each(UPSTREAMS.map((upstream) => [upstream.name, upstream] as const))('to %s', (_, upstream) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage(upstream)
  })
  afterAll(async () => {
    await stage[Symbol.asyncDispose]()
  })

  const cells = CLIENTS.flatMap((client) => [false, true].map((stream) => [client, stream] as const))
  it.each(cells.map(([client, stream]) => [client.title, stream ? 'a stream' : 'JSON', client, stream] as const))(
    '%s: everything that can be works, as %s',
    async (_title, _form, client, stream) => {
      const results = await runCell(stage.cell(client, stream))
      all.push(...results)
      const failed = results.filter(({ failure }) => failure !== undefined)
      expect(failed.map(({ aspect, failure }) => `${aspect}: ${failure}`)).toEqual([])
    },
  )
})

it(`${DOCUMENT} says the same (npm run compatibility -- --write)`, () => {
  const written = readFileSync(resolve(import.meta.dirname, '../../..', DOCUMENT), 'utf8')
  expect(written).toBe(currentDocument(written, all))
})
