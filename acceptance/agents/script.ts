// The model's part in a task, for the upstream to play.
import type { ScriptedAnswer } from '@fairlead/testkit/upstream/scripted-answer.ts'

import type { Agent, Workspace } from './agent.ts'
import type { Family } from './families.ts'
import { CACHED_PER_ANSWER } from './usage.ts'

export function answersFor(
  agent: Agent,
  family: Family,
  workspace: Workspace,
  seals: readonly string[],
  lastWords: string,
): readonly ScriptedAnswer[] {
  const usage = { input: 1200, cacheRead: CACHED_PER_ANSWER, output: 80 }
  return [
    ...stepsOf(agent, family, workspace).map((toolCalls, index) => ({
      ...(family.reasoning === 'none'
        ? {}
        : { reasoning: { text: `Thought ${index}: a tool will tell.`, signature: seals[index] ?? true } }),
      ...(index === 0 ? { text: 'One moment.' } : {}),
      toolCalls,
      usage,
    })),
    { text: lastWords, usage },
  ]
}

export function stepsOf(agent: Agent, family: Family, workspace: Workspace): ReturnType<Agent['steps']> {
  return agent.steps(workspace, passesThrough(agent, family) ? 'own' : 'foreign')
}

/** The upstream is asked in the agent's own dialect. */
export function passesThrough(agent: Agent, family: Family): boolean {
  if (family.ownFor !== undefined) return family.ownFor.includes(agent.dialect)
  return family.upstreamDialect === agent.dialect
}
