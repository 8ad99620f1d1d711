// Input items as turns. The Responses API has a flat list of items; what the assistant did in a row (reasoning, calls, at
// most one message) is one turn here, and so are the results that answer it.
// Source: `InputItem` of OpenAI's OpenAPI document.

import type { AssistantTurn, Part, ReasoningPart, Seal, ToolCallPart, Turn } from '../../core/conversation.ts'
import { arrayOf, isJsonObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { SealEnvelope } from '../../core/seal-envelope.ts'
import { decodeContent } from './decode-content.ts'
import type { ToolList } from './decode-tools.ts'
import { Fields, invalid } from './fields.ts'
import { isClientItem, summarizeItem } from './foreign-items.ts'
import { MARK_PREVIOUS, MARK_REDACTED, OUR_REASONING_ID, OWN } from './wire.ts'

export function decodeInput(input: JsonValue | undefined, tools: ToolList, envelope: SealEnvelope): readonly Turn[] {
  if (input === undefined) return []
  if (typeof input === 'string') return [{ role: 'user', parts: [{ type: 'text', at: 'input', text: input }] }]
  const items = arrayOf(input)
  if (items === undefined) throw invalid('input', '`input` must be a text or an array of input items.')
  const reader = new ItemReader(tools, envelope)
  for (const [index, item] of items.entries()) {
    const at = `input[${index}]`
    if (!isJsonObject(item)) throw invalid(at, `\`${at}\` must be an object: a message or another input item.`)
    reader.read(item, at)
  }
  return reader.turns
}

interface OpenTurn {
  readonly role: 'assistant'
  parts: Part[]
  phase?: string
}

class ItemReader {
  readonly turns: Turn[] = []
  readonly #tools: ToolList
  readonly #envelope: SealEnvelope
  #assistant: OpenTurn | null = null
  /** The open turn has its message: the next one begins another turn. */
  #spoke = false
  #results: Part[] | null = null

  constructor(tools: ToolList, envelope: SealEnvelope) {
    this.#tools = tools
    this.#envelope = envelope
  }

  read(item: JsonObject, at: string): void {
    switch (typeOf(item, at)) {
      case 'message':
        this.#message(item, at)
        break
      case 'function_call':
        this.#assistantParts().push(decodeCall(item, at, 'function'))
        break
      case 'custom_tool_call':
        this.#assistantParts().push(decodeCall(item, at, 'custom'))
        break
      case 'function_call_output':
        this.#result(item, at, 'function')
        break
      case 'custom_tool_call_output':
        this.#result(item, at, 'custom')
        break
      case 'reasoning':
        this.#reasoning(item, at)
        break
      case 'additional_tools':
        this.#tools.add(arrayOf(item['tools']) ?? [], `${at}.tools`)
        break
      case 'item_reference':
        throw invalid(at, `\`${at}\` refers to an item by its id, which cannot be resolved here. Send the item itself.`)
      case 'compaction_trigger':
        throw invalid(at, `\`${at}\` asks for a compaction, which this model's provider cannot do. Leave it out.`)
      default:
        this.#foreign(item, at)
    }
  }

  #message(item: JsonObject, at: string): void {
    const fields = new Fields(item, at)
    const role = fields.string('role')
    const parts = decodeContent(fields.take('content'), `${at}.content`)
    if (role === 'assistant') {
      this.#say(parts, fields.string('phase'))
      return
    }
    this.#close()
    if (role === 'user') this.turns.push({ role, parts })
    else if (role === 'system' || role === 'developer') this.turns.push({ role: 'system', kind: role, parts })
    else throw invalid(`${at}.role`, `\`${at}.role\` must be user, assistant, system or developer.`)
  }

  #say(parts: readonly Part[], phase: string | undefined): void {
    if (this.#spoke) {
      // The reasoning behind the last message belongs to this one.
      const before = this.#assistantParts()
      let start = before.length
      while (start > 0 && before[start - 1]?.type === 'reasoning') start -= 1
      const thoughts = before.splice(start)
      this.#close()
      this.#assistantParts().push(...thoughts)
    }
    this.#assistantParts().push(...parts)
    this.#spoke = true
    if (phase !== undefined && this.#assistant !== null) this.#assistant.phase = phase
  }

  #result(item: JsonObject, at: string, kind: 'function' | 'custom'): void {
    const fields = new Fields(item, at)
    const callId = fields.string('call_id') ?? ''
    const name = fields.string('name')
    const output = fields.take('output')
    const parts = decodeContent(output, `${at}.output`)
    if (this.#results === null) {
      this.#close()
      this.#results = []
      this.turns.push({ role: 'user', parts: this.#results })
    }
    const named = name === undefined ? {} : { name }
    this.#results.push({ type: 'tool-result', at, callId, ...named, kind, isError: false, parts })
  }

  #reasoning(item: JsonObject, at: string): void {
    const encrypted = stringOf(item['encrypted_content']) ?? ''
    const id = stringOf(item['id']) ?? ''
    const seal = encrypted === '' ? unsealed(id) : this.#open(encrypted, id)
    // An envelope that is not ours to open.
    if (seal === null) return
    if (seal?.itemId === MARK_PREVIOUS && seal.dialect !== OWN) {
      this.#sealPrevious(withoutItemId(seal))
      return
    }
    const redacted = seal?.itemId === MARK_REDACTED && seal.dialect !== OWN
    this.#assistantParts().push(decodeReasoning(item, at, redacted && seal ? withoutItemId(seal) : seal, redacted))
  }

  #open(encrypted: string, id: string): Seal | null {
    const seal = this.#envelope.open(encrypted, OWN)
    if (seal === null || seal.dialect !== OWN || seal.itemId !== undefined || id === '') return seal
    return { ...seal, itemId: id }
  }

  #sealPrevious(seal: Seal): void {
    const parts = this.#assistant?.parts
    const last = parts?.at(-1)
    if (parts !== undefined && last !== undefined && last.seal === undefined)
      parts[parts.length - 1] = { ...last, seal }
  }

  #foreign(item: JsonObject, at: string): void {
    const kind = stringOf(item['type']) ?? ''
    if (kind === 'tool_search_output') this.#tools.addSearched(arrayOf(item['tools']) ?? [])
    const part: Part = { type: 'foreign', at, dialect: OWN, kind, value: item, summary: summarizeItem(item) }
    if (isClientItem(kind)) {
      this.#close()
      this.turns.push({ role: 'user', parts: [part] })
    } else {
      this.#assistantParts().push(part)
    }
  }

  #assistantParts(): Part[] {
    this.#results = null
    if (this.#assistant === null) {
      this.#assistant = { role: 'assistant', parts: [] }
      this.turns.push(this.#assistant satisfies AssistantTurn)
    }
    return this.#assistant.parts
  }

  #close(): void {
    this.#assistant = null
    this.#results = null
    this.#spoke = false
  }
}

