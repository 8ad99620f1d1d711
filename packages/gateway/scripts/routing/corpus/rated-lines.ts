// Lines of the corpus that open with a digit: the effort that we say the request takes, 0 (any model does it) to 9 (few do).

export interface RatedLine {
  readonly text: string
  /** 0..1. */
  readonly effort: number
}

/** One a line. Throws on a line without its digit. */
export function ratedLines(lines: string): RatedLine[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => {
      const [, digit, text] = /^(\d) (.+)$/u.exec(line) ?? []
      if (digit === undefined || text === undefined) throw new Error(`no effort is given for ${JSON.stringify(line)}`)
      return { text, effort: Number(digit) / 9 }
    })
}
