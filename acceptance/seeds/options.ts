import { parseArgs } from 'node:util'

import type { Endpoint } from './context.ts'

export interface Options {
  /** A row runs when its seed or its text contains one of these; none = all run. */
  readonly only: readonly string[]
  readonly verbose: boolean
  /** Try the pending rows too. They still do not count. */
  readonly tryPending: boolean
  /** A gateway that runs already, instead of one with no config. */
  readonly target: Endpoint | undefined
  readonly masterKey: string | undefined
  /** A Python interpreter, or `none`. */
  readonly python: string | undefined
}

export const USAGE = `npm run acceptance:seeds -- [options]
  --only TEXT         rows whose seed or text contains TEXT (repeatable): seed-003, embeddings
  --verbose           the whole of each failure, and remarks
  --pending           try the rows that later issues own; they do not count
  --base-url URL      a running gateway instead of a fresh one (with --key, and --master-key for its rows)
  --key KEY
  --master-key KEY
  --python PATH       the Python with the openai package; "none" to leave it out`

/** Throws a TypeError that names the argument at fault. */
export function readOptions(argv: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', multiple: true },
      verbose: { type: 'boolean' },
      pending: { type: 'boolean' },
      'base-url': { type: 'string' },
      key: { type: 'string' },
      'master-key': { type: 'string' },
      python: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) return 'help'
  const url = values['base-url']
  if ((url === undefined) !== (values.key === undefined)) throw new TypeError('--base-url and --key go together')
  return {
    only: values.only ?? [],
    verbose: values.verbose ?? false,
    tryPending: values.pending ?? false,
    target: url === undefined || values.key === undefined ? undefined : { url: new URL(url).origin, key: values.key },
    masterKey: values['master-key'],
    python: values.python,
  }
}
