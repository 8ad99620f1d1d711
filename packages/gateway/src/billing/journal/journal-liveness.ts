// Does the process that wrote a journal still run? Its file says which one that was: a process id, and where the system
// tells, the tick since boot at which it started. An id alone is not enough: in a container that is started again, the
// next process gets the same one.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { errorCode } from '../../core/error-code.ts'

/** `NAME-PID-tTICKS-RANDOM`: never the same twice. */
export function instanceName(name: string): string {
  const ticks = startTicks(process.pid)
  return `${name}-${process.pid}${ticks === null ? '' : `-t${ticks}`}-${randomBytes(5).toString('hex')}`
}

/** True in doubt: then its files stay a little longer, and nothing is lost. */
export function instanceIsAlive(instance: string): boolean {
  const [, pidText, ticks] = /-(\d+)(?:-t(\d+))?-[0-9a-f]+$/.exec(instance) ?? []
  if (pidText === undefined) return true
  const pid = Number(pidText)
  try {
    process.kill(pid, 0)
  } catch (error) {
    return errorCode(error) !== 'ESRCH'
  }
  const now = ticks === undefined ? null : startTicks(pid)
  return now === null || now === ticks
}

/** The 22nd field of Linux's proc_pid_stat(5); null where there is no such file. */
function startTicks(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name, which may hold anything but ends in the last bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
