// When a target is meant for a request: by what the request says of itself, by who asks, by the hour. Pure.

export interface TargetCondition {
  /** Any of them; empty = it does not matter. */
  readonly tags: readonly string[]
  /** All of them, in the request's own `metadata`. */
  readonly metadata: Readonly<Record<string, string>>
  /** Any of these groups of accounts; empty = it does not matter. */
  readonly groups: readonly string[]
  /** Null = at all times. */
  readonly hours: HourRange | null
}

/** Minutes of the day, from the first and before the last; over midnight where the last is not behind the first. */
export interface HourRange {
  readonly fromMinute: number
  readonly toMinute: number
  /** IANA name. */
  readonly timeZone: string
}

export interface RequestTraits {
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  readonly group: string
  readonly unixMs: number
}

export function isMeantFor({ tags, metadata, groups, hours }: TargetCondition, traits: RequestTraits): boolean {
  if (tags.length > 0 && !tags.some((tag) => traits.tags.includes(tag))) return false
  if (groups.length > 0 && !groups.includes(traits.group)) return false
  for (const [name, value] of Object.entries(metadata)) if (traits.metadata[name] !== value) return false
  return hours === null || isWithin(hours, traits.unixMs)
}

function isWithin({ fromMinute, toMinute, timeZone }: HourRange, unixMs: number): boolean {
  const minute = minuteOfDay(timeZone, unixMs)
  return fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute
}

const MINUTE_MS = 60_000
/** Making a format takes a hundred times as long as using it. */
const formats = new Map<string, Intl.DateTimeFormat>()

function minuteOfDay(timeZone: string, unixMs: number): number {
  if (timeZone === 'UTC') return Math.floor(unixMs / MINUTE_MS) % 1_440
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    formats.set(timeZone, format)
  }
  const [hours = '0', minutes = '0'] = format.format(unixMs).split(':')
  return Number(hours) * 60 + Number(minutes)
}

/** `22:00-06:30`; null = it is none. */
export function parseHours(text: string, timeZone: string): HourRange | null {
  const [, fromHour, fromMinute, toHour, toMinute] = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(text) ?? []
  const from = minutesOf(fromHour, fromMinute)
  const to = minutesOf(toHour, toMinute)
  return from === null || to === null || from === to ? null : { fromMinute: from, toMinute: to, timeZone }
}

function minutesOf(hour: string | undefined, minute: string | undefined): number | null {
  const [hours, minutes] = [Number(hour), Number(minute)]
  return hours <= 24 && minutes <= 59 && hours * 60 + minutes <= 1_440 ? hours * 60 + minutes : null
}
