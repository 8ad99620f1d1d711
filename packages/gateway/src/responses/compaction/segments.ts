// Texts in pieces that can be kept or left out: sentences of what people say, lines of what programs print.

const MOST_CHARACTERS = 400
/** So many lines of one item are looked at, from its beginning and from its end. */
const MOST_LINES = 20_000

/** Nothing but white space and lines of dashes. */
const EMPTY = /^[\s\-=_*#|+.`~]*$/
const SENTENCE_END = /(?<=[.!?…。！？])["'”’)]*\s+(?=["'“‘(]?[\p{Lu}\p{N}\p{Lo}])/u

/** Whole and in order; none is empty. */
export function sentencesOf(text: string): readonly string[] {
  const pieces: string[] = []
  for (const line of filledLines(text)) for (const sentence of line.split(SENTENCE_END)) pushPieces(sentence, pieces)
  return pieces
}

/** The same for what is no prose: only lines that are too long are cut. */
export function linesOf(text: string): readonly string[] {
  const pieces: string[] = []
  for (const line of filledLines(text)) {
    if (line.length <= MOST_CHARACTERS) pieces.push(line.trimEnd())
    else for (const sentence of line.split(SENTENCE_END)) pushPieces(sentence, pieces)
  }
  return pieces
}

function filledLines(text: string): readonly string[] {
  const lines = text.split('\n')
  const looked =
    lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES / 2), ...lines.slice(-MOST_LINES / 2)]
  return looked.filter((line) => !EMPTY.test(line))
}

/** What has no sentences (minified code, one line of JSON) is cut at white space or commas. */
function pushPieces(text: string, pieces: string[]): void {
  let rest = text.trim()
  while (rest.length > MOST_CHARACTERS) {
    const window = rest.slice(0, MOST_CHARACTERS)
    const cut = Math.max(window.lastIndexOf(' '), window.lastIndexOf(','), window.lastIndexOf(';')) + 1
    const end = cut > MOST_CHARACTERS / 2 ? cut : MOST_CHARACTERS
    pieces.push(rest.slice(0, end).trimEnd())
    rest = rest.slice(end).trimStart()
  }
  if (rest !== '') pieces.push(rest)
}

const LETTERS = /\p{L}{2,}/gu
/** In so many lines of one text a word may stand and still be rare. */
const RARE = 2

/** How much a line differs from the others of its text, by its words: rows of a table and lines of a log share theirs. */
export class Novelty {
  readonly #counts = new Map<string, number>()

  /** Each of its lines, before any is asked about. */
  add(line: string): void {
    for (const word of wordsOf(line)) this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1)
  }

  /** Above 0; 1 = all of its words stand hardly anywhere else. */
  of(line: string): number {
    let rare = 0
    let all = 0
    for (const word of wordsOf(line)) {
      all += 1
      if ((this.#counts.get(word) ?? 0) <= RARE) rare += 1
    }
    return (rare + 0.5) / (all + 0.5)
  }
}

/** Without ids in hexadecimal digits, which are all different. */
function wordsOf(line: string): ReadonlySet<string> {
  return new Set(line.replace(/\b(?=\w*\d)[0-9a-f]{6,}\b/gi, ' ').match(LETTERS))
}
