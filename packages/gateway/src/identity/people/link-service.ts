// One-time links: made here, used where somebody gets in by one (`log-in-service.ts`, `sign-up-service.ts`). The token has
// 256 bits, is kept as a digest, and stands behind the # of its address, which browsers send to nobody.
import type { IdentityStores } from '../identity-database.ts'
import { randomBase62 } from '../key-format.ts'
import type { LinkKind, LinkRecord } from './link-store.ts'
import { digestOfToken, newToken } from './session-service.ts'

const PAGES: Readonly<Record<LinkKind, string>> = { set_up: 'set-up', reset: 'reset', confirm: 'confirm' }

export interface FreshLink {
  readonly record: LinkRecord
  readonly token: string
  readonly url: string
}

export interface LinkService {
  /** In a transaction. Those of its kind for this person that were made before end. @param personId null for `set_up` */
  make(stores: IdentityStores, kind: LinkKind, personId: string | null, lifetimeMs: number): Promise<FreshLink>
}

export interface LinkServiceOptions {
  readonly now: () => number
  /** Where people reach this gateway, without a slash at the end; the operator may have an address of their own. */
  readonly homeUrl: (kind: LinkKind) => string
}

export function createLinkService({ now, homeUrl }: LinkServiceOptions): LinkService {
  return {
    async make({ links }, kind, personId, lifetimeMs) {
      const nowMs = now()
      await links.removeExpired(nowMs)
      await links.removeAllOf(kind, personId)
      const token = newToken()
      const record: LinkRecord = {
        linkId: `lnk_${randomBase62(16)}`,
        kind,
        digest: digestOfToken(token),
        personId,
        createdAtMs: nowMs,
        expiresAtMs: nowMs + lifetimeMs,
      }
      await links.insert(record)
      return { record, token, url: `${homeUrl(kind)}/${PAGES[kind]}#${token}` }
    },
  }
}
