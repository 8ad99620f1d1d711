// What the fake model says when no script tells it: the same question gets the same answer, in every dialect.
//
//   a schema was asked for      JSON that fits it
//   a tool is forced            a call of it
//   `call NAME` in the last words of the user, and NAME is offered      a call of NAME; several names, several calls
//   the last turn brought tool results                                  a text that holds them
//   anything else               with `echo`, the user's words again; without, so many pieces of ever the same text
import { hashText, seededRandom } from '../random.ts'
import {
  type Answer,
  type AnswerPart,
  type AnswerUsage,
  countTokens,
  type OfferedTool,
  piecesOf,
  type Question,
  type Stop,
  toolCallsOf,
} from './answer.ts'
import { sampleOf } from './sample.ts'
import type { Script } from './script.ts'

export function smartAnswer(question: Question, script: Script): Answer {
  const calls = callsOf(question, script)
  const seed = hashText(question.prompt)
  if (calls.length > 0) {
    const parts = calls.map((tool, index): AnswerPart => {
      const value = sampleOf(tool.parameters, seededRandom(seed + index))
      return { kind: 'tool-call', id: undefined, name: tool.name, arguments: JSON.stringify(value) }
    })
    return finish(question, [...thought(question, script), ...parts], 'tool_use')
  }
  if (question.toolResults.length > 0) {
    return limited(question, script, piecesOf(`Tool results: ${question.toolResults.join(' | ')}`, script.bytes))
  }
  if (question.schema !== undefined) {
    const value = question.schema === true ? { answer: 'Paris' } : sampleOf(question.schema, seededRandom(seed))
    return limited(question, script, piecesOf(JSON.stringify(value), script.bytes))
  }
  if (script.echo === true && script.bigPieceBytes === undefined) {
    return limited(question, script, piecesOf(`You said: ${question.lastUserText ?? question.prompt}`, script.bytes))
  }
  const wanted = wantedPieces(script)
  const length = question.maxTokens === undefined ? wanted : Math.min(wanted, Math.max(1, question.maxTokens))
  const pieces = Array.from({ length }, (_, index) =>
    standardPiece(index, index === 2 && script.bigPieceBytes !== undefined ? script.bigPieceBytes : script.bytes),
  )
  const output = script.bytes === 4 && script.bigPieceBytes === undefined ? length : countTokens(pieces.join(''))
  return finish(question, [{ kind: 'text', pieces }], length < wanted ? 'max_tokens' : 'end', { output })
}

/** Usage by the rule of four, changed by `said`. */
export function usageOf(
  question: Question,
  parts: readonly AnswerPart[],
  said: Partial<AnswerUsage> = {},
): AnswerUsage {
  const text = (part: AnswerPart): string =>
    part.kind === 'tool-call' ? part.name + (part.arguments ?? '') : part.pieces.join('')
  const reasoning =
    said.reasoning ?? countTokens(parts.map((part) => (part.kind === 'reasoning' ? text(part) : '')).join(''))
  const output = countTokens(parts.map((part) => (part.kind === 'reasoning' ? '' : text(part))).join(''))
  return {
    input: Math.max(1, countTokens(question.prompt)),
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: output + reasoning,
    ...said,
    reasoning,
  }
}

/** A bound, so that a number without end in a request or a script cannot occupy the process for ever. */
const MAX_PIECES = 1_000_000

function wantedPieces(script: Script): number {
  return Math.min(MAX_PIECES, Math.max(0, Math.trunc(script.tokens)))
}

function limited(question: Question, script: Script, pieces: readonly string[]): Answer {
  const limit = Math.max(1, question.maxTokens ?? Infinity)
  let bytes = 0
  const kept = pieces.filter((piece) => (bytes += Buffer.byteLength(piece)) <= limit * 4)
  const cut = kept.length < pieces.length
  return finish(question, [...thought(question, script), { kind: 'text', pieces: kept }], cut ? 'max_tokens' : 'end')
}

function thought(question: Question, script: Script): AnswerPart[] {
  if (!question.reasoning || script.echo !== true) return []
  const pieces = piecesOf(`Thinking about: ${(question.lastUserText ?? 'the results').slice(0, 80)}`, 8)
  return [{ kind: 'reasoning', pieces, signature: true, redacted: false }]
}

function finish(question: Question, parts: readonly AnswerPart[], stop: Stop, said: Partial<AnswerUsage> = {}): Answer {
  const usage = usageOf(question, parts, said)
  const answer = { parts, stop, stopSequence: undefined, usage, seed: hashText(question.prompt) }
  return toolCallsOf(answer).length > 0 ? { ...answer, stop: 'tool_use' } : answer
}

/** Four bytes each. Accents, Greek and emoji among them, so that whoever cuts characters in two is found out. */
const WORDS = ['Fair', 'lead', ' the', ' né', ' lin', '🙂', ' no ', 'wear', 'αβ', ' ok,']

function standardPiece(index: number, bytes: number): string {
  const word = WORDS[index % WORDS.length] ?? 'word'
  if (bytes === 4) return word
  if (bytes < 4) return 'abc'.slice(0, Math.max(0, bytes))
  return word + 'x'.repeat(bytes - 4)
}

/**
 * Tools are called when the choice forces it, when the script says how many, or when the last words are the user's and ask for it:
 * with `echo` only as `call NAME`, else also by naming a tool or speaking of one.
 */
function callsOf(question: Question, script: Script): readonly OfferedTool[] {
  const { tools, choice, lastUserText } = question
  const first = tools[0]
  if (first === undefined || choice === 'none') return []
  if (script.tools !== undefined) {
    return Array.from({ length: Math.min(script.tools, 1000) }, (_, index) => tools[index % tools.length] ?? first)
  }
  if (typeof choice === 'object') return [tools.find((tool) => tool.name === choice.name) ?? first]
  const asked =
    lastUserText === undefined
      ? []
      : tools.filter((tool) => lastUserText.includes(script.echo === true ? `call ${tool.name}` : tool.name))
  if (asked.length > 0) return asked
  if (choice === 'required') return [first]
  if (script.echo === true || lastUserText === undefined) return []
  return /\b(tool|function|weather)\b/i.test(lastUserText) ? [first] : []
}
