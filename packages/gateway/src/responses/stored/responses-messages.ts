// What a worker asks the primary about stored responses: plain JSON, over the cluster's IPC. Texts travel as they are
// stored, sealed or not; both planes have the keys.

import type { MadeBy } from '../../relay/ports.ts'
import type { EventBatch, ObjectRow, Root, Save, SaveOutcome } from '../response-store.ts'

export type ResponsesAsk =
  | { readonly op: 'save'; readonly save: Save }
  | { readonly op: 'find'; readonly accountId: string; readonly responseId: string }
  | { readonly op: 'find-conversation'; readonly accountId: string; readonly conversationId: string }
  | { readonly op: 'objects'; readonly accountId: string; readonly hashes: readonly string[] }
  | { readonly op: 'item'; readonly accountId: string; readonly itemId: string }
  | { readonly op: 'heartbeat'; readonly accountId: string; readonly responseId: string; readonly token: string }
  | {
      readonly op: 'release'
      readonly accountId: string
      readonly responseId: string
      readonly token: string
      readonly counted: boolean
    }
  | ({ readonly op: 'append' } & EventBatch)

/** What there is to go on from. */
export interface FoundContext {
  readonly root: Root
  readonly made: MadeBy | null
  readonly status: string
  readonly conversationId: string | null
  /** Of a conversation. */
  readonly version: number
}

export type ResponsesReply = SaveOutcome | FoundContext | readonly ObjectRow[] | boolean | null

/** Asks the primary; rejects when it cannot tell. */
export interface ResponsesPort {
  ask(ask: Extract<ResponsesAsk, { op: 'save' }>): Promise<SaveOutcome>
  ask(ask: Extract<ResponsesAsk, { op: 'find' | 'find-conversation' }>): Promise<FoundContext | null>
  ask(ask: Extract<ResponsesAsk, { op: 'objects' | 'item' }>): Promise<readonly ObjectRow[]>
  ask(ask: Extract<ResponsesAsk, { op: 'heartbeat' | 'append' }>): Promise<boolean>
  ask(ask: Extract<ResponsesAsk, { op: 'release' }>): Promise<null>
}

/** @param answer keeps to what each question is answered with */
export function portOf(answer: (ask: ResponsesAsk) => Promise<ResponsesReply>): ResponsesPort {
  function ask(ask: Extract<ResponsesAsk, { op: 'save' }>): Promise<SaveOutcome>
  function ask(ask: Extract<ResponsesAsk, { op: 'find' | 'find-conversation' }>): Promise<FoundContext | null>
  function ask(ask: Extract<ResponsesAsk, { op: 'objects' | 'item' }>): Promise<readonly ObjectRow[]>
  function ask(ask: Extract<ResponsesAsk, { op: 'heartbeat' | 'append' }>): Promise<boolean>
  function ask(ask: Extract<ResponsesAsk, { op: 'release' }>): Promise<null>
  async function ask(question: ResponsesAsk): Promise<ResponsesReply> {
    return await answer(question)
  }
  return { ask }
}
