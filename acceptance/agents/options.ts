import { parseArgs } from 'node:util'

import { AGENTS } from './agents.ts'
import { FAMILIES } from './families.ts'

export interface Options {
  /** A row runs when its agent or its family contains one of these; none = all run. */
  readonly only: readonly string[]
  readonly verbose: boolean
}

export const USAGE = `npm run acceptance:agents -- [options]
  --only TEXT   rows that contain TEXT, or both parts of AGENT:FAMILY (repeatable): codex, gemini-cli:bedrock
  --verbose     what each program wrote, and what the upstream was asked

The programs are not part of this repository. Their paths come from the environment; one that is not given is skipped:
${[...new Map(AGENTS.map((agent) => [agent.variable, agent.origin]))].map(([variable, origin]) => `  ${variable.padEnd(21)} ${origin}`).join('\n')}
Families: ${FAMILIES.map(({ name }) => name).join(', ')}`

/** Throws a TypeError that names the argument at fault. */
export function readOptions(argv: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', multiple: true },
      verbose: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) return 'help'
  return { only: values.only ?? [], verbose: values.verbose ?? false }
}
