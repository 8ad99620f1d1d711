// Plays every aspect in every cell.

import { ASPECTS } from './aspects/all.ts'
import { CLIENTS } from './clients.ts'
import type { Cell, Limit } from './matrix.ts'
import { startStage } from './stage.ts'
import { UPSTREAMS } from './upstreams.ts'

export interface Result {
  readonly client: string
  readonly upstream: string
  readonly stream: boolean
  readonly aspect: string
  readonly limit: Limit | undefined
  /** What went wrong; undefined = nothing. */
  readonly failure: string | undefined
}

/** Parts of names; '' = all. */
export interface Choice {
  readonly client: string
  readonly upstream: string
  readonly aspect: string
}

/** Upstreams one after the other, and in each of them cell after cell: a fake has one ledger and one queue of answers. */
export async function runMatrix(
  report: (cell: string, results: readonly Result[]) => void,
  choice: Choice,
): Promise<Result[]> {
  const all: Result[] = []
  for (const upstream of UPSTREAMS.filter(({ name }) => name.includes(choice.upstream))) {
    await using stage = await startStage(upstream)
    for (const client of CLIENTS.filter(({ name }) => name.includes(choice.client))) {
      for (const stream of [false, true]) {
        const results = await runCell(stage.cell(client, stream), choice.aspect)
        all.push(...results)
        report(`${client.name} -> ${upstream.name}, ${stream ? 'stream' : 'JSON'}`, results)
      }
    }
  }
  return all
}

export async function runCell(cell: Cell, only = ''): Promise<Result[]> {
  const results: Result[] = []
  for (const aspect of ASPECTS.filter(({ name }) => name.includes(only))) {
    cell.fake.clearAnswers()
    cell.forget()
    let limit: Limit | undefined
    let failure: string | undefined
    try {
      limit = await aspect.run(cell)
      if (cell.fake.answersWaiting > 0) throw new Error('The upstream was not asked as often as expected.')
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
    }
    const { client, upstream, stream } = cell
    results.push({ client: client.name, upstream: upstream.name, stream, aspect: aspect.name, limit, failure })
  }
  return results
}
