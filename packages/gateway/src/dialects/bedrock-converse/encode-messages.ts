// The turns of a conversation as Converse's messages: strictly in turn, the user first, every call answered in the very
// next message, nobody silent (H31, H61, H62).

import type {
  AssistantTurn,
  DialectName,
  Part,
  ReasoningPart,
  Seal,
  ToolCallPart,
  ToolResultPart,
  UserTurn,
} from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import { type JsonObject, parseJsonObject } from '../../core/json.ts'
import { legalCallId, numberedCallId } from '../../core/tool-call-ids.ts'
import type { ToolNames } from '../../core/tool-names.ts'
import { type CachePoints, markOf } from './cache-points.ts'
import { encodeMedia, type MediaContext } from './encode-media.ts'
import { mixesToolBlocks } from './model-family.ts'

export interface MessageContext extends MediaContext {
  readonly target: TargetModel
  readonly toolNames: ToolNames
  readonly cachePoints: CachePoints
}

const NO_CONTENT: JsonObject = { text: '(no content)' }
const DOCUMENT_WORDS: JsonObject = { text: 'See the attached documents.' }
/** What somebody says who only keeps the roles in turn. */
const BRIDGE: JsonObject = { text: '.' }

/** @param turns as `alternatingTurns` leaves them */
export function encodeMessages(
  turns: readonly (UserTurn | AssistantTurn)[],
  context: MessageContext,
): { role: 'user' | 'assistant'; content: JsonObject[] }[] {
  const messages: { role: 'user' | 'assistant'; content: JsonObject[] }[] = []
  const callIds = new CallIds()
  for (const [index, turn] of turns.entries()) {
    const content =
      turn.role === 'user' ? userBlocks(turn, callIds, context) : assistantBlocks(turn, index, callIds, context)
    if (content.length === 0) content.push(NO_CONTENT)
    const { role } = turn
    const [before, behind] = mixesToolBlocks(context.family) ? [content, []] : apart(content, role)
    messages.push({ role, content: before })
    if (behind.length === 0) continue
    messages.push({ role: role === 'user' ? 'assistant' : 'user', content: [BRIDGE] }, { role, content: behind })
  }
  return messages
}

/** Results come first in a user's message and calls last in an assistant's; what is not of tools stands by itself. */
function apart(content: JsonObject[], role: 'user' | 'assistant'): readonly [JsonObject[], JsonObject[]] {
  const ofTools = content.filter((block) => isToolBlock(block))
  const others = content.filter((block) => !isToolBlock(block))
  if (ofTools.length === 0 || others.length === 0) return [content, []]
  return role === 'user' ? [ofTools, others] : [others, ofTools]
}

function isToolBlock(block: JsonObject): boolean {
  return block['toolUse'] !== undefined || block['toolResult'] !== undefined
}

// --- the user ---

function userBlocks(turn: UserTurn, callIds: CallIds, context: MessageContext): JsonObject[] {
  const blocks: JsonObject[] = []
  /** Media out of results, for models that take none there. */
  const moved: JsonObject[] = []
  for (const part of turn.parts) {
    if (part.type === 'tool-result') blocks.push(resultBlock(part, callIds.next(part.callId), moved, context))
    else blocks.push(...contentBlocks(part, context))
    context.cachePoints.add(blocks, markOf(part))
  }
  blocks.push(...moved)
  const document = blocks.findIndex((block) => block['document'] !== undefined)
  if (document !== -1 && !blocks.some((block) => block['text'] !== undefined))
    blocks.splice(document, 0, DOCUMENT_WORDS)
  return blocks
}

/** Nothing at all for what has no words and no bytes. */
function contentBlocks(part: Part, context: MediaContext): JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return textBlocks(part.text)
    case 'foreign':
      return textBlocks(part.summary)
    case 'image':
      if (part.detail !== undefined && part.detail !== 'auto') context.notes.dropAt(`${part.at}.detail`)
      return [encodeMedia(part, context)]
    case 'audio':
    case 'video':
    case 'file':
      return [encodeMedia(part, context)]
    case 'tool-call':
    case 'tool-result':
    case 'reasoning':
      return []
    default:
      return part satisfies never
  }
}

