// /api/auth: making, listing and revoking API keys. Any key manages its own account's; the operator everybody's.
import type { Hono } from 'hono'
import { z } from 'zod'
import { GatewayError } from '../../core/errors.ts'
import type { KeyRecord } from '../../identity/key-store.ts'
import { LONGEST_EXPIRY_SECONDS, SCOPES } from '../../identity/key-service.ts'
import type { KeyLimits, Principal } from '../../identity/principal.ts'
import type { ControlContext } from './app.ts'
import { readJson } from './json-body.ts'

const limit = z.int().nonnegative().max(Number.MAX_SAFE_INTEGER)

const newKeySchema = z.strictObject({
  name: z.string().trim().min(1, 'must not be empty.').max(200, 'must have at most 200 characters.'),
  /** Seconds; null or absent = never. */
  expires_in: z.int().positive().max(LONGEST_EXPIRY_SECONDS).nullish(),
  limits: z.strictObject({ rpm: limit.nullish(), tpm: limit.nullish(), concurrency: limit.nullish() }).nullish(),
  scopes: z.array(z.enum(SCOPES)).nullish(),
  /** The operator only. */
  account: z.string().nullish(),
})

export function addKeyRoutes(app: Hono, { authenticate, keys }: Pick<ControlContext, 'authenticate' | 'keys'>): void {
  app.post('/api/auth', async (c) => {
    const maker = await authenticate(c)
    const body = await readJson(c, newKeySchema)
    const made = await keys.create({
      name: body.name,
      maker,
      ...(body.expires_in == null ? {} : { expiresInSeconds: body.expires_in }),
      ...(body.limits == null ? {} : { limits: withoutNulls(body.limits) }),
      ...(body.scopes == null ? {} : { scopes: body.scopes }),
      ...(body.account == null ? {} : { accountId: body.account }),
    })
    const { id, object, name, prefix, ...rest } = keyBody(made.record, maker)
    return c.json({ id, object, name, key: made.key, prefix, ...rest }, 201)
  })

  app.get('/api/auth', async (c) => {
    const principal = await authenticate(c)
    const after = c.req.query('after')
    const accountId = c.req.query('account')
    const page = await keys.list(principal, {
      limit: pageSize(c.req.query('limit')),
      ...(after === undefined ? {} : { after }),
      ...(accountId === undefined ? {} : { accountId }),
    })
    const data = page.records.map((record) => ({
      ...keyBody(record, principal),
      last_used_at: seconds(record.lastUsedAtMs),
      revoked_at: seconds(record.revokedAtMs),
    }))
    return c.json({ object: 'list', data, has_more: page.hasMore })
  })

  app.delete('/api/auth/:key_id', async (c) => {
    const principal = await authenticate(c)
    const { keyId } = await keys.revoke(principal, c.req.param('key_id'))
    return c.json({ id: keyId, object: 'api_key', deleted: true })
  })
}

/** Times are unix seconds, null = never. */
function keyBody(record: KeyRecord, reader: Principal) {
  return {
    id: record.keyId,
    object: 'api_key',
    name: record.name,
    prefix: record.prefix,
    last4: record.last4,
    created_at: seconds(record.createdAtMs),
    expires_at: seconds(record.expiresAtMs),
    scopes: record.scopes,
    limits: record.limits,
    ...(reader.operator ? { account: record.accountId } : {}),
  }
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.floor(ms / 1000)
}

function withoutNulls(limits: { [Name in keyof KeyLimits]: number | null | undefined }): KeyLimits {
  return {
    ...(limits.rpm == null ? {} : { rpm: limits.rpm }),
    ...(limits.tpm == null ? {} : { tpm: limits.tpm }),
    ...(limits.concurrency == null ? {} : { concurrency: limits.concurrency }),
  }
}

function pageSize(text: string | undefined): number {
  if (text === undefined) return 100
  const value = Number(text)
  if (/^\d{1,4}$/.test(text) && value >= 1 && value <= 1000) return value
  throw new GatewayError('invalid_request', 'limit must be a whole number from 1 to 1000.', { param: 'limit' })
}
