// One clock for generator and mock, which share a process on purpose: a stamp written by the one can be subtracted
// by the other without any question of skew.

/** Microseconds on the monotonic clock, with fractions. */
export function nowUs(): number {
  return performance.now() * 1000
}

/**
 * Calls `tick` again and again, polling sockets in between, until it returns false. A timer of Node is a millisecond
 * coarse, which is more than everything we want to measure; spinning costs the load generator's core and nothing else.
 */
export function spin(tick: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    function turn(): void {
      try {
        if (tick()) setImmediate(turn)
        else resolve()
      } catch (error) {
        reject(error)
      }
    }
    turn()
  })
}
