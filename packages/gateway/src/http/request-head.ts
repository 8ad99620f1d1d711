import type { IncomingHttpHeaders } from 'node:http'

/** What the head of a request tells, whoever has read it. */
export interface RequestHead {
  readonly method?: string | undefined
  /** Path and query. */
  readonly url?: string | undefined
  /** Lower-case names. */
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly remoteAddress?: string | undefined }
}
