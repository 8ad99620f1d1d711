// Everything in a request that changes its price, in whatever dialect it was written: how many answers, how long, with
// which thinking, in which service tier, with which tools of the provider's, in words, sound or pictures.
//
// The names are not kept apart by dialect: a field that this dialect does not know is refused or ignored upstream, and one
// that some other server of the same dialect does know must count. What is not understood counts as the dearest that it
// can mean; to say what is wrong with it is the upstream's business.

import { parseSpan } from '../core/json-scan.ts'
import { isJsonObject, arrayOf, objectOf, numberOf, stringOf, type JsonObject } from '../core/json.ts'
import { PLAIN_BOUNDS, type PriceBounds } from '../core/price-bounds.ts'
import { chargedTier, tokenCount } from '../core/token-usage.ts'
import { contentMarks, type ContentMarks } from './content-marks.ts'
import { hostedTools, NO_HOSTED_TOOLS, type HostedTools } from './hosted-tools.ts'

/** Members of the outermost object, beside those that routing reads. None may be there twice or spelled with escapes. */
export const PRICE_KEYS = [
  'n',
  'best_of',
  'prompt',
  'prediction',
  'service_tier',
  'serviceTier',
  'speed',
  'inference_geo',
  'modalities',
  'audio',
  'generationConfig',
  'generation_config',
  'thinking',
  'reasoning',
  'reasoning_effort',
  'enable_thinking',
  'thinking_budget',
  'chat_template_kwargs',
  'tools',
  'max_tool_calls',
  'web_search_options',
  'search_parameters',
  'enable_search',
  'plugins',
  'mcp_servers',
  'context_management',
  'prompt_cache_retention',
  'prompt_cache_options',
  'previous_response_id',
  'conversation',
  'cachedContent',
  'cached_content',
  'extra_body',
] as const

/** Where the value of such a member lies. */
export interface PriceField {
  readonly name: string
  readonly start: number
  readonly end: number
}

type Fields = Readonly<Record<string, unknown>>

/**
 * @param text a body that was scanned and found well-formed, as latin1
 * @param fields those of `PRICE_KEYS` that it has
 * @param found what its scan has noted of its content
 * @param maxOutputTokens what the request's own limit is; 0 = none
 */
export function readBounds(
  text: string,
  fields: readonly PriceField[],
  found: readonly number[],
  maxOutputTokens: number,
): PriceBounds {
  const marks = contentMarks(text, found)
  if (fields.length === 0) return boundsOfContent(marks, maxOutputTokens)
  const request = parseFields(text, fields)
  const { audioOutput, makesPictures } = readModalities(request)
  const hosted = readHosted(text, fields, request)
  const predicted = fields.find(({ name }) => name === 'prediction')
  // Asking for sound or pictures names them too.
  const { modalities } = request
  return {
    ...PLAIN_BOUNDS,
    answers: answersIn(request),
    prompts: promptsIn(request['prompt']),
    maxOutputTokens,
    maxThinkingTokens: readThinking(request),
    serviceTier: readTier(request),
    hostedCalls: hosted.calls,
    predictionBytes: predicted === undefined ? 0 : predicted.end - predicted.start,
    cacheWrite1h:
      marks.cacheWrite1h || isSet(request['prompt_cache_retention']) || isSet(request['prompt_cache_options']),
    audioInput: marks.audio > (holds(modalities, 'audio') ? 1 : 0),
    audioOutput,
    pictures: Math.max(0, marks.pictures - (holds(modalities, 'image') ? 1 : 0)),
    images: makesPictures || hosted.makesPictures ? -1 : 0,
    mediaBytes: marks.mediaBytes,
    inputElsewhere: marks.elsewhere || isElsewhere(request),
  }
}

/** Most requests, and those of agents that have no tools. */
function boundsOfContent(marks: ContentMarks, maxOutputTokens: number): PriceBounds {
  const { cacheWrite1h, pictures, mediaBytes, elsewhere } = marks
  return {
    ...PLAIN_BOUNDS,
    maxOutputTokens,
    cacheWrite1h,
    audioInput: marks.audio > 0,
    pictures,
    mediaBytes,
    inputElsewhere: elsewhere,
  }
}

/** Not parsed: long, and read in another way. */
const READ_APART: ReadonlySet<string> = new Set(['tools', 'prediction'])

