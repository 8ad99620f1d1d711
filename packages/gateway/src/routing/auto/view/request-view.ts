// What the picker sees of a request, in whichever dialect it was written: read off the bytes, without parsing them, and
// only for a request that leaves the choice to the picker.
//
// Chat and Anthropic have `messages`, Responses has `input`, Gemini has `contents`; what is text in them, what is a
// tool's result and what asks for more than text is told apart by the few member names that those formats share.
import { JsonScanError, scanArray, scanObject, skipString, type EntryVisitor } from '../../../core/json-scan.ts'
import type { PriceBounds } from '../../../core/price-bounds.ts'
import type { PromptView } from '../picker/prompt-view.ts'
import { readElement, type Element } from './read-element.ts'
import { headOf, readSpans, type TextSpan } from './text-spans.ts'

export interface RequestView extends PromptView {
  /** The beginning of the first user turn: the same in every turn of a conversation. */
  readonly firstUser: string
  /** The newest tool result says that the call was wrong. */
  readonly toolFailed: boolean
  readonly vision: boolean
  readonly audio: boolean
  readonly files: boolean
  readonly tools: boolean
  /** Thinking was asked for in so many words. */
  readonly reasoning: boolean
  readonly logprobs: boolean
  /** Answers to one prompt. */
  readonly answers: number
  /** The client marks what a provider is to cache. */
  readonly cacheMarks: boolean
  /** That the client allows for the answer; 0 = it does not say. */
  readonly maxOutputTokens: number
}

export interface ViewedBody {
  /** The body as latin1. */
  readonly text: string
  readonly maxOutputTokens: number
  readonly bounds: PriceBounds
}

const BYTES_PER_TOKEN = 4
/** About what a picture is. */
const PICTURE_TOKENS = 1_000
/** What is looked through of a member that says how to answer. */
const MEMBER_BYTES = 4_096
const NO_SPANS: readonly TextSpan[] = Object.freeze([])

/** The body has been scanned before: it is a JSON object. */
export function viewRequest(scanned: ViewedBody): RequestView {
  const { text, bounds } = scanned
  const shape = readMembers(text)
  const dialogue = readDialogue(text, shape)
  const own = Math.max(0, text.length - bounds.mediaBytes)
  return {
    lastUser: readSpans(text, dialogue.lastUser),
    firstUser: headOf(text, dialogue.firstUser),
    system: readSpans(text, dialogue.system),
    turnCount: Math.max(1, dialogue.userTurns),
    toolCount: shape.toolCount,
    afterToolResult: dialogue.afterToolResult,
    toolFailed: dialogue.toolFailed,
    hasSchema: shape.hasSchema,
    inputTokens: Math.ceil(own / BYTES_PER_TOKEN) + bounds.pictures * PICTURE_TOKENS,
    vision: bounds.pictures > 0,
    audio: bounds.audioInput || bounds.audioOutput,
    files: bounds.mediaBytes > 0 && bounds.pictures === 0 && !bounds.audioInput,
    tools: shape.toolCount > 0,
    reasoning: shape.reasoning,
    logprobs: shape.logprobs,
    answers: bounds.answers,
    cacheMarks: text.includes('"cache_control"'),
    maxOutputTokens: scanned.maxOutputTokens,
  }
}

interface Members {
  dialogueAt: number
  system: TextSpan[]
  toolCount: number
  hasSchema: boolean
  reasoning: boolean
  logprobs: boolean
}

