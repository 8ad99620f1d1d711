// What is wrong with a configuration, in the operator's words: which file, which line, which key, and what to write
// instead. A config is refused with all its problems at once, so that nobody has to mend it one restart at a time.

export interface ConfigProblem {
  /** 1-based; absent only when the cause is not in a file (a flag, an environment variable). */
  readonly line?: number
  /** 1-based. */
  readonly column?: number
  /** Where in the document: `providers[0].base_url`; empty for the document as a whole. */
  readonly path: string
  /** Reads on after the path: `is not a known key.` */
  readonly message: string
  /** What to do: `Did you mean "base_url"?` */
  readonly hint?: string
}

/** Thrown for every configuration that cannot be used; its message is ready to print and holds no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly fileName: string
  readonly problems: readonly ConfigProblem[]

  constructor(fileName: string, problems: readonly ConfigProblem[]) {
    const sorted = problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
    super(sorted.map((problem) => formatProblem(fileName, problem)).join('\n'))
    this.fileName = fileName
    this.problems = sorted
  }
}

/** `fairlead.yaml:12:5  providers[0].base_urll is not a known key. Did you mean "base_url"?` */
export function formatProblem(fileName: string, problem: ConfigProblem): string {
  const { line, column, path, message, hint } = problem
  const where = line === undefined ? fileName : `${fileName}:${line}${column === undefined ? '' : `:${column}`}`
  return `${where}  ${[path, message, hint].filter(Boolean).join(' ')}`
}

/** `['providers', 0, 'base_url']` -> `providers[0].base_url`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^[A-Za-z_][\w-]*$/.test(String(part))) text += text === '' ? String(part) : `.${String(part)}`
    else text += `[${JSON.stringify(String(part))}]`
  }
  return text
}
