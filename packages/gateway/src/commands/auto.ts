// `fairlead auto`: what the picker has learned, through the same routes as the API. Only a gateway that runs can learn.
import { z } from 'zod'
import { DESK_OPTIONS, runAtDesk, type Job } from './desk-command.ts'
import { day, print, table } from './output.ts'

const HELP = `usage: fairlead auto status
       fairlead auto versions [--account ID] [--pool NAME]
       fairlead auto learn    [--account ID] [--serve]
       fairlead auto promote  VERSION_ID
       fairlead auto rollback --account ID [--pool NAME]

  status                 what serves
  versions               what was learned, how it did on replay, and what serves
  learn                  make new versions from feedback and from how conversations went on
  promote                let a version serve that has won on replay
  rollback               go back to the version before
  --account ID           one account (learn, versions: all when absent)
  --pool NAME            one pool (rollback: the one without a name when absent)
  --serve                a version that has won serves at once
  --data-dir DIR         state directory (default ./data)
  --config FILE          configuration
  --json                 replies as the API gives them`

const OPTIONS = {
  ...DESK_OPTIONS,
  account: { type: 'string' },
  pool: { type: 'string' },
  serve: { type: 'boolean' },
} as const

const versionSchema = z.object({
  id: z.string(),
  account_id: z.string(),
  pool: z.string(),
  number: z.number(),
  state: z.string(),
  made_at: z.number(),
  replay: z.object({
    verdict: z.string(),
    judged: z.number(),
    changed: z.number(),
    quality: z.object({ mean: z.number(), low: z.number(), high: z.number() }),
    cost: z.object({ mean: z.number(), low: z.number(), high: z.number() }),
  }),
})
type Version = z.output<typeof versionSchema>
const versionsSchema = z.object({ data: z.array(versionSchema) })
const learnedSchema = z.object({
  data: z.array(
    z.object({
      account_id: z.string(),
      pool: z.string(),
      decisions: z.number(),
      outcomes: z.number(),
      version: versionSchema.nullable(),
    }),
  ),
})
const rolledBackSchema = z.object({ account_id: z.string(), pool: z.string(), serving: z.string().nullable() })

interface Values {
  readonly account?: string | undefined
  readonly pool?: string | undefined
  readonly serve?: boolean | undefined
  readonly json?: boolean | undefined
}

export function auto(args: readonly string[]): Promise<number> {
  return runAtDesk('auto', HELP, args, OPTIONS, ([command, ...ids], values): Job => {
    if (command === 'promote') {
      const [id, ...others] = ids
      if (id === undefined || others.length > 0) throw new Error('promote needs the id of one version.')
      return promote(id, values)
    }
    if (ids.length > 0) throw new Error(`${command ?? 'It'} takes no "${ids[0] ?? ''}".`)
    switch (command) {
      case 'status':
        return versions(values, ({ state }) => state === 'serving')
      case 'versions':
        return versions(values, () => true)
      case 'learn':
        return learn(values)
      case 'rollback':
        return rollBack(values)
      case undefined:
      default:
        throw new Error(`"${command ?? ''}" is none of status, versions, learn, promote, rollback.`)
    }
  })
}

function versions(values: Values, shown: (version: Version) => boolean): Job {
  const { account, pool, json } = values
  const query = new URLSearchParams({
    ...(account === undefined ? {} : { account }),
    ...(pool === undefined ? {} : { pool }),
  })
  return async (desk) => {
    const reply = await desk.ask('GET', `/api/auto/versions${query.size === 0 ? '' : `?${query.toString()}`}`)
    if (json === true) return print(reply)
    const rows = versionsSchema.parse(reply).data.filter(shown).map(rowOf)
    if (rows.length === 0) console.log('Nothing learned serves: auto chooses as it ships.')
    else console.log(table(['VERSION', 'ACCOUNT', 'POOL', 'STATE', 'MADE', 'JUDGED', 'QUALITY', 'COST'], rows))
  }
}

function rowOf({ id, account_id: account, pool, number, state, made_at: madeAt, replay }: Version): string[] {
  const { quality, cost, judged, verdict } = replay
  const points = (share: number): string => `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)}`
  return [
    `${id} (${number})`,
    account,
    pool,
    state === 'lost' ? `lost: ${verdict}` : state,
    day(madeAt),
    String(judged),
    `${points(quality.mean)} (${points(quality.low)} to ${points(quality.high)}) points`,
    `${points(cost.mean)} %`,
  ]
}

function learn({ account, serve, json }: Values): Job {
  const body = { ...(account === undefined ? {} : { account }), ...(serve === undefined ? {} : { serve }) }
  return async (desk) => {
    const reply = await desk.ask('POST', '/api/auto/learn', body)
    if (json === true) return print(reply)
    const { data } = learnedSchema.parse(reply)
    if (data.length === 0) console.log('There are no calls to learn from yet.')
    for (const { account_id: id, pool, decisions, outcomes, version } of data) {
      const what =
        version === null
          ? 'too little is known to learn from'
          : `${version.id} ${version.state === 'serving' ? 'serves' : `has ${version.state}`} (${version.replay.verdict})`
      console.log(`${id}, pool ${pool}: ${decisions} calls, ${outcomes} with an outcome: ${what}.`)
    }
  }
}

function promote(id: string, { json }: Values): Job {
  return async (desk) => {
    const reply = await desk.ask('POST', `/api/auto/versions/${encodeURIComponent(id)}/promote`, {})
    if (json === true) return print(reply)
    const { account_id: account, pool } = versionSchema.parse(reply)
    console.log(`${id} serves the account ${account} in the pool ${pool}.`)
  }
}

function rollBack({ account, pool, json }: Values): Job {
  if (account === undefined) throw new Error('--account is missing.')
  return async (desk) => {
    const reply = await desk.ask('POST', '/api/auto/rollback', { account, ...(pool === undefined ? {} : { pool }) })
    if (json === true) return print(reply)
    const { serving, pool: name } = rolledBackSchema.parse(reply)
    console.log(`${serving ?? 'What ships with the gateway'} serves the account ${account} in the pool ${name}.`)
  }
}
