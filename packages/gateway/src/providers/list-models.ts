// What a provider says it can do: the GET of its list of models, in the shape of OpenAI, Anthropic or Google.

import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { ProviderConfig } from '../config/config.ts'
import { isJsonObject, parseJson, type JsonValue } from '../core/json.ts'
import { adapterFor } from './adapters.ts'
import { linesAsObject } from './header-lines.ts'

export type ModelsResult = {
  /** 0 when there was no answer at all. */
  readonly status: number
  /** The answer's `date` header, '' = none. */
  readonly date: string
} & (
  | { readonly ok: true; readonly ids: readonly string[] }
  | { readonly ok: false; readonly reason: string; readonly code: string }
)

/** OpenRouter's list is about 1 MB; nothing that is a model list is larger than this. */
const MAX_BYTES = 8 * 1024 * 1024
const DISCOVERY_TIMEOUT_MS = 3000

/** Bedrock's and Vertex AI's lists are at other addresses, and in other hands. */
export function hasModelList(provider: ProviderConfig): boolean {
  return listPath(provider) !== null
}

function listPath(provider: ProviderConfig): string | null {
  const adapter = adapterFor(provider)
  return adapter.path(adapter.dialects('')[0] ?? 'openai-chat', 'models', '')
}

/**
 * Never rejects.
 * @param secret one of the provider's; the first when absent
 */
export async function listModels(
  provider: ProviderConfig,
  timeoutMs: number,
  secret = provider.apiKeys[0] ?? '',
): Promise<ModelsResult> {
  const adapter = adapterFor(provider)
  const path = listPath(provider)
  const base = URL.parse(provider.baseUrl)
  if (path === null || base === null) {
    return { ok: false, status: 0, date: '', reason: 'it has no list of models at this address', code: '' }
  }
  const url = new URL(path, base)
  const headers = linesAsObject(adapter.headers(secret, adapter.dialects('')[0] ?? 'openai-chat'))
  return await new Promise((resolve) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    const request = send(url, {
      headers,
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      ...(provider.caPem === undefined ? {} : { ca: provider.caPem }),
    })
    const fail = (error: NodeJS.ErrnoException): void => {
      const late = error.name === 'AbortError' || error.name === 'TimeoutError'
      const reason = late ? `no answer within ${timeoutMs} ms` : (error.code ?? error.message)
      resolve({ ok: false, status: 0, date: '', reason, code: error.code ?? '' })
    }
    request.on('error', fail)
    request.on('response', (response) => {
      const status = response.statusCode ?? 0
      const date = response.headers.date ?? ''
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_BYTES) response.destroy(new Error('the list of models is too large'))
        else chunks.push(chunk)
      })
      response.on('error', fail)
      response.on('end', () => {
        const ids = status === 200 ? readIds(Buffer.concat(chunks).toString('utf8')) : null
        if (ids !== null) resolve({ ok: true, status, date, ids })
        else
          resolve({
            ok: false,
            status,
            date,
            reason: status === 200 ? 'not a list of models' : `status ${status}`,
            code: '',
          })
      })
    })
    request.end()
  })
}

/** The ids that a provider lists; undefined when it does not answer with a list in time. Never throws. */
export async function discoverModels(
  provider: ProviderConfig,
  timeoutMs: number = DISCOVERY_TIMEOUT_MS,
): Promise<readonly string[] | undefined> {
  if (!adapterFor(provider).listsModels) return undefined
  const result = await listModels(provider, timeoutMs)
  return result.ok ? result.ids : undefined
}

function readIds(body: string): string[] | null {
  let parsed: JsonValue
  try {
    parsed = parseJson(body)
  } catch {
    // Whatever answers there, it is no list: the caller says so.
    return null
  }
  const list = isJsonObject(parsed) ? (parsed.data ?? parsed.models) : parsed
  if (!Array.isArray(list)) return null
  const ids = list.flatMap((model: JsonValue) =>
    isJsonObject(model) && answers(model) ? [model.id ?? model.name] : [],
  )
  // Google lists `models/gemini-…` and accepts the name without its folder.
  const names = ids.filter((id) => typeof id === 'string').map((id) => id.replace(/^models\//, ''))
  return [...new Set(names)].filter((id) => id !== '' && !/[\s*\p{Cc}]/u.test(id))
}

/** Google also lists models that do neither text nor embeddings, and says so. */
function answers({ supportedGenerationMethods: methods }: { readonly [key: string]: JsonValue | undefined }): boolean {
  if (!Array.isArray(methods)) return true
  return methods.some((method) => method === 'generateContent' || method === 'embedContent')
}
