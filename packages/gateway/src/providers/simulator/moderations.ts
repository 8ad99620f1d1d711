// POST /v1/moderations. A few unmistakable words flag a text, so that both outcomes can be tried; nothing here judges.

import { readDirectives } from './faults.ts'
import { isObject, missing, optionalString, requiredString, wrongType, wrongValue } from './fields.ts'
import type { JsonObject } from './fields.ts'
import type { Answer, ReplyContext } from './reply.ts'
import { hash32 } from './seeded.ts'

/** OpenAI's categories and the words that raise each here; an empty list is never raised. */
const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  harassment: ['idiot', 'moron', 'loser'],
  'harassment/threatening': [],
  sexual: ['porn', 'pornography'],
  hate: ['subhuman', 'vermin'],
  'hate/threatening': [],
  illicit: ['counterfeit', 'meth', 'heroin'],
  'illicit/violent': ['bomb', 'explosive', 'explosives'],
  'self-harm/intent': [],
  'self-harm/instructions': [],
  'self-harm': ['suicide'],
  'sexual/minors': [],
  violence: ['kill', 'murder', 'stab', 'bomb', 'shoot'],
  'violence/graphic': ['dismember', 'gore'],
}

/** The categories that are judged in pictures too. */
const IMAGE_CATEGORIES = new Set([
  'sexual',
  'self-harm/intent',
  'self-harm/instructions',
  'self-harm',
  'violence',
  'violence/graphic',
])

interface Item {
  readonly text: string
  readonly hasText: boolean
  readonly hasImage: boolean
}

export function moderations(body: JsonObject, context: ReplyContext): Answer {
  const model = optionalString(body, 'model') ?? 'omni-moderation-latest'
  const items = readInput(body['input'])
  const { directives } = readDirectives(items[0]?.text ?? '')
  const reply = { id: context.newId('modr-'), model, results: items.map(judge) }
  return { directives, reply: { kind: 'json', body: reply } }
}

/** One result a string; a list of text and image parts is one thing, with one result. */
function readInput(value: unknown): readonly Item[] {
  if (value === undefined || value === null) throw missing('input')
  if (typeof value === 'string') return [textItem(value)]
  if (!Array.isArray(value)) throw wrongType('input', 'a string or an array', value)
  const list: readonly unknown[] = value
  if (list.length === 0) throw missing('input')
  if (list.every((item) => typeof item === 'string')) return list.map(textItem)
  const texts: string[] = []
  let hasImage = false
  for (const [index, part] of list.entries()) {
    const param = `input[${index}]`
    if (!isObject(part)) throw wrongType(param, 'an object', part)
    const type = requiredString(part, 'type', `${param}.type`)
    if (type === 'text') texts.push(requiredString(part, 'text', `${param}.text`))
    else if (type === 'image_url' && isObject(part['image_url'])) hasImage = true
    else throw wrongValue(`${param}.type`, type, ['text', 'image_url'])
  }
  return [{ text: texts.join('\n'), hasText: texts.length > 0, hasImage }]
}

function textItem(text: string): Item {
  return { text, hasText: true, hasImage: false }
}

function judge({ text, hasText, hasImage }: Item): JsonObject {
  const words = new Set(text.toLowerCase().match(/\p{L}+/gu))
  const categories: Record<string, boolean> = {}
  const scores: Record<string, number> = {}
  const inputTypes: Record<string, string[]> = {}
  for (const [category, raisedBy] of Object.entries(CATEGORIES)) {
    const raised = raisedBy.some((word) => words.has(word))
    const trace = hash32(text + category) / 2 ** 32
    categories[category] = raised
    scores[category] = Number((raised ? 0.9 + trace / 20 : trace / 1000).toPrecision(8))
    inputTypes[category] = [
      ...(hasText ? ['text'] : []),
      ...(hasImage && IMAGE_CATEGORIES.has(category) ? ['image'] : []),
    ]
  }
  const flagged = Object.values(categories).some(Boolean)
  return { flagged, categories, category_scores: scores, category_applied_input_types: inputTypes }
}
