// Everything that a fake upstream can do wrong, as one typed union.
//
// `after` counts events of a stream that are written whole before the fault: 0 is "headers, then the fault", 1 is "the
// role chunk, then the fault", and -1 is "the request is read and not one byte comes back". On a JSON reply any `after`
// of 0 or more means "headers and half of the body".
import type { RateLimitFormat } from './rate-limit-headers.ts'
import type { RefusalName } from './refusals.ts'

export type Fault =
  /** The port is closed. Server-wide only. */
  | { readonly kind: 'refuse' }
  /** TCP reset, FIN, or silence. `midEvent` writes half of the next event first. */
  | { readonly kind: 'rst' | 'fin' | 'stall'; readonly after: number; readonly midEvent?: boolean }
  /** Nothing for `ms`, then a good answer. */
  | { readonly kind: 'slowhead'; readonly ms: number }
  /** The body comes one byte every `msPerByte`; `head` drips the headers too. */
  | { readonly kind: 'drip'; readonly msPerByte: number; readonly head?: boolean }
  /** Odd but legal SSE (BOM, CR and CRLF, no space, comments, split data, writes that cut characters), and when `broken` also half JSON and NUL. */
  | { readonly kind: 'garbage'; readonly seed: number; readonly broken: boolean }
  /** An error event in a stream that began with 200. */
  | { readonly kind: 'sse-error'; readonly after: number }
  /** Status 200 with the dialect's error object as a JSON body, for streams too. */
  | { readonly kind: '200-error' }
  /** Status 200 and an empty body. */
  | { readonly kind: 'empty' }
  /** Too many requests, wait `waitMs`; `format` says in which header. */
  | { readonly kind: '429'; readonly format: RateLimitFormat; readonly waitMs: number }
  /** A real provider's words for "no money", "bad key" or "not yours". */
  | { readonly kind: 'refusal'; readonly name: RefusalName }
  /** A server error in the dialect's shape, for a `share` (0..1) of the requests, drawn from `seed`. */
  | { readonly kind: '5xx'; readonly status: number; readonly share: number; readonly seed: number }
  /** A proxy's HTML page. */
  | { readonly kind: 'html'; readonly status: number }
  /** One event, or the whole JSON text, of this many bytes on a single line. */
  | { readonly kind: 'bigline'; readonly bytes: number }
  | { readonly kind: 'lie-usage'; readonly lie: UsageLie }
  /** Usage twice: first a lower figure, then the true one. */
  | { readonly kind: 'dup-usage' }
  /** A finish reason, but the mark that ends the stream is missing. */
  | { readonly kind: 'no-done' }
  | { readonly kind: 'bad-chunked'; readonly after: number; readonly how: ChunkDamage }
  /** Content-Length says more than is sent (`short` body), or less (`long` body). */
  | { readonly kind: 'wrong-length'; readonly body: 'short' | 'long' }
  /** A JSON body that is cut in the middle, with a Content-Length that fits the cut one. */
  | { readonly kind: 'truncated-json' }
  /** Good bytes, each its own write, headers too. */
  | { readonly kind: 'one-byte' }
  /** Good bytes, all in one write. */
  | { readonly kind: 'one-packet' }

export type UsageLie = (typeof USAGE_LIES)[number]
export const USAGE_LIES = ['negative', 'nan', 'huge', 'string', 'fraction', 'zero', 'null', 'missing'] as const

export type ChunkDamage = (typeof CHUNK_DAMAGES)[number]
/** A size that is no number, a size below the data's, a size whose line has no end. */
export const CHUNK_DAMAGES = ['not-hex', 'too-small', 'no-crlf'] as const

/** True when the fault concerns an answer as a whole, so that it makes sense for `GET /v1/models` too. */
export function concernsEveryRequest(fault: Fault): boolean {
  if (fault.kind === 'rst' || fault.kind === 'fin' || fault.kind === 'stall') return fault.after < 0
  return ANSWER_FAULTS.has(fault.kind)
}

const ANSWER_FAULTS: ReadonlySet<Fault['kind']> = new Set([
  'slowhead',
  '200-error',
  'empty',
  '429',
  'refusal',
  '5xx',
  'html',
])
