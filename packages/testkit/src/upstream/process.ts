import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Fault } from './fault.ts'
import type { FaultScope } from './fault-book.ts'
import type { LedgerEntry, LedgerTotals } from './ledger.ts'
import type { Script } from './script.ts'
import type { AnswerScope, ScriptedAnswer } from './scripted-answer.ts'

/** What the ledger of another process looks like: the same, with bodies as text. */
export interface RemoteLedger {
  readonly totals: LedgerTotals
  readonly entries: readonly (Omit<LedgerEntry, 'body'> & { readonly body: string })[]
}

/** The launcher that finds the right Node; run any program of this repository with it. */
export const LAUNCHER = fileURLToPath(new URL('../../../gateway/bin/run.cjs', import.meta.url))

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

/**
 * Starts a fake upstream as a process of its own, with the arguments of main.ts (`['--tokens', '50']`). Resolves when it listens;
 * rejects when it ends before that.
 */
export async function spawnFakeUpstream(args: readonly string[] = []): Promise<UpstreamProcess> {
  const launcher = spawn(process.execPath, [LAUNCHER, MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await Promise.race([
    once(createInterface(launcher.stdout), 'line'),
    once(launcher, 'exit').then(([code]) => {
      throw new Error(`The fake upstream ended with ${code} before it listened.`)
    }),
  ])
  return new UpstreamProcess(launcher, JSON.parse(String(line)))
}

interface Ready {
  readonly url: string
  readonly origin: string
  readonly port: number
  readonly pid: number
}

export class UpstreamProcess implements AsyncDisposable {
  readonly url: string
  readonly origin: string
  readonly port: number
  /** Of the upstream itself, not of its launcher. */
  readonly pid: number
  readonly #launcher: ChildProcess

  constructor(launcher: ChildProcess, ready: Ready) {
    this.#launcher = launcher
    this.url = ready.url
    this.origin = ready.origin
    this.port = ready.port
    this.pid = ready.pid
  }

  /** SIGKILL unless told otherwise; resolves when the process is gone. SIGSTOP and SIGCONT resolve at once. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.#launcher.exitCode !== null || this.#launcher.signalCode !== null) return
    process.kill(this.pid, signal)
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await once(this.#launcher, 'exit')
  }

  async setFault(fault: Fault | string | undefined, scope: FaultScope = {}): Promise<void> {
    await this.#post('fault', { fault: fault ?? null, ...scope })
  }

  async setScript(script: Partial<Script>): Promise<void> {
    await this.#post('script', script)
  }

  /** Queues answers, for whatever dialect asks next (scripted-answer.ts). */
  async answer(answers: ScriptedAnswer | readonly ScriptedAnswer[], scope: AnswerScope = {}): Promise<void> {
    // Infinity has no JSON; so many are as good.
    const times = scope.times === Infinity ? Number.MAX_SAFE_INTEGER : scope.times
    await this.#post('answer', { answers: [answers].flat(), ...scope, times })
  }

  /** Forgets faults, answers and ledger. */
  async reset(): Promise<void> {
    await this.#post('reset', {})
  }

  /** Totals, and the newest `last` entries. */
  async ledger(last = Infinity): Promise<RemoteLedger> {
    const response = await fetch(`${this.origin}/__testkit/ledger${last === Infinity ? '' : `?last=${last}`}`)
    return JSON.parse(await response.text())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  async #post(path: string, body: object): Promise<void> {
    const response = await fetch(`${this.origin}/__testkit/${path}`, { method: 'POST', body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`The fake upstream refused ${path}: ${await response.text()}`)
  }
}
