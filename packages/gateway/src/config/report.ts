// Where the checks put what they find: problems refuse the file, warnings are printed and the file is used.
import { formatPath, formatProblem, type ConfigProblem } from './config-error.ts'
import type { Position } from './yaml-source.ts'

type Path = readonly PropertyKey[]

export interface Report {
  problem(path: Path, message: string, hint?: string): void
  warning(path: Path, message: string, hint?: string): void
}

export interface Findings extends Report {
  readonly problems: ConfigProblem[]
  /** Printable lines: `fairlead.yaml:3:5  providers[0] …`. */
  readonly warnings: string[]
}

export function findings(fileName: string, locate: (path: Path) => Partial<Position>): Findings {
  const problems: ConfigProblem[] = []
  const warnings: string[] = []
  const make = (path: Path, message: string, hint?: string): ConfigProblem => {
    return { ...locate(path), path: formatPath(path), message, ...(hint === undefined ? {} : { hint }) }
  }
  return {
    problems,
    warnings,
    problem: (path, message, hint) => void problems.push(make(path, message, hint)),
    warning: (path, message, hint) => void warnings.push(formatProblem(fileName, make(path, message, hint))),
  }
}
