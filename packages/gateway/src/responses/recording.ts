// One answer that is to be kept: what its request was, who answered, and the saving of it.

import type { Logger } from 'pino'
import { numberOf } from '../core/json.ts'
import { decodeString, parseSpan, scanObject } from '../core/json-scan.ts'
import { SealEnvelope } from '../core/seal-envelope.ts'
import type { MadeBy } from '../relay/ports.ts'
import { chainOutput, outputItems } from './chain-items.ts'
import type { JobRun } from './jobs/job-run.ts'
import type { ResponseKeeper, ResponseToStore, SaveResult, StoredContext } from './keeper.ts'
import type { LocalContexts } from './local-contexts.ts'
import type { ResponsesPolicy } from '../identity/responses-policy.ts'
import type { Recorder } from './recording-sink.ts'
import type { StoredOutcome } from './responder.ts'

/** Longer than this nobody waits for the end of his answer. */
const PATIENCE_MS = 2_000
/** Of background work, for which nobody waits. */
const TRIES = 20
const PAUSE_MS = 1_000

export interface RecordingPorts {
  readonly keeper: Pick<ResponseKeeper, 'save'>
  readonly log: Logger
  readonly sealKey: Buffer
  saved(outcome: StoredOutcome): void
}

export interface ToRecord {
  readonly requestId: string
  readonly accountId: string
  readonly keyId: string
  /** Null = it is not stored, only remembered on the connection. */
  readonly policy: ResponsesPolicy | null
  readonly previous: string | null
  readonly conversation: string | null
  readonly context: StoredContext | null
  /** Raw JSON of each item of the request. */
  readonly input: () => readonly string[]
  readonly local: LocalContexts | null
  readonly job: JobRun | null
}

export class Recording implements Recorder {
  readonly #ports: RecordingPorts
  readonly #what: ToRecord
  readonly #count: (change: 1 | -1) => void
  #made: MadeBy | null = null

  /** @param count is told while an answer waits to be stored */
  constructor(ports: RecordingPorts, what: ToRecord, count: (change: 1 | -1) => void) {
    this.#ports = ports
    this.#what = what
    this.#count = count
  }

  madeBy(made: MadeBy): void {
    this.#made = made
  }

  async flushed(): Promise<void> {
    await this.#what.job?.flushed()
  }

  async save(response: string): Promise<boolean> {
    this.#count(1)
    try {
      const kept = await this.#keep(response)
      return kept
    } catch (error) {
      this.#ports.log.error({ err: error, requestId: this.#what.requestId }, 'a response could not be kept')
      this.#ports.saved('failed')
      return false
    } finally {
      this.#count(-1)
    }
  }

  async #keep(response: string): Promise<boolean> {
    const { policy, local } = this.#what
    const told = readResponse(response)
    const input = this.#what.input()
    const output = chainOutput(response, this.#envelope())
    const kept = policy !== null && told.id !== null && (await this.#store(response, told, input, output, policy))
    if (!kept && local !== null && told.id !== null && GOES_ON.has(told.status)) {
      const items = [...(this.#what.context?.items ?? []), ...input, ...(output ?? outputItems(response))]
      local.remember(told.id, { items, made: this.#made })
    }
    return kept
  }

  async #store(
    response: string,
    { id, createdAtMs }: Told,
    input: readonly string[],
    output: readonly string[] | null,
    policy: ResponsesPolicy,
  ): Promise<boolean> {
    const { accountId, keyId, previous, conversation, context, job } = this.#what
    const record: ResponseToStore = {
      responseId: id ?? '',
      accountId,
      keyId,
      policy,
      previousResponseId: previous,
      conversationId: conversation,
      createdAtMs,
      response,
      context,
      input,
      ...(output === null ? {} : { output }),
      made: this.#made,
      ...(job === null ? {} : { lease: job.lease }),
    }
    const result = job === null ? await this.#saveSoon(record) : await this.#saveSurely(record)
    if (result === 'late')
      this.#ports.log.warn({ requestId: this.#what.requestId }, 'storing a response takes too long')
    // What somebody else has done with background work is theirs to count.
    if (result !== 'lost') this.#ports.saved(result)
    return result === 'stored' || result === 'lost'
  }

  async #saveSoon(record: ResponseToStore): Promise<SaveResult | 'late'> {
    const { promise, resolve } = Promise.withResolvers<'late'>()
    const timer = setTimeout(() => resolve('late'), PATIENCE_MS)
    try {
      return await Promise.race([this.#ports.keeper.save(record), promise])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Nobody waits, and it cannot be had again for nothing. */
  async #saveSurely(record: ResponseToStore): Promise<SaveResult> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#ports.keeper.save(record)
      } catch (error) {
        if (tries === TRIES) throw error
        await new Promise((resolve) => {
          setTimeout(resolve, PAUSE_MS).unref()
        })
      }
    }
  }

  #envelope(): SealEnvelope {
    return new SealEnvelope(this.#ports.sealKey, this.#what.accountId, this.#made?.origin ?? '')
  }
}

const GOES_ON: ReadonlySet<string> = new Set(['completed', 'incomplete'])

interface Told {
  readonly id: string | null
  readonly status: string
  readonly createdAtMs: number
}

/** @param response raw JSON, as Unicode text; its ids are ASCII */
function readResponse(response: string): Told {
  let id: string | null = null
  let status = ''
  let createdAtMs = Date.now()
  scanObject(response, 0, (name, start, end) => {
    if (name === 'id') id = decodeString(response, start, end)
    else if (name === 'status') status = decodeString(response, start, end) ?? ''
    else if (name === 'created_at')
      createdAtMs = (numberOf(parseSpan(response, start, end)) ?? Date.now() / 1_000) * 1_000
  })
  return { id, status, createdAtMs }
}
