// The flags of Node that a worker is started with: those of the primary, but that it decides for itself who collects its garbage.

/** Collects garbage without helper threads. */
const COLLECT_ALONE = '--single-threaded-gc'

/**
 * V8 collects garbage with the help of threads. Where the workers take all cores, those threads run in their place, and the
 * scheduler may let each have a tick of 4 ms: replies then waited for 16 to 20 ms (measured), and for 1 ms without them.
 *
 * @param primaryFlags `process.execArgv` of the primary
 * @param cores `os.availableParallelism()`
 */
export function workerFlags(
  primaryFlags: readonly string[],
  { workers, cores, diagnostics }: { readonly workers: number; readonly cores: number; readonly diagnostics: boolean },
): string[] {
  return [
    ...primaryFlags.filter((flag) => flag !== COLLECT_ALONE),
    ...(workers >= cores ? [COLLECT_ALONE] : []),
    ...(diagnostics ? ['--expose-gc'] : []),
  ]
}
