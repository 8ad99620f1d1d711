// `fairlead doctor`: what is wrong, and how to mend it. Each check is a function that looks and changes nothing; they
// are in `doctor/`, in the order in which a newcomer would meet the troubles.
import { parseArgs, styleText } from 'node:util'
import { settingsFrom } from '../config/env.ts'
import { checkConfig } from './doctor/check-config.ts'
import { checkDatabase } from './doctor/check-database.ts'
import { checkExposure } from './doctor/check-exposure.ts'
import { checkGateway } from './doctor/check-gateway.ts'
import { checkClock, checkNode } from './doctor/check-machine.ts'
import { checkProviders } from './doctor/check-providers.ts'
import { checkState } from './doctor/check-state.ts'
import type { Examination, Finding } from './doctor/finding.ts'
import { findRunningGateway } from './running-gateway.ts'

const HELP = `usage: fairlead doctor [--online] [--json] [--config FILE] [--data-dir DIR] [--host H] [--port N]

Looks at this installation and says what is wrong and how to mend it. It changes nothing.

  --online   also asks each provider for its models, to see whether the keys work (costs nothing, needs the network)
  --json     findings as JSON

Exit code: 0 nothing is broken (there may be warnings), 1 something is, 2 the command itself was not understood.`

const OPTIONS = {
  online: { type: 'boolean' },
  json: { type: 'boolean' },
  config: { type: 'string' },
  'data-dir': { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

export async function doctor(args: readonly string[]): Promise<number> {
  let examination: Examination
  let asJson: boolean
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS })
    if (values.help === true) {
      console.log(HELP)
      return 0
    }
    asJson = values.json === true
    const settings = settingsFrom(values, process.env, process.cwd())
    examination = { settings, env: process.env, online: values.online === true, nowMs: Date.now() }
  } catch (error) {
    console.error(`fairlead doctor: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
    return 2
  }
  const findings = await examine(examination)
  const broken = findings.filter(({ level }) => level === 'bad').length
  if (asJson) console.log(JSON.stringify({ healthy: broken === 0, findings }, null, 2))
  else console.log(render(findings))
  return broken === 0 ? 0 : 1
}

/** Never rejects: a check that fails in a way it did not foresee is a finding too. */
export async function examine(examination: Examination): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const look = async (topic: string, check: () => readonly Finding[] | Promise<readonly Finding[]>): Promise<void> => {
    try {
      findings.push(...(await check()))
    } catch (error) {
      findings.push({ level: 'bad', topic, text: error instanceof Error ? error.message : String(error) })
    }
  }
  const gateway = await findRunningGateway(examination.settings.dataDir).catch(() => undefined)
  await look('Node.js', () => checkNode())
  await look('state', () => checkState(examination))
  const { config, findings: ofConfig } = checkConfig(examination)
  findings.push(...ofConfig)
  await look('gateway', () => checkGateway(examination, gateway, config))
  await look('database', () => checkDatabase(examination))
  if (config !== undefined) {
    await look('exposure', () => checkExposure(config))
    await look('providers', () => checkProviders(config, examination.online))
  }
  await look('clock', () => checkClock(examination))
  return findings
}

const SIGNS = {
  good: styleText('green', 'ok  '),
  note: styleText('cyan', 'note'),
  warn: styleText('yellow', 'warn'),
  bad: styleText('red', 'FAIL'),
}

function render(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ level, topic, text, fix }) => [
    `${SIGNS[level]}  ${topic}: ${text.replaceAll('\n', '\n      ')}`,
    ...(fix === undefined ? [] : [`      ${styleText('bold', 'Mend it:')} ${fix}`]),
  ])
  const count = (level: Finding['level']): number => findings.filter((finding) => finding.level === level).length
  const [bad, warn] = [count('bad'), count('warn')]
  const verdict =
    bad > 0
      ? `${bad} ${bad === 1 ? 'thing is' : 'things are'} broken.`
      : warn > 0
        ? `Nothing is broken; ${warn} ${warn === 1 ? 'thing deserves' : 'things deserve'} a look.`
        : 'All is well.'
  return [...lines, '', verdict].join('\n')
}
