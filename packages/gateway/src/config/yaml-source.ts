// A YAML text as plain data, with the way back: from a path in the data to the line and column it came from.
import { isAlias, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { Document, Node } from 'yaml'
import type { ConfigProblem } from './config-error.ts'
import { formatPath } from './config-error.ts'
import { fillReferences, hasReference, hideReferences, showReferences } from './interpolate.ts'

type Path = readonly PropertyKey[]

export interface Position {
  readonly line: number
  readonly column: number
}

export interface YamlSource {
  /** Maps, lists, text, numbers, booleans. Blank values of maps are left out: blank means default. */
  readonly data: unknown
  readonly problems: readonly ConfigProblem[]
  /** Paths, as `formatPath` writes them, whose whole value came from an unquoted `${NAME}`: its type is not known yet. */
  readonly untyped: ReadonlySet<string>
  /** Where a value stands, or its nearest parent; of a key that is itself at fault, the key. */
  readonly locate: (path: Path, of?: 'key' | 'value') => Position
}

/** Nesting beyond this is no configuration, and the parser would recurse into it. */
const MAX_DEPTH = 64

export function readYaml(text: string, env: Readonly<Record<string, string | undefined>>): YamlSource {
  const lineCounter = new LineCounter()
  const at = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const deepAt = tooDeep(text)
  if (deepAt !== undefined) {
    const problem = { ...deepAt, path: '', message: `The file is nested more than ${MAX_DEPTH} levels deep.` }
    return { data: {}, problems: [problem], untyped: new Set(), locate: () => deepAt }
  }

  const document = parseDocument(hideReferences(text), {
    lineCounter,
    merge: true,
    prettyErrors: false,
    version: '1.2',
  })
  const problems: ConfigProblem[] = [...document.errors, ...document.warnings].map((error) => ({
    ...at(error.pos[0]),
    path: '',
    message:
      error.code === 'MULTIPLE_DOCS' ? 'The file holds a second document behind "---".' : sentence(error.message),
  }))
  const locate = (path: Path, of: 'key' | 'value' = 'value'): Position => at(offsetOf(document, path, of))
  if (problems.length > 0) return { data: {}, problems, untyped: new Set(), locate }

  const untypedNodes = fillScalars(document, env, (node, path, found) =>
    problems.push({ ...at(startOf(node) ?? 0), path: formatPath(path), ...found }),
  )
  try {
    const data: unknown = document.toJS({ maxAliasCount: 100 })
    const untyped = new Set<string>()
    const cleaned = withoutBlanks(data)
    if (untypedNodes.size > 0) collectUntyped(document.contents, document, untypedNodes, [], untyped, 0)
    return { data: cleaned ?? {}, problems, untyped, locate }
  } catch (error) {
    // Aliases that multiply, or point to nothing: yaml throws a ReferenceError while it builds the data.
    const message = error instanceof Error ? sentence(error.message) : 'The file cannot be read.'
    return { data: {}, problems: [{ line: 1, column: 1, path: '', message }], untyped: new Set(), locate }
  }
}

/** Fills `${NAME}` in every value; keys keep their text. Returns the scalars that are nothing but an unquoted reference. */
function fillScalars(
  document: Document,
  env: Readonly<Record<string, string | undefined>>,
  report: (node: Node, path: Path, problem: { message: string; hint?: string }) => void,
): Set<Node> {
  const untyped = new Set<Node>()
  visit(document, {
    Scalar(key, node, ancestors) {
      if (typeof node.value !== 'string') return
      const text = node.value
      if (key === 'key') {
        node.value = showReferences(text)
        return
      }
      if (!hasReference(text)) return
      const { text: filled, problems } = fillReferences(text, env)
      for (const problem of problems) report(node, pathOf([...ancestors, node]), problem)
      node.value = filled
      if (node.type === 'PLAIN') untyped.add(node)
    },
  })
  return untyped
}

/** The data path of the last of these nodes, each the parent of the next. */
function pathOf(nodes: readonly unknown[]): Path {
  return nodes.flatMap((node, index): PropertyKey[] => {
    if (isPair(node)) return isScalar(node.key) ? [String(node.key.value)] : []
    return isSeq(node) ? [node.items.indexOf(nodes[index + 1])] : []
  })
}

function collectUntyped(
  node: unknown,
  document: Document,
  wanted: ReadonlySet<Node>,
  path: Path,
  found: Set<string>,
  depth: number,
): void {
  if (depth > MAX_DEPTH) return
  if (isAlias(node)) collectUntyped(node.resolve(document), document, wanted, path, found, depth + 1)
  else if (isMap(node)) {
    for (const { key, value } of node.items) {
      collectUntyped(value, document, wanted, [...path, isScalar(key) ? String(key.value) : ''], found, depth + 1)
    }
  } else if (isSeq(node)) {
    node.items.forEach((item, index) => collectUntyped(item, document, wanted, [...path, index], found, depth + 1))
  } else if (isScalar(node) && wanted.has(node)) found.add(formatPath(path))
}

/** The offset of the node at a path, or of the deepest parent that is in the file. */
function offsetOf(document: Document, path: Path, of: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
      if (!pair) break
      const last = index === path.length - 1
      const keyOffset = startOf(pair.key)
      // A blank value has a place of its own, behind the colon; the key is the better one to show.
      const blank = isScalar(pair.value) && pair.value.value === null
      offset = (last && of === 'value' && !blank ? startOf(pair.value) : undefined) ?? keyOffset ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part]
      offset = startOf(node) ?? offset
    } else break
  }
  return offset
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

/** Maps without their null values, however deep. A blank entry of a list stays: it has a position, so it is a mistake. */
function withoutBlanks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (item === null ? null : withoutBlanks(item)))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, item]) => item !== null)
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutBlanks(item)]))
}

/** A first look at nesting, since the parser itself would overflow the stack: brackets, and indentation of `- - -`. */
function tooDeep(text: string): Position | undefined {
  let depth = 0
  for (const [index, line] of text.split('\n').entries()) {
    const indent = /^(?: |- |\? |: )*/.exec(line)?.[0].length ?? 0
    if (indent > MAX_DEPTH * 16) return { line: index + 1, column: 1 }
    for (let column = 0; column < line.length; column++) {
      const char = line[column]
      if (char === '[' || char === '{') depth++
      else if (char === ']' || char === '}') depth = Math.max(0, depth - 1)
      if (depth > MAX_DEPTH) return { line: index + 1, column: column + 1 }
    }
  }
  return undefined
}

function sentence(message: string): string {
  const line = showReferences(message.split('\n')[0] ?? '').trim()
  const text = line.charAt(0).toUpperCase() + line.slice(1)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
