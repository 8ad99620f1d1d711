// /api/auth: API keys. Any key that may manage keys does so for its own account; the operator for everybody's.
import { z } from 'zod'
import { wantedDataPolicySchema } from '../../../config/data-policy-schema.ts'
import { policyOf } from '../../../core/data-policy.ts'
import {
  type KeyPatch,
  LONGEST_EXPIRY_SECONDS,
  LONGEST_GRACE_SECONDS,
  type NewKey,
  SCOPES,
} from '../../../identity/key-service.ts'
import type { KeyRecord } from '../../../identity/key-store.ts'
import type { Principal } from '../../../identity/principal.ts'
import { budgetFromJson, limitsFromJson } from '../../../limits/limits-json.ts'
import { listOf, pageQuery, seconds, unixSeconds, unixSecondsOrNever } from '../api/fields.ts'
import { listBody } from '../api/list-body.ts'
import { type Route, routeFor } from '../api/route.ts'
import type { IdentityServices } from '../../../identity/identity-services.ts'
import { accountParams } from './accounts.ts'
import {
  budgetBody,
  budgetShape,
  limitsBody,
  limitsPatch,
  limitsPatchOf,
  limitsShape,
  newBudget,
  newLimits,
  patternList,
  wantedPolicyBody,
  wantedPolicyShape,
} from './shapes.ts'

const route = routeFor<IdentityServices>()

const KEY_ID = 'key_Q9hMCgVverV2wp8g'
const params = z.strictObject({
  key_id: z
    .string()
    .describe('Id of a key.')
    .meta({ examples: [KEY_ID] }),
})

const name = z.string().trim().min(1, 'must not be empty.').max(200, 'must have at most 200 characters.')
const expiresIn = z.int().positive().max(LONGEST_EXPIRY_SECONDS)

/** What a key may do, as requests say it. */
const rules = {
  budget: newBudget.nullish(),
  models: patternList('Ids of models that it may use; * stands for any text. Null = all that its group may.').nullish(),
  endpoints: patternList('Paths that it may call; * stands for any text. Null = all.').nullish(),
  addresses: patternList('IP addresses and CIDR ranges that it may come from. Null = all.').nullish(),
  data_policy: wantedDataPolicySchema
    .nullish()
    .describe('What a provider must promise to be sent its requests; those that do not are not asked. Null = nothing.'),
  scopes: z
    .array(z.enum(SCOPES))
    .nullish()
    .describe("What else it may do: keys:manage, or nothing. Absent = its maker's."),
  group: z
    .string()
    .max(64)
    .nullish()
    .describe("Whose models, limits and prices hold, instead of the account's group; for the operator only."),
} as const

const newKeyShape = z
  .strictObject({
    name: name.describe('What it is for.').meta({ examples: ['ci'] }),
    expires_in: expiresIn.nullish().describe('Seconds; absent or null = never, or when its maker does.'),
    limits: newLimits.nullish(),
    ...rules,
    account: z.string().max(200).nullish().describe('Whose key it is; for the operator, who otherwise makes his own.'),
  })
  .meta({ id: 'NewKey' })

const keyPatchShape = z
  .strictObject({
    name: name.optional(),
    expires_in: expiresIn.nullish().describe('Seconds from now; null = never, or when its maker does.'),
    limits: limitsPatch.nullish(),
    ...rules,
  })
  .describe('What is absent stays as it is. Budget and lists are replaced whole; null takes them away.')
  .meta({ id: 'KeyPatch' })

const nullableList = (what: string) => z.array(z.string()).nullable().describe(what)

const keyFields = {
  prefix: z
    .string()
    .describe('Its beginning, to recognise it by.')
    .meta({ examples: ['sk-fl-9DyadIlj'] }),
  last4: z.string().meta({ examples: ['OEtZ'] }),
  created_at: unixSeconds,
  expires_at: unixSecondsOrNever,
  scopes: z.array(z.enum(SCOPES)),
  limits: limitsShape.describe('Its own. Those of the key that made it, and of the account, hold as well.'),
  budget: budgetShape.nullable(),
  models: nullableList('Null = all that its group may use.'),
  endpoints: nullableList('Null = all.'),
  addresses: nullableList('Null = from anywhere.'),
  data_policy: wantedPolicyShape.nullable().describe('Its own. That of the key that made it holds as well.'),
  made_by: z.string().describe('The key or the person that made it, or `master`.'),
  group: z.string().nullable().describe("Null = the account's."),
  account: z.string().optional().describe('For the operator only.'),
} as const

const head = {
  id: z.string().meta({ examples: [KEY_ID] }),
  object: z.literal('api_key'),
  name: z.string(),
} as const