/** A message may come without its type, a reference too. */
function typeOf(item: JsonObject, at: string): string {
  const type = item['type'] ?? undefined
  if (typeof type === 'string') return type
  if (type === undefined && item['role'] != null) return 'message'
  if (type === undefined && typeof item['id'] === 'string') return 'item_reference'
  throw invalid(`${at}.type`, `\`${at}\` is neither a message nor an item that names its \`type\`.`)
}

function decodeCall(item: JsonObject, at: string, kind: 'function' | 'custom'): ToolCallPart {
  const fields = new Fields(item, at)
  const name = fields.string('name')
  if (name === undefined || name === '') throw invalid(`${at}.name`, `\`${at}.name\` is missing. Name the called tool.`)
  const namespace = fields.string('namespace')
  const id = fields.string('call_id') ?? ''
  const text = kind === 'custom' ? fields.string('input') : textOfArguments(fields.take('arguments'))
  return { type: 'tool-call', at, id, name, ...(namespace ? { namespace } : {}), kind, input: text ?? '' }
}

/** Some clients send the arguments parsed. */
function textOfArguments(value: JsonValue | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value)
}

function decodeReasoning(item: JsonObject, at: string, seal: Seal | undefined, redacted: boolean): ReasoningPart {
  return {
    type: 'reasoning',
    at,
    text: textsOf(item['content']).join(''),
    summary: textsOf(item['summary']),
    redacted,
    ...(seal === undefined ? {} : { seal }),
  }
}

/** The texts of `[{type, text}]`. */
export function textsOf(value: JsonValue | undefined): readonly string[] {
  const texts: string[] = []
  for (const part of arrayOf(value) ?? []) {
    const text = stringOf(objectOf(part)?.['text'])
    if (text !== undefined) texts.push(text)
  }
  return texts
}

/** Reasoning that came open: bound to its provider by its id alone. What we named ourselves came from elsewhere. */
function unsealed(id: string): Seal | undefined {
  return id === '' || id.startsWith(OUR_REASONING_ID) ? undefined : { dialect: OWN, data: '', itemId: id }
}

function withoutItemId({ dialect, data, origin }: Seal): Seal {
  return { dialect, data, ...(origin === undefined ? {} : { origin }) }
}
