// How the classifier of task types does on kinds of prompts that it has not seen, and how sure it may therefore be of itself.
import { besideEachOther } from '../../src/routing/auto/picker/tables.ts'
import { TASK_TYPES } from '../../src/routing/auto/picker/task-types.ts'
import { readHeads, type WordHeads } from '../../src/routing/auto/picker/word-heads.ts'
import { type FittedHead, fitTaskHead, type TaskExample } from './fit-task-head.ts'

export interface HeldOut {
  readonly label: number
  readonly shares: Float64Array
}

/** `kinds`: how each of the first examples was written; examples beyond them only train. */
export function heldOutShares(examples: readonly TaskExample[], kinds: readonly string[]): HeldOut[] {
  return [...new Set(kinds)].flatMap((kind) => {
    const head = headOf(
      fitTaskHead(
        examples.filter((_, index) => kinds[index] !== kind),
        TASK_TYPES.length,
      ),
    )
    return examples
      .filter((_, index) => kinds[index] === kind)
      .map(({ point, label }) => ({ label, shares: readHeads(head, point).shares }))
  })
}

/** Its column of efforts is empty. */
function headOf({ weights, classes, step, intercepts }: FittedHead): WordHeads {
  const none = new Int8Array(weights.length / classes)
  return {
    weights: besideEachOther(weights, classes, none),
    classes,
    step,
    intercepts,
    effortStep: 1,
    effortIntercept: 0,
  }
}

export function printHeldOut(heldOut: readonly HeldOut[]): void {
  const right = heldOut.map(({ label, shares }) => shares.indexOf(Math.max(...shares)) === label)
  const percent = (hits: readonly boolean[]) =>
    ((100 * hits.filter(Boolean).length) / Math.max(hits.length, 1)).toFixed(1)
  console.log(`our own corpus, whole kinds of prompts held out: ${percent(right)} % right`)
  for (const [label, type] of TASK_TYPES.entries())
    console.log(`  ${type} ${percent(right.filter((_, index) => heldOut[index]?.label === label))} %`)
}

/**
 * What to multiply a head's scores by so that its shares are as likely as can be for what it has not seen: a regression
 * that knows its training prompts by heart is too sure of the others. From .1 to 4 in steps of five per cent.
 */
export function scaleOf(heldOut: readonly HeldOut[]): number {
  const scales = Array.from({ length: 76 }, (_, step) => Math.round(100 * 0.1 * 1.05 ** step) / 100)
  const surprise = (scale: number) =>
    heldOut.reduce((sum, { label, shares }) => {
      const powers = shares.map((share) => share ** scale)
      return sum - Math.log((powers[label] ?? 0) / powers.reduce((all, power) => all + power, 0) + 1e-12)
    }, 0)
  return scales.reduce((best, scale) => (surprise(scale) < surprise(best) ? scale : best))
}
