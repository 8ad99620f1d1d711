// A wallet's statement, as JSON and as CSV: for the wallet of an account, and for the caller's own.
import { z } from 'zod'
import { TRANSFER_KINDS, type TransferKind } from '../../../billing/wallets/ledger.ts'
import type { WalletService } from '../../../billing/wallets/wallet-service.ts'
import type { StatementLine } from '../../../billing/wallets/wallet-store.ts'
import { GatewayError } from '../../../core/errors.ts'
import type { Principal } from '../../../identity/principal.ts'
import { dollars, listOf, pageQuery, queryList } from '../api/fields.ts'
import { instant, rangeQuery, zoneOf, zoneQuery } from './time-range.ts'
import { csv } from './usage-csv.ts'
import { entryBody, entryShape } from './wallet-shapes.ts'

export const statementQuery = z.strictObject({
  ...rangeQuery,
  ...zoneQuery,
  ...pageQuery,
  kind: queryList(`Only transfers of these kinds: ${TRANSFER_KINDS.join(', ')}.`).optional(),
  order: z.enum(['newest_first', 'oldest_first']).optional(),
  format: z.enum(['json', 'csv']).optional(),
})

export const statementReply = {
  description: 'A page of it, each line with the balance after it.',
  schema: listOf(entryShape),
  content: { 'text/csv': 'With format=csv: the page as lines, a heading first.' },
} as const

export async function statementOf(
  wallets: WalletService,
  principal: Principal,
  accountId: string,
  query: z.output<typeof statementQuery>,
): Promise<z.input<typeof statementReply.schema> | Response> {
  const { from, to, limit, after, kind, order, format } = query
  const timeZone = zoneOf(query.time_zone, principal.timeZone)
  const page = await wallets
    .statement(principal, {
      accountId,
      order: order === 'oldest_first' ? 'oldest-first' : 'newest-first',
      limit: limit ?? 100,
      ...(from === undefined ? {} : { fromMs: instant(from, 'from', timeZone) }),
      ...(to === undefined ? {} : { toMs: instant(to, 'to', timeZone) }),
      ...(kind === undefined ? {} : { kinds: kind.map(kindOf) }),
      ...(after === undefined ? {} : { cursor: after }),
    })
    .catch((error: unknown) => {
      if (!(error instanceof RangeError)) throw error
      throw new GatewayError('invalid_request', 'after: is not the next_after of a page before.', { param: 'after' })
    })
  if (format === 'csv') return statementCsv(page.lines, page.next)
  return {
    object: 'list',
    data: page.lines.map((line) => entryBody(line, principal.operator)),
    has_more: page.next !== null,
    ...(page.next === null ? {} : { next_after: page.next }),
  }
}

function kindOf(name: string): TransferKind {
  const known = TRANSFER_KINDS.find((kind) => kind === name)
  if (known !== undefined) return known
  throw new GatewayError('invalid_request', `kind: must be of ${TRANSFER_KINDS.join(', ')}.`, { param: 'kind' })
}

function statementCsv(lines: readonly StatementLine[], next: string | null): Response {
  const head = ['id', 'time', 'kind', 'amount_usd', 'balance_usd', 'note', 'reference', 'corrects']
  const rows = lines.map((line) => [
    line.transferId,
    new Date(line.atMs).toISOString(),
    line.kind,
    // A negative amount is a number, and no formula that a spreadsheet could be made to run.
    { exact: dollars(line.nanos) },
    { exact: dollars(line.balanceNanos) },
    line.note,
    line.reference,
    line.correctsId,
  ])
  return new Response(csv([head, ...rows]), {
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="statement.csv"',
      ...(next === null ? {} : { 'x-next-after': next }),
    },
  })
}
