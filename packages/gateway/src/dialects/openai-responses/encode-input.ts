// Turns as input items. The list of the Responses API is flat, its order is free, and two rules hold in it: every call has
// its output, and reasoning stands directly before the item that it led to, or not at all (H52).
// Source: `InputItem` of OpenAI's OpenAPI document.

import type {
  AssistantTurn,
  Conversation,
  Part,
  ReasoningPart,
  RefusalPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
  UserTurn,
} from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject } from '../../core/json.ts'
import { legalCallId, numberedCallId } from '../../core/tool-call-ids.ts'
import type { ToolNames } from '../../core/tool-names.ts'
import { repairToolResults } from '../../core/tool-results.ts'
import { encodePart, outputParts } from './encode-content.ts'
import { MAX_ID_CHARACTERS, OWN } from './wire.ts'

export interface EncodedInput {
  readonly instructions: string | null
  readonly input: readonly JsonObject[]
}

export function encodeInput(
  conversation: Conversation,
  target: TargetModel,
  names: ToolNames,
  notes: Notes,
): EncodedInput {
  const writer = new ItemWriter(conversation, target, names, notes)
  let instructions: string | null = null
  for (const turn of answered(conversation)) {
    if (turn.role === 'assistant') writer.assistant(turn)
    else if (turn.role === 'user') writer.user(turn)
    else if (turn.kind === 'instructions' && instructions === null) instructions = textOf(turn.parts)
    else writer.system(turn.kind === 'developer' ? 'developer' : 'system', turn.parts)
  }
  return { instructions, input: withoutLooseReasoning(writer.items) }
}

/** Results may stand without calls when the upstream knows the beginning, or when an item of its own is the call. */
function answered({ dialect, turns, extensions }: Conversation): readonly Turn[] {
  if (dialect !== OWN) return repairToolResults(turns)
  const continued = extensions['previous_response_id'] != null || extensions['conversation'] != null
  return continued || answersItems(turns) ? turns : repairToolResults(turns)
}

function answersItems(turns: readonly Turn[]): boolean {
  const parts = turns.flatMap((turn) => turn.parts)
  const calls = new Set(parts.map((part) => (part.type === 'foreign' ? part.value['call_id'] : null)))
  return parts.some((part) => part.type === 'tool-result' && calls.has(part.callId))
}

function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n\n')
}

/** Reasoning whose item is missing is refused: both go, or neither. */
function withoutLooseReasoning(items: readonly JsonObject[]): readonly JsonObject[] {
  const kept: JsonObject[] = []
  for (const item of items.toReversed()) {
    const next = kept.at(-1)
    if (item['type'] !== 'reasoning' || (next !== undefined && followsReasoning(next))) kept.push(item)
  }
  return kept.reverse()
}

function followsReasoning(item: JsonObject): boolean {
  const type = item['type']
  if (type === 'message') return item['role'] === 'assistant'
  return typeof type === 'string' && !type.endsWith('_output')
}

class ItemWriter {
  readonly items: JsonObject[] = []
  readonly #own: boolean
  readonly #target: TargetModel
  readonly #names: ToolNames
  readonly #notes: Notes
  /** Ids of calls, as they were sent, whose kind a result must share. */
  readonly #custom = new Set<string>()
  /** Calls without an id of their own, waiting for their results. */
  #unnamed: { readonly id: string; readonly name: string }[] = []
  #turn = 0

  constructor(conversation: Conversation, target: TargetModel, names: ToolNames, notes: Notes) {
    this.#own = conversation.dialect === OWN
    this.#target = target
    this.#names = names
    this.#notes = notes
  }

  system(role: 'system' | 'developer', parts: readonly Part[]): void {
    this.#message(role, parts)
  }

