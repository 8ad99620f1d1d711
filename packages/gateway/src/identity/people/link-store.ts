// One-time links: what a person is sent, or reads off the terminal, to get in without any factor. Kept as digests, used
// once by one conditional statement. `store/link-store.ts` keeps them.

/**
 * `set_up`: makes the first operator. `reset`: new factors for somebody who is there. `confirm`: the mail address of
 * somebody who signed up is theirs.
 */
export type LinkKind = 'set_up' | 'reset' | 'confirm'

/** Times are unix milliseconds. */
export interface LinkRecord {
  /** `lnk_` and 16 base62 digits. */
  readonly linkId: string
  readonly kind: LinkKind
  /** SHA-256 of its token, hexadecimal. */
  readonly digest: string
  /** Null for `set_up`. */
  readonly personId: string | null
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

export interface LinkStore {
  insert(record: LinkRecord): Promise<void>
  /** Only one that is good. */
  find(kind: LinkKind, digest: string, nowMs: number): Promise<LinkRecord | undefined>
  /** Takes it out: undefined when it is unknown, used, or past its end. Of several at once one gets it. */
  use(kind: LinkKind, digest: string, nowMs: number): Promise<LinkRecord | undefined>
  /** Those of this kind, of this person: a new link ends the ones before it. */
  removeAllOf(kind: LinkKind, personId: string | null): Promise<void>
  removeExpired(nowMs: number): Promise<void>
}
