// What the simulator says. Every answer opens with a label, so that nobody takes it for a model's, and then reacts to
// the prompt just enough that a person sees their words arrive.

import { hash32, pick } from './seeded.ts'
import { splitTokens } from './tokens.ts'
import type { Conversation } from './conversation.ts'

export interface Question {
  readonly model: string
  /** The conversation's last user text, without directives. */
  readonly prompt: string
  readonly attachments: number
  readonly toolResults: Conversation['toolResults']
  /** 0 for the first of `n` answers. */
  readonly variant: number
  /** Exactly this many tokens, when a directive asked for it. */
  readonly tokens: number | undefined
}

export function label(model: string): string {
  return `[simulated answer from ${model}] `
}

export function answerText(question: Question): string {
  const text = label(question.model) + reaction(question)
  return question.tokens === undefined ? text : ofLength(text, question.tokens)
}

type Rule = readonly [pattern: RegExp, answer: (match: RegExpExecArray, question: Question) => string]

/** The first that matches the prompt answers. */
const RULES: readonly Rule[] = [
  [
    /^\W*(?:please |just )?(?:say|reply with|respond with|answer with)(?: exactly| only| just)?:? +(.+)/imu,
    (match) => unquoted(match[1] ?? ''),
  ],
  [
    /(?:^|what is|what's|calculate|compute|how much is)\s*(-?\d{1,9}(?:\.\d{1,6})?) ?([-+*x×/÷]) ?(-?\d{1,9}(?:\.\d{1,6})?)(?![\d.]*[-/])/iu,
    arithmetic,
  ],
  [/\bcount (?:from 1 )?(?:up )?to (\d{1,3})\b/iu, (match) => countTo(Number(match[1]))],
  [/\b(?:haiku|poem|poetry|verse|thơ)\b/iu, (_match, question) => pick(HAIKU, seed(question))],
  [/\b(?:story|tale|truyện)\b/iu, (_match, question) => pick(STORIES, seed(question))],
  [/\bgreet/iu, (_match, question) => pick(GREETINGS, question.variant)],
  [/\b(?:code|function|program|script|typescript|javascript|python)\b/iu, (_match, question) => codeFor(question)],
  [
    /^\W*(?:hi|hello|hey|hola|bonjour|hallo|ciao|xin chào|привет|你好|こんにちは)(?!\p{L})/iu,
    (_match, question) => pick(GREETINGS, question.variant),
  ],
]

function reaction(question: Question): string {
  if (question.toolResults.length > 0) return toolReport(question.toolResults)
  for (const [pattern, answer] of RULES) {
    // The opening of a long prompt is enough, and bounds what the patterns cost.
    const match = pattern.exec(question.prompt.slice(0, 2_000))
    if (match !== null) return answer(match, question)
  }
  return echo(question)
}

function echo({ prompt, attachments, variant, model }: Question): string {
  const seen = prompt.trim() === '' ? 'You sent no text' : `You wrote: “${excerpt(prompt)}”`
  const files = attachments === 0 ? '' : `, with ${attachments} ${attachments === 1 ? 'attachment' : 'attachments'}`
  const turn = variant === 0 ? '' : ` (This is answer ${variant + 1}.)`
  return (
    `${seen}${files}.${turn} No model has read it: this text comes from the built-in simulator, which answers while no ` +
    `provider is configured. Add a provider key, and ${model} itself answers here.`
  )
}

function toolReport(results: Conversation['toolResults']): string {
  const lines = results.map(({ name, text }) => `${name} returned: ${excerpt(text)}`)
  return lines.join('\n')
}

function excerpt(text: string): string {
  const line = text.trim().replaceAll(/\s+/gu, ' ')
  const characters = Array.from(line.slice(0, 400))
  return characters.length <= 160 ? line : `${characters.slice(0, 160).join('')}…`
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'“])(.*?)["'”]\.?$/u, '$2')
}

function arithmetic(match: RegExpExecArray): string {
  const left = Number(match[1])
  const right = Number(match[3])
  const sign = match[2] ?? '+'
  const result =
    sign === '+'
      ? left + right
      : sign === '-'
        ? left - right
        : sign === '/' || sign === '÷'
          ? left / right
          : left * right
  return `${left} ${sign} ${right} = ${Number(result.toPrecision(12))}`
}

function countTo(last: number): string {
  return Array.from({ length: last }, (_, index) => index + 1).join(', ')
}

function codeFor({ prompt }: Question): string {
  const comment = excerpt(prompt)
  return `Here is a sketch:\n\n\`\`\`ts\n// ${comment}\nexport function simulated(): string {\n  return 'not written by a model'\n}\n\`\`\``
}

function seed({ prompt, variant }: Question): number {
  return hash32(prompt) + variant
}

/** Pads with plain words, or cuts, to a number of tokens. */
function ofLength(text: string, tokens: number): string {
  const parts = splitTokens(text).slice(0, tokens)
  for (let i = parts.length; i < tokens; i++) parts.push(` ${FILLER[i % FILLER.length] ?? 'and'}`)
  return parts.join('')
}

const FILLER = ['and', 'then', 'the', 'line', 'ran', 'through', 'once', 'more'] as const

const GREETINGS = [
  'Hello! How can I help you today?',
  'Hello, and welcome. What would you like to try?',
  'Hi there! What can I do for you?',
] as const

const HAIKU = [
  'A line through the ring,\nno wear where the corner turns:\nthe harbour is near.',
  'Tokens, one by one,\ndrip from a tap with no well.\nStill, the cup is wet.',
  'Fog over the quay.\nA rope knows which way to go;\nthe ship only waits.',
] as const

const STORIES = [
  'Once upon a time a rope was afraid of corners. Every harbour frayed it a little more. Then a sailor bolted a smooth ring to the deck, and the rope went round it without a mark. It has not feared a corner since.',
  'Once upon a time a lighthouse keeper wrote down every ship that passed. One night of fog there was nothing to write, so he wrote about the fog. In the morning the captains asked for that page, and no other.',
  'Once upon a time two ferries shared one pier and quarrelled over who should leave first. The harbour master gave each a bell. From then on they left in turn, and the people on the shore set their clocks by it.',
] as const
