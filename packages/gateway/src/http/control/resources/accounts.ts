// /api/accounts: people and teams. The operator makes and changes them; a key sees its own.
import { z } from 'zod'
import type { AccountRecord } from '../../../identity/account-store.ts'
import { ACCOUNT_KINDS, ACCOUNT_STATUSES, type AccountPatch } from '../../../identity/account-service.ts'
import { budgetFromJson, limitsFromJson } from '../../../limits/limits-json.ts'
import { listOf, pageQuery, seconds, unixSeconds, EMPTY_BODY } from '../api/fields.ts'
import { listBody } from '../api/list-body.ts'
import { type Route, routeFor } from '../api/route.ts'
import type { IdentityServices } from '../../../identity/identity-services.ts'
import {
  budgetBody,
  budgetShape,
  limitsBody,
  limitsPatch,
  limitsPatchOf,
  limitsShape,
  newBudget,
  newLimits,
  timeZoneField,
} from './shapes.ts'

const route = routeFor<IdentityServices>()

const ACCOUNT_ID = 'acc_Zk3vT0q9XwLr7bNd'
export const accountParams = {
  account_id: z
    .string()
    .describe('Id of an account.')
    .meta({ examples: [ACCOUNT_ID] }),
} as const
const params = z.strictObject(accountParams)

const name = z.string().trim().min(1, 'must not be empty.').max(200, 'must have at most 200 characters.')
const kind = z.enum(ACCOUNT_KINDS).describe('A person or a team.')
const group = z.string().max(64).describe('Name of its group; empty = the group default, where there is one.')

export const accountShape = z
  .strictObject({
    id: z.string().meta({ examples: [ACCOUNT_ID] }),
    object: z.literal('account'),
    name: z.string(),
    kind,
    group,
    time_zone: timeZoneField,
    status: z.enum(ACCOUNT_STATUSES),
    limits: limitsShape.describe("Of all its keys together. A figure here stands in place of the group's."),
    budget: budgetShape.nullable().describe('What all its keys together may spend; null = no such limit.'),
    created_at: unixSeconds,
    updated_at: unixSeconds,
  })
  .meta({ id: 'Account' })

const newAccountShape = z
  .strictObject({
    name: name.meta({ examples: ['Research'] }),
    kind: kind.optional(),
    group: group.optional(),
    time_zone: timeZoneField.optional(),
    limits: newLimits.nullish(),
    budget: newBudget.nullish(),
  })
  .meta({ id: 'NewAccount' })

const accountPatchShape = z
  .strictObject({
    name: name.optional(),
    kind: kind.optional(),
    group: group.optional(),
    time_zone: timeZoneField.optional(),
    limits: limitsPatch.nullish(),
    budget: newBudget.nullish(),
  })
  .describe('What is absent stays as it is. The budget is replaced whole; null takes it away.')
  .meta({ id: 'AccountPatch' })

const TAG = { tag: 'Accounts' } as const

