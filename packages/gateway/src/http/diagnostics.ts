// `GET /debug/memory`, for the checks that nothing leaks: what is alive after a forced collection. Only when the process
// was started with FAIRLEAD_DIAGNOSTICS=1 (which also gives it `gc`), and only for the master key.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createHash, timingSafeEqual } from 'node:crypto'

export function createDiagnostics(
  masterKey: () => string,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return function answer(request, response) {
    if (request.url !== '/debug/memory' || request.method !== 'GET') return false
    const token = request.headers.authorization?.replace(/^Bearer /i, '') ?? ''
    if (masterKey() === '' || !same(token, masterKey())) return false
    // Twice: what the first run finalises, the second one frees.
    globalThis.gc?.()
    globalThis.gc?.()
    const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage()
    const activeResources: Record<string, number> = {}
    for (const name of process.getActiveResourcesInfo()) activeResources[name] = (activeResources[name] ?? 0) + 1
    const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        workers: [
          {
            pid: process.pid,
            collected: globalThis.gc !== undefined,
            heapUsed,
            external,
            arrayBuffers,
            rss,
            activeResources,
            listeners,
          },
        ],
      }),
    )
    return true
  }
}

function same(left: string, right: string): boolean {
  return timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest())
}
