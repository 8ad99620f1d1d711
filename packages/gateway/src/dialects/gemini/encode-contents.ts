// Turns as `contents` and `systemInstruction`.

import { alternatingTurns } from '../../core/alternating-turns.ts'
import type {
  Conversation,
  ImagePart,
  Part,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserTurn,
} from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import { parseJsonObject } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ToolNames } from '../../core/tool-names.ts'
import { argsOf } from './answer-parts.ts'
import { encodeMedia, resolutionOf } from './encode-media.ts'
import type { ExtensionPaths } from './extension-paths.ts'
import { NO_SIGNATURE, sealForTarget } from './seals.ts'

export interface ContentsContext {
  readonly target: TargetModel
  readonly notes: Notes
  readonly toolNames: ToolNames
  readonly extensions: ExtensionPaths
  /** Ours, behind the client's own system text; '' = none. */
  readonly instruction: string
}

export interface EncodedContents {
  readonly systemInstruction: JsonObject | null
  readonly contents: readonly JsonObject[]
  /** For all images alike, where a model cannot be told for each of them. */
  readonly mediaResolution: string | null
}

const NO_CONTENT = '(no content)'
const BILLING_HEADER = 'x-anthropic-billing-header'

export function encodeContents(conversation: Conversation, context: ContentsContext): EncodedContents {
  noteNames(conversation, context.notes)
  const { system, turns } = alternatingTurns(conversation.turns)
  const writer = new ContentsWriter(conversation, context)
  const contents = turns.map((turn) => (turn.role === 'user' ? writer.user(turn) : writer.model(turn.parts)))
  const last = turns.at(-1)
  if (last?.role === 'assistant' && !context.target.traits.prefill && !last.parts.some(isCall)) {
    context.notes.refuseAt(
      last.parts[0]?.at ?? 'contents',
      'This model does not continue an answer that has begun. Let the last message be one of the user.',
    )
  }
  return {
    systemInstruction: systemInstruction(system, conversation.dialect === 'gemini', context),
    contents,
    mediaResolution: perPartResolution(context.target) ? null : commonResolution(conversation, context.notes),
  }
}

function systemInstruction(
  system: readonly TextPart[],
  separate: boolean,
  { instruction, extensions }: ContentsContext,
): JsonObject | null {
  // A per-request hash of Claude Code's that would spoil every prompt cache (H56).
  const texts = system.flatMap(({ text }) => (text.startsWith(BILLING_HEADER) ? [] : [text]))
  if (instruction !== '') texts.push(instruction)
  if (texts.length === 0) return null
  const parts = separate ? texts.map((text) => ({ text })) : [{ text: texts.join('\n\n') }]
  return { ...extensions.of('systemInstruction'), parts }
}

class ContentsWriter {
  readonly #own: boolean
  readonly #context: ContentsContext
  /** The calls so far, by id: results must name their function. */
  readonly #calls = new Map<string, ToolCallPart>()

  constructor(conversation: Conversation, context: ContentsContext) {
    this.#own = conversation.dialect === 'gemini'
    this.#context = context
  }

