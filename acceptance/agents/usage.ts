import type { RemoteLedger } from '@fairlead/testkit/upstream/process.ts'

import type { Usage } from './agent.ts'

/** What the upstream has said in its usage, all answers together. */
export function tokensSaid({ entries }: RemoteLedger): Usage {
  const answers = entries.filter(({ tokensServed }) => tokensServed.completion > 0)
  return {
    input: answers.reduce((sum, { tokensServed }) => sum + tokensServed.prompt, 0),
    cached: answers.length * CACHED_PER_ANSWER,
    output: answers.reduce((sum, { tokensServed }) => sum + tokensServed.completion, 0),
  }
}

/** Each scripted answer says that so much of its prompt was read from a cache; the ledger does not list it. */
export const CACHED_PER_ANSWER = 1024
