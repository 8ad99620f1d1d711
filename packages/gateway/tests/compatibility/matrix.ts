// The compatibility matrix: every client dialect through the gateway to every kind of upstream, whole and streamed.
//
//   cell     one client, one upstream, JSON or stream
//   aspect   one thing that must work in a cell: a question or a few, and what both ends saw of it
//
// `run-matrix.ts` plays all aspects in all cells; `compatibility.test.ts` demands that none fails, and
// `main.ts` (`npm run compatibility`) shows the table. The fake upstreams are strict: what the real provider refuses
// they refuse too, so that a request which arrives well is also one that would be taken.

import type { FakeUpstream } from '@fairlead/testkit'
import type { Ask, Told } from '@fairlead/testkit/clients/sdk/index.ts'
import type { StoredUsageRecord } from '../../src/billing/usage/usage-record.ts'
import type { Client } from './clients.ts'
import type { Received } from './received/received.ts'
import type { Upstream } from './upstreams.ts'

export interface Cell {
  readonly client: Client
  readonly upstream: Upstream
  readonly stream: boolean
  readonly fake: FakeUpstream
  /** Asks through the gateway, as this client, in this cell's way. @param model default: the upstream's one */
  ask(ask: Omit<Ask, 'stream'>, model?: string): Promise<Told>
  /** Posts as no SDK would, in this dialect's own way of asking for a stream or not. @returns the body */
  raw(body: object): Promise<string>
  /** The newest request that the upstream has received. @throws when there is none since `forget` */
  received(): Received
  /** What the gateway itself has counted for the newest call. */
  booked(): Promise<StoredUsageRecord | undefined>
  /** The ledger forgets what came before. */
  forget(): void
  /** A model whose health is nobody else's: for what breaks things. */
  fragile(kind: string): string
}

export interface Aspect {
  readonly name: string
  /** For the document: what is asked, and what is looked at. */
  readonly meaning: string
  /** @throws {Error} when it does not work. @returns what this cell cannot give, if anything */
  run(cell: Cell): Promise<Limit | undefined>
}

/** Something that this pair of client and upstream cannot have, and why. Said of both forms, or of one. */
export interface Limit {
  /** `partly`: it works, with something missing. `none`: it cannot be. */
  readonly mark: 'partly' | 'none'
  readonly reason: string
}

export function partly(reason: string): Limit {
  return { mark: 'partly', reason }
}

export function none(reason: string): Limit {
  return { mark: 'none', reason }
}
