// Stored responses as a gateway has them: a library on a database, and the keepers of its workers.
import { DEFAULT_RESPONSES_POLICY, type ResponsesPolicy } from '../../identity/responses-policy.ts'
import type { ResponseToStore, StoredContext } from '../../responses/keeper.ts'
import type { JobName } from '../../responses/response-library.ts'
import { StoredLibrary } from '../../responses/stored/library.ts'
import { portOf, type ResponsesAsk } from '../../responses/stored/responses-messages.ts'
import { StoreKeys } from '../../responses/stored/store-keys.ts'
import { WorkerKeeper } from '../../responses/worker-keeper.ts'
import type { Database } from '../database.ts'

export interface Desk {
  readonly library: StoredLibrary
  readonly asks: ResponsesAsk[]
  readonly ended: JobName[]
  clock: { nowMs: number }
  /** A worker of this gateway. */
  worker(): WorkerKeeper
}

/** With the same secret, so that several are one installation. */
export function deskOn(database: Database, clock = { nowMs: 1_700_000_000_000 }): Desk {
  const keys = new StoreKeys(Buffer.alloc(32, 5))
  const now = (): number => clock.nowMs
  const asks: ResponsesAsk[] = []
  const ended: JobName[] = []
  const lanes = database.kind === 'postgres' ? 4 : 1
  const library = new StoredLibrary({
    store: database.responses,
    keys,
    now,
    lanes,
    jobEnded: (job) => void ended.push(job),
  })
  // As over IPC: everything that travels is plain JSON.
  const port = portOf(async (ask) => {
    asks.push(ask)
    return JSON.parse(JSON.stringify(await library.answer(JSON.parse(JSON.stringify(ask)) as ResponsesAsk)))
  })
  return { library, asks, ended, clock, worker: () => new WorkerKeeper({ port, keys, now }) }
}

export interface Turn {
  readonly id: string
  readonly account?: string
  readonly input?: readonly string[]
  readonly output?: readonly string[]
  readonly context?: StoredContext | null
  readonly policy?: Partial<ResponsesPolicy>
  readonly changes?: Partial<ResponseToStore>
  readonly status?: string
  /** Of the object, beside what every one has. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly createdAtMs?: number
}

export function turn(wanted: Turn): ResponseToStore {
  const { id, account = 'acc_a', input = [user(`ask ${id}`)], output = [answer(id, `say ${id}`)], context = null } = wanted
  const { status = 'completed', members = {}, policy = {}, changes = {}, createdAtMs = 1_700_000_000_000 } = wanted
  const head = JSON.stringify({ id, object: 'response', status, ...members }).slice(0, -1)
  return {
    responseId: id,
    accountId: account,
    keyId: 'key_a',
    policy: { ...DEFAULT_RESPONSES_POLICY, ...policy },
    previousResponseId: context?.responseId ?? null,
    conversationId: null,
    createdAtMs,
    response: `${head},"output":[${output.join(',')}],"usage":{"input_tokens":1.0}}`,
    context,
    input,
    made: { origin: 'openai/0', credential: 'abc', model: 'gpt-4o', upstreamId: null },
    ...changes,
  }
}

export function user(text: string): string {
  return JSON.stringify({ role: 'user', content: text })
}

export function answer(id: string, text: string): string {
  return JSON.stringify({
    id: `msg_${id}`,
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text, annotations: [] }],
  })
}
