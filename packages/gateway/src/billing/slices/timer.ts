/** Runs something later; what it returns prevents that. */
export type Timer = (run: () => void, ms: number) => () => void

export function realTimer(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}