function textBlocks(text: string): JsonObject[] {
  return text.trim() === '' ? [] : [{ text }]
}

function resultBlock(
  part: ToolResultPart,
  toolUseId: string,
  moved: JsonObject[],
  context: MessageContext,
): JsonObject {
  const keepsMedia = mixesToolBlocks(context.family) || context.target.traits.toolResultMedia
  const content: JsonObject[] = []
  for (const inner of part.parts) {
    const blocks = contentBlocks(inner, context)
    // A result may be a document everywhere; pictures and films only Claude and Nova take.
    const stays = keepsMedia || blocks.every((block) => block['text'] !== undefined || block['document'] !== undefined)
    if (stays) content.push(...blocks)
    else moved.push(...blocks)
  }
  if (content.length === 0) content.push(moved.length === 0 ? NO_CONTENT : { text: 'The content follows.' })
  return { toolResult: { toolUseId, content, ...(part.isError ? { status: 'error' } : {}) } }
}

// --- the assistant ---

function assistantBlocks(turn: AssistantTurn, index: number, callIds: CallIds, context: MessageContext): JsonObject[] {
  const blocks: JsonObject[] = []
  callIds.begin()
  for (const [at, part] of turn.parts.entries()) {
    if (part.type === 'tool-call') blocks.push(callBlock(part, callIds.add(part.id, index, at), context.toolNames))
    else if (part.type === 'reasoning') blocks.push(...reasoningBlocks(part, context.target))
    else if (part.type === 'image' || part.type === 'audio' || part.type === 'video' || part.type === 'file') {
      context.notes.refuseAt(part.at, 'Bedrock takes media from the user only. Send it in a user message.')
    } else blocks.push(...contentBlocks(part, context))
    context.cachePoints.add(blocks, markOf(part))
  }
  // A thought that leads to nothing any more is refused.
  while (blocks.at(-1)?.['reasoningContent'] !== undefined) blocks.pop()
  return blocks
}

function callBlock(part: ToolCallPart, toolUseId: string, toolNames: ToolNames): JsonObject {
  const name = toolNames.toUpstream(part.name, part.namespace, part.kind)
  return { toolUse: { toolUseId, name, input: callInput(part) } }
}

/** An object, whatever the model wrote: cut-off arguments are told as they stand (H27). */
function callInput({ kind, input }: ToolCallPart): JsonObject {
  if (kind === 'custom') return { input }
  if (input.trim() === '') return {}
  return parseJsonObject(input) ?? { _raw: input }
}

/** Only with a seal that this model can check; a thought without is refused, or taken for the user's words (H48). */
function reasoningBlocks({ text, summary, redacted, seal }: ReasoningPart, target: TargetModel): JsonObject[] {
  if (seal === undefined || !isOwn(seal, target)) return []
  if (redacted) {
    const data = seal.dialect === 'anthropic-messages' ? Buffer.from(seal.data).toString('base64') : seal.data
    return [{ reasoningContent: { redactedContent: data } }]
  }
  const words = text === '' ? summary.join('\n\n') : text
  return [{ reasoningContent: { reasoningText: { text: words, signature: seal.data } } }]
}

const OWN_SEALS: ReadonlySet<DialectName> = new Set<DialectName>(['bedrock-converse', 'anthropic-messages'])

function isOwn(seal: Seal, target: TargetModel): boolean {
  if (!OWN_SEALS.has(seal.dialect)) return false
  return seal.origin === undefined || target.origin === undefined || seal.origin === target.origin
}

/** Ids of the calls of the last assistant turn, for their results, which come in the same order. */
class CallIds {
  readonly #used = new Set<string>()
  #waiting: string[] = []

  begin(): void {
    this.#waiting = []
  }

  add(id: string, turnIndex: number, partIndex: number): string {
    let legal = id === '' ? numberedCallId(turnIndex, partIndex) : legalCallId(id)
    // No two calls of a conversation may share one.
    if (this.#used.has(legal)) legal = legalCallId(`${id} ${turnIndex}.${partIndex}`)
    this.#used.add(legal)
    this.#waiting.push(legal)
    return legal
  }

  next(callId: string): string {
    return this.#waiting.shift() ?? legalCallId(callId)
  }
}
