// /api/system, /api/config/file and the way to another configuration: the machine room, for the operator.
import { z } from 'zod'
import type { ConfigTrial } from '../../../config/config-desk.ts'
import { writeAudit } from '../../../identity/audit-log.ts'
import { seconds, unixSeconds } from '../api/fields.ts'
import { type Route, route } from '../api/route.ts'

const COMMON = { access: 'operator', tag: 'Gateway' } as const

const changeShape = z.strictObject({
  path: z.string().meta({ examples: ['providers[openai].weight'] }),
  before: z.unknown().optional().describe('Absent = it was not there.'),
  after: z.unknown().optional().describe('Absent = it is not there any more.'),
})

const problemShape = z.strictObject({
  line: z.int().nullable(),
  column: z.int().nullable(),
  path: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
})

const trialShape = z
  .strictObject({
    object: z.literal('config_trial'),
    ok: z.boolean().describe('Whether it could run.'),
    problems: z.array(problemShape),
    warnings: z.array(z.string()),
    changes: z.array(changeShape).describe('Against what the file says now; secrets as fingerprints.'),
    restarts: z.array(z.string()).describe('What waits for a restart, a sentence each.'),
  })
  .meta({ id: 'ConfigTrial' })

const folderShape = z.strictObject({
  name: z.enum(['journal', 'backups', 'config-history', 'database-log']),
  bytes: z.int(),
  files: z.int(),
})

const systemShape = z
  .strictObject({
    object: z.literal('system'),
    version: z.string(),
    node: z.string(),
    pid: z.int(),
    started_at: unixSeconds,
    accepting: z.boolean(),
    memory_bytes: z.int().describe('Of the primary process.'),
    workers: z.strictObject({ ready: z.int(), configured: z.int() }),
    redis: z.boolean().describe('Whether one is configured.'),
    journal_is_well: z.boolean().describe('False: a worker cannot write usage down, and lets nothing in.'),
    database: z.strictObject({
      kind: z.enum(['sqlite', 'postgres']),
      name: z.string(),
      bytes: z.int().nullable().describe('null = it does not answer.'),
      schema_version: z.int().nullable(),
    }),
    folders: z.array(folderShape),
    queues: z.strictObject({
      journal_bytes: z.int().describe('Of usage journals on this machine, what is in the database already included.'),
      notices: z.int().nullable().describe('Messages to webhooks and mailboxes that are to go out.'),
      jobs: z.int().nullable().describe('Background responses that are not done.'),
    }),
    retention: z.strictObject({
      records_days: z.number().describe('0 = for ever.'),
      hours_days: z.number(),
      days_days: z.number(),
    }),
    invariants: z.strictObject({
      checked_at: unixSeconds.nullable(),
      fully_checked_at: unixSeconds.nullable(),
      looks: z.int(),
      violations: z.array(z.strictObject({ invariant: z.string(), account: z.string(), message: z.string() })),
    }),
    config_error: z.string().nullable().describe('Why the last reload was refused.'),
  })
  .meta({ id: 'System' })

const fileShape = z
  .strictObject({
    object: z.literal('config_file'),
    path: z.string().nullable().describe('null: there is no file, and the environment decides.'),
    text: z.string().nullable().describe('With a token in the place of each secret that is written out in it.'),
    version: z.string().nullable(),
    writable: z.boolean(),
    reason: z.string().nullable().describe('Why it cannot be shown or written.'),
  })
  .meta({ id: 'ConfigFile' })

const text = z
  .string()
  .min(1)
  .max(2_000_000)
  .describe('YAML. Tokens in the place of secrets come back as they were shown.')

