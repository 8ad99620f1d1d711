// What in a text must not get lost: names of things, numbers with what they count, paths, addresses. And the rare words,
// for facts that have none of these. No language is assumed but for a few cues in English.

/** How much is lost with a word of this kind. */
const IDENTIFIER = 3
const MEASURE = 2.5
const NAME = 1.4
const NUMBER = 1.2
const WORD = 0.3

interface Pattern {
  readonly value: number
  readonly pattern: RegExp
}

/** The first that matches at a place wins. */
const PATTERNS: readonly Pattern[] = [
  // Addresses: https://…, name@host.
  { value: IDENTIFIER, pattern: /^(?:[a-z][a-z0-9+.-]*:\/\/\S+|[\w.+-]+@[\w-]+\.[\w.-]+)$/i },
  // Paths with a slash, and names of files.
  { value: IDENTIFIER, pattern: /^(?:[~.]{0,2}\/|[A-Za-z]:\\)?(?:[\w.@+-]+[/\\])+[\w.@+-]*$/ },
  { value: IDENTIFIER, pattern: /^[\w-]+\.[a-z][a-z0-9]{0,7}(?::\d+)*$/i },
  // Numbers with what they count: 12.50, 3%, $40, 14:30, 2026-03-01, v1.2.3, 250ms, 10,000.
  {
    value: MEASURE,
    pattern: /^[~<>≈=±+-]?[$€£¥]?\d[\d.,:/_-]*\d?(?:%|[$€£¥]|[a-zA-Zµ°]{1,4}(?:\/[a-zA-Z]{1,3})?)$/,
  },
  { value: MEASURE, pattern: /^(?:[~<>≈=±+-]?[$€£¥]\d[\d.,]*|v?\d+(?:[.,:/-]\d+)+)$/i },
  { value: NUMBER, pattern: /^[#+-]?\d{2,}$/ },
  // Names that people do not write otherwise: SNAKE_CASE, snake_case, camelCase, dotted.names, ABC-123, 3f9c2e…
  { value: IDENTIFIER, pattern: /^(?=.*[a-z])(?=.*\d)[\w.:#-]{4,}$/i },
  { value: IDENTIFIER, pattern: /^(?:\w+_\w+|[a-z]+(?:[A-Z][a-z0-9]+)+|[\w-]+(?:(?:\.|::)[\w-]+)+|--?[a-z][\w-]+=?)$/ },
  { value: NAME, pattern: /^[A-Z][A-Z0-9-]{2,}$/ },
  { value: NAME, pattern: /^\p{Lu}[\p{Ll}\p{Lu}'’-]+$/u },
  { value: WORD, pattern: /^[\p{L}\p{N}'’-]{4,}$/u },
]

const PLAIN = /^[a-z'’]+$/
const SPLIT = /[\s"'`“”‘’«»()[\]{}<>|,;!?…]+/u
const TRIMMED = /^[*.:=#]+(?=\w)|[*.:=]+$/g
/** Longer ones are data, not names. */
const MOST_CHARACTERS = 200

export interface Salient {
  readonly word: string
  readonly value: number
}

/** Each different word once. @param first of a sentence: its capital letter says nothing */
export function salientWords(text: string): readonly Salient[] {
  const found = new Map<string, number>()
  let first = true
  for (const piece of text.split(SPLIT)) {
    const word = piece.replace(TRIMMED, '')
    if (word === '') continue
    const value = valueOf(word, first)
    first = /[.:!?]$/.test(piece)
    if (value > 0 && !found.has(word)) found.set(word, value)
  }
  return Array.from(found, ([word, value]) => ({ word, value }))
}

function valueOf(word: string, first: boolean): number {
  if (word.length > MOST_CHARACTERS) return 0
  // Most are.
  if (PLAIN.test(word)) return word.length < 4 ? 0 : WORD
  for (const { value, pattern } of PATTERNS) {
    if (pattern.test(word)) return value === NAME && first ? WORD : value
  }
  return 0
}

const PATH = /^(?:[~.]{0,2}\/|[A-Za-z]:\\)?(?:[\w.@+-]+[/\\])+[\w.@+-]*\.[A-Za-z][A-Za-z0-9]{0,7}$/
const FILE =
  /^[\w-][\w.-]*\.(?:c|cc|cpp|cs|css|csv|dart|docx?|ex|go|h|hpp|html?|ini|ipynb|java|jpe?g|js|json|jsonl|jsx|kt|lock|log|lua|md|mjs|pdf|php|png|proto|py|rb|rs|scss|sh|sql|svelte|svg|swift|tf|toml|tsx?|txt|vue|xlsx?|xml|ya?ml)$/
/** Around a name, and a line's number behind it. */
const AROUND_FILE = /^\.\/|(?::\d+)+:?$|[.:!?]+$/g

/** Names of files in a text, without those that are parts of an address. */
export function filesIn(text: string): readonly string[] {
  const files: string[] = []
  for (const piece of text.split(SPLIT)) {
    if (piece.length > MOST_CHARACTERS || piece.length < 3 || piece.includes('://')) continue
    const name = piece.replace(AROUND_FILE, '')
    if (PATH.test(name) || FILE.test(name)) files.push(name)
  }
  return files
}

// --- cues ---

const DECISION =
  /\b(?:decided|decision|agreed|let['’]?s (?:go|use|keep|take|stick)|we(?:['’]ll| will| are going to) (?:use|go|keep|take|stick|drop|switch)|go(?:ing)? with|settled on|chose|chosen|approved|instead of|rather than|ruled out|rejected)\b/i
const RULE =
  /\b(?:must(?: not|n['’]t)?|never|always|do not|don['’]t|important|remember|note that|required|forbidden|only if|make sure|at all costs|deadline|due (?:on|by)|prefers?|insists?)\b/i
const TASK =
  /\b(?:todo|to-do|fixme|next step|next up|remaining|still (?:need|have|open|missing|to)|not yet|outstanding|follow[- ]up|open (?:question|point|issue|task)s?|pending|left to do|later (?:we|i)|blocked)\b|^\s*(?:[-*]|\d+\.)?\s*\[ \]/im
const TROUBLE =
  /\b(?:error|fail(?:s|ed|ure)?|exception|denied|refused|time(?:d)? ?out|panic|traceback|fatal|warning|conflict)\b/i

export type Cue = 'decision' | 'task' | 'trouble' | null

export function cueOf(text: string): Cue {
  if (TASK.test(text)) return 'task'
  if (DECISION.test(text) || RULE.test(text)) return 'decision'
  return TROUBLE.test(text) ? 'trouble' : null
}
