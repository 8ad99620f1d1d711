// /api/auto: what the picker has learned of each account's traffic, in versions. A version serves only when it has won.
import { z } from 'zod'
import { listOf, EMPTY_BODY } from '../api/fields.ts'
import { listBody } from '../api/list-body.ts'
import { type Route, route } from '../api/route.ts'
import { poolName, poolOf, versionBody, versionShape } from './auto-shapes.ts'

const EXAMPLE_ID = 'av_5f0c6a2f9e1d4b7a8c000001'
const COMMON = { access: 'operator', tag: 'Picker' } as const

const params = z.strictObject({
  version_id: z
    .string()
    .max(64)
    .describe('Id of a version.')
    .meta({ examples: [EXAMPLE_ID] }),
})
const account = z
  .string()
  .min(1)
  .max(64)
  .describe('Id of an account.')
  .meta({ examples: ['default'] })
const pool = z
  .string()
  .min(1)
  .max(64)
  .describe('Name of a pool; default = the one without a name.')
  .meta({ examples: ['default'] })

const learnedShape = z.strictObject({
  account_id: z.string(),
  pool: z.string(),
  decisions: z.int().describe('Calls that were looked at.'),
  outcomes: z.int().describe('Of these, where something says how good the answer was.'),
  version: versionShape.nullable().describe('null = too little is known to make one.'),
})

export const AUTO_LEARNING_ROUTES: readonly Route[] = [
  route({
    ...COMMON,
    method: 'GET',
    path: '/api/auto/versions',
    name: 'listAutoVersions',
    summary: 'List what the picker has learned',
    description: 'The newest first, of every account and pool, or of those that are asked for.',
    query: z.strictObject({ account: account.optional(), pool: pool.optional() }),
    reply: { description: 'Versions.', schema: listOf(versionShape) },
    async handler({ query }, { learning }) {
      const versions = await learning.versions({
        ...(query.account === undefined ? {} : { accountId: query.account }),
        ...(query.pool === undefined ? {} : { pool: poolOf(query.pool) }),
      })
      return listBody(versions.map(versionBody), false)
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/auto/learn',
    name: 'learnAuto',
    summary: 'Learn now',
    description:
      "Makes a version for each account and pool from two thirds of its calls, and tries it on the others. With serve, one that has won serves at once; else promote it. An account's calls change nothing for any other.",
    errors: ['conflict'],
    body: z.strictObject({
      account: account.optional().describe('Absent = every account.'),
      serve: z.boolean().optional().describe('Whether a version that has won serves at once.'),
    }),
    example: { body: { account: 'default' } },
    reply: {
      description: 'What came of it.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(learnedShape) }),
    },
    async handler({ principal, origin, body }, { learning }) {
      const { account: accountId, serve = false } = body
      const learned = await learning.learn(
        { serve, ...(accountId === undefined ? {} : { accountId }) },
        { principal, origin },
      )
      const data = learned.map(({ accountId: id, pool: name, decisions, outcomes, version }) => ({
        account_id: id,
        pool: poolName(name),
        decisions,
        outcomes,
        version: version === null ? null : versionBody(version),
      }))
      return { object: 'list' as const, data }
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/auto/versions/{version_id}/promote',
    name: 'promoteAutoVersion',
    summary: 'Let a version serve',
    description: 'Only one that has won on replay, against what serves now.',
    errors: ['not_found', 'conflict'],
    params,
    body: EMPTY_BODY,
    reply: { description: 'It serves.', schema: versionShape },
    async handler({ principal, origin, params: { version_id } }, { learning }) {
      return versionBody(await learning.serve(version_id, { principal, origin }))
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/auto/rollback',
    name: 'rollBackAuto',
    summary: 'Go back to the version before',
    description: 'To the one that what serves was tried against, in the end to what ships with the gateway.',
    errors: ['conflict'],
    body: z.strictObject({ account, pool: pool.optional() }),
    example: { body: { account: 'default' } },
    reply: {
      description: 'What serves now.',
      schema: z.strictObject({
        object: z.literal('auto_rollback'),
        account_id: z.string(),
        pool: z.string(),
        serving: z.string().nullable().describe('null = what ships with the gateway.'),
      }),
    },
    async handler({ principal, origin, body }, { learning }) {
      const name = body.pool ?? 'default'
      const serving = await learning.rollBack(body.account, poolOf(name), { principal, origin })
      return {
        object: 'auto_rollback' as const,
        account_id: body.account,
        pool: name,
        serving: serving === '' ? null : serving,
      }
    },
  }),
]
