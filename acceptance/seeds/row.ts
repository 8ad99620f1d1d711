import type { Context } from './context.ts'

export interface Row {
  /** `seed-000` … `seed-004`, or `gateway` for what the pages leave unsaid. `--only` chooses by it. */
  readonly seed: string
  readonly what: string
  /** The issue that owns this row, as long as it does not count: `issue 6: Responses API`. Deleting it turns the row on. */
  readonly pending?: string
  /** Throws when something differs from the page. May return a remark for `--verbose`. */
  run(context: Context): Promise<string | void>
}

/** Thrown by a row that cannot run here; the message says what is missing. Never silent: it is printed and counted. */
export class Skipped extends Error {
  override readonly name = 'Skipped'
}