export const ACCOUNT_ROUTES: readonly Route<IdentityServices>[] = [
  route({
    ...TAG,
    method: 'POST',
    path: '/api/accounts',
    access: 'operator',
    name: 'createAccount',
    summary: 'Make an account',
    errors: ['not_found'],
    idempotent: true,
    body: newAccountShape,
    example: { body: { name: 'Research', time_zone: 'Europe/Berlin', limits: { rpm: 600 } } },
    reply: { status: 201, description: 'It is there, without keys.', schema: accountShape },
    async handler({ principal, body, origin }, { accounts }) {
      const { time_zone, limits, budget, kind: wantedKind, group: wantedGroup } = body
      const made = await accounts.create(
        principal,
        {
          name: body.name,
          ...(wantedKind === undefined ? {} : { kind: wantedKind }),
          ...(wantedGroup === undefined ? {} : { group: wantedGroup }),
          ...(time_zone === undefined ? {} : { timeZone: time_zone }),
          ...(limits == null ? {} : { limits: limitsFromJson(limits) }),
          ...(budget == null ? {} : { budget: budgetFromJson(budget) }),
        },
        origin,
      )
      return accountBody(made)
    },
  }),

  route({
    ...TAG,
    method: 'GET',
    path: '/api/accounts',
    access: 'key',
    name: 'listAccounts',
    summary: 'List accounts',
    description: 'Newest first. A key, and a person, sees its own account and no other.',
    query: z.strictObject({
      ...pageQuery,
      group: z.string().max(64).optional().describe('Only those in this group.'),
      status: z.enum(ACCOUNT_STATUSES).optional(),
    }),
    reply: { description: 'A page of them.', schema: listOf(accountShape) },
    async handler({ principal, query }, { accounts }) {
      const { limit, after, group: inGroup, status } = query
      const page = await accounts.list(principal, {
        limit: limit ?? 100,
        ...(after === undefined ? {} : { after }),
        ...(inGroup === undefined ? {} : { group: inGroup }),
        ...(status === undefined ? {} : { status }),
      })
      return listBody(page.records.map(accountBody), page.hasMore)
    },
  }),

  route({
    ...TAG,
    method: 'GET',
    path: '/api/accounts/{account_id}',
    access: 'key',
    name: 'getAccount',
    summary: 'Look at an account',
    params,
    reply: { description: 'The account.', schema: accountShape },
    handler: async ({ principal, params: { account_id } }, { accounts }) =>
      accountBody(await accounts.get(principal, account_id)),
  }),

  route({
    ...TAG,
    method: 'PATCH',
    path: '/api/accounts/{account_id}',
    access: 'operator',
    role: 'admin',
    name: 'updateAccount',
    summary: 'Change an account',
    description: 'What changes for its keys holds within a second. Its admins change its name and its time zone.',
    params,
    body: accountPatchShape,
    example: { body: { limits: { rpm: 1200, tpm: null } } },
    reply: { description: 'The account as it is now.', schema: accountShape },
    async handler({ principal, params: { account_id }, body, origin }, { accounts }) {
      const patch: AccountPatch = {
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.kind === undefined ? {} : { kind: body.kind }),
        ...(body.group === undefined ? {} : { group: body.group }),
        ...(body.time_zone === undefined ? {} : { timeZone: body.time_zone }),
        ...(body.limits === undefined ? {} : { limits: body.limits === null ? null : limitsPatchOf(body.limits) }),
        ...(body.budget === undefined ? {} : { budget: body.budget === null ? null : budgetFromJson(body.budget) }),
      }
      return accountBody(await accounts.update(principal, account_id, patch, origin))
    },
  }),

  ...(
    [
      [
        'suspend',
        'suspended',
        'Suspend an account',
        'Its keys are answered with 403 within a second, until it is activated.',
      ],
      ['activate', 'active', 'Activate an account', 'Its keys work again within a second.'],
    ] as const
  ).map(([verb, status, summary, description]) =>
    route({
      ...TAG,
      method: 'POST',
      path: `/api/accounts/{account_id}/${verb}`,
      access: 'operator',
      stepUp: true,
      name: `${verb}Account`,
      summary,
      description,
      params,
      body: EMPTY_BODY,
      reply: { description: 'The account as it is now.', schema: accountShape },
      handler: async ({ principal, params: { account_id }, origin }, { accounts }) =>
        accountBody(await accounts.update(principal, account_id, { status }, origin)),
    }),
  ),
]

export function accountBody(record: AccountRecord): z.input<typeof accountShape> {
  return {
    id: record.accountId,
    object: 'account',
    name: record.name,
    kind: record.kind,
    group: record.group,
    time_zone: record.timeZone,
    status: record.status,
    limits: limitsBody(record.limits),
    budget: record.budget === null ? null : budgetBody(record.budget),
    created_at: seconds(record.createdAtMs),
    updated_at: seconds(record.updatedAtMs),
  }
}
