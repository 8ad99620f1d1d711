import { CheckFailed } from '../lib/check.ts'
import { describeError } from '../lib/describe-error.ts'
import { Skipped } from './row.ts'
import type { Row } from './row.ts'

export type Result = 'PASS' | 'FAIL' | 'pending' | 'skipped'

export interface Outcome {
  readonly row: Row
  readonly result: Result
  /** Why it failed or was skipped, who owns it, or a remark. */
  readonly detail: string
  readonly ms: number
}

export function outcomeOf(row: Row, thrown: unknown, remark: string, ms: number): Outcome {
  if (thrown instanceof Skipped) return { row, result: 'skipped', detail: thrown.message, ms }
  const failure = thrown === undefined ? undefined : messageOf(thrown)
  if (row.pending !== undefined) {
    return {
      row,
      result: 'pending',
      detail: `${row.pending}; now: ${failure === undefined ? 'passes' : firstLine(failure)}`,
      ms,
    }
  }
  return failure === undefined
    ? { row, result: 'PASS', detail: remark, ms }
    : { row, result: 'FAIL', detail: failure, ms }
}

export function formatOutcome({ row, result, detail, ms }: Outcome, verbose: boolean): string {
  const line = `${row.seed.padEnd(9)} ${result.padEnd(7)} ${row.what}`
  if (result === 'pending' || result === 'skipped') return `${line}  (${detail})`
  const shown = verbose || result === 'FAIL' ? detail : ''
  const timed = verbose ? `${line}  [${Math.round(ms)} ms]` : line
  return shown === '' ? timed : `${timed}\n${indent(verbose ? shown : shown.slice(0, 600))}`
}

/** The last line of the run: skipped rows are named only when there are some. */
export function summary(outcomes: readonly Outcome[]): string {
  const count = (result: Result) => outcomes.filter((outcome) => outcome.result === result).length
  const skipped = count('skipped')
  return `${count('PASS')} passed, ${count('FAIL')} failed, ${count('pending')} pending${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

function messageOf(thrown: unknown): string {
  return thrown instanceof CheckFailed ? thrown.message : describeError(thrown)
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, 120) ?? ''
}

function indent(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '            ')
}
