// Markdown as models write it, into a tree of plain values. There is no HTML in it: what looks like a tag is text. The parser
// looks at each line once, and at each character of a line a bounded number of times.

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis' | 'strike'; readonly inner: readonly Inline[] }
  /** The address has been checked: http, https or mailto. */
  | { readonly kind: 'link'; readonly href: string; readonly inner: readonly Inline[] }

export type Block =
  | { readonly kind: 'paragraph'; readonly inner: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: number; readonly inner: readonly Inline[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Block[])[] }
  | { readonly kind: 'table'; readonly rows: readonly (readonly (readonly Inline[])[])[] }
  | { readonly kind: 'rule' }

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)/
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/
const RULE = /^ {0,3}(?:\*\s*){3,}$|^ {0,3}(?:-\s*){3,}$|^ {0,3}(?:_\s*){3,}$/
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])\s+(.*)$/
const QUOTE = /^ {0,3}> ?(.*)$/
const TABLE_LINE = /^\s*\|.*\|\s*$/
const TABLE_RULE = /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/
/** Deeper nesting is shown flat. */
const DEEPEST = 6

export function parseMarkdown(text: string): readonly Block[] {
  return parseBlocks(text.replaceAll('\r\n', '\n').split('\n'), 0)
}

function parseBlocks(lines: readonly string[], depth: number): readonly Block[] {
  const blocks: Block[] = []
  let paragraph: string[] = []
  const flush = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', inner: parseInline(paragraph.join('\n')) })
    paragraph = []
  }
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const taken = line.trim() === '' ? { block: null, next: at + 1 } : blockAt(lines, at, depth)
    if (taken === null) {
      paragraph.push(line)
      continue
    }
    flush()
    if (taken.block !== null) blocks.push(taken.block)
    at = taken.next - 1
  }
  flush()
  return blocks
}

interface Taken {
  readonly block: Block | null
  readonly next: number
}

/** Null where the line is part of a paragraph. */
function blockAt(lines: readonly string[], at: number, depth: number): Taken | null {
  const line = lines[at] ?? ''
  const fence = FENCE.exec(line)
  if (fence !== null) return codeAt(lines, at, fence)
  const heading = HEADING.exec(line)
  if (heading !== null) {
    const inner = parseInline(heading[2] ?? '')
    return { block: { kind: 'heading', level: (heading[1] ?? '').length, inner }, next: at + 1 }
  }
  if (RULE.test(line)) return { block: { kind: 'rule' }, next: at + 1 }
  if (TABLE_LINE.test(line) && TABLE_RULE.test(lines[at + 1] ?? '')) return tableAt(lines, at)
  if (depth >= DEEPEST) return null
  if (QUOTE.test(line)) return quoteAt(lines, at, depth)
  return ITEM.test(line) ? listAt(lines, at, depth) : null
}