function parseFields(text: string, fields: readonly PriceField[]): Fields {
  const parsed: Record<string, unknown> = {}
  for (const { name, start, end } of fields) {
    // A prompt that is a text says no more than its length.
    if (READ_APART.has(name) || (name === 'prompt' && text.charCodeAt(start) === QUOTE)) continue
    try {
      parsed[name] = parseSpan(text, start, end)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  return parsed
}

const QUOTE = 0x22

/** Gemini's two spellings; somebody may send both. */
function configsOf(request: Fields): readonly JsonObject[] {
  return [request['generationConfig'], request['generation_config']].filter(isJsonObject)
}

function answersIn(request: Fields): number {
  const counts = configsOf(request).flatMap((config) => [config['candidateCount'], config['candidate_count']])
  return Math.max(1, ...[request['n'], request['best_of'], ...counts].map(tokenCount))
}

/** Each text of a list is answered alone; a list of numbers is one text in tokens. */
function promptsIn(prompt: unknown): number {
  const list = arrayOf(prompt)
  if (list === undefined || typeof list[0] === 'number') return 1
  return Math.max(1, list.length)
}

/** Words that change the price on their own: the tier, Anthropic's speed, and the place where it is served. */
function readTier(request: Fields): string {
  const words = [
    chargedTier(request['service_tier']),
    chargedTier(request['serviceTier']),
    chargedTier(request['speed']),
    EVERYWHERE.has(request['inference_geo']) ? '' : chargedTier(request['inference_geo']),
  ]
  return words.filter((word) => word !== '').join('+')
}

const EVERYWHERE: ReadonlySet<unknown> = new Set(['global', 'not_available', ''])

/** -1 = no limit, also where nothing is said: most models that think do so unasked. The least strict statement counts. */
function readThinking(request: Fields): number {
  const said: number[] = []
  const { thinking, reasoning, reasoning_effort: effort, enable_thinking: enabled, thinking_budget: budget } = request
  if (isJsonObject(thinking)) said.push(anthropicThinking(thinking))
  if (isJsonObject(reasoning)) said.push(openrouterThinking(reasoning))
  if (isSet(effort)) said.push(effort === 'none' ? 0 : -1)
  const inTemplate = objectOf(request['chat_template_kwargs'])?.['enable_thinking']
  if (enabled === false || inTemplate === false) said.push(0)
  if (isSet(budget)) said.push(limitOf(budget))
  for (const config of configsOf(request)) {
    const asked = objectOf(config['thinkingConfig']) ?? objectOf(config['thinking_config'])
    if (asked !== undefined) said.push(limitOf(asked['thinkingBudget'] ?? asked['thinking_budget']))
  }
  return said.length === 0 || said.includes(-1) ? -1 : Math.max(...said)
}

function anthropicThinking(thinking: JsonObject): number {
  return thinking['type'] === 'disabled' ? 0 : limitOf(thinking['budget_tokens'])
}

function openrouterThinking(reasoning: JsonObject): number {
  if (reasoning['effort'] === 'none' || reasoning['enabled'] === false) return 0
  return limitOf(reasoning['max_tokens'])
}

/** A number of tokens; anything else is no limit. */
function limitOf(value: unknown): number {
  const limit = numberOf(value)
  return limit === undefined || limit < 0 ? -1 : tokenCount(limit)
}

function readModalities(request: Fields): { readonly audioOutput: boolean; readonly makesPictures: boolean } {
  const lists = [request['modalities']]
  let speaks = isSet(request['audio'])
  for (const config of configsOf(request)) {
    lists.push(config['responseModalities'], config['response_modalities'])
    speaks ||= isSet(config['speechConfig'] ?? config['speech_config'])
  }
  return {
    audioOutput: speaks || lists.some((list) => holds(list, 'audio')),
    makesPictures: lists.some((list) => holds(list, 'image')),
  }
}

/** Gemini writes its words in capitals, and knows numbers for them (2 = a picture, 3 = sound). */
function holds(list: unknown, word: 'audio' | 'image'): boolean {
  const number = word === 'audio' ? 3 : 2
  return (arrayOf(list) ?? [list]).some((entry) => stringOf(entry)?.toLowerCase() === word || entry === number)
}

function readHosted(text: string, fields: readonly PriceField[], request: Fields): HostedTools {
  const tools = fields.find(({ name }) => name === 'tools')
  const listed = tools === undefined ? NO_HOSTED_TOOLS : hostedTools(text, tools.start)
  const most = request['max_tool_calls']
  if (!HOSTED_FIELDS.some((name) => isSwitchedOn(request[name]))) {
    return most === undefined || listed.calls === 0 ? listed : { ...listed, calls: limitOf(most) }
  }
  return { ...listed, calls: -1 }
}

/** Other places in which hosted tools are asked for; a stored prompt (`prompt.id`) may bring some of its own. */
const HOSTED_FIELDS = [
  'web_search_options',
  'search_parameters',
  'enable_search',
  'plugins',
  'mcp_servers',
  'context_management',
  'prompt',
] as const

function isSwitchedOn(value: unknown): boolean {
  const list = arrayOf(value)
  if (list !== undefined) return list.some(isJsonObject)
  return isJsonObject(value) ? value['mode'] !== 'off' : value === true
}

/** A part of the input that is not in the body. */
function isElsewhere(request: Fields): boolean {
  const cached = objectOf(objectOf(request['extra_body'])?.['google'])?.['cached_content']
  return [
    request['previous_response_id'],
    request['conversation'],
    request['cachedContent'],
    request['cached_content'],
    cached,
    isJsonObject(request['prompt']) ? true : undefined,
  ].some(isSet)
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== false
}
