// What a server costs, as the kernel counts it. A gateway may be a launcher, a primary and workers, so everything is
// summed over a process tree and split by depth: the deepest processes carry the request (foreground), those above
// them do what comes after it, such as the journal's way into the database (deferred).
//
// CPU comes from /proc/PID/task/TID/schedstat in nanoseconds. A thread that ends takes its figure along, so a
// thread's last known value is kept; the error is then at most what it did since the sample before.
import { readFileSync, readdirSync } from 'node:fs'

/** CPU time used so far, nanoseconds. */
export type CpuSample = { foregroundNs: number; deferredNs: number }

/** Resident memory, bytes. `anonymous` leaves the program's file pages out. */
export type MemorySample = { residentBytes: number; anonymousBytes: number }

export class ProcessTree {
  readonly #rootPid: number
  readonly #threads = new Map<string, { ns: number; foreground: boolean }>()

  constructor(rootPid: number) {
    this.#rootPid = rootPid
  }

  cpu(): CpuSample {
    for (const { pid, foreground } of this.processes()) {
      for (const tid of list(`/proc/${pid}/task`)) {
        const onCpu = read(`/proc/${pid}/task/${tid}/schedstat`).split(' ')[0]
        if (onCpu) this.#threads.set(`${pid}/${tid}`, { ns: Number(onCpu), foreground })
      }
    }
    const sample = { foregroundNs: 0, deferredNs: 0 }
    for (const { ns, foreground } of this.#threads.values()) {
      if (foreground) sample.foregroundNs += ns
      else sample.deferredNs += ns
    }
    return sample
  }

  memory(): MemorySample {
    const sample = { residentBytes: 0, anonymousBytes: 0 }
    for (const { pid } of this.processes()) {
      const status = read(`/proc/${pid}/status`)
      sample.residentBytes += kibibytes(status, 'VmRSS') * 1024
      sample.anonymousBytes += kibibytes(status, 'RssAnon') * 1024
    }
    return sample
  }

  /** The tree's processes; those at the greatest depth are the foreground. */
  processes(): Array<{ pid: number; foreground: boolean }> {
    const found: Array<{ pid: number; depth: number }> = []
    let level = [this.#rootPid]
    for (let depth = 0; level.length > 0; depth++) {
      for (const pid of level) found.push({ pid, depth })
      level = level.flatMap(childrenOf)
    }
    const deepest = Math.max(...found.map((process) => process.depth))
    return found.map(({ pid, depth }) => ({ pid, foreground: depth === deepest }))
  }
}

/** Time that one core was not idle and time stolen from it, in nanoseconds, since boot. */
export type CoreSample = { busyNs: number; stolenNs: number }

const NS_PER_TICK = 10_000_000

export function sampleCore(core: number): CoreSample {
  const line = read('/proc/stat')
    .split('\n')
    .find((entry) => entry.startsWith(`cpu${core} `))
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = (line ?? '')
    .split(' ')
    .slice(1)
    .map(Number)
  return { busyNs: (user + nice + system + irq + softIrq) * NS_PER_TICK, stolenNs: steal * NS_PER_TICK }
}

function childrenOf(pid: number): number[] {
  return list(`/proc/${pid}/task`).flatMap((tid) =>
    read(`/proc/${pid}/task/${tid}/children`).split(' ').filter(Boolean).map(Number),
  )
}

function kibibytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
}

// A process may be gone between the listing and the reading; it then simply has nothing more to say.
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
