// The fields that many routes share: how times, money, pages and numbers of a query are written.
import { z } from 'zod'

/** A parameter that is a whole number. Only plain digits are one: no `1e3`, no blanks, no `0x10`. */
function queryInt(min: number, max: number): z.ZodType<number> {
  const message = `must be a whole number from ${min} to ${max}.`
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value),
    z.int(message).min(min, message).max(max, message),
  )
}

/** `?a=x,y,z`: each of them once, none of them empty. */
export function queryList(description: string): z.ZodType<string[]> {
  return z
    .string()
    .max(2000)
    .transform((text) => [...new Set(text.split(',').map((part) => part.trim()))].filter((part) => part !== ''))
    .pipe(z.array(z.string()))
    .describe(`${description} Several are separated by commas.`)
}

/** Paging of every list. */
export const pageQuery = {
  limit: queryInt(1, 1000)
    .optional()
    .describe('How many at most; 100 when absent.')
    .meta({ examples: [50] }),
  after: z
    .string()
    .max(200)
    .optional()
    .describe('Goes on after the page before: its next_after, or the id of its last entry.'),
} as const

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    object: z.literal('list'),
    data: z.array(item),
    has_more: z.boolean().describe('Whether there is another page.'),
    next_after: z.string().optional().describe('What ?after= goes on with; only where has_more is true.'),
  })
}

export const unixSeconds = z.int().describe('Unix seconds.')
export const unixSecondsOrNever = z.int().nullable().describe('Unix seconds; null = never.')

/** Integer nano-dollars as US$ with nine places, the way that they are billed: 12500000 -> "0.012500000". */
export function dollars(nanos: number | bigint): string {
  const value = BigInt(nanos)
  const digits = String(value < 0n ? -value : value).padStart(10, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`
}
export const dollarsField = z
  .string()
  .regex(/^-?\d+\.\d{9}$/)
  .describe('US$, a decimal with nine places. Text, so that no reader rounds it.')
  .meta({ examples: ['0.012345678'] })

/** @returns unix seconds, whole */
export function seconds(ms: number): number
export function seconds(ms: number | null): number | null
export function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.floor(ms / 1000)
}

/** Of requests that say everything in their path. A field that somebody tries all the same is refused by name. */
export const EMPTY_BODY = z.strictObject({}).describe('Empty, or absent.')
