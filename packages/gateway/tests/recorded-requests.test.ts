// Every recorded request, whoever it was for, sent on to every provider: what leaves is what a strict provider of that
// dialect takes, or the client is told which field cannot be sent.
//
// The recordings lie beside the repository, in ../shared/data/fixtures; without them there is nothing to do.

import { call } from '@fairlead/testkit'
import { loadOpenaiSchemas } from '@fairlead/testkit/openapi-validator.ts'
import { describe, expect, it } from 'vitest'
import { traitsOf } from '../src/catalogue/traits.ts'
import type { ProviderType } from '../src/config/config.ts'
import { NO_QUIRKS } from '../src/config/quirks.ts'
import type { Conversation, DialectName } from '../src/core/conversation.ts'
import { GatewayError } from '../src/core/errors.ts'
import { Notes } from '../src/core/field-notes.ts'
import { SealEnvelope } from '../src/core/seal-envelope.ts'
import { CLIENT_DIALECTS } from '../src/dialects/client-dialects.ts'
import type { ClientDialectName } from '../src/dialects/pass-dialects.ts'
import { PROVIDER_DIALECTS } from '../src/dialects/provider-dialects.ts'
import { startDialectBench, UPSTREAM_DIALECTS, UPSTREAM_MODELS } from './support/dialect-bench.ts'
import { CLIENTS } from './support/dialect-clients.ts'
import { recordings, type RecordedRequest } from './support/recordings.ts'

const requests = (recordings?.requests ?? []).filter(
  (request): request is RecordedRequest & { dialect: ClientDialectName } => request.dialect !== 'bedrock-converse',
)
const openai = loadOpenaiSchemas()
const envelope = new SealEnvelope(Buffer.alloc(32, 7), 'account-1', 'provider/1')

/** Models old and new, of each provider. */
const TARGETS: readonly (readonly [ProviderType, DialectName, string])[] = [
  ['openai', 'openai-chat', 'gpt-4o'],
  ['openai', 'openai-chat', 'o3'],
  ['openai', 'openai-responses', 'gpt-5.1'],
  ['anthropic', 'anthropic-messages', 'claude-3-5-sonnet-20241022'],
  ['anthropic', 'anthropic-messages', 'claude-opus-4-7'],
  ['gemini', 'gemini', 'gemini-2.5-flash'],
  ['gemini', 'gemini', 'gemini-3-pro-preview'],
  ['bedrock', 'bedrock-converse', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ['bedrock', 'bedrock-converse', 'meta.llama3-1-70b-instruct-v1:0'],
]

function decoded({ dialect, value }: RecordedRequest & { dialect: ClientDialectName }): Conversation {
  const context = { model: dialect === 'gemini' ? 'm' : null, stream: dialect === 'gemini' ? false : null, envelope }
  return CLIENT_DIALECTS[dialect].decodeRequest(value, context)
}

/** Null = a refusal as it should be: of the request, naming a field. */
function tried<Value>(action: () => Value): Value | null {
  try {
    return action()
  } catch (error) {
    if (error instanceof GatewayError && error.tableCode === 'invalid_request' && error.param !== null) return null
    throw error
  }
}

describe.skipIf(recordings === null)('recorded requests (skipped without ../shared/data/fixtures)', () => {
  it('are there in number, from four dialects', () => {
    expect(requests.length).toBeGreaterThan(500)
    expect(new Set(requests.map(({ dialect }) => dialect)).size).toBe(4)
  })

  it('are all understood, but for what their own providers refused', () => {
    const refused = requests.filter((request) => tried(() => decoded(request)) === null)
    expect(refused.filter(({ taken }) => taken).map(({ name }) => name)).toEqual([
      // Written by hand; it chooses a tool that it does not bring.
      'openai-chat/agentgateway/requests__completions__full.json',
    ])
  })

  it.each(TARGETS)('can be put to %s in %s (%s), or name the field that cannot', (type, dialect, id) => {
    const traits = traitsOf(type, NO_QUIRKS, id)
    const wrong: string[] = []
    let sent = 0
    for (const request of requests) {
      const conversation = tried(() => decoded(request))
      if (conversation === null) continue
      const notes = new Notes(CLIENT_DIALECTS[request.dialect].fieldNames)
      const encoded = tried(() => PROVIDER_DIALECTS[dialect].encodeRequest(conversation, { id, traits }, notes))
      if (encoded === null) continue
      sent += 1
      // What its own provider refused is as wrong in other words.
      if (request.dialect === dialect || !request.taken) continue
      const body = JSON.parse(JSON.stringify({ ...encoded.body, model: id })) as object
      const schema = { 'openai-chat': 'CreateChatCompletionRequest', 'openai-responses': 'CreateResponse' }[
        dialect as string
      ]
      for (const flaw of schema === undefined ? [] : (openai?.validate(schema, body) ?? []))
        wrong.push(`${request.name}: ${flaw}`)
    }
    expect(sent).toBeGreaterThan(400)
    expect(wrong).toEqual([])
  })
})

/** Nothing of a test goes to the internet: from this machine's own address nothing is fetched. */
function withoutHosts(body: object): string {
  return JSON.stringify(body).replace(/https?:\/\/[^/"\\\s]+/g, 'https://127.0.0.1:9')
}

describe.skipIf(recordings === null)(
  'recorded requests, through a gateway (skipped without ../shared/data/fixtures)',
  () => {
    it.each([...UPSTREAM_DIALECTS, 'bedrock-claude'] as const)(
      'are taken by a strict provider of %s, or refused before it is asked',
      async (form) => {
        await using bench = await startDialectBench({ upstream: { seals: 'any' } })
        const { ledger } = bench.upstream
        // Bytes that pass are the client's own business.
        const same = form === 'bedrock-claude' ? 'anthropic-messages' : form
        const wrong: string[] = []
        let served = 0
        for (const { name, dialect, value, taken } of requests) {
          const client = CLIENTS.find((one) => one.name === dialect)
          if (client === undefined || !taken || dialect === same) continue
          const { path } = client.request(UPSTREAM_MODELS[form], '', false)
          const body = dialect === 'gemini' ? value : { ...value, model: UPSTREAM_MODELS[form], stream: false }
          const asked = ledger.totals.requests
          const headers = { ...client.auth(bench.gateway.key), 'content-type': 'application/json' }
          const reply = await call(`${bench.gateway.origin}${path}`, { headers, body: withoutHosts(body) })
          if (reply.status === 200) served += 1
          else if (reply.status !== 400 || ledger.totals.requests !== asked)
            wrong.push(`${name}: ${reply.status} ${reply.text.slice(0, 300)}`)
        }
        expect(served).toBeGreaterThan(200)
        expect(wrong).toEqual([])
      },
    )
  },
)
