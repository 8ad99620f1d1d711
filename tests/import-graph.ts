// The import statements of a folder of TypeScript, as data. Read as text: every import in this repository stands at the
// start of a line, and a parser would be one more dependency for nothing.
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'

export interface Import {
  /** A path from the root of the graph (`core/errors.ts`), or a bare name as it is written (`hono`, `node:http`). */
  readonly target: string
  /** Erased before anything runs: `import type`. (`import { type X }` still loads the module.) */
  readonly typeOnly: boolean
  /** What is taken, without types; `*` for a whole module, nothing for a bare or dynamic import. */
  readonly names: readonly string[]
}

export interface SourceFile {
  readonly imports: readonly Import[]
  /** Calls the global `fetch`, which needs no import. */
  readonly fetches: boolean
}

/** Path from the root, with slashes -> what it imports. */
export type ImportGraph = ReadonlyMap<string, SourceFile>

const STATIC = /^(?:import|export)\s+(type\s+)?(?:([\w$\s{},*]*?)\s*from\s+)?['"]([^'"\n]+)['"]/gm
const DYNAMIC = /\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g
const FETCH = /(?<![\w$.#])fetch\(/

/** Tests and their fixtures are left out: they may reach for anything. */
export function readImportGraph(root: string): ImportGraph {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('__fixtures__'))
    .map((path) => path.split(sep).join('/'))
    .toSorted()
  return new Map(files.map((path) => [path, readSource(path, readFileSync(join(root, path), 'utf8'))]))
}

/** `path`: of the file itself, from the root, to resolve what it imports. */
export function readSource(path: string, text: string): SourceFile {
  const code = withoutComments(text)
  const resolved = (specifier: string): string =>
    specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier
  const imports: Import[] = []
  for (const [, type, clause = '', specifier = ''] of code.matchAll(STATIC)) {
    imports.push({ target: resolved(specifier), typeOnly: type !== undefined, names: namesOf(clause) })
  }
  for (const [, specifier = ''] of code.matchAll(DYNAMIC)) {
    imports.push({ target: resolved(specifier), typeOnly: false, names: [] })
  }
  return { imports, fetches: FETCH.test(code) }
}

function namesOf(clause: string): string[] {
  return clause
    .split(/[{},]/)
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith('type '))
    .map((part) => (part.startsWith('*') ? '*' : (part.split(/\s+as\s+/)[0] ?? part)))
}

/** Whole-line comments: the only kind in which an import could be mistaken for one. */
function withoutComments(text: string): string {
  return text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '')
}

/** The first cycle of loaded modules, as paths that lead back to their start. Types alone make none: they are erased. */
export function findCycle(graph: ImportGraph): readonly string[] | undefined {
  const done = new Set<string>()
  const way: string[] = []
  const visit = (path: string): readonly string[] | undefined => {
    const start = way.indexOf(path)
    if (start >= 0) return [...way.slice(start), path]
    if (done.has(path)) return undefined
    way.push(path)
    for (const { target, typeOnly } of graph.get(path)?.imports ?? []) {
      const cycle = typeOnly ? undefined : visit(target)
      if (cycle !== undefined) return cycle
    }
    way.pop()
    done.add(path)
    return undefined
  }
  for (const path of graph.keys()) {
    const cycle = visit(path)
    if (cycle !== undefined) return cycle
  }
  return undefined
}

/** Everything that is loaded when `entry` is, with the way that leads there. */
export function loadedBy(graph: ImportGraph, entry: string): ReadonlyMap<string, readonly string[]> {
  const ways = new Map<string, readonly string[]>([[entry, [entry]]])
  for (const [path, way] of ways) {
    for (const { target, typeOnly } of graph.get(path)?.imports ?? []) {
      if (!typeOnly && !ways.has(target)) ways.set(target, [...way, target])
    }
  }
  return ways
}
