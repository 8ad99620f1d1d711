// /api/requests: every call, one by one.
import { z } from 'zod'
import { GatewayError } from '../../../core/errors.ts'
import { listOf, pageQuery } from '../api/fields.ts'
import { type Route, route } from '../api/route.ts'
import { requestCostBody, requestCostShape } from './request-cost.ts'
import { REQUEST_STREAM_ROUTE } from './request-stream.ts'
import { requestMoneyBody, requestMoneyShape, timelineBody, timelineShape } from './request-timeline.ts'
import { recordsFilter, recordsFilterQuery, seesAccount, usageFilterQuery } from './tenant.ts'
import { instant, rangeQuery, zoneOf, zoneQuery } from './time-range.ts'
import { csvResponse, recordsCsv } from './usage-csv.ts'
import { requestBody, requestShape } from './usage-shapes.ts'

export const REQUEST_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/requests',
    access: 'key',
    tag: 'Self-service',
    name: 'listRequests',
    summary: 'List calls',
    description:
      'Newest first. A key sees its own account where it has keys:manage, and itself where it has not; the operator sees all. What was asked and answered is not kept.',
    query: z.strictObject({
      ...rangeQuery,
      ...zoneQuery,
      ...usageFilterQuery,
      ...recordsFilterQuery,
      request_id: z
        .string()
        .max(200)
        .optional()
        .describe('The x-request-id of a reply: this call alone, if it matches.'),
      ...pageQuery,
      format: z.enum(['json', 'csv']).optional(),
    }),
    example: { path: '/api/requests?limit=20' },
    reply: {
      description: 'A page of them.',
      schema: listOf(requestShape),
      content: { 'text/csv': 'With format=csv: the page as lines, a heading first.' },
    },
    async handler({ principal, query }, { usage }) {
      const { from, to, limit, after } = query
      const timeZone = zoneOf(query.time_zone, principal.timeZone)
      const { records, next } = await orInvalid(
        'after',
        usage.records({
          ...recordsFilter(principal, query),
          ...(query.request_id === undefined ? {} : { requestId: query.request_id }),
          limit: limit ?? 100,
          ...(from === undefined ? {} : { fromMs: instant(from, 'from', timeZone) }),
          ...(to === undefined ? {} : { toMs: instant(to, 'to', timeZone) }),
          ...(after === undefined ? {} : { cursor: after }),
        }),
      )
      if (query.format === 'csv') return csvResponse(recordsCsv(records))
      return {
        object: 'list' as const,
        data: records.map((record) => requestBody(record, principal.operator)),
        has_more: next !== null,
        ...(next === null ? {} : { next_after: next }),
      }
    },
  }),

  // Before the next, whose path it would match.
  REQUEST_STREAM_ROUTE,

  route({
    method: 'GET',
    path: '/api/requests/{request_id}',
    access: 'key',
    tag: 'Self-service',
    name: 'getRequest',
    summary: 'Look at a call',
    description:
      'By the x-request-id of its reply, within a second of its end: its exact cost, its tokens, what happened when, and what became of the money that was held. What was asked and answered is not kept.',
    params: z.strictObject({
      request_id: z
        .string()
        .describe('The x-request-id of a reply.')
        .meta({ examples: ['req_5f0c6a2f9e1d4b7a8c00000001'] }),
    }),
    reply: {
      description: 'The call, and every line of its price.',
      schema: z
        .strictObject({
          ...requestShape.shape,
          user_agent: z.string().describe('What the client called itself, cut short; empty = nothing, or not known.'),
          price: requestCostShape.nullable(),
          timeline: timelineShape,
          money: requestMoneyShape.nullable(),
        })
        .meta({ id: 'RequestDetail' }),
    },
    async handler({ principal, params: { request_id } }, { usage }) {
      const record = await usage.record(principal.operator ? null : principal.accountId, request_id)
      const mayBeSeen = record !== null && (seesAccount(principal) || record.keyId === principal.keyId)
      if (mayBeSeen) {
        return {
          ...requestBody(record, principal.operator),
          user_agent: record.userAgent ?? '',
          price: requestCostBody(record),
          timeline: timelineBody(record, principal.operator),
          money: requestMoneyBody(record),
        }
      }
      const shown = request_id.slice(0, 64)
      throw new GatewayError('not_found', `There is no call "${shown}" here. It appears a second after its end.`)
    },
  }),
]

/** A cursor that is none of ours is the caller's mistake. */
async function orInvalid<T>(param: string, result: Promise<T>): Promise<T> {
  try {
    return await result
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new GatewayError('invalid_request', `${param}: is not the next_after of a page before.`, { param })
  }
}
