// /api/instances, /api/config: what runs, for the operator.
import { z } from 'zod'
import { seconds, unixSeconds } from '../api/fields.ts'
import { type Route, route } from '../api/route.ts'
import { shownConfig } from './shown-config.ts'

const instanceShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('instance'),
    host: z.string(),
    pid: z.int(),
    version: z.string(),
    started_at: unixSeconds,
    seen_at: unixSeconds.describe('Unix seconds: its last sign of life, by the clock of the database.'),
    self: z.boolean().describe('The one that answers.'),
  })
  .meta({ id: 'Instance' })

const COMMON = { access: 'operator', tag: 'Gateway', method: 'GET' } as const

export const GATEWAY_ROUTES: readonly Route[] = [
  route({
    ...COMMON,
    path: '/api/instances',
    name: 'listInstances',
    summary: 'The gateways that share the database',
    reply: {
      description: 'All of them, oldest first.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(instanceShape), has_more: z.literal(false) }),
    },
    async handler(_call, services) {
      const { self, instances } = await services.instances()
      const data = instances.map((one) => ({
        id: one.instanceId,
        object: 'instance' as const,
        host: one.host,
        pid: one.pid,
        version: one.version,
        started_at: seconds(one.startedAtMs),
        seen_at: seconds(one.seenAtMs),
        self: one.instanceId === self,
      }))
      return { object: 'list' as const, data, has_more: false as const }
    },
  }),

  route({
    ...COMMON,
    path: '/api/config',
    name: 'getConfig',
    summary: 'The configuration that runs',
    description:
      'With every default filled in and every secret left out: of keys only how many there are. Names are those of the file.',
    reply: {
      description: 'The configuration.',
      schema: z.strictObject({
        object: z.literal('config'),
        error: z
          .string()
          .nullable()
          .describe('Why the last reload was refused; null = what runs is what the file says.'),
        config: z.record(z.string(), z.unknown()),
      }),
    },
    handler: (_call, { state }) => ({
      object: 'config' as const,
      error: state.configError() ?? null,
      config: shownConfig(state.config()),
    }),
  }),
]
