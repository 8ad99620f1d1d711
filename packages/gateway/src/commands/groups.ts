// `fairlead groups`: what accounts may use, through the same routes as the API.
import { z } from 'zod'
import { DESK_OPTIONS, runAtDesk, type Job } from './desk-command.ts'
import { limitsOf, LIMIT_OPTIONS } from './limit-options.ts'
import { print, table } from './output.ts'

const HELP = `usage: fairlead groups create NAME [--preset free|pro|enterprise] [--models a,b*] [--price-multiplier X] [--rpm N] ...
       fairlead groups list
       fairlead groups delete NAME

  --preset NAME          limits to begin with: free 100 RPM, pro 1000 RPM
  --models LIST          ids of models, with commas; * stands for any text (default: all)
  --price-multiplier X   0.8 is 20 % off (default 1)
  --rpm N --tpm N --concurrency N --requests-per-day N --requests-per-month N
                         limits of each of its accounts
  --data-dir DIR         state directory (default ./data)
  --config FILE          configuration; its groups are shown here, and changed there
  --json                 replies as the API gives them`

const OPTIONS = {
  ...DESK_OPTIONS,
  ...LIMIT_OPTIONS,
  preset: { type: 'string' },
  models: { type: 'string' },
  'price-multiplier': { type: 'string' },
} as const

const groupsSchema = z.object({
  data: z.array(
    z.object({
      name: z.string(),
      models: z.array(z.string()),
      price_multiplier: z.number(),
      limits: z.record(z.string(), z.number()),
      source: z.string(),
    }),
  ),
})

export function groups(args: readonly string[]): Promise<number> {
  return runAtDesk('groups', HELP, args, OPTIONS, ([command, ...names], values): Job => {
    const { preset, models, 'price-multiplier': multiplier, json } = values
    if (command === 'list' && names.length === 0) {
      return async (desk) => {
        const reply = await desk.ask('GET', '/api/groups')
        if (json === true) return print(reply)
        const rows = groupsSchema.parse(reply).data.map((group) => [
          group.name,
          group.models.join(', '),
          String(group.price_multiplier),
          Object.entries(group.limits)
            .map(([name, limit]) => `${name} ${limit}`)
            .join(', ') || '-',
          group.source,
        ])
        console.log(table(['NAME', 'MODELS', 'PRICE', 'LIMITS', 'FROM'], rows))
      }
    }
    const [name, ...others] = names
    if (name === undefined || others.length > 0) throw new Error(`${command ?? 'It'} needs the name of one group.`)
    if (command === 'create') {
      const limits = limitsOf(values)
      const body = {
        name,
        ...(preset === undefined ? {} : { preset }),
        ...(models === undefined ? {} : { models: models.split(',') }),
        ...(multiplier === undefined ? {} : { price_multiplier: Number(multiplier) }),
        ...(limits === undefined ? {} : { limits }),
      }
      return async (desk) => {
        const reply = await desk.ask('POST', '/api/groups', body)
        if (json === true) print(reply)
        else console.log(`The group ${name} is made.`)
      }
    }
    if (command === 'delete') {
      return async (desk) => {
        const reply = await desk.ask('DELETE', `/api/groups/${encodeURIComponent(name)}`)
        if (json === true) print(reply)
        else console.log(`The group ${name} is deleted.`)
      }
    }
    throw new Error(`"${command ?? ''}" is none of create, list, delete.`)
  })
}
