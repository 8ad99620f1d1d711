// How a statement is told the spans that it sums over, so that each row finds its own. SQLite joins the table with a list
// of values, and looks each span up in the index. PostgreSQL knows nothing of how much lies in a span that comes out of
// a list, and reads the table for each of them where it guesses too much: there the statement has one range, and each row
// is sorted into its span.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { isPostgres } from './migrations/columns.ts'
import type { Tables } from './schema.ts'
import type { Piece } from './usage-plan.ts'

export interface SpanCut {
  /** Stands before `select`. */
  readonly spans: RawBuilder<unknown>
  /** The span of a row: that of its piece. */
  readonly span: RawBuilder<unknown>
  /** What is read; the table's name in the statement is `t`. */
  readonly from: (table: string) => RawBuilder<unknown>
  readonly within: RawBuilder<unknown>
}

/** @param portions pieces in the order of time, for one statement each or more */
export function cutsOf(
  kysely: Kysely<Tables>,
  portions: readonly (readonly Piece[])[],
  column: 'slot' | 'started_at',
): SpanCut[] {
  const at = sql.ref(`t.${column}`)
  if (isPostgres(kysely)) return portions.flatMap(runsOf).map((run) => rangeCut(run, at))
  return portions.map((pieces) => listCut(pieces, at))
}

function listCut(pieces: readonly Piece[], at: RawBuilder<unknown>): SpanCut {
  const values = pieces.map(({ from, to, span }) => sql`(${from}, ${to}, ${span})`)
  return {
    spans: sql`with spans(first, last, span) as (values ${sql.join(values)})`,
    span: sql`spans.span`,
    from: (table) => sql`spans join ${sql.table(table)} t on ${at} >= spans.first and ${at} < spans.last`,
    within: sql`1 = 1`,
  }
}

/** @param run without gaps */
function rangeCut(run: readonly Piece[], at: RawBuilder<unknown>): SpanCut {
  const from = run[0]?.from ?? 0
  const to = run.at(-1)?.to ?? 0
  const starts = sql`${run.map((piece) => piece.from)}::bigint[]`
  const spans = sql`${run.map(({ span }) => span)}::int[]`
  return {
    spans: sql``,
    span: run.length === 1 ? sql`${run[0]?.span ?? 0}::int` : sql`(${spans})[width_bucket(${at}::bigint, ${starts})]`,
    from: (table) => sql`${sql.table(table)} t`,
    within: sql`${at} >= ${from} and ${at} < ${to}`,
  }
}

function runsOf(pieces: readonly Piece[]): Piece[][] {
  const runs: Piece[][] = []
  for (const piece of pieces) {
    const run = runs.at(-1)
    if (run?.at(-1)?.to === piece.from) run.push(piece)
    else runs.push([piece])
  }
  return runs
}
