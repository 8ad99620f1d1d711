// One running gateway among those that share a database: a primary and its workers.

import { randomBytes } from 'node:crypto'

/** What an instance says of itself, once; times are unix milliseconds. */
export interface InstanceCard {
  /** `ins_` and 20 hexadecimal digits: new at every start. */
  readonly instanceId: string
  /** For people: the host's name, as the system gives it. */
  readonly host: string
  readonly pid: number
  readonly version: string
}

/** As others see it; both times by the clock of the database. */
export interface InstanceRecord extends InstanceCard {
  readonly startedAtMs: number
  readonly seenAtMs: number
}

/** Who is there. `store/instance-store.ts` answers it. */
export interface InstanceStore {
  /** Says that this one is alive, and answers with all that are known, oldest first, and what the database's clock shows. */
  beat(card: InstanceCard): Promise<{ readonly nowMs: number; readonly instances: readonly InstanceRecord[] }>
  /** Takes those away that were last seen before `seenBeforeMs`, and these by name. */
  remove(gone: { readonly seenBeforeMs?: number; readonly instanceId?: string }): Promise<void>
}

export function newInstanceId(): string {
  return `ins_${randomBytes(10).toString('hex')}`
}
