// Arranged turns into messages.

import type { Part, ToolResultPart, Turn } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import { parseJsonObject, type JsonObject } from '../../core/json.ts'
import type { ToolNames } from '../../core/tool-names.ts'
import { CallIds } from './call-ids.ts'
import { encodeFile, encodeImage } from './encode-media.ts'
import { DIALECT, usableSeal, writeCacheMark, type Draft } from './wire.ts'

export interface MessageContext {
  readonly target: TargetModel
  readonly notes: Notes
  readonly toolNames: ToolNames
  /** False: the model will not think, and would refuse to read what it thought. */
  readonly keepReasoning: boolean
}

export interface DraftMessage {
  readonly role: 'user' | 'assistant' | 'system'
  readonly content: Draft[]
}

export function encodeMessages(turns: readonly Turn[], context: MessageContext): readonly DraftMessage[] {
  const ids = new CallIds()
  const messages: DraftMessage[] = []
  for (const [index, turn] of turns.entries()) {
    if (turn.role === 'assistant') ids.beginTurn()
    const content: Draft[] = []
    for (const [position, part] of turn.parts.entries()) {
      const block = encodePart(part, turn.role, context, ids, [index, position])
      if (block !== null) content.push(withMark(block, part))
    }
    if (turn.role !== 'system' && turn.name !== undefined) context.notes.dropAt(nameAt(turn.parts))
    if (content.length === 0 && turn.role === 'system') continue
    // Only what could not be sent stood here.
    if (content.length === 0) content.push({ type: 'text', text: '(no content)' })
    messages.push({ role: turn.role, content })
  }
  return messages
}

/** `messages[2].content[0]` -> `messages[2].name` */
function nameAt(parts: readonly Part[]): string {
  return `${/^\w+\[\d+\]/.exec(parts[0]?.at ?? '')?.[0] ?? 'messages'}.name`
}

export function withMark(block: Draft, part: Part): Draft {
  const markable = block['type'] !== 'thinking' && block['type'] !== 'redacted_thinking'
  if (part.cache !== undefined && markable) block['cache_control'] = writeCacheMark(part.cache)
  return block
}

function encodePart(
  part: Part,
  role: Turn['role'],
  context: MessageContext,
  ids: CallIds,
  place: readonly [turn: number, part: number],
): Draft | null {
  const { target, notes } = context
  switch (part.type) {
    case 'text':
    case 'refusal':
      // A seal may stand on blank text, which Anthropic refuses.
      return part.text.trim() === '' ? null : { type: 'text', text: part.text }
    case 'reasoning': {
      const data = usableSeal(part.seal, part.redacted, target.origin)
      if (data === null || !context.keepReasoning || role !== 'assistant') return null
      return part.redacted
        ? { type: 'redacted_thinking', data }
        : { type: 'thinking', thinking: part.text, signature: data }
    }
    case 'tool-call': {
      if (role !== 'assistant') return dropped(part, notes)
      const id = ids.ofCall(part, place[0], place[1])
      const name = context.toolNames.toUpstream(part.name, part.namespace, part.kind)
      return { type: 'tool_use', id, name, input: callInput(part.kind, part.input) }
    }
    case 'tool-result':
      return role === 'user' ? encodeResult(part, context, ids) : dropped(part, notes)
    case 'foreign':
      if (part.dialect === DIALECT) return { ...part.value }
      return part.summary === '' ? dropped(part, notes) : { type: 'text', text: part.summary }
    case 'image':
      return role === 'user' ? encodeImage(part, target, notes) : dropped(part, notes)
    case 'file':
      return role === 'user' ? encodeFile(part, target, notes) : dropped(part, notes)
    case 'audio':
    case 'video':
      if (role !== 'user') return dropped(part, notes)
      return notes.refuseAt(part.at, `This model takes no ${part.type}: send text, images or PDF files.`)
    default:
      return part satisfies never
  }
}

function dropped(part: Part, notes: Notes): null {
  if (part.at !== '') notes.dropAt(part.at)
  return null
}

/** An object, whatever the model wrote (H27); plain text of custom tools is wrapped (H45). */
export function callInput(kind: 'function' | 'custom', input: string): JsonObject {
  if (kind === 'custom') return { input }
  if (input.trim() === '') return {}
  return parseJsonObject(input) ?? { _raw: input }
}

function encodeResult(part: ToolResultPart, context: MessageContext, ids: CallIds): Draft {
  const content: Draft[] = []
  for (const inner of part.parts) {
    if (inner.type === 'text' && inner.text.trim() === '') continue
    const block = encodePart(inner, 'user', context, ids, [0, 0])
    if (block !== null) content.push(withMark(block, inner))
  }
  return {
    type: 'tool_result',
    tool_use_id: ids.ofResult(part),
    ...(content.length === 0 ? {} : { content }),
    ...(part.isError ? { is_error: true } : {}),
  }
}
