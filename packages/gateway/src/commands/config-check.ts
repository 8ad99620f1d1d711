// `fairlead config check`: whether the configuration is valid, and where it is not.
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError } from '../config/config-error.ts'
import { readConfigText, settingsFrom } from '../config/env.ts'
import { loadConfig } from '../config/load-config.ts'

const HELP = `usage: fairlead config check [--config FILE]

Reads the configuration as "fairlead start" would, opens nothing, and says what is wrong with it.
Exit code: 0 valid, 1 not valid, 2 the command itself was not understood.`

export async function configCheck(args: readonly string[]): Promise<number> {
  let config: string | undefined
  try {
    const options = { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    if (values.help === true) {
      console.log(HELP)
      return 0
    }
    // `fairlead config check other.yaml` leaves no doubt about what is meant.
    config = values.config ?? positionals[0]
  } catch (error) {
    console.error(`fairlead config check: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
    return 2
  }
  try {
    console.log(check(config))
    return 0
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    console.error(`\n${counted(error.problems.length, 'problem')}; nothing was changed.`)
    return 1
  }
}

function check(config: string | undefined): string {
  const settings = settingsFrom({ config }, process.env, process.cwd())
  const fileName = settings.configPath === '' ? '' : shortPath(settings.configPath)
  const text = readConfigText(settings.configPath)
  const loaded = loadConfig({ text, fileName, env: process.env, overrides: settings.overrides })
  const { providers, models } = loaded.config
  const summary = `${counted(providers.length, 'provider')}, ${counted(models.length, 'model')}`
  const verdict =
    fileName === ''
      ? `There is no fairlead.yaml here; the environment gives ${summary}.`
      : `${fileName} is valid: ${summary}`
  return [...loaded.warnings.map((warning) => `warning: ${warning}`), ...loaded.notices, verdict].join('\n')
}

/** As the operator would type it, when it is below the current folder. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') ? path : short
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
