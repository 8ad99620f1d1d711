// The one place that turns figures into text: by the reader's language and time zone, units always there.
import { type Language, LOCALES } from '../i18n/languages.ts'

export interface FormatOptions {
  readonly language: Language
  readonly timeZone: string
}

/** Times of the API are unix seconds; money is US$ as decimal text with nine places. */
export interface Formatter {
  /** `$12.34`; below a dollar as many places as say something: `$0.000123`. */
  money(dollars: string | number): string
  /** For axes and headlines: `$1.2K`. */
  moneyShort(dollars: string | number): string
  /** With its sign: `+$5.00`, `−$0.20`. */
  moneyChange(dollars: string | number): string
  number(value: number): string
  /** `12.3K`. */
  numberShort(value: number): string
  /** @param share 0..1 */
  percent(share: number, places?: number): string
  bytes(bytes: number): string
  /** `340 ms`, `1.2 s`, `3 min 5 s`. */
  duration(ms: number): string
  date(unixSeconds: number): string
  time(unixSeconds: number): string
  dateTime(unixSeconds: number): string
  /** To the second, for logs. */
  dateTimeExact(unixSeconds: number): string
  /** `3 minutes ago`, `in 2 days`. */
  ago(unixSeconds: number, nowMs?: number): string
  list(items: readonly string[]): string
  /** The day, `2026-11-21`, on which this was, for the reader. */
  dayKey(unixSeconds: number): string
}

export function createFormatter({ language, timeZone }: FormatOptions): Formatter {
  const locale = LOCALES[language]
  const number = new Intl.NumberFormat(locale)
  const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
  const dollars = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' })
  const dollarsShort = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    notation: 'compact',
    maximumFractionDigits: 1,
  })
  const small = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumSignificantDigits: 3,
    minimumSignificantDigits: 2,
    roundingPriority: 'morePrecision',
  })
  const dates = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium' })
  const times = new Intl.DateTimeFormat(locale, { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const both = new Intl.DateTimeFormat(locale, {
    timeZone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const exact = new Intl.DateTimeFormat(locale, {
    timeZone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const days = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const units = new Map<string, Intl.NumberFormat>()
  const withUnit = (value: number, unit: string, places: number): string => {
    const key = `${unit} ${places}`
    const format =
      units.get(key) ??
      new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: places })
    units.set(key, format)
    return format.format(value)
  }
  const money = (value: string | number): string => {
    const size = Math.abs(Number(value))
    // As text it keeps every place: numbers of JavaScript would not.
    const exactly = value as `${number}`
    return size !== 0 && size < 1 ? small.format(exactly) : dollars.format(exactly)
  }
  return {
    money,
    moneyShort: (value) => (Math.abs(Number(value)) < 1000 ? money(value) : dollarsShort.format(Number(value))),
    moneyChange: (value) => (Number(value) > 0 ? `+${money(value)}` : money(value).replace('-', '\u2212')),
    number: (value) => number.format(value),
    numberShort: (value) => (Math.abs(value) < 10_000 ? number.format(value) : short.format(value)),
    percent: (share, places = 1) =>
      new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: places }).format(share),
    bytes: (bytes) => {
      const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
      const step = Math.min(Math.floor(Math.log10(Math.max(1, bytes)) / 3), names.length - 1)
      return withUnit(bytes / 1000 ** step, names[step] ?? 'byte', step === 0 ? 0 : 1)
    },
    duration: (ms) => {
      if (ms < 1000) return withUnit(Math.round(ms), 'millisecond', 0)
      if (ms < 60_000) return withUnit(ms / 1000, 'second', ms < 10_000 ? 2 : 1)
      const minutes = Math.floor(ms / 60_000)
      if (minutes < 60) return joined(withUnit(minutes, 'minute', 0), Math.floor((ms % 60_000) / 1000), 'second')
      if (minutes < 1440) return joined(withUnit(Math.floor(minutes / 60), 'hour', 0), minutes % 60, 'minute')
      return joined(withUnit(Math.floor(minutes / 1440), 'day', 0), Math.floor((minutes % 1440) / 60), 'hour')
    },
    date: (at) => dates.format(at * 1000),
    time: (at) => times.format(at * 1000),
    dateTime: (at) => both.format(at * 1000),
    dateTimeExact: (at) => exact.format(at * 1000),
    ago: (at, nowMs = Date.now()) => {
      const seconds = at - nowMs / 1000
      const size = Math.abs(seconds)
      if (size < 45) return relative.format(0, 'second')
      if (size < 2700) return relative.format(Math.round(seconds / 60), 'minute')
      if (size < 79_200) return relative.format(Math.round(seconds / 3600), 'hour')
      if (size < 2_592_000) return relative.format(Math.round(seconds / 86_400), 'day')
      if (size < 31_536_000) return relative.format(Math.round(seconds / 2_592_000), 'month')
      return relative.format(Math.round(seconds / 31_536_000), 'year')
    },
    list: (items) => new Intl.ListFormat(locale, { type: 'conjunction' }).format(items),
    dayKey: (at) => days.format(at * 1000),
  }

  function joined(first: string, rest: number, unit: string): string {
    return rest === 0 ? first : `${first} ${withUnit(rest, unit, 0)}`
  }
}
