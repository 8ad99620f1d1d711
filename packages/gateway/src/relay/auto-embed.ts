// Before a model is chosen: the question is embedded, where the operator wants that and something may come of it. What the
// request says about the choice is read for it, once.
import { scanRequest } from '../dialects/pass-request.ts'
import { readAuto } from './auto-accept.ts'
import { DECISIONS } from './endpoints.ts'
import type { RelayPorts, RelayRequest } from './ports.ts'

/** @returns what is to be waited for, within the operator's bounds; null = nothing */
export function embedQuestion(ports: RelayPorts, request: RelayRequest): Promise<void> | null {
  const { embedder } = ports
  const { operation } = request.endpoint
  if (embedder === undefined || ports.config().auto.embedder === null) return null
  if (operation !== 'generate' && operation !== 'completions') return null
  try {
    const scan = request.scan ?? scanRequest(request.body, request.path)
    const name = ports.auto.named(scan.model)
    if (name === undefined) return null
    request.reading = readAuto(request, scan)
    const { options, view } = request.reading
    const embedding = embedder.embed({
      request,
      name,
      options,
      text: view.lastUser,
      isDryRun: request.endpoint === DECISIONS,
    })
    if (embedding === null) return null
    request.embedding = embedding
    return embedding.wait
  } catch {
    // It is no request that can be served, and is told so where it is read next.
    return null
  }
}
