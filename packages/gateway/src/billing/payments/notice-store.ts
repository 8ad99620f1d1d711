// Messages to people that must not be lost: written in the transaction of what they tell of, sent afterwards, again and
// again until they arrive or have failed too often. `store/notice-store.ts` keeps them.

export interface Notice {
  /** `ntc_` and 16 base62 digits; the receiver sees it, and knows by it what it has had already. */
  readonly noticeId: string
  readonly accountId: string
  readonly kind: 'wallet.low_balance' | 'wallet.top_up_failed'
  readonly channel: 'webhook' | 'mail'
  /** A URL, or a mail address. */
  readonly to: string
  /** JSON. */
  readonly body: string
  readonly createdAtMs: number
}

export interface DueNotice extends Notice {
  /** Failures so far. */
  readonly attempts: number
}

export interface NoticeStore {
  insert(notice: Notice): Promise<void>
  /** The next one that is due, which is nobody else's until `untilMs`. Null = none. */
  claim(nowMs: number, untilMs: number): Promise<DueNotice | null>
  /** It arrived, or will never be tried again. */
  remove(noticeId: string): Promise<void>
  retry(noticeId: string, atMs: number): Promise<void>
}
