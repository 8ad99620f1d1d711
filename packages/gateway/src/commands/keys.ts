// `fairlead keys`: the operator's way to API keys. A running gateway is asked, so that a revoked key stops working at
// once; without one the database is opened here.
import { parseArgs, styleText } from 'node:util'
import { z } from 'zod'
import { ConfigError } from '../config/config-error.ts'
import { settingsFrom } from '../config/env.ts'
import { openKeyDesk, type KeyDesk } from './key-desk.ts'

const HELP = `usage: fairlead keys create [--name NAME] [--expires-in 30d] [--rpm N] [--tpm N] [--concurrency N] [--account ID]
       fairlead keys list   [--account ID]
       fairlead keys revoke KEY_ID...

  --name NAME         what the key is for (default "Key made on the command line")
  --expires-in TIME   seconds, or a number with s, m, h, d, w or y: 90m, 30d, 1y (default: never)
  --rpm N             requests per minute
  --tpm N             tokens per minute
  --concurrency N     requests at the same time
  --account ID        whose key it is (default "default")
  --no-manage-keys    the key may not make, list or revoke keys
  --data-dir DIR      state directory (default ./data)
  --config FILE       configuration, for the prefix of keys
  --json              replies as the API gives them

A key is shown once, when it is made. What is kept cannot be turned back into it.`

const OPTIONS = {
  name: { type: 'string' },
  'expires-in': { type: 'string' },
  rpm: { type: 'string' },
  tpm: { type: 'string' },
  concurrency: { type: 'string' },
  account: { type: 'string' },
  'no-manage-keys': { type: 'boolean' },
  'data-dir': { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

/** Exit code: 0 done, 1 refused, 2 not understood. */
export async function keys(args: readonly string[]): Promise<number> {
  let job: (desk: KeyDesk) => Promise<void>
  let values: Values
  try {
    const parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
    values = parsed.values
    if (values.help === true || parsed.positionals[0] === 'help') {
      console.log(HELP)
      return 0
    }
    job = jobOf(parsed.positionals, values)
  } catch (error) {
    console.error(`fairlead keys: ${messageOf(error)}\n\n${HELP}`)
    return 2
  }
  try {
    await using desk = await openKeyDesk(settingsFrom(values, process.env, process.cwd()), process.env)
    await job(desk)
    return 0
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : `fairlead keys: ${messageOf(error)}`)
    return 1
  }
}

function jobOf([command, ...rest]: readonly string[], values: Values): (desk: KeyDesk) => Promise<void> {
  switch (command) {
    case 'create': {
      mustBeEmpty(rest)
      const body = newKey(values)
      return (desk) => create(desk, body, values.json === true)
    }
    case 'list':
      mustBeEmpty(rest)
      return (desk) => list(desk, values)
    case 'revoke':
      if (rest.length === 0) throw new Error('revoke needs the id of a key (key_...); "fairlead keys list" shows them.')
      return (desk) => revoke(desk, rest, values.json === true)
    default:
      throw new Error(
        command === undefined
          ? 'say what to do: create, list or revoke.'
          : `"${command}" is none of create, list, revoke.`,
      )
  }
}

function newKey(values: Values): Record<string, unknown> {
  const limits: Record<string, number> = {}
  for (const name of ['rpm', 'tpm', 'concurrency'] as const) {
    const text = values[name]
    if (text !== undefined) limits[name] = wholeNumber(`--${name}`, text)
  }
  const expiresIn = values['expires-in']
  return {
    name: values.name ?? 'Key made on the command line',
    ...(expiresIn === undefined ? {} : { expires_in: secondsOf(expiresIn) }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(values['no-manage-keys'] === true ? { scopes: [] } : {}),
    ...(values.account === undefined ? {} : { account: values.account }),
  }
}

const keySchema = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  last4: z.string(),
  account: z.string().optional(),
  created_at: z.number(),
  expires_at: z.number().nullable(),
  last_used_at: z.number().nullish(),
  revoked_at: z.number().nullish(),
  limits: z.record(z.string(), z.number()),
})
const pageSchema = z.object({ data: z.array(keySchema), has_more: z.boolean() })

async function create(desk: KeyDesk, body: Record<string, unknown>, json: boolean): Promise<void> {
  const reply = await desk.ask('POST', '/api/auth', body)
  if (json) return print(reply)
  const made = keySchema.extend({ key: z.string() }).parse(reply)
  console.log(made.key)
  console.error(
    `\n${made.id} "${made.name}", ${made.expires_at === null ? 'never expires' : `expires ${day(made.expires_at)}`}. Shown this once: keep it now.`,
  )
}

async function list(desk: KeyDesk, values: Values): Promise<void> {
  const found: z.infer<typeof keySchema>[] = []
  for (let more = true; more;) {
    const last = found.at(-1)
    const query = new URLSearchParams({
      limit: '1000',
      ...(last === undefined ? {} : { after: last.id }),
      ...(values.account === undefined ? {} : { account: values.account }),
    })
    const reply = await desk.ask('GET', `/api/auth?${query.toString()}`)
    if (values.json === true) print(reply)
    const page = pageSchema.parse(reply)
    found.push(...page.data)
    more = page.has_more && page.data.length > 0
  }
  if (values.json === true) return
  if (found.length === 0) return console.log('There are no keys yet. Make one with: fairlead keys create')
  const rows = found.map((key) => [
    key.id,
    `${key.prefix}…${key.last4}`,
    key.name.length > 40 ? `${key.name.slice(0, 39)}…` : key.name,
    key.account ?? '',
    stateOf(key),
    Object.entries(key.limits)
      .map(([name, limit]) => `${name} ${limit}`)
      .join(', ') || '-',
    key.last_used_at == null ? 'never' : day(key.last_used_at),
  ])
  console.log(table(['ID', 'KEY', 'NAME', 'ACCOUNT', 'STATE', 'LIMITS', 'LAST USED'], rows))
}

async function revoke(desk: KeyDesk, ids: readonly string[], json: boolean): Promise<void> {
  for (const id of ids) {
    const reply = await desk.ask('DELETE', `/api/auth/${encodeURIComponent(id)}`)
    if (json) print(reply)
    else console.log(`${id} is revoked.`)
  }
}

function stateOf(key: z.infer<typeof keySchema>): string {
  if (key.revoked_at != null) return `revoked ${day(key.revoked_at)}`
  if (key.expires_at === null) return 'active'
  return key.expires_at * 1000 <= Date.now() ? `expired ${day(key.expires_at)}` : `until ${day(key.expires_at)}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [styleText('bold', line(head)), ...rows.map(line)].join('\n')
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 }

function secondsOf(text: string): number {
  const [, digits, unit] = /^(\d{1,10})([smhdwy]?)$/.exec(text.trim()) ?? []
  const seconds = Number(digits) * (UNITS[unit || 's'] ?? Number.NaN)
  if (Number.isSafeInteger(seconds) && seconds > 0) return seconds
  throw new Error(`--expires-in takes seconds, or a number with s, m, h, d, w or y (30d), not "${text}".`)
}

function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new Error(`${flag} takes a whole number, not "${text}".`)
}

function mustBeEmpty(rest: readonly string[]): void {
  if (rest.length > 0) throw new Error(`"${rest.join(' ')}" is not understood here. A name goes after --name.`)
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')
}

function print(reply: unknown): void {
  console.log(JSON.stringify(reply, null, 2))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
