// Model servers that already run on this machine, on the ports that they use by default. All are asked at once, and
// for so short a time that nobody notices when there are none.
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { ProviderConfig } from './config.ts'
import { bareProvider } from './env-providers.ts'

export interface LocalServer {
  readonly provider: ProviderConfig
  /** What usually listens there: `Ollama`. */
  readonly title: string
  readonly modelIds: readonly string[]
}

export interface LocalServerPort {
  readonly name: string
  readonly title: string
  readonly port: number
}

const LOCAL_SERVER_PORTS: readonly LocalServerPort[] = [
  { name: 'ollama', title: 'Ollama', port: 11_434 },
  { name: 'llama-cpp', title: 'llama.cpp', port: 8080 },
  { name: 'lm-studio', title: 'LM Studio', port: 1234 },
  { name: 'vllm', title: 'vLLM', port: 8000 },
]

const PROBE_TIMEOUT_MS = 300
const LIST_TIMEOUT_MS = 3000
/** OpenRouter's list is about 1 MB; nothing that is a model list is larger than this. */
const MAX_LIST_BYTES = 8 * 1024 * 1024

export interface FindOptions {
  /** The gateway's own port, which is not asked. */
  readonly ownPort: number
  readonly ports?: readonly LocalServerPort[]
  readonly timeoutMs?: number
}

export async function findLocalServers({
  ownPort,
  ports = LOCAL_SERVER_PORTS,
  timeoutMs = PROBE_TIMEOUT_MS,
}: FindOptions): Promise<LocalServer[]> {
  const asked = ports.filter(({ port }) => port !== ownPort)
  const answers = await Promise.all(asked.map((place) => probe(place, timeoutMs)))
  return answers.filter((answer) => answer !== undefined)
}

async function probe({ name, title, port }: LocalServerPort, timeoutMs: number): Promise<LocalServer | undefined> {
  const baseUrl = `http://127.0.0.1:${port}/v1`
  const provider: ProviderConfig = {
    name,
    type: 'openai-compatible',
    baseUrl,
    apiKeys: [''],
    ...bareProvider(),
    anyModel: false,
  }
  const modelIds = await discoverModels(provider, timeoutMs)
  // Without a model there is nothing to route to: Ollama answers like this before the first `ollama pull`.
  return modelIds === undefined || modelIds.length === 0 ? undefined : { provider, title, modelIds }
}

/** The ids that a provider lists at GET /models; undefined when it does not answer with a list in time. Never throws. */
export async function discoverModels(
  provider: Pick<ProviderConfig, 'baseUrl' | 'apiKeys' | 'headers' | 'caPem'>,
  timeoutMs: number = LIST_TIMEOUT_MS,
): Promise<string[] | undefined> {
  try {
    return modelIdsOf(JSON.parse(await getText(provider, timeoutMs)))
  } catch {
    // Nothing there, something else there, or too slow: all the same to somebody who only wants to know what is.
    return undefined
  }
}

function modelIdsOf(body: unknown): string[] | undefined {
  const list: unknown = typeof body === 'object' && body !== null && 'data' in body ? body.data : body
  if (!Array.isArray(list)) return undefined
  const ids = list.map((item: unknown) =>
    typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined,
  )
  // Google lists `models/gemini-…` and accepts the name without its folder.
  const names = ids.filter((id) => typeof id === 'string').map((id) => id.replace(/^models\//, ''))
  return [...new Set(names)].filter((id) => id !== '' && !/[\s*\p{Cc}]/u.test(id))
}

function getText(
  provider: Pick<ProviderConfig, 'baseUrl' | 'apiKeys' | 'headers' | 'caPem'>,
  timeoutMs: number,
): Promise<string> {
  const url = new URL(`${provider.baseUrl}/models`)
  const apiKey = provider.apiKeys[0] ?? ''
  const headers = {
    accept: 'application/json',
    ...(apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }),
    ...provider.headers,
  }
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const signal = AbortSignal.timeout(timeoutMs)
  const request = send(
    url,
    { headers, signal, agent: false, ...(provider.caPem ? { ca: provider.caPem } : {}) },
    (response) => {
      if (response.statusCode !== 200) {
        response.destroy()
        reject(new Error(`Status ${response.statusCode}`))
        return
      }
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > MAX_LIST_BYTES) response.destroy(new Error('The list is too long.'))
      })
      response.on('end', () => resolve(text))
      response.on('error', reject)
    },
  )
  request.on('error', reject)
  request.end()
  return promise
}