  user(turn: UserTurn): void {
    this.#turn += 1
    const said: Part[] = []
    const speak = (): void => {
      if (said.length > 0) this.#message('user', said.splice(0))
    }
    for (const part of turn.parts) {
      if (part.type === 'tool-result') {
        speak()
        this.items.push(this.#result(part))
      } else if (part.type === 'foreign' && part.dialect === OWN) {
        speak()
        this.items.push(part.value)
      } else said.push(part)
    }
    speak()
    if (turn.parts.length === 0) this.#message('user', [])
    if (turn.name !== undefined) this.#notes.dropAt(`${messageOf(turn.parts)}.name`)
  }

  assistant(turn: AssistantTurn): void {
    this.#turn += 1
    const said: (TextPart | RefusalPart)[] = []
    const speak = (): void => {
      if (said.length > 0) this.items.push(this.#said(said.splice(0), turn.phase))
    }
    for (const [index, part] of turn.parts.entries()) {
      switch (part.type) {
        case 'text':
        case 'refusal':
          said.push(part)
          break
        case 'tool-call':
          speak()
          this.items.push(this.#call(part, index))
          break
        case 'reasoning': {
          const item = this.#reasoning(part)
          if (item === null) break
          speak()
          this.items.push(item)
          break
        }
        case 'foreign':
          if (part.dialect === OWN) {
            speak()
            this.items.push(part.value)
          } else if (part.summary !== '') said.push({ type: 'text', at: part.at, text: part.summary })
          break
        case 'tool-result':
          speak()
          this.items.push(this.#result(part))
          break
        case 'image':
        case 'audio':
        case 'video':
        case 'file':
          // What the assistant made cannot be said again in its own name.
          this.#notes.dropAt(part.at)
          break
        default:
          part satisfies never
      }
    }
    speak()
    if (turn.name !== undefined) this.#notes.dropAt(`${messageOf(turn.parts)}.name`)
  }

  #message(role: 'user' | 'system' | 'developer', parts: readonly Part[]): void {
    const content = parts.flatMap((part) => encodePart(part, this.#own, this.#notes))
    if (content.length > 0 || parts.length === 0) this.items.push({ type: 'message', role, content })
  }

  #said(parts: readonly (TextPart | RefusalPart)[], phase: string | undefined): JsonObject {
    const spoken = phase === undefined ? {} : { phase }
    const [first] = parts
    // The one form that every server of this dialect reads.
    if (parts.length === 1 && first?.type === 'text') {
      return { type: 'message', role: 'assistant', content: first.text, ...spoken }
    }
    const content = parts.map((part) =>
      part.type === 'text'
        ? { type: 'output_text', text: part.text, annotations: [], logprobs: [] }
        : { type: 'refusal', refusal: part.text },
    )
    // Parts want an id around them; it names nothing.
    const id = `msg_${this.#turn}_${this.items.length}`
    return { type: 'message', role: 'assistant', id, status: 'completed', content, ...spoken }
  }

  #call(part: ToolCallPart, index: number): JsonObject {
    const id = part.id === '' ? numberedCallId(this.#turn, index) : callId(part.id)
    if (part.id === '') this.#unnamed.push({ id, name: part.name })
    const name = this.#names.toUpstream(part.name, undefined, part.kind)
    const namespace = part.namespace === undefined ? {} : { namespace: part.namespace }
    if (part.kind === 'custom') {
      this.#custom.add(id)
      return { type: 'custom_tool_call', call_id: id, name, ...namespace, input: part.input }
    }
    const text = part.input === '' ? '{}' : part.input
    return { type: 'function_call', call_id: id, name, ...namespace, arguments: text }
  }

  #result(part: ToolResultPart): JsonObject {
    const id = part.callId === '' ? this.#unnamedCall(part.name) : callId(part.callId)
    const custom = this.#custom.has(id) || part.kind === 'custom'
    const type = custom ? 'custom_tool_call_output' : 'function_call_output'
    return { type, call_id: id, output: outputParts(part, this.#own, this.#notes) }
  }

  #unnamedCall(name: string | undefined): string {
    const at = this.#unnamed.findIndex((call) => name === undefined || call.name === name)
    const [call] = this.#unnamed.splice(at === -1 ? 0 : at, 1)
    return call?.id ?? numberedCallId(this.#turn, 0)
  }

  /** Only what this upstream made itself, and only where it can read it: encrypted, or open text of its own. */
  #reasoning({ seal, text, summary }: ReasoningPart): JsonObject | null {
    if (seal === undefined || seal.dialect !== OWN || (seal.data === '' && text === '')) return null
    const { origin } = this.#target
    if (seal.origin !== undefined && origin !== undefined && seal.origin !== origin) return null
    return {
      type: 'reasoning',
      ...(seal.itemId === undefined ? {} : { id: seal.itemId }),
      summary: summary.map((paragraph) => ({ type: 'summary_text', text: paragraph })),
      ...(text === '' ? {} : { content: [{ type: 'reasoning_text', text }] }),
      ...(seal.data === '' ? {} : { encrypted_content: seal.data }),
    }
  }
}

/** Never cut: two ids that share a beginning would become one (H28). */
function callId(id: string): string {
  return id.length <= MAX_ID_CHARACTERS ? id : legalCallId(id, MAX_ID_CHARACTERS)
}

/** `messages[2].content[0]` stands in `messages[2]`. */
function messageOf(parts: readonly Part[]): string {
  return (parts[0]?.at ?? 'messages').replace(/\.(?:content|parts)\b.*$/, '')
}
