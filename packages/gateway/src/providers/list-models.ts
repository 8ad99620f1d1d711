// What a server of OpenAI's dialect says it can do: `GET {base}/models`.

import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { ProviderConfig } from '../config/config.ts'
import { credentialHeaders } from './credential-headers.ts'

export type ModelsResult =
  | { readonly ok: true; readonly status: number; readonly ids: readonly string[] }
  | { readonly ok: false; readonly status: number; readonly reason: string }

const MAX_BYTES = 8 * 1024 * 1024

/** Never rejects. `status` is 0 when there was no answer at all. */
export async function listModels(provider: ProviderConfig, timeoutMs: number): Promise<ModelsResult> {
  const url = new URL(provider.baseUrl + provider.healthPath)
  const headers = Object.fromEntries(pairs(credentialHeaders(provider, provider.apiKeys[0] ?? '')))
  return await new Promise((resolve) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    const request = send(url, {
      headers,
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      ...(provider.caPem === undefined ? {} : { ca: provider.caPem }),
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      resolve({
        ok: false,
        status: 0,
        reason:
          error.name === 'AbortError' || error.name === 'TimeoutError'
            ? `no answer within ${timeoutMs} ms`
            : (error.code ?? error.message),
      })
    })
    request.on('response', (response) => {
      const status = response.statusCode ?? 0
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_BYTES) response.destroy(new Error('the list of models is too large'))
        else chunks.push(chunk)
      })
      response.on('error', (error) => resolve({ ok: false, status: 0, reason: error.message }))
      response.on('end', () => {
        const ids = readIds(Buffer.concat(chunks).toString('utf8'))
        if (status === 200 && ids !== null) resolve({ ok: true, status, ids })
        else resolve({ ok: false, status, reason: ids === null ? 'not a list of models' : `status ${status}` })
      })
    })
    request.end()
  })
}

function readIds(body: string): string[] | null {
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed !== 'object' || parsed === null || !('data' in parsed) || !Array.isArray(parsed.data)) return null
    return (parsed.data as unknown[]).flatMap((model) =>
      typeof model === 'object' && model !== null && 'id' in model && typeof model.id === 'string' ? [model.id] : [],
    )
  } catch {
    return null
  }
}

function pairs(flat: readonly string[]): [string, string][] {
  const out: [string, string][] = []
  for (let index = 0; index + 1 < flat.length; index += 2) out.push([flat[index] ?? '', flat[index + 1] ?? ''])
  return out
}
