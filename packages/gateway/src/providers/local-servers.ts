// Model servers that already run on this machine, on the ports that they use by default. All are asked at once, and
// for so short a time that nobody notices when there are none.

import type { ProviderConfig } from '../config/config.ts'
import { bareProvider } from '../config/env-providers.ts'
import { KNOWN_SERVERS, type KnownServer } from '../config/known-providers.ts'
import type { LocalServer } from '../config/local-server.ts'
import { discoverModels } from './list-models.ts'

const PROBE_TIMEOUT_MS = 300

export interface FindOptions {
  /** The gateway's own port, which is not asked. */
  readonly ownPort: number
  readonly servers?: readonly KnownServer[]
  readonly timeoutMs?: number
}

export async function findLocalServers({
  ownPort,
  servers = KNOWN_SERVERS,
  timeoutMs = PROBE_TIMEOUT_MS,
}: FindOptions): Promise<LocalServer[]> {
  const asked = servers.filter(({ port }) => port !== ownPort)
  const answers = await Promise.all(asked.map((server) => probe(server, timeoutMs)))
  return answers.filter((answer) => answer !== undefined)
}

async function probe({ name, title, port }: KnownServer, timeoutMs: number): Promise<LocalServer | undefined> {
  const provider: ProviderConfig = {
    name,
    type: 'openai-compatible',
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKeys: [''],
    ...bareProvider(),
    quirks: name,
    anyModel: false,
  }
  const modelIds = await discoverModels(provider, timeoutMs)
  // Without a model there is nothing to route to: Ollama answers like this before the first `ollama pull`.
  return modelIds === undefined || modelIds.length === 0 ? undefined : { provider, title, modelIds }
}