function readMembers(text: string): Members {
  const members: Members = {
    dialogueAt: -1,
    system: [],
    toolCount: 0,
    hasSchema: false,
    reasoning: false,
    logprobs: false,
  }
  const visit: EntryVisitor = (key, start, end) => {
    switch (key) {
      case 'messages':
      case 'contents':
      case 'input':
        // A body with both is read as its path says elsewhere; either will do to tell what it is about.
        if (members.dialogueAt === -1 || key === 'messages') members.dialogueAt = start
        break
      case 'system':
      case 'instructions':
        members.system.push(...textsAt(text, start))
        break
      case 'systemInstruction':
      case 'system_instruction':
        if (text.charCodeAt(start) === 0x7b) members.system.push(...readElement(text, start).texts)
        break
      case 'prompt':
        if (members.dialogueAt === -1) members.dialogueAt = start
        break
      case 'tools':
      case 'functions':
        members.toolCount += countTools(text, start)
        break
      case 'response_format':
      case 'text':
      case 'output_format':
      case 'output_config':
        if (mentions(text, start, end, 'json_schema')) members.hasSchema = true
        break
      case 'generationConfig':
      case 'generation_config':
        if (/response_?(?:json_?)?schema"/i.test(text.slice(start, Math.min(end, start + MEMBER_BYTES))))
          members.hasSchema = true
        if (mentions(text, start, end, 'hinking')) members.reasoning = true
        break
      case 'reasoning_effort':
        if (!/^"(?:none|minimal)"$|^null$/.test(text.slice(start, end))) members.reasoning = true
        break
      case 'reasoning':
        if (/"effort"\s*:\s*"(?!none|minimal)/.test(text.slice(start, Math.min(end, start + MEMBER_BYTES))))
          members.reasoning = true
        break
      case 'thinking':
        if (mentions(text, start, end, '"enabled"') || mentions(text, start, end, '"adaptive"'))
          members.reasoning = true
        break
      case 'logprobs':
      case 'top_logprobs':
        if (!/^(?:false|null|0)$/.test(text.slice(start, Math.min(end, start + 8)))) members.logprobs = true
        break
      default:
    }
  }
  attempt(() => scanObject(text, 0, visit, false))
  return members
}

interface Dialogue {
  readonly lastUser: readonly TextSpan[]
  readonly firstUser: readonly TextSpan[]
  readonly system: readonly TextSpan[]
  readonly userTurns: number
  readonly afterToolResult: boolean
  readonly toolFailed: boolean
}

/** The turns in their order; of each no more than its role and its kind is kept. */
function readDialogue(text: string, { dialogueAt, system }: Members): Dialogue {
  const said: Dialogue = {
    lastUser: NO_SPANS,
    firstUser: NO_SPANS,
    system,
    userTurns: 0,
    afterToolResult: false,
    toolFailed: false,
  }
  if (dialogueAt === -1) return said
  if (text.charCodeAt(dialogueAt) !== 0x5b) {
    const only = textsAt(text, dialogueAt)
    return { ...said, lastUser: only, firstUser: only, userTurns: 1 }
  }
  const instructions: TextSpan[] = [...system]
  let first: Element | null = null
  let last: Element | null = null
  let newest: Element | null = null
  let userTurns = 0
  attempt(() =>
    scanArray(text, dialogueAt, (start, end) => {
      // A list of prompts, as the old completions take it.
      const element: Element = text.charCodeAt(start) === 0x22 ? plainUser(start, end) : readElement(text, start)
      newest = element
      if (element.kind === 'instructions') instructions.push(...element.texts)
      if (element.kind !== 'user') return
      userTurns += 1
      first ??= element
      last = element
    }),
  )
  return {
    lastUser: textsOf(last),
    firstUser: textsOf(first),
    system: instructions,
    userTurns,
    afterToolResult: kindOf(newest) === 'tool-result',
    toolFailed: failedOf(newest),
  }
}

// Assigned in a callback, which the compiler does not follow.
function textsOf(element: Element | null): readonly TextSpan[] {
  return element === null ? NO_SPANS : element.texts
}

function kindOf(element: Element | null): Element['kind'] | null {
  return element === null ? null : element.kind
}

function failedOf(element: Element | null): boolean {
  return element !== null && element.failed
}

function plainUser(start: number, end: number): Element {
  return { kind: 'user', texts: [{ start, end }], failed: false }
}

/** A string, or a list of parts with texts. */
function textsAt(text: string, start: number): TextSpan[] {
  const code = text.charCodeAt(start)
  const spans: TextSpan[] = []
  attempt(() => {
    if (code === 0x22) spans.push({ start, end: skipString(text, start) })
    if (code !== 0x5b) return
    scanArray(text, start, (from) => {
      if (text.charCodeAt(from) === 0x7b) spans.push(...readElement(text, from).texts)
    })
  })
  return spans
}

/** Gemini lists its functions inside of one tool. */
function countTools(text: string, start: number): number {
  if (text.charCodeAt(start) !== 0x5b) return 0
  let count = 0
  attempt(() =>
    scanArray(text, start, (from, to) => {
      count += 1
      if (!mentions(text, from, to, 'unctionDeclarations') && !mentions(text, from, to, 'unction_declarations')) return
      let inside = 0
      const visit: EntryVisitor = (_key, at) => {
        if (text.charCodeAt(at) === 0x5b) scanArray(text, at, () => void (inside += 1))
      }
      scanObject(text, from, visit, false)
      count += Math.max(0, inside - 1)
    }),
  )
  return count
}

function mentions(text: string, start: number, end: number, word: string): boolean {
  return text.slice(start, Math.min(end, start + MEMBER_BYTES)).includes(word)
}

/** What is no JSON deep inside is the upstream's to refuse; here it only means that less is known. */
function attempt(read: () => void): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error
  }
}
