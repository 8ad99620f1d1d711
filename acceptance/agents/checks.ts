// What must be true after a run. Every flaw is told at once, so that one run shows the whole distance.
import type { RemoteLedger } from '@fairlead/testkit/upstream/process.ts'

import type { Finished } from '../lib/run.ts'
import type { Agent, Outcome, Usage, Workspace } from './agent.ts'
import type { Family } from './families.ts'
import { passesThrough, stepsOf } from './script.ts'
import { tokensSaid } from './usage.ts'

type Entry = RemoteLedger['entries'][number]

/** Everything that a run left behind. */
export interface Run {
  readonly agent: Agent
  readonly family: Family
  readonly workspace: Workspace
  /** The word in the note. */
  readonly word: string
  /** The signatures under the reasoning of the answers that call tools. */
  readonly seals: readonly string[]
  readonly lastWords: string
  readonly finished: Finished
  readonly outcome: Outcome
  /** What is in the file that it was told to make; undefined = there is none. */
  readonly made: string | undefined
  /** Method and path of what the program asked the gateway. */
  readonly asked: readonly string[]
  /** Turns that the upstream was asked for over a WebSocket. */
  readonly framesUpstream: number
  readonly upstream: RemoteLedger
  /** What the gateway counted meanwhile. */
  readonly counted: Usage
  readonly failedInGateway: readonly string[]
}

export function flaws(run: Run): readonly string[] {
  return [...programFlaws(run), ...upstreamFlaws(run), ...contentFlaws(run), ...usageFlaws(run), ...run.failedInGateway]
}

function programFlaws({ agent, asked, finished, outcome, lastWords, made, workspace }: Run): string[] {
  const found: string[] = []
  if (agent.overWebSocket === true) {
    if (!asked.includes('GET /v1/responses')) found.push('it did not open a WebSocket')
    if (asked.includes('POST /v1/responses')) found.push('it fell back to HTTP')
  }
  if (finished.exitCode !== 0) found.push(`exit code ${finished.exitCode ?? 'none: killed, or not started'}`)
  if (outcome.text.trim() !== lastWords) found.push(`its last words were ${show(outcome.text)}`)
  if (made?.trimEnd() !== workspace.madeText) found.push(`the file it was to make holds ${show(made)}`)
  return found
}

/** One request for each answer, all of them good, in the family's dialect. */
function upstreamFlaws({ upstream, agent, family, workspace, framesUpstream }: Run): string[] {
  const found: string[] = []
  const wanted = family.upstreamDialectFor?.[agent.dialect] ?? family.upstreamDialect
  const asked = questions(upstream)
  const answers = stepsOf(agent, family, workspace).length + 1
  if (asked.length !== answers) found.push(`the model was asked ${asked.length} times, not ${answers}`)
  if (family.overWebSocket === true && framesUpstream < answers) {
    found.push(`only ${framesUpstream} turns of ${answers} went upstream over a WebSocket`)
  }
  for (const { path, status, end, dialect } of upstream.entries) {
    if (status !== 200 || end !== 'complete') found.push(`${path} ended ${status} ${end}`)
    if (dialect !== wanted && dialect !== 'google-oauth') found.push(`${path} is ${dialect}, not ${wanted}`)
  }
  return found
}

function contentFlaws({ agent, family, workspace, word, seals, upstream }: Run): string[] {
  const found: string[] = []
  const [first, ...later] = questions(upstream)
  const last = later.at(-1)
  const own = passesThrough(agent, family)
  const steps = stepsOf(agent, family, workspace)
  for (const text of [...steps.flatMap((calls) => calls.map(({ name }) => name)), ...(agent.offers ?? [])]) {
    if (first?.body.includes(text) === false) found.push(`the upstream was not offered ${text}`)
  }
  if (steps.length > 0 && first?.body.includes(word) === true) found.push('the word was known before any tool ran')
  for (const [index, { body }] of later.entries()) {
    if (!body.includes(word)) found.push(`request ${index + 2} lacks the tool's result`)
  }
  if (/unsupported call|unknown tool|tool not found/i.test(last?.body ?? '')) found.push('a tool was not found')
  // Chat Completions has no place for it, so between two that speak it nothing can come back.
  if (family.reasoning === 'sealed' && !(own && agent.dialect === 'openai-chat')) {
    for (const [index, seal] of seals.entries()) {
      if (last?.body.includes(seal) === false) found.push(`the signature of thought ${index} did not come back`)
    }
  }
  if (family.name !== 'anthropic') {
    for (const { body, headers, path } of upstream.entries) {
      if (body.includes('x-anthropic-billing-header')) found.push(`${path} got x-anthropic-billing-header`)
      const names = Object.keys(headers).filter(
        (name) => name.startsWith('anthropic-') || name.startsWith('x-stainless'),
      )
      const allowed = family.name === 'vertex-claude' ? ['anthropic-beta'] : []
      for (const name of names) if (!allowed.includes(name)) found.push(`${path} got the header ${name}`)
    }
  }
  return found
}

/** Three witnesses: the agent, the gateway and the upstream. */
function usageFlaws({ outcome, counted, upstream }: Run): string[] {
  const said = tokensSaid(upstream)
  const found: string[] = []
  if (!sameUsage(counted, said)) found.push(`the gateway counted ${show(counted)}, the upstream ${show(said)}`)
  if (outcome.usage !== undefined && !sameUsage(outcome.usage, said)) {
    found.push(`the agent shows ${show(outcome.usage)}, the upstream said ${show(said)}`)
  }
  return found
}

function sameUsage(one: Usage, other: Usage): boolean {
  return one.input === other.input && one.cached === other.cached && one.output === other.output
}

/** Requests for an answer, oldest first; not those for a token, a count or a list. */
function questions({ entries }: RemoteLedger): readonly Entry[] {
  return entries.filter(({ path, method }) => method === 'POST' && !/count|\/token$/i.test(path))
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 400)
}
