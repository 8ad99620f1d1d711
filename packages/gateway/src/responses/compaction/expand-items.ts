// Compaction items of ours become what they stand for: instructions, notes, and the last turns as they were. What a
// compaction has covered is left out in front of it, by its content: whoever kept something new there keeps it.

import { GatewayError } from '../../core/errors.ts'
import { stringOf } from '../../core/json.ts'
import { type CompactionEnvelope, isCompactionEnvelope } from './compaction-envelope.ts'
import type { ExpandedItems, NativeItems } from './compaction-port.ts'
import { isEmpty } from './extract-notes.ts'
import { fingerprint } from './fingerprint.ts'
import { viewItem, type ItemView } from './item-view.ts'
import type { CompactionPayload } from './payload.ts'
import { renderNotes } from './render-notes.ts'

/** One that is among the items, opened. */
export interface OpenedItem {
  readonly view: ItemView
  /** Null for every item that is no compaction of ours. */
  readonly payload: CompactionPayload | null
}

/** Of one request: what its compactions hold, unpacked. A small item may hold a lot. */
const MOST_BYTES = 32 * 1024 * 1024

/** Opens the compaction items of one request. */
export class ItemOpener {
  readonly #envelope: CompactionEnvelope
  readonly #accountId: string
  #bytes = 0

  constructor(envelope: CompactionEnvelope, accountId: string) {
    this.#envelope = envelope
    this.#accountId = accountId
  }

  /** @throws {GatewayError} 400 for one that cannot be opened, 413 for one too many */
  open(view: ItemView): OpenedItem {
    const content = view.kind === 'compaction' ? stringOf(view.value['encrypted_content']) : undefined
    if (content === undefined || !isCompactionEnvelope(content)) return { view, payload: null }
    const opened = this.#envelope.open(this.#accountId, content)
    if (opened === null) throw new GatewayError('invalid_request', UNREADABLE, { param: 'input' })
    this.#bytes += opened.bytes
    if (this.#bytes > MOST_BYTES) throw new GatewayError('request_too_large', TOO_MUCH, { param: 'input' })
    return { view, payload: opened.payload }
  }
}

const UNREADABLE =
  'The `encrypted_content` of a compaction item in `input` cannot be opened: it was changed, or made for another account. Send it as it came, or the conversation itself.'
const TOO_MUCH = 'The compaction items in `input` hold more than one request may. Send the newest of them alone.'

/** What stands in a list of items after those before it. */
interface Placed {
  readonly raw: string
  /** What a later compaction calls it. */
  readonly print: string
  /** Of the compaction item that it came out of; '' = of none. */
  readonly from: string
}

/** Raw JSON that says it may be one. Clients write JSON with and without spaces. */
export const MAY_BE_COMPACTION = '"compaction'

/** @throws {GatewayError} 400 for one of ours that cannot be opened, 413 for what would be too much */
export function expandItems(
  envelope: CompactionEnvelope,
  accountId: string,
  items: readonly string[],
  instructions = '',
): ExpandedItems {
  const last = items.findLastIndex((raw) => raw.includes(MAY_BE_COMPACTION))
  if (last === -1) return { items, changed: false, native: null }
  const opener = new ItemOpener(envelope, accountId)
  const opened = items.slice(0, last + 1).map((raw) => opener.open(viewItem(raw)))
  const lastOurs = opened.findLastIndex(({ payload }) => payload !== null)
  if (lastOurs === -1) return { items, changed: false, native: null }
  const rest = items.slice(lastOurs + 1)
  const saidLater = new Set(
    rest
      .map(viewItem)
      .filter(({ kind }) => kind === 'system')
      .map(fingerprint),
  )
  let placed: Placed[] = []
  let native: NativeItems | null = null
  for (const { view, payload } of opened.slice(0, lastOurs + 1)) {
    const print = fingerprint(view)
    if (payload === null) {
      placed.push({ raw: view.raw, print, from: '' })
      continue
    }
    // The same one again is no other.
    const covered = new Set([...payload.covers, print])
    placed = placed.filter((before) => !covered.has(before.print) && !covered.has(before.from))
    native = nativeItems(payload, placed, rest)
    const known = new Set([...saidLater, ...placed.map((before) => before.print)])
    for (const raw of itemsOf(payload, instructions, known)) {
      placed.push({ raw, print: fingerprint(viewItem(raw)), from: print })
    }
  }
  return { items: [...placed.map(({ raw }) => raw), ...rest], changed: true, native }
}

/** @param known fingerprints of instructions that stand there anyway */
function itemsOf(payload: CompactionPayload, instructions: string, known: ReadonlySet<string>): readonly string[] {
  const { head, notes, tail } = payload
  const fresh = head.filter((raw) => !known.has(fingerprint(viewItem(raw))))
  if (isEmpty(notes) && notes.instructions === '') return [...fresh, ...tail]
  const text = renderNotes(notes, notes.instructions === instructions)
  const message = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
  return [...fresh, JSON.stringify(message), ...tail]
}

function nativeItems(
  { native }: CompactionPayload,
  before: readonly Placed[],
  rest: readonly string[],
): NativeItems | null {
  if (native === undefined) return null
  const { origin, credential, id, encryptedContent } = native
  const item = JSON.stringify({ id, type: 'compaction', encrypted_content: encryptedContent })
  return { origin, credential, items: [...before.map(({ raw }) => raw), item, ...rest] }
}
