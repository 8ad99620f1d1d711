// The fake is no stricter than the real providers: every recorded request that one of them took, it takes too. The recordings lie beside the
// repository, in ../shared/data/fixtures; without them there is nothing to do.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { call } from '../clients/http.ts'
import { isObject, type Json, listOf, objectOf, parsedText, textIn } from './dialects/json.ts'
import { startFakeProvider } from './fake-upstream.ts'

const ROOT = fileURLToPath(new URL('../../../../../shared/data/fixtures/', import.meta.url))
const HOSTS = /api\.openai\.com|api\.groq|openrouter|anthropic\.com|googleapis\.com|amazonaws\.com|azure\.com/
/** Uploads, stores and other things that the fake has not. */
const OTHERS = /upload|files|vector|conversations|batches|bedrock-mantle|compact|images|audio|fileSearch|cachedContents/
// The recorder kept no headers of its own; these are the betas whose members are in the bodies.
const BETAS =
  'context-management-2025-06-27,mcp-client-2025-04-04,structured-outputs-2025-11-13,server-side-fallback-2026-06-01'

interface Recorded {
  readonly file: string
  readonly url: URL
  readonly body: Json
}

function recorded(): Recorded[] {
  return globSync(`${ROOT}*/{pydantic-ai,envoy-ai-gateway}/*.json`).flatMap((file) =>
    listOf(objectOf(parsedText(readFileSync(file, 'utf8')))['interactions']).flatMap((interaction) => {
      const { request, response } = objectOf(interaction)
      const uri = textIn(request, 'uri') ?? ''
      const { body, method } = objectOf(request)
      const good = Number(objectOf(response)['status']) < 400
      if (method !== 'POST' || !good || !isObject(body) || !HOSTS.test(uri) || OTHERS.test(uri)) return []
      return [{ file: file.slice(ROOT.length), url: new URL(uri), body }]
    }),
  )
}

const CODEX = `${ROOT}clients/codex-0.169.0-request.json`

test.skipIf(!existsSync(CODEX))(
  'takes what Codex sends, and calls into its namespaces (needs ../shared/data/fixtures)',
  async () => {
    await using upstream = await startFakeProvider()
    const body = objectOf(parsedText(readFileSync(CODEX, 'utf8')))
    const space = listOf(body['tools'])
      .map(objectOf)
      .find((tool) => tool['type'] === 'namespace')
    const name = textIn(listOf(space?.['tools'])[0], 'name') ?? ''
    upstream.answer({ toolCalls: [{ name, arguments: {} }] })
    const reply = await call(`${upstream.origin}/v1/responses`, { body: { ...body, stream: false } })
    expect(reply.json).toMatchObject({ output: [{ type: 'function_call', name, namespace: space?.['name'] }] })
  },
)

test.skipIf(!existsSync(ROOT))(
  'takes every recorded request that its provider took (needs ../shared/data/fixtures)',
  async () => {
    await using upstream = await startFakeProvider({ seals: 'any' })
    const requests = recorded()
    expect(requests.length).toBeGreaterThan(400)
    const refused: string[] = []
    for (const { file, url, body } of requests) {
      // What an earlier call has stored is not here.
      if (textIn(body, 'previous_response_id') !== undefined) continue
      const anthropic = url.host.endsWith('anthropic.com')
      const headers: Record<string, string> = anthropic
        ? { 'x-api-key': 'k', 'anthropic-version': '2023-06-01', 'anthropic-beta': BETAS }
        : { authorization: 'Bearer k', 'x-goog-api-key': 'k', 'api-key': 'k' }
      const query = url.host.endsWith('azure.com') && url.search === '' ? '?api-version=2024-10-21' : url.search
      const reply = await call(`${upstream.origin}${url.pathname}${query}`, { headers, body })
      if (reply.status !== 200) refused.push(`${file}: ${reply.text.replace(/\s+/g, ' ').slice(0, 200)}`)
    }
    expect(refused).toEqual([])
  },
)
