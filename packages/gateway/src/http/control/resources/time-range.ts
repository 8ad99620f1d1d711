// From and to, as people and programs write them.
import { z } from 'zod'
import { GatewayError } from '../../../core/errors.ts'
import { isTimeZone, periodAt } from '../../../limits/calendar.ts'
import { timeZoneField } from './shapes.ts'

const WHEN =
  'Unix seconds, an ISO 8601 time with its offset (2026-11-21T14:00:00Z), or a date (2026-11-21: where it begins in the time zone)'

export const rangeQuery = {
  from: z
    .string()
    .max(40)
    .optional()
    .describe(`From when on, included. ${WHEN}.`)
    .meta({ examples: ['2026-11-01'] }),
  to: z.string().max(40).optional().describe('Until when, excluded; written like from. Now, when absent.'),
} as const

export const zoneQuery = { time_zone: timeZoneField.optional().describe("IANA name; the account's when absent.") }

/** @throws {GatewayError} `invalid_request` */
export function instant(text: string, param: string, timeZone: string): number {
  if (/^\d{1,11}$/.test(text)) return Number(text) * 1000
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const noonMs = Date.parse(`${text}T12:00:00Z`)
    if (Number.isFinite(noonMs) && new Date(noonMs).toISOString().startsWith(text)) return startOfDate(text, timeZone)
  }
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) {
    const atMs = Date.parse(text)
    if (Number.isFinite(atMs)) return atMs
  }
  throw new GatewayError('invalid_request', `${param}: ${WHEN.replace(', or', ' or')}.`, { param })
}

/** @throws {GatewayError} `invalid_request` */
export function range(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  { nowMs, defaultMs, timeZone }: { readonly nowMs: number; readonly defaultMs: number; readonly timeZone: string },
): { readonly fromMs: number; readonly toMs: number } {
  const toMs = to === undefined ? nowMs : instant(to, 'to', timeZone)
  const fromMs = from === undefined ? toMs - defaultMs : instant(from, 'from', timeZone)
  if (fromMs < toMs) return { fromMs, toMs }
  throw new GatewayError('invalid_request', 'from: must be before to.', { param: 'from' })
}

/** @throws {GatewayError} `invalid_request` */
export function zoneOf(wanted: string | undefined, own: string): string {
  if (wanted === undefined) return own
  if (isTimeZone(wanted)) return wanted
  throw new GatewayError('invalid_request', 'time_zone: is no IANA name of a time zone, like Europe/Berlin.', {
    param: 'time_zone',
  })
}

/** Somewhere within the date in UTC it is that date in the zone too, or the next or the one before. */
function startOfDate(date: string, timeZone: string): number {
  const noonMs = Date.parse(`${date}T12:00:00Z`)
  for (const hours of [0, -14, 14]) {
    const { startMs, endMs } = periodAt('day', timeZone, noonMs + hours * 3_600_000)
    if (dateIn(timeZone, (startMs + endMs) / 2) === date) return startMs
  }
  // A date that the zone never had, for it moved across the date line.
  return Date.parse(`${date}T00:00:00Z`)
}

function dateIn(timeZone: string, atMs: number): string {
  // Sweden writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(atMs)
}
