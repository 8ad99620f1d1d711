// Milliseconds that every process of this machine counts alike, and that nobody can set: the time since it was started.
// `performance.now()` counts from the start of its process, so two processes cannot compare it.

const [seconds, nanos] = process.hrtime()
const startedAtMs = seconds * 1_000 + nanos / 1e6 - performance.now()

/** Goes on while a process is stopped (SIGSTOP): whoever wakes up sees how long it slept. */
export function machineNowMs(): number {
  return startedAtMs + performance.now()
}