  user({ parts }: UserTurn): JsonObject {
    const results: JsonObject[] = []
    const rest: JsonObject[] = []
    for (const part of parts) {
      if (part.type === 'tool-result') results.push(this.#result(part, rest))
      else rest.push(...this.#part(part))
    }
    return this.#content('user', parts, [...results, ...rest])
  }

  model(parts: readonly Part[]): JsonObject {
    const out: JsonObject[] = []
    let needsSignature = this.#context.target.traits.thinking === 'level'
    /** A signature that other dialects could only carry on the reasoning in front of its part. */
    let carried: string | undefined
    for (const part of parts) {
      if (part.type === 'reasoning') {
        const signature = sealForTarget(part.seal, this.#context.target)
        if (!this.#own && signature !== undefined && (part.text === '' || followedByCall(parts, part))) {
          carried = signature
        } else out.push(...this.#reasoning(part, signature))
        continue
      }
      const encoded = this.#part(part)
      const [only] = encoded
      if (only !== undefined && (part.type === 'tool-call' || part.type === 'text')) {
        const isFirstCall = part.type === 'tool-call' && needsSignature
        const signature =
          sealForTarget(part.seal, this.#context.target) ?? carried ?? (isFirstCall ? NO_SIGNATURE : undefined)
        if (part.type === 'tool-call') needsSignature = false
        if (signature !== undefined) encoded[0] = { ...only, thoughtSignature: signature }
        carried = undefined
      }
      out.push(...encoded)
    }
    if (carried !== undefined) out.push({ text: '', thoughtSignature: carried })
    return this.#content('model', parts, out)
  }

  #content(role: 'user' | 'model', source: readonly Part[], parts: readonly JsonObject[]): JsonObject {
    const place = /^contents\[\d+\]/.exec(source[0]?.at ?? '')?.[0]
    return {
      ...(place === undefined ? {} : this.#context.extensions.of(place)),
      role,
      parts: parts.length === 0 ? [{ text: NO_CONTENT }] : parts,
    }
  }

  /** Reasoning without a signature of this target's is nothing to it, unless its own client says it. */
  #reasoning(
    part: { readonly text: string; readonly summary: readonly string[] } & Part,
    signature: string | undefined,
  ): JsonObject[] {
    const unsigned = part.seal === undefined && this.#own
    if (signature === undefined && !unsigned) return []
    const text = part.text === '' ? part.summary.join('\n\n') : part.text
    const signed = signature === undefined ? {} : { thoughtSignature: signature }
    return [{ ...this.#context.extensions.of(part.at), text, thought: true, ...signed }]
  }

  /** Without its signature. */
  #part(part: Part): JsonObject[] {
    const own = this.#context.extensions.of(part.at)
    switch (part.type) {
      case 'text':
        // Kept for its signature alone, which this target may not get.
        if (part.text === '' && sealForTarget(part.seal, this.#context.target) === undefined) return []
        return [{ text: part.text, ...own }]
      case 'refusal':
        return [{ text: part.text }]
      case 'image':
      case 'audio':
      case 'video':
      case 'file':
        return [{ ...encodeMedia(part, this.#context), ...this.#resolution(part), ...own }]
      case 'tool-call':
        return [{ functionCall: this.#call(part), ...own }]
      case 'tool-result': {
        const rest: JsonObject[] = []
        return [this.#result(part, rest), ...rest]
      }
      case 'reasoning':
        return []
      case 'foreign':
        if (part.dialect === 'gemini') return [part.value]
        return part.summary === '' ? [] : [{ text: part.summary }]
      default:
        return part satisfies never
    }
  }

  #resolution(part: Part): JsonObject {
    if (part.type !== 'image' || !perPartResolution(this.#context.target)) return {}
    const level = resolutionOf(part.detail)
    return level === null ? {} : { mediaResolution: { level } }
  }

  #call(part: ToolCallPart): JsonObject {
    if (part.id !== '') this.#calls.set(part.id, part)
    const name = this.#context.toolNames.toUpstream(part.name, part.namespace, part.kind)
    const args = argsOf(part.input, part.kind)
    return part.id === '' ? { name, args } : { id: part.id, name, args }
  }

  /** @param rest takes media that this model cannot have inside a result */
  #result(part: ToolResultPart, rest: JsonObject[]): JsonObject {
    const { target, toolNames, extensions } = this.#context
    const call = this.#calls.get(part.callId)
    const name = call?.name ?? part.name ?? 'unknown'
    const words: string[] = []
    const media: JsonObject[] = []
    for (const inner of part.parts) {
      if (inner.type === 'text') words.push(inner.text)
      else media.push(...this.#part(inner))
    }
    const inside = target.traits.toolResultMedia && media.length > 0
    if (!inside) rest.push(...media)
    const text =
      words.length === 0 && media.length > 0 && !inside ? 'The result is the attached file.' : words.join('\n')
    return {
      functionResponse: {
        ...(part.callId === '' ? {} : { id: part.callId }),
        name: toolNames.toUpstream(name, call?.namespace, call?.kind ?? part.kind),
        response: responseOf(text, part.isError),
        ...(inside ? { parts: media } : {}),
      },
      ...extensions.of(part.at),
    }
  }
}

/** An object stays one; Google reads words under `output` and failures under `error` (H36). */
function responseOf(text: string, isError: boolean): JsonObject {
  const object = text.trimStart().startsWith('{') ? parseJsonObject(text) : null
  if (!isError) return object ?? { output: text }
  return object !== null && object['error'] !== undefined ? object : { error: text }
}

function followedByCall(parts: readonly Part[], part: Part): boolean {
  return parts[parts.indexOf(part) + 1]?.type === 'tool-call'
}

function isCall(part: Part): boolean {
  return part.type === 'tool-call'
}

function perPartResolution({ traits }: TargetModel): boolean {
  return traits.thinking === 'level'
}

/** One setting for all images, where they agree. */
function commonResolution({ turns }: Conversation, notes: Notes): string | null {
  const images = turns.flatMap((turn) => turn.parts.filter((part): part is ImagePart => part.type === 'image'))
  const levels = new Set(images.map((image) => resolutionOf(image.detail)))
  const [level = null] = levels
  if (levels.size === 1) return level
  for (const image of images) if (resolutionOf(image.detail) !== null) notes.dropAt(`${image.at}.detail`)
  return null
}

/** Google's turns have no speakers and no phases. */
function noteNames({ turns }: Conversation, notes: Notes): void {
  for (const turn of turns) {
    const place = /^\w+\[\d+\]/.exec(turn.parts[0]?.at ?? '')?.[0]
    if (place === undefined || turn.role === 'system') continue
    if (turn.name !== undefined) notes.dropAt(`${place}.name`)
    if (turn.role === 'assistant' && turn.phase !== undefined) notes.dropAt(`${place}.phase`)
  }
}
