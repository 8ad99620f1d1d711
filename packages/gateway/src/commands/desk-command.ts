// What the commands on keys, accounts and groups have in common: parse, ask where a gateway or its database is, show.
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { ConfigError } from '../config/config-error.ts'
import { settingsFrom } from '../config/env.ts'
import { openKeyDesk, type KeyDesk } from './key-desk.ts'
import { messageOf } from './output.ts'

export const DESK_OPTIONS = {
  'data-dir': { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig

export type Job = (desk: KeyDesk) => Promise<void>

/** Exit code: 0 done, 1 refused, 2 not understood. */
export async function runAtDesk<Options extends ParseArgsOptionsConfig & typeof DESK_OPTIONS>(
  name: string,
  help: string,
  args: readonly string[],
  options: Options,
  jobOf: (
    positionals: readonly string[],
    values: ReturnType<typeof parseArgs<{ options: Options; allowPositionals: true }>>['values'],
  ) => Job,
): Promise<number> {
  let job: Job
  let places: { readonly config?: string; readonly 'data-dir'?: string }
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const { values: common } = parseArgs({ args: [...args], options: DESK_OPTIONS, strict: false })
    if (common.help === true || positionals[0] === 'help') {
      console.log(help)
      return 0
    }
    places = { ...textOf('config', common.config), ...textOf('data-dir', common['data-dir']) }
    job = jobOf(positionals, values)
  } catch (error) {
    console.error(`fairlead ${name}: ${messageOf(error)}\n\n${help}`)
    return 2
  }
  try {
    await using desk = await openKeyDesk(settingsFrom(places, process.env, process.cwd()), process.env)
    await job(desk)
    return 0
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : `fairlead ${name}: ${messageOf(error)}`)
    return 1
  }
}

function textOf(name: string, value: unknown): Record<string, string> {
  return typeof value === 'string' ? { [name]: value } : {}
}
