// What the list and the live log are asked for.
export const OUTCOMES = ['good', 'bad', 'limited', 'left'] as const
export type Outcome = (typeof OUTCOMES)[number]

export const RANGES = ['hour', 'day', 'week'] as const
export type Range = (typeof RANGES)[number]

export interface RequestsSearch {
  readonly outcome?: Outcome
  readonly range?: Range
  readonly model?: string
  readonly key?: string
  /** A class of status, as charts link to it: `5xx`. */
  readonly status?: string
  readonly id?: string
}

/** From an address, or from controls, where '' is nothing. */
export function readRequestsSearch(search: Readonly<Record<string, unknown>>): RequestsSearch {
  const outcome = OUTCOMES.find((one) => one === search['outcome'])
  const range = RANGES.find((one) => one === search['range'])
  const texts = (['model', 'key', 'status', 'id'] as const).flatMap((name) => {
    const value = search[name]
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
  })
  return {
    ...(outcome === undefined ? {} : { outcome }),
    ...(range === undefined ? {} : { range }),
    ...Object.fromEntries(texts),
  }
}

export interface RequestFilter {
  readonly model?: readonly string[]
  readonly key?: readonly string[]
  readonly status?: readonly string[]
  readonly error?: readonly string[]
  readonly request_id?: string
  /** Unix seconds. */
  readonly from?: string
}

const STATUSES: Readonly<Record<Exclude<Outcome, 'good'>, readonly string[]>> = {
  bad: ['4xx', '5xx'],
  limited: ['429'],
  left: ['499'],
}
const SECONDS: Readonly<Record<Range, number>> = { hour: 3_600, day: 86_400, week: 604_800 }

/** @param nowSeconds whole minutes, so that the same filters are the same question */
export function filterOf(
  { outcome, range, model, key, status, id }: RequestsSearch,
  nowSeconds: number,
): RequestFilter {
  if (id !== undefined) return { request_id: id }
  return {
    ...(model === undefined ? {} : { model: [model] }),
    ...(key === undefined ? {} : { key: [key] }),
    ...(range === undefined ? {} : { from: String(nowSeconds - SECONDS[range]) }),
    ...(status !== undefined
      ? { status: [status] }
      : outcome === undefined
        ? {}
        : outcome === 'good'
          ? { error: ['none'] }
          : { status: STATUSES[outcome] }),
  }
}

export function isFiltered(search: RequestsSearch): boolean {
  return Object.keys(search).length > 0
}
