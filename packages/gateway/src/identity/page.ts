// Part of a list.

export interface Page<T> {
  readonly records: readonly T[]
  readonly hasMore: boolean
}

export interface PageQuery {
  /** 1..1000, absent = 100. */
  readonly limit?: number
  /** The id that the page before ended with. */
  readonly after?: string
}

export function pageLimit({ limit = 100 }: PageQuery): number {
  return Math.min(Math.max(1, Math.floor(limit)), 1000)
}
