// Tools that the provider runs, and charges for: searches, interpreters, pictures. Whatever is not known to be the
// client's own is taken for one of these, so that a tool which is new tomorrow is no free tool.

import { decodeString, scanObject, skipSpace } from '../core/json-scan.ts'
import { tokenCount } from '../core/token-usage.ts'

export interface HostedTools {
  /** The most calls; 0 = there are no such tools, -1 = no limit is set. */
  readonly calls: number
  readonly makesPictures: boolean
}

export const NO_HOSTED_TOOLS: HostedTools = Object.freeze({ calls: 0, makesPictures: false })
const UNLIMITED_TOOLS: HostedTools = Object.freeze({ calls: -1, makesPictures: false })

/**
 * Types that only describe a function of the client's: OpenAI's, then Anthropic's, whose names end in a date. A search
 * among tools is free.
 */
const OWN_TYPES =
  /^(?:function|custom|local_shell|apply_patch|computer|computer_use_preview|tool_search|(?:bash|text_editor|memory|computer|tool_search_tool_regex|tool_search_tool_bm25)_\d{8})$/
/** Members of a tool that has neither a type nor a name: Gemini's functions, and what else may stand beside them. */
const OWN_MEMBERS: ReadonlySet<string> = new Set([
  'functionDeclarations',
  'function_declarations',
  'computerUse',
  'computer_use',
  'function',
  'toolSpec',
  'cachePoint',
])
/** Tools in tools go no deeper. */
const MAX_DEPTH = 4
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const COMMA = 0x2c

/**
 * @param text a body that was scanned and found well-formed, as latin1
 * @param start of the member `tools`, in a request of any dialect
 */
export function hostedTools(text: string, start: number, depth = 0): HostedTools {
  // One tool, or a shape that nobody knows.
  if (text.charCodeAt(start) === OPEN_BRACE) return hostedIn(text, start, depth).tools
  if (text.charCodeAt(start) !== OPEN_BRACKET) return NO_HOSTED_TOOLS
  let all = NO_HOSTED_TOOLS
  let at = skipSpace(text, start + 1)
  if (text.charCodeAt(at) === CLOSE_BRACKET) return all
  while (text.charCodeAt(at) === OPEN_BRACE) {
    const { tools, end } = hostedIn(text, at, depth)
    all = together(all, tools)
    at = skipSpace(text, end)
    if (text.charCodeAt(at) !== COMMA) return all
    at = skipSpace(text, at + 1)
  }
  // An entry that is no tool.
  return UNLIMITED_TOOLS
}

function hostedIn(text: string, at: number, depth: number): { readonly tools: HostedTools; readonly end: number } {
  const types: string[] = []
  let named = false
  let most = -1
  let inside = NO_HOSTED_TOOLS
  let others = false
  const end = scanObject(
    text,
    at,
    (rawKey, from, to) => {
      const key = rawKey.includes('\\') ? decodeString(`"${rawKey}"`, 0, rawKey.length + 2) : rawKey
      if (key === 'type') types.push(decodeString(text, from, to) ?? '')
      else if (key === 'name') named = true
      else if (key === 'max_uses') most = Math.max(most, tokenCount(Number(text.slice(from, to))))
      else if (key === 'tools' && depth < MAX_DEPTH) inside = together(inside, hostedTools(text, from, depth + 1))
      else if (key === null || (!OWN_MEMBERS.has(key) && isSwitchedOn(text, from))) others = true
    },
    false,
  )
  if (types.length === 0) return { tools: named || !others ? NO_HOSTED_TOOLS : UNLIMITED_TOOLS, end }
  const foreign = types.filter((type) => !OWN_TYPES.test(type))
  if (foreign.length === 0) return { tools: NO_HOSTED_TOOLS, end }
  if (foreign.every((type) => type === 'namespace')) return { tools: inside, end }
  return { tools: { calls: most, makesPictures: foreign.some((type) => type.startsWith('image_generation')) }, end }
}

function together(first: HostedTools, second: HostedTools): HostedTools {
  return {
    calls: first.calls < 0 || second.calls < 0 ? -1 : first.calls + second.calls,
    makesPictures: first.makesPictures || second.makesPictures,
  }
}

/** `{"googleSearch":{}}` */
function isSwitchedOn(text: string, at: number): boolean {
  return text.charCodeAt(at) === OPEN_BRACE || text.startsWith('true', at)
}