const tail = {
  last_used_at: unixSecondsOrNever,
  revoked_at: unixSecondsOrNever,
  previous_expires_at: unixSecondsOrNever.describe(
    'Until when the secret from before the last rotation works; null = there is none.',
  ),
} as const

export const keyShape = z.strictObject({ ...head, ...keyFields, ...tail }).meta({ id: 'Key' })
const shownKey = z
  .string()
  .describe('The key itself: shown this once.')
  .meta({ examples: ['sk-fl-...'] })
const madeKeyShape = z.strictObject({ ...head, key: shownKey, ...keyFields, ...tail }).meta({ id: 'MadeKey' })

export const KEY_ROUTES: readonly Route<IdentityServices>[] = [
  route({
    method: 'POST',
    path: '/api/auth',
    access: 'keys:manage',
    tag: 'Keys',
    role: 'developer',
    stepUp: 'secrets',
    name: 'createKey',
    summary: 'Make a key',
    description:
      'A key never gets more than its maker has: limits, budget, models, endpoints, addresses, data policy, expiry, scopes. Whatever is done to a key later holds for the keys that were made with it.',
    errors: ['not_found'],
    idempotent: true,
    body: newKeyShape,
    example: { body: { name: 'ci', expires_in: 2_592_000, limits: { rpm: 60, requests_per_day: 5000 } } },
    reply: { status: 201, description: 'The only time that the key is shown.', schema: madeKeyShape },
    async handler({ principal, body, origin }, { keys }) {
      const { name: wanted, expires_in, account, limits, ...rest } = body
      const request: NewKey = {
        name: wanted,
        maker: principal,
        ...rulesOf(rest),
        ...(limits == null ? {} : { limits: limitsFromJson(limits) }),
        ...(expires_in == null ? {} : { expiresInSeconds: expires_in }),
        ...(account == null ? {} : { accountId: account }),
      }
      const made = await keys.create(request, origin)
      return withKey(keyBody(made.record, principal), made.key)
    },
  }),

  route({
    method: 'GET',
    path: '/api/auth',
    access: 'keys:manage',
    tag: 'Keys',
    name: 'listKeys',
    summary: 'List keys',
    description: 'Newest first, revoked ones too.',
    query: z.strictObject({
      ...pageQuery,
      account: z.string().max(200).optional().describe('For the operator, who otherwise sees every account.'),
    }),
    reply: { description: 'A page of them.', schema: listOf(keyShape) },
    async handler({ principal, query }, { keys }) {
      const { limit, after, account } = query
      const page = await keys.list(principal, {
        limit: limit ?? 100,
        ...(after === undefined ? {} : { after }),
        ...(account === undefined ? {} : { accountId: account }),
      })
      return listBody(
        page.records.map((record) => keyBody(record, principal)),
        page.hasMore,
      )
    },
  }),

  route({
    method: 'GET',
    path: '/api/auth/{key_id}',
    access: 'keys:manage',
    tag: 'Keys',
    name: 'getKey',
    summary: 'Look at a key',
    params,
    reply: { description: 'The key, without its secret.', schema: keyShape },
    handler: async ({ principal, params: { key_id } }, { keys }) =>
      keyBody(await keys.get(principal, key_id), principal),
  }),

  route({
    method: 'PATCH',
    path: '/api/auth/{key_id}',
    access: 'keys:manage',
    tag: 'Keys',
    role: 'developer',
    stepUp: 'secrets',
    name: 'updateKey',
    summary: 'Change a key',
    description:
      'A key may rename the keys of its account, and change the rights of those that it made. Nothing can be given that the maker does not have.',
    errors: ['conflict'],
    params,
    body: keyPatchShape,
    example: { body: { limits: { rpm: 120 }, models: ['gpt-4o*'] } },
    reply: { description: 'The key as it is now.', schema: keyShape },
    async handler({ principal, params: { key_id }, body, origin }, { keys }) {
      const { name: wanted, expires_in, limits, ...rest } = body
      const patch: KeyPatch = {
        ...rulesOf(rest),
        ...(limits === undefined ? {} : { limits: limits === null ? null : limitsPatchOf(limits) }),
        ...(wanted === undefined ? {} : { name: wanted }),
        ...(expires_in === undefined ? {} : { expiresInSeconds: expires_in }),
      }
      return keyBody(await keys.update(principal, key_id, patch, origin), principal)
    },
  }),

  route({
    method: 'DELETE',
    path: '/api/auth/{key_id}',
    access: 'keys:manage',
    tag: 'Keys',
    role: 'developer',
    name: 'revokeKey',
    summary: 'Revoke a key',
    description: 'Within a second it is a 401 everywhere, and so are the keys that were made with it.',
    params,
    reply: {
      description: 'It is revoked. Asking again is no error.',
      schema: z.strictObject({ id: z.string(), object: z.literal('api_key'), deleted: z.literal(true) }),
    },
    async handler({ principal, params: { key_id }, origin }, { keys }) {
      const { keyId } = await keys.revoke(principal, key_id, origin)
      return { id: keyId, object: 'api_key' as const, deleted: true as const }
    },
  }),

  route({
    method: 'POST',
    path: '/api/auth/{key_id}/rotate',
    access: 'keys:manage',
    tag: 'Keys',
    role: 'developer',
    stepUp: 'secrets',
    name: 'rotateKey',
    summary: 'Give a key a new secret',
    description: 'The id, the limits and the history stay. The old secret works until the grace ends.',
    errors: ['conflict'],
    idempotent: true,
    params,
    body: z
      .strictObject({
        grace_seconds: z
          .int()
          .min(0)
          .max(LONGEST_GRACE_SECONDS)
          .optional()
          .describe('How long the old secret still works; 0, when absent: it ends now.'),
      })
      .meta({ id: 'Rotation' }),
    example: { body: { grace_seconds: 3600 } },
    reply: { description: 'The only time that the new key is shown.', schema: madeKeyShape },
    async handler({ principal, params: { key_id }, body, origin }, { keys }) {
      const made = await keys.rotate(principal, key_id, body.grace_seconds ?? 0, origin)
      return withKey(keyBody(made.record, principal), made.key)
    },
  }),
]

