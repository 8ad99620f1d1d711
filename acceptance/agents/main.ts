// npm run acceptance:agents: the real coding agents do a task with tool calls through the gateway, head-less, with a model of
// every provider family behind it.
//
// The programs, the gateway and the upstream are processes of their own. The upstream is the testkit's, which refuses what the real
// provider refuses; its model is scripted. A program whose path the environment does not give is skipped, and never counts as
// passed. Exit code 1 when a row fails, and when no row ran at all.
import { access } from 'node:fs/promises'

import { runCommand } from '../lib/command.ts'
import type { Agent } from './agent.ts'
import { AGENTS } from './agents.ts'
import { FAMILIES } from './families.ts'
import type { Family } from './families.ts'
import { readOptions, USAGE } from './options.ts'
import type { Options } from './options.ts'
import { startStage } from './stage.ts'
import { doTask } from './task.ts'

interface Tally {
  passed: number
  failed: number
  skipped: number
}

async function main(options: Options, running: AsyncDisposableStack): Promise<boolean> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 }
  const stage = running.use(await startStage(AGENTS))
  for (const agent of AGENTS) {
    const families = FAMILIES.filter(
      (family) =>
        (agent.families?.includes(family.name) ?? true) &&
        (family.overWebSocket !== true || agent.overWebSocket === true),
    )
    const rows = families.filter((family) => chosen(agent, family, options.only))
    if (rows.length === 0) continue
    const program = process.env[agent.variable]
    const missing = await whyMissing(agent, program)
    if (missing !== null || program === undefined) {
      console.log(`${agent.name.padEnd(27)} skipped  ${rows.length} rows (${missing})`)
      tally.skipped += rows.length
      continue
    }
    for (const family of rows) {
      const startedAt = performance.now()
      const { flaws, detail } = await doTask(stage, agent, family, program)
      tally[flaws.length === 0 ? 'passed' : 'failed'] += 1
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      console.log(
        `${agent.name.padEnd(27)} ${flaws.length === 0 ? 'PASS' : 'FAIL'}     ${family.name.padEnd(15)} ${seconds} s`,
      )
      for (const flaw of flaws) console.log(indent(flaw))
      if (options.verbose) console.log(indent(detail))
    }
  }
  console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`)
  return tally.failed === 0 && tally.passed > 0
}

function chosen(agent: Agent, family: Family, only: readonly string[]): boolean {
  return (
    only.length === 0 ||
    only.some((text) => {
      const [agentPart = '', familyPart] = text.split(':')
      if (familyPart !== undefined) return agent.name.includes(agentPart) && family.name === familyPart
      return agent.name.includes(text) || family.name === text
    })
  )
}

async function whyMissing(agent: Agent, program: string | undefined): Promise<string | null> {
  if (program === undefined || program === '') return `${agent.variable} is not set: ${agent.origin}`
  return await access(program).then(
    () => null,
    () => `${agent.variable}: there is no ${program}`,
  )
}

function indent(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '            ')
}

await runCommand({ usage: USAGE, readOptions, run: main })
