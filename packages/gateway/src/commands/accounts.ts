// `fairlead accounts`: people and teams, through the same routes as the API.
import { z } from 'zod'
import { DESK_OPTIONS, runAtDesk, type Job } from './desk-command.ts'
import { limitsOf, LIMIT_OPTIONS } from './limit-options.ts'
import { day, print } from './output.ts'
import { showList } from './show-list.ts'

const HELP = `usage: fairlead accounts create --name NAME [--kind person|team] [--group NAME] [--time-zone ZONE] [--rpm N] ...
       fairlead accounts list     [--group NAME]
       fairlead accounts update   ACCOUNT_ID [--name NAME] [--group NAME] [--time-zone ZONE] [--rpm N] ...
       fairlead accounts suspend  ACCOUNT_ID
       fairlead accounts activate ACCOUNT_ID

  --group NAME           what it may use, at which price (default: the group "default", where there is one)
  --time-zone ZONE       where its days begin, as Europe/Berlin (default UTC)
  --rpm N --tpm N --concurrency N --requests-per-day N --requests-per-month N
                         limits of all its keys together
  --data-dir DIR         state directory (default ./data)
  --config FILE          configuration
  --json                 replies as the API gives them`

const OPTIONS = {
  ...DESK_OPTIONS,
  ...LIMIT_OPTIONS,
  name: { type: 'string' },
  kind: { type: 'string' },
  group: { type: 'string' },
  'time-zone': { type: 'string' },
} as const

const accountSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  group: z.string(),
  time_zone: z.string(),
  status: z.string(),
  created_at: z.number(),
})

export function accounts(args: readonly string[]): Promise<number> {
  return runAtDesk('accounts', HELP, args, OPTIONS, ([command, ...ids], values): Job => {
    const { name, kind, group, 'time-zone': timeZone, json } = values
    const limits = limitsOf(values)
    const body = {
      ...(name === undefined ? {} : { name }),
      ...(kind === undefined ? {} : { kind }),
      ...(group === undefined ? {} : { group }),
      ...(timeZone === undefined ? {} : { time_zone: timeZone }),
      ...(limits === undefined ? {} : { limits }),
    }
    const show = (reply: unknown): void => {
      if (json === true) return print(reply)
      const account = accountSchema.parse(reply)
      console.log(`${account.id} "${account.name}" is ${account.status}.`)
    }
    if (command === 'create' && ids.length === 0) {
      return async (desk) => show(await desk.ask('POST', '/api/accounts', body))
    }
    if (command === 'list' && ids.length === 0) {
      return (desk) =>
        showList(desk, json === true, {
          path: '/api/accounts',
          query: group ? { group } : {},
          item: accountSchema,
          head: ['ID', 'NAME', 'KIND', 'GROUP', 'TIME ZONE', 'STATE', 'SINCE'],
          row: (one) => [one.id, one.name, one.kind, one.group || '-', one.time_zone, one.status, day(one.created_at)],
        })
    }
    const [id, ...others] = ids
    if (id === undefined || others.length > 0) throw new Error(`${command ?? 'It'} needs the id of one account.`)
    const path = `/api/accounts/${encodeURIComponent(id)}`
    if (command === 'update') return async (desk) => show(await desk.ask('PATCH', path, body))
    if (command === 'suspend' || command === 'activate')
      return async (desk) => show(await desk.ask('POST', `${path}/${command}`, {}))
    throw new Error(`"${command ?? ''}" is none of create, list, update, suspend, activate.`)
  })
}