/** One that is not closed yet goes to the end: answers are shown while they come. */
function codeAt(lines: readonly string[], at: number, [, marks = '```', language = '']: RegExpExecArray): Taken {
  const end = lines.findIndex(
    (line, index) =>
      index > at && line.trimStart().startsWith(marks) && line.trim() === line.trim().replaceAll(/[^`~]/g, ''),
  )
  const last = end === -1 ? lines.length : end
  return { block: { kind: 'code', language, text: lines.slice(at + 1, last).join('\n') }, next: last + 1 }
}

function tableAt(lines: readonly string[], at: number): Taken {
  const rows: (readonly (readonly Inline[])[])[] = []
  let next = at
  for (; next < lines.length && TABLE_LINE.test(lines[next] ?? ''); next += 1) {
    if (next !== at + 1) rows.push(cellsOf(lines[next] ?? ''))
  }
  return { block: { kind: 'table', rows }, next }
}

function cellsOf(line: string): readonly (readonly Inline[])[] {
  return line
    .trim()
    .slice(1, -1)
    .split('|')
    .map((cell) => parseInline(cell.trim()))
}

function quoteAt(lines: readonly string[], at: number, depth: number): Taken {
  const inner: string[] = []
  let next = at
  for (; next < lines.length; next += 1) {
    const match = QUOTE.exec(lines[next] ?? '')
    if (match === null) break
    inner.push(match[1] ?? '')
  }
  return { block: { kind: 'quote', blocks: parseBlocks(inner, depth + 1) }, next }
}

function listAt(lines: readonly string[], at: number, depth: number): Taken {
  const ordered = /\d/.test(ITEM.exec(lines[at] ?? '')?.[2] ?? '')
  const items: string[][] = []
  let next = at
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? ''
    const item = ITEM.exec(line)
    if (next > at && /^(?: {2,}|\t)\S/.test(line)) items.at(-1)?.push(line.replace(/^(?: {2,4}|\t)/, ''))
    else if (item !== null && /\d/.test(item[2] ?? '') === ordered) items.push([item[3] ?? ''])
    else if (line.trim() === '' && /^(?: {2,}|\t)\S|^ {0,3}(?:[-*+]|\d{1,9}[.)])\s/.test(lines[next + 1] ?? ''))
      items.at(-1)?.push('')
    else break
  }
  return { block: { kind: 'list', ordered, items: items.map((item) => parseBlocks(item, depth + 1)) }, next }
}

const PAIRS = [
  { mark: '**', kind: 'strong' },
  { mark: '__', kind: 'strong' },
  { mark: '~~', kind: 'strike' },
  { mark: '*', kind: 'emphasis' },
  { mark: '_', kind: 'emphasis' },
] as const

function parseInline(text: string, depth = 0): readonly Inline[] {
  const parts: Inline[] = []
  let plain = ''
  const add = (part: Inline): void => {
    if (plain !== '') parts.push({ kind: 'text', text: plain })
    plain = ''
    parts.push(part)
  }
  for (let at = 0; at < text.length;) {
    const found = depth >= DEEPEST ? null : inlineAt(text, at, depth)
    if (found === null) {
      const isEscape = text[at] === '\\' && /[!-/:-@[-`{-~]/.test(text[at + 1] ?? '')
      plain += text[isEscape ? at + 1 : at] ?? ''
      at += isEscape ? 2 : 1
      continue
    }
    add(found.part)
    at = found.next
  }
  if (plain !== '') parts.push({ kind: 'text', text: plain })
  return parts
}

/** Longest piece of a line that one mark may span: bounds what a hostile text costs. */
const LONGEST = 2_000

function inlineAt(text: string, at: number, depth: number): { readonly part: Inline; readonly next: number } | null {
  const first = text[at]
  if (first === '`') return codeSpanAt(text, at)
  if (first === '[' || (first === '!' && text[at + 1] === '[')) return linkAt(text, at, depth)
  if (first === 'h' && /^https?:\/\//.test(text.slice(at, at + 8)) && !/\w/.test(text[at - 1] ?? ''))
    return bareLinkAt(text, at)
  const pair = PAIRS.find(({ mark }) => text.startsWith(mark, at))
  if (pair === undefined) return null
  const { mark, kind } = pair
  if (/\s/.test(text[at + mark.length] ?? ' ') || (mark.startsWith('_') && /\w/.test(text[at - 1] ?? ''))) return null
  const end = text.slice(0, at + LONGEST).indexOf(mark, at + mark.length)
  if (end <= at + mark.length || /\s/.test(text[end - 1] ?? ' ')) return null
  return { part: { kind, inner: parseInline(text.slice(at + mark.length, end), depth + 1) }, next: end + mark.length }
}

function codeSpanAt(text: string, at: number): { readonly part: Inline; readonly next: number } | null {
  const marks = /^`+/.exec(text.slice(at, at + 20))?.[0] ?? '`'
  const end = text.slice(0, at + LONGEST).indexOf(marks, at + marks.length)
  if (end === -1) return null
  return { part: { kind: 'code', text: text.slice(at + marks.length, end).trim() }, next: end + marks.length }
}

/** A picture is shown as a link: nothing is loaded from elsewhere because a model said so. */
function linkAt(text: string, at: number, depth: number): { readonly part: Inline; readonly next: number } | null {
  const match = /^!?\[([^\]\n]{0,500})\]\(\s*<?([^\s()<>]{1,1500})>?(?:\s+"[^"\n]{0,200}")?\s*\)/.exec(
    text.slice(at, at + LONGEST),
  )
  if (match === null) return null
  const [whole, label = '', address = ''] = match
  const next = at + whole.length
  const href = safeAddress(address)
  if (href === null) return { part: { kind: 'text', text: whole }, next }
  return { part: { kind: 'link', href, inner: parseInline(label || address, depth + 1) }, next }
}

function bareLinkAt(text: string, at: number): { readonly part: Inline; readonly next: number } | null {
  const address = (/^[^\s<>"'`|\\^{}[\]]+/.exec(text.slice(at, at + LONGEST))?.[0] ?? '').replace(/[.,;:!?)*_]+$/, '')
  const href = safeAddress(address)
  return href === null
    ? null
    : { part: { kind: 'link', href, inner: [{ kind: 'text', text: address }] }, next: at + address.length }
}

/** Null for anything that is no ordinary address: script, data, a path of ours. */
export function safeAddress(address: string): string | null {
  const url = URL.parse(address)
  return url !== null && /^(?:https?|mailto):$/.test(url.protocol) ? url.href : null
}
