// `fairlead keys`: the operator's way to API keys. A running gateway is asked, so that a revoked key stops working at
// once; without one the database is opened here.
import type { parseArgs } from 'node:util'
import { z } from 'zod'
import { DESK_OPTIONS, runAtDesk } from './desk-command.ts'
import type { KeyDesk } from './key-desk.ts'
import { limitsOf, LIMIT_OPTIONS } from './limit-options.ts'
import { day, print, table } from './output.ts'

const HELP = `usage: fairlead keys create [--name NAME] [--expires-in 30d] [--rpm N] [--tpm N] [--concurrency N] [--retention-days N] [--no-training] [--account ID]
       fairlead keys list   [--account ID]
       fairlead keys rotate KEY_ID [--grace 1h]
       fairlead keys revoke KEY_ID...

  --name NAME         what the key is for (default "Key made on the command line")
  --expires-in TIME   seconds, or a number with s, m, h, d, w or y: 90m, 30d, 1y (default: never)
  --rpm N             requests per minute
  --tpm N             tokens per minute
  --concurrency N     requests at the same time
  --requests-per-day N, --requests-per-month N
                      in the time zone of the account
  --retention-days N  only providers that keep requests no longer than this are asked (0: not at all)
  --no-training       only providers that do not train on requests are asked
  --account ID        whose key it is (default "default")
  --grace TIME        how long the old secret still works after a rotation (default: it ends now)
  --no-manage-keys    the key may not make, list or revoke keys
  --data-dir DIR      state directory (default ./data)
  --config FILE       configuration, for the prefix of keys
  --json              replies as the API gives them

A key is shown once, when it is made. What is kept cannot be turned back into it.`

const OPTIONS = {
  ...DESK_OPTIONS,
  ...LIMIT_OPTIONS,
  name: { type: 'string' },
  'expires-in': { type: 'string' },
  account: { type: 'string' },
  grace: { type: 'string' },
  'retention-days': { type: 'string' },
  'no-training': { type: 'boolean' },
  'no-manage-keys': { type: 'boolean' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

/** Exit code: 0 done, 1 refused, 2 not understood. */
export function keys(args: readonly string[]): Promise<number> {
  return runAtDesk('keys', HELP, args, OPTIONS, jobOf)
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
    case 'rotate': {
      const [id, ...others] = rest
      if (id === undefined || others.length > 0) throw new Error('rotate needs the id of one key (key_...).')
      const grace = values.grace === undefined ? 0 : secondsOf('--grace', values.grace)
      return (desk) => rotate(desk, id, grace, values.json === true)
    }
    default:
      throw new Error(
        command === undefined
          ? 'say what to do: create, list, rotate or revoke.'
          : `"${command}" is none of create, list, rotate, revoke.`,
      )
  }
}

function newKey(values: Values): Record<string, unknown> {
  const limits = limitsOf(values)
  const policy = policyOf(values)
  const expiresIn = values['expires-in']
  return {
    name: values.name ?? 'Key made on the command line',
    ...(expiresIn === undefined ? {} : { expires_in: secondsOf('--expires-in', expiresIn) }),
    ...(limits === undefined ? {} : { limits }),
    ...(policy === undefined ? {} : { data_policy: policy }),
    ...(values['no-manage-keys'] === true ? { scopes: [] } : {}),
    ...(values.account === undefined ? {} : { account: values.account }),
  }
}

/** As the API takes it; undefined when nothing is wanted. */
function policyOf(values: Values): Record<string, unknown> | undefined {
  const { 'retention-days': days, 'no-training': untrained } = values
  if (days !== undefined && !/^\d{1,5}$/.test(days))
    throw new Error(`--retention-days takes a whole number, not "${days}".`)
  if (days === undefined && untrained !== true) return undefined
  return {
    ...(days === undefined ? {} : { retention_days: Number(days) }),
    ...(untrained === true ? { training: false } : {}),
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

async function rotate(desk: KeyDesk, id: string, graceSeconds: number, json: boolean): Promise<void> {
  const reply = await desk.ask('POST', `/api/auth/${encodeURIComponent(id)}/rotate`, { grace_seconds: graceSeconds })
  if (json) return print(reply)
  const made = keySchema.extend({ key: z.string(), previous_expires_at: z.number().nullable() }).parse(reply)
  const { previous_expires_at: until } = made
  console.log(made.key)
  console.error(
    `\n${made.id} "${made.name}" has a new secret, shown this once. The old one ${until === null ? 'has ended' : `works until ${day(until)}`}.`,
  )
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

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 }

function secondsOf(flag: string, text: string): number {
  const [, digits, unit] = /^(\d{1,10})([smhdwy]?)$/.exec(text.trim()) ?? []
  const seconds = Number(digits) * (UNITS[unit || 's'] ?? Number.NaN)
  if (Number.isSafeInteger(seconds) && seconds > 0) return seconds
  throw new Error(`${flag} takes seconds, or a number with s, m, h, d, w or y (30d), not "${text}".`)
}

function mustBeEmpty(rest: readonly string[]): void {
  if (rest.length > 0) throw new Error(`"${rest.join(' ')}" is not understood here. A name goes after --name.`)
}