export const SYSTEM_ROUTES: readonly Route[] = [
  route({
    ...COMMON,
    method: 'GET',
    path: '/api/system',
    name: 'getSystem',
    summary: 'The machine room',
    description: 'Versions, sizes, queues, what is kept for how long, and the last look at the books.',
    reply: { description: 'As it is now.', schema: systemShape },
    async handler(_call, { system, state }) {
      const { database, folders, money, ...facts } = await system.facts()
      const { usage } = state.config()
      return {
        object: 'system' as const,
        version: state.version,
        node: facts.node,
        pid: facts.pid,
        started_at: seconds(state.startedAtMs),
        accepting: state.accepting(),
        memory_bytes: facts.memoryBytes,
        workers: { ...facts.workers },
        redis: facts.redis,
        journal_is_well: state.journalIsWell(),
        database: {
          kind: database.kind,
          name: database.name,
          bytes: database.figures?.bytes ?? null,
          schema_version: database.figures?.schemaVersion ?? null,
        },
        folders: folders.map((folder) => ({ ...folder })),
        queues: {
          journal_bytes: folders.find(({ name }) => name === 'journal')?.bytes ?? 0,
          notices: database.figures?.noticesWaiting ?? null,
          jobs: database.figures?.jobsOpen ?? null,
        },
        retention: {
          records_days: usage.keepRecordsDays,
          hours_days: usage.keepHoursDays,
          days_days: usage.keepDaysDays,
        },
        invariants: {
          checked_at: seconds(money.lookedAtMs),
          fully_checked_at: seconds(money.lookedFullyAtMs),
          looks: money.looks,
          violations: money.violations.map(({ invariant, accountId, message }) => ({
            invariant,
            account: accountId,
            message,
          })),
        },
        config_error: state.configError() ?? null,
      }
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/config/file',
    name: 'getConfigFile',
    summary: 'The configuration file',
    reply: { description: 'Its text, without secrets.', schema: fileShape },
    handler: (_call, { configFile }) => ({ object: 'config_file' as const, ...configFile.file() }),
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/config/trial',
    name: 'tryConfig',
    // References to the environment are filled in, and what comes of them is shown.
    stepUp: true,
    largeBody: true,
    summary: 'Try a configuration',
    description: 'Nothing is changed. What is wrong comes with its line; what is right with what it would change.',
    body: z.strictObject({ text }),
    example: { body: { text: 'server: { port: 8080 }' } },
    reply: { description: 'What would come of it.', schema: trialShape },
    handler: ({ body }, { configFile }) => trialBody(configFile.try(body.text)),
  }),

  route({
    ...COMMON,
    method: 'PUT',
    path: '/api/config/file',
    name: 'applyConfig',
    stepUp: true,
    largeBody: true,
    summary: 'Write the configuration file, and run it',
    description:
      'Only where the file is ours to write, and only over the version that was looked at. What it was before is kept in the state directory. Other instances have files of their own.',
    errors: ['conflict'],
    body: z.strictObject({ text, version: z.string().max(100).describe('Of the file as it was shown.') }),
    reply: { description: 'What came of it.', schema: trialShape },
    async handler({ body, principal, origin }, { configFile, auditStore, state }) {
      const trial = configFile.apply(body.text, body.version)
      const shown = (side: 'before' | 'after') =>
        Object.fromEntries(trial.changes.map((one) => [one.path, one[side] ?? null]))
      await writeAudit(auditStore, principal, origin, state.now(), {
        action: 'config.apply',
        objectId: configFile.file().version ?? '',
        accountId: '',
        before: shown('before'),
        after: shown('after'),
      })
      return trialBody(trial)
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/config/versions',
    name: 'listConfigVersions',
    summary: 'What the configuration was, since the gateway began',
    reply: {
      description: 'Newest first.',
      schema: z.strictObject({
        object: z.literal('list'),
        data: z.array(
          z.strictObject({
            id: z.string(),
            object: z.literal('config_version'),
            number: z.int(),
            at: unixSeconds,
            why: z.enum(['start', 'reload', 'applied']),
            changes: z.array(changeShape).describe('Against the one before.'),
          }),
        ),
        has_more: z.literal(false),
      }),
    },
    handler: (_call, { configFile }) => ({
      object: 'list' as const,
      data: configFile.versions.map(({ number, atMs, why, changes }) => ({
        id: String(number),
        object: 'config_version' as const,
        number,
        at: seconds(atMs),
        why,
        changes: changes.map((change) => ({ ...change })),
      })),
      has_more: false as const,
    }),
  }),
]

function trialBody({ problems, warnings, changes, restarts }: ConfigTrial): z.input<typeof trialShape> {
  return {
    object: 'config_trial',
    ok: problems.length === 0,
    problems: problems.map(({ line = null, column = null, path, message, hint = null }) => ({
      line,
      column,
      path,
      message,
      hint,
    })),
    warnings: [...warnings],
    changes: changes.map((change) => ({ ...change })),
    restarts: [...restarts],
  }
}
