// Connections that are on their way to a worker when it dies.
//
// The cluster module accepts in the primary and sends each connection to a worker, which says that it has it. Whoever
// dies in between leaves the connection open here, and its client waiting for ever: Node forgets it (seen with 26.10).
// So what was sent and not confirmed is remembered, and goes to another worker. A worker that died before it confirmed
// has not read from the connection; nothing is served twice.
//
// This listens to messages that Node regards as its own (lib/internal/cluster/round_robin_handle.js). Where a release
// words them otherwise, nothing is recognised, and all is as Node left it.

import type { ChildProcess, SendHandle } from 'node:child_process'
import { isJsonObject } from '../core/json.ts'

interface Handoff {
  readonly message: NewConnection
  readonly handle: Connection
}

interface NewConnection {
  readonly cmd: 'NODE_CLUSTER'
  readonly act: 'newconn'
  readonly seq: number
}

interface Connection {
  /** Below 0 once it is closed. */
  readonly fd: number
  close(): void
}

export class Handoffs {
  readonly #underway = new Map<number, Handoff>()
  readonly #process: ChildProcess
  readonly #send: ChildProcess['send']

  /** Watches what the cluster module sends to `process` from now on. */
  constructor(process: ChildProcess) {
    this.#process = process
    this.#send = process.send.bind(process)
    process.send = (...args: unknown[]): boolean => {
      const [message, handle] = args
      if (isNewConnection(message) && isConnection(handle)) this.#underway.set(message.seq, { message, handle })
      return Reflect.apply(this.#send, undefined, args)
    }
    process.on('internalMessage', (message: unknown) => {
      if (isJsonObject(message) && typeof message['ack'] === 'number') this.#underway.delete(message['ack'])
    })
  }

  /** The worker is dead: another one gets what it had not confirmed, or, where there is none, clients are told by the end of the connection. */
  passTo(heir: Handoffs | undefined): number {
    let passed = 0
    for (const { message, handle } of this.#underway.values()) {
      if (handle.fd < 0) continue
      passed += 1
      if (heir === undefined || !heir.#process.connected) handle.close()
      else heir.#process.send(message, handle as unknown as SendHandle)
    }
    this.#underway.clear()
    return passed
  }
}

function isNewConnection(message: unknown): message is NewConnection {
  return (
    isJsonObject(message) &&
    message['cmd'] === 'NODE_CLUSTER' &&
    message['act'] === 'newconn' &&
    typeof message['seq'] === 'number'
  )
}

function isConnection(handle: unknown): handle is Connection {
  if (typeof handle !== 'object' || handle === null || !('fd' in handle) || !('close' in handle)) return false
  return typeof handle.fd === 'number' && typeof handle.close === 'function'
}
