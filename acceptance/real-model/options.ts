import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { repositoryRoot } from '../lib/paths.ts'

export interface Options {
  /** The Python environment; made when it is not there, and kept. */
  readonly environment: string
  readonly python: string
  readonly verbose: boolean
}

export const USAGE = `npm run acceptance:real-model -- [options]
  --venv PATH     where the Python environment is or shall be (default: acceptance/real-model/.venv)
  --python PATH   the Python to make it with (default: python3)
  --verbose       show what the gateway and the model server write`

/** Throws a TypeError that names the argument at fault. */
export function readOptions(argv: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      venv: { type: 'string' },
      python: { type: 'string' },
      verbose: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) return 'help'
  return {
    environment: values.venv ?? join(repositoryRoot, 'acceptance', 'real-model', '.venv'),
    python: values.python ?? 'python3',
    verbose: values.verbose ?? false,
  }
}
