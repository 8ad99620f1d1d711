// What changes between two texts, as people read it: the lines that go, the lines that come, a few around them.

const AROUND = 3
/** Beyond this many pairs of lines the middle is shown as replaced; settings of people are far smaller. */
const MOST_PAIRS = 4_000_000

interface Line {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}

/** Lines with their sign; stretches that stay the same are cut. Empty = nothing changes. */
export function diffLines(before: string, after: string): readonly string[] {
  if (before === after) return []
  const lines = compare(linesOf(before), linesOf(after))
  const near = new Set<number>()
  for (const [index, { sign }] of lines.entries()) {
    if (sign === ' ') continue
    for (let near_ = index - AROUND; near_ <= index + AROUND; near_ += 1) near.add(near_)
  }
  const shown: string[] = []
  let isCut = false
  for (const [index, { sign, text }] of lines.entries()) {
    if (near.has(index)) shown.push(`${sign} ${text}`)
    else if (!isCut) shown.push('  ...')
    isCut = !near.has(index)
  }
  return shown
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)
}

function compare(before: readonly string[], after: readonly string[]): readonly Line[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let end = 0
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) {
    end += 1
  }
  const same = (text: string): Line => ({ sign: ' ', text })
  return [
    ...before.slice(0, start).map(same),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ]
}

/** The longest common subsequence, by the table that every textbook has. */
function middle(before: readonly string[], after: readonly string[]): readonly Line[] {
  const gone = (text: string): Line => ({ sign: '-', text })
  const come = (text: string): Line => ({ sign: '+', text })
  if (before.length * after.length > MOST_PAIRS) return [...before.map(gone), ...after.map(come)]
  const width = after.length + 1
  const common = new Uint32Array((before.length + 1) * width)
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        before[row] === after[column]
          ? (common[(row + 1) * width + column + 1] ?? 0) + 1
          : Math.max(common[(row + 1) * width + column] ?? 0, common[row * width + column + 1] ?? 0)
    }
  }
  const lines: Line[] = []
  let row = 0
  let column = 0
  while (row < before.length || column < after.length) {
    const left = before[row]
    const right = after[column]
    if (left !== undefined && left === right) {
      lines.push({ sign: ' ', text: left })
      row += 1
      column += 1
    } else if (
      left !== undefined &&
      (right === undefined || (common[(row + 1) * width + column] ?? 0) >= (common[row * width + column + 1] ?? 0))
    ) {
      lines.push(gone(left))
      row += 1
    } else {
      lines.push(come(right ?? ''))
      column += 1
    }
  }
  return lines
}
