// What background work is run from: as it is kept with the job, so that another worker, or the next start of the
// gateway, can run it as if the client had sent it there.

import { isJsonObject, objectOf, parseJsonObject, stringOf } from '../../core/json.ts'
import { scanObject } from '../../core/json-scan.ts'

/** What the relay looks at beside the body: which conversation a request belongs to, and whose program sent it. */
const KEPT_HEADER = /^(?:user-agent|openai-beta|(?:x-.+-|x-)?(?:session|conversation|thread)[-_](?:id|affinity))$/

export interface JobRequest {
  /** Of the request that was accepted; all runs share it, and at most one of them is charged. */
  readonly requestId: string
  readonly headers: Readonly<Record<string, string>>
  /** As the client sent it. */
  readonly body: string
  /** The response object as it was when it was queued. */
  readonly queued: string
}

export function formatJobRequest(request: JobRequest): string {
  return JSON.stringify({ version: 1, ...request })
}

/** @throws {Error} for what no release of this gateway wrote */
export function parseJobRequest(text: string): JobRequest {
  const value = parseJsonObject(text)
  const requestId = stringOf(value?.['requestId'])
  const body = stringOf(value?.['body'])
  const queued = stringOf(value?.['queued'])
  if (value?.['version'] !== 1 || requestId === undefined || body === undefined || queued === undefined)
    throw new Error('This background work was written by another release.')
  const headers: Record<string, string> = {}
  for (const [name, header] of Object.entries(objectOf(value['headers']) ?? {})) {
    if (typeof header === 'string') headers[name] = header
  }
  return { requestId, headers, body, queued }
}

export function keptHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (KEPT_HEADER.test(name) && typeof value === 'string') kept[name] = value
  }
  return kept
}

/**
 * The same body, to be answered as a stream: whoever works in the background is told early when it breaks off, and what
 * was used until then is known. Only the one member changes.
 */
export function streaming(body: string): string {
  // One character a byte, so that offsets are those of the scan.
  const text = Buffer.from(body, 'utf8').toString('latin1')
  let changed: string | null = null
  let first = -1
  scanObject(text, 0, (key, start, end) => {
    if (first === -1) first = text.indexOf('{') + 1
    if (key !== 'stream') return false
    changed = `${text.slice(0, start)}true${text.slice(end)}`
    return true
  })
  if (changed === null) {
    const at = text.indexOf('{') + 1
    changed = `${text.slice(0, at)}"stream":true${first === -1 ? '' : ','}${text.slice(at)}`
  }
  return Buffer.from(changed, 'latin1').toString('utf8')
}

/** Whether the client wants to watch. */
export function wantsStream(body: string): boolean {
  const value = parseJsonObject(body)
  return isJsonObject(value) && value['stream'] === true
}
