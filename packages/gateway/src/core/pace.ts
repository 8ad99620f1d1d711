// Work that nobody waits for, cut into pieces, so that those for whom somebody waits come in between: the other callbacks
// of this process, and a worker that shares its core.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

export interface Pace {
  /** How many items of `itemUs` microseconds make a piece; at least one. */
  piece(itemUs: number): number
  /** Between two pieces. */
  pause(): Promise<void>
}

/**
 * A process that sleeps gives its core away at once. One that only polls keeps it until the scheduler takes it away: after
 * a tick of 4 ms on many a Linux, and twice a second that is the slowest of a hundred first tokens.
 */
const GENTLE: Pace = {
  piece: (itemUs) => Math.max(1, Math.floor(500 / itemUs)),
  pause: () => sleep(1),
}

/** On a machine near its limit it counts what gets done, and coming back after each sleep makes the work a third dearer. */
const BRISK: Pace = {
  piece: (itemUs) => Math.max(1, Math.floor(3000 / itemUs)),
  pause: () => nextTurn(),
}

/** Some 3,000 calls a second, brought in twice a second. */
const MOST_GENTLE_ROWS = 1500

/** @param rows that lie there to be brought in at once */
export function paceFor(rows: number): Pace {
  return rows <= MOST_GENTLE_ROWS ? GENTLE : BRISK
}
