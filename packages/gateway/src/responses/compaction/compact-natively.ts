// A compaction by the upstream itself (OpenAI's). What it gives it alone can read, so notes of ours are packed together
// with it: it gets its own back, and everybody else the notes.

import { arrayOf, isJsonObject, parseJsonObject, stringOf, type JsonObject } from '../../core/json.ts'
import type { MadeBy, RelayRequest } from '../../relay/ports.ts'
import { type Collected, CollectorSink } from '../collector-sink.ts'
import { chooseWaiting } from './choose-tail.ts'
import { compactItems } from './compact-items.ts'
import { bodyWith, nativeBody, readableItems } from './compaction-bodies.ts'
import type { CompactionEnvelope } from './compaction-envelope.ts'
import { endpointOf, NOTHING_USED, passOn } from './compaction-replies.ts'
import { expandItems } from './expand-items.ts'
import { fingerprint } from './fingerprint.ts'
import { viewItem } from './item-view.ts'
import type { Leaving } from './leaving.ts'
import type { NativeCompaction } from './payload.ts'

export interface NativeAsk {
  readonly call: (request: RelayRequest) => void
  readonly envelope: CompactionEnvelope
  readonly request: RelayRequest
  /** The request's, parsed. */
  readonly body: JsonObject
  /** Raw JSON, oldest first. */
  readonly items: readonly string[]
  /** What notes and last turns may weigh. */
  readonly mostCharacters: number
  readonly left: Leaving
}

const MOST_REPLY_BYTES = 32 * 1024 * 1024

/** True: the client is answered. False: the upstream does not compact after all. */
export async function compactNatively(ask: NativeAsk): Promise<boolean> {
  const { call, envelope, request, body, items, left } = ask
  const expanded = expandItems(envelope, request.principal.accountId, items, stringOf(body['instructions']))
  // Calls that wait for their output are no part of what is over: the upstream would refuse them, and their output, when
  // it comes, has to find them.
  const waiting = waitingOf(expanded.items)
  const over = (all: readonly string[]): readonly string[] => readableItems(all).filter((raw) => !waiting.has(raw))
  const sink = new CollectorSink(MOST_REPLY_BYTES)
  left.also(() => sink.abandon())
  let made: MadeBy | null = null
  const { scan: _, ...rest } = request
  call({
    ...rest,
    endpoint: endpointOf('/v1/responses/compact'),
    body: bodyWith(body, over(expanded.items)),
    native: nativeBody(body, expanded, over),
    sink,
    madeBy: (who) => {
      made = who
    },
  })
  const reply = await sink.collected
  if (left.gone) return true
  if (reply.status !== 200) {
    if (isFinal(reply)) passOn(request, reply)
    return isFinal(reply)
  }
  const value = parseJsonObject(reply.body)
  const output = (arrayOf(value?.['output']) ?? []).filter(isJsonObject)
  const at = output.findLastIndex((item) => item['type'] === 'compaction')
  const item = output[at]
  if (value === null || item === undefined) return false
  const packed = await pack(ask, over(items), item, output, made)
  const waits = [...waiting].map((raw) => parseJsonObject(raw)).filter((one) => one !== null)
  const whole = { ...value, output: [...output.with(at, packed), ...waits], usage: value['usage'] ?? NOTHING_USED }
  passOn(request, reply, JSON.stringify(whole))
  return true
}

async function pack(
  { envelope, request, body, mostCharacters }: NativeAsk,
  items: readonly string[],
  item: JsonObject,
  output: readonly JsonObject[],
  made: MadeBy | null,
): Promise<JsonObject> {
  const { accountId } = request.principal
  const payload = await compactItems({
    envelope,
    accountId,
    items,
    instructions: stringOf(body['instructions']) ?? '',
    mostCharacters,
    mostTranscriptCharacters: 0,
    within: false,
    summarize: null,
  })
  // What stands beside the item is not covered by it.
  const beside = new Set(output.map((other) => fingerprint(viewItem(JSON.stringify(other)))))
  const covers = payload.covers.filter((print) => !beside.has(print))
  const native = made === null ? {} : { native: nativeOf(item, made) }
  return { ...item, encrypted_content: envelope.close(accountId, { ...payload, covers, ...native }) }
}

function nativeOf(item: JsonObject, { origin, credential }: MadeBy): NativeCompaction {
  const id = stringOf(item['id']) ?? ''
  return { origin, credential, id, encryptedContent: stringOf(item['encrypted_content']) ?? '' }
}

/** Raw JSON. */
function waitingOf(items: readonly string[]): ReadonlySet<string> {
  return new Set(chooseWaiting(items.map(viewItem)).map((index) => items[index] ?? ''))
}

/** Errors that doing it ourselves would not help. */
function isFinal({ status, body }: Collected): boolean {
  if (status === 400) return !/context_length_exceeded|do not offer/.test(body)
  return status === 401 || status === 402 || status === 403 || status === 413 || status === 422 || status === 429
}