/** The same, from the side of the account. */
export const ACCOUNT_KEY_ROUTES: readonly Route<IdentityServices>[] = [
  route({
    method: 'GET',
    path: '/api/accounts/{account_id}/keys',
    access: 'keys:manage',
    tag: 'Accounts',
    name: 'listAccountKeys',
    summary: 'List the keys of an account',
    description: 'Newest first, revoked ones too.',
    params: z.strictObject(accountParams),
    query: z.strictObject(pageQuery),
    reply: { description: 'A page of them.', schema: listOf(keyShape) },
    async handler({ principal, params: { account_id }, query: { limit, after } }, { accounts, keys }) {
      // Of an account that is not the caller's, or is not there, there is no list.
      const { accountId } = await accounts.get(principal, account_id)
      const page = await keys.list(principal, {
        accountId,
        limit: limit ?? 100,
        ...(after === undefined ? {} : { after }),
      })
      return listBody(
        page.records.map((record) => keyBody(record, principal)),
        page.hasMore,
      )
    },
  }),
]

type Rules = z.output<z.ZodObject<typeof rules>>

/** Absent stays absent: a patch changes only what it names. A scope list of null is the maker's, as when it is absent. */
function rulesOf(
  given: Rules,
): Pick<KeyPatch, 'budget' | 'models' | 'endpoints' | 'addresses' | 'dataPolicy' | 'scopes' | 'group'> {
  const { budget, models, endpoints, addresses, data_policy: policy, scopes, group } = given
  return {
    ...(budget === undefined ? {} : { budget: budget === null ? null : budgetFromJson(budget) }),
    ...(models === undefined ? {} : { models }),
    ...(endpoints === undefined ? {} : { endpoints }),
    ...(addresses === undefined ? {} : { addresses }),
    ...(policy === undefined ? {} : { dataPolicy: policy === null ? null : policyOf(policy) }),
    ...(scopes == null ? {} : { scopes }),
    ...(group === undefined ? {} : { group }),
  }
}

export function keyBody(record: KeyRecord, reader: Principal): z.input<typeof keyShape> {
  return {
    id: record.keyId,
    object: 'api_key',
    name: record.name,
    prefix: record.prefix,
    last4: record.last4,
    created_at: seconds(record.createdAtMs),
    expires_at: seconds(record.expiresAtMs),
    scopes: [...record.scopes],
    limits: limitsBody(record.limits),
    budget: record.budget === null ? null : budgetBody(record.budget),
    models: copied(record.models),
    endpoints: copied(record.endpoints),
    addresses: copied(record.addresses),
    data_policy: record.dataPolicy === null ? null : wantedPolicyBody(record.dataPolicy),
    made_by: record.madeBy,
    group: record.group,
    ...(reader.operator ? { account: record.accountId } : {}),
    last_used_at: seconds(record.lastUsedAtMs),
    revoked_at: seconds(record.revokedAtMs),
    previous_expires_at: seconds(record.previousExpiresAtMs),
  }
}

/** The key stands where the eye falls: behind its name. */
function withKey({ id, object, name: shown, ...rest }: z.input<typeof keyShape>, key: string) {
  return { id, object, name: shown, key, ...rest }
}

function copied(list: readonly string[] | null): string[] | null {
  return list === null ? null : [...list]
}
