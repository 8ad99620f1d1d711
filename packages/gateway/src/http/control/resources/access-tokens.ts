// /api/me/tokens: personal access tokens, with which a person's programs manage things. No model can be called with one.
import { z } from 'zod'
import { LONGEST_TOKEN_SECONDS, type AccessTokenService } from '../../../identity/people/access-token-service.ts'
import { TOKEN_SCOPES, type AccessTokenRecord } from '../../../identity/people/access-token-store.ts'
import { seconds, unixSeconds, unixSecondsOrNever } from '../api/fields.ts'
import { type Route, routeFor } from '../api/route.ts'

interface Services {
  readonly people: { readonly tokens: AccessTokenService }
}

const route = routeFor<Services>()

const TOKEN_ID = 'pat_3mVx8QdT1rKzPw5u'
const DEFAULT_SECONDS = 90 * 86_400

const scopes = z
  .array(z.enum(TOKEN_SCOPES))
  .min(1)
  .describe(
    '`read`: look. `write`: change. `secrets`: make and rotate API keys, which asks a browser for a fresh factor. `operator`: be the operator as well. Money, factors, roles and tokens are for no token.',
  )

const fields = {
  prefix: z.string().describe('Its beginning: enough to tell it by.'),
  last4: z.string(),
  scopes,
  account: z.string().nullable().describe('The only account that it reaches; null = all of yours.'),
  created_at: unixSeconds,
  expires_at: unixSecondsOrNever,
  last_used_at: unixSecondsOrNever,
} as const
const head = {
  id: z.string().meta({ examples: [TOKEN_ID] }),
  object: z.literal('access_token'),
  name: z.string(),
} as const
const tokenShape = z.strictObject({ ...head, ...fields }).meta({ id: 'AccessToken' })
const madeTokenShape = z
  .strictObject({
    ...head,
    value: z
      .string()
      .describe('The token itself: shown this once.')
      .meta({ examples: ['flp_...'] }),
    ...fields,
  })
  .meta({ id: 'MadeAccessToken' })

const COMMON = { access: 'person', tag: 'My account' } as const

export const ACCESS_TOKEN_ROUTES: readonly Route<Services>[] = [
  route({
    ...COMMON,
    method: 'POST',
    path: '/api/me/tokens',
    name: 'createAccessToken',
    summary: 'Make a personal access token',
    description: 'It acts as you, with what your role allows at that moment and its scopes let through.',
    stepUp: true,
    errors: ['conflict', 'not_found'],
    body: z
      .strictObject({
        name: z.string().trim().min(1, 'must not be empty.').max(200, 'must have at most 200 characters.'),
        scopes,
        expires_in: z
          .int()
          .min(1)
          .max(LONGEST_TOKEN_SECONDS)
          .optional()
          .describe('Seconds; 90 days when absent, and a year at most.'),
        account: z.string().max(200).optional().describe('The only account that it reaches; absent = all of yours.'),
      })
      .meta({ id: 'NewAccessToken' }),
    example: { body: { name: 'deploy', scopes: ['read', 'write', 'secrets'], expires_in: 2_592_000 } },
    reply: { status: 201, description: 'The only time that the token is shown.', schema: madeTokenShape },
    async handler({ principal, body, origin }, { people }) {
      const { record, token } = await people.tokens.create(
        principal,
        {
          name: body.name,
          scopes: body.scopes,
          expiresInSeconds: body.expires_in ?? DEFAULT_SECONDS,
          ...(body.account === undefined ? {} : { accountId: body.account }),
        },
        origin,
      )
      const { id, object, name, ...rest } = tokenBody(record)
      return { id, object, name, value: token, ...rest }
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/me/tokens',
    name: 'listAccessTokens',
    summary: 'List your tokens',
    description: 'Newest first, expired ones too.',
    reply: {
      description: 'All of them.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(tokenShape), has_more: z.literal(false) }),
    },
    async handler({ principal }, { people }) {
      const data = (await people.tokens.list(principal)).map(tokenBody)
      return { object: 'list' as const, data, has_more: false as const }
    },
  }),

  route({
    ...COMMON,
    method: 'DELETE',
    path: '/api/me/tokens/{token_id}',
    name: 'revokeAccessToken',
    summary: 'Revoke a token',
    description: 'It is a 401 from the next request on.',
    params: z.strictObject({
      token_id: z
        .string()
        .describe('Id of a token.')
        .meta({ examples: [TOKEN_ID] }),
    }),
    reply: {
      description: 'It is revoked.',
      schema: z.strictObject({ id: z.string(), object: z.literal('access_token'), deleted: z.literal(true) }),
    },
    async handler({ principal, params: { token_id }, origin }, { people }) {
      const { tokenId } = await people.tokens.revoke(principal, token_id, origin)
      return { id: tokenId, object: 'access_token' as const, deleted: true as const }
    },
  }),
]

function tokenBody(record: AccessTokenRecord): z.input<typeof tokenShape> {
  return {
    id: record.tokenId,
    object: 'access_token',
    name: record.name,
    prefix: record.prefix,
    last4: record.last4,
    scopes: [...record.scopes],
    account: record.accountId,
    created_at: seconds(record.createdAtMs),
    expires_at: seconds(record.expiresAtMs),
    last_used_at: seconds(record.lastUsedAtMs),
  }
}
