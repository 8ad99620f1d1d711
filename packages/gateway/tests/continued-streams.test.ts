// Streams that another upstream goes on with, when the first one dies in the middle of the answer.

import { startFakeProvider } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from './support/gateway.ts'

type Provider = Awaited<ReturnType<typeof startFakeProvider>>

/** Two providers for one model, the first one preferred. */
const yaml = (first: Provider, second: Provider, more = 'continue_streams: true'): string => `
providers:
  - { name: first, type: openai-compatible, base_url: "${first.origin}/v1", api_keys: [k] }
  - { name: second, type: anthropic, base_url: "${second.origin}/v1", api_keys: [k], priority: 1 }
models:
  - id: m
    targets: [{ provider: first, model: gpt-4o }, { provider: second, model: claude-sonnet-4-5, priority: 1 }]
    price: { input: 1, output: 2 }
    ${more}
`

const CALLS = {
  chat: ['/v1/chat/completions', { stream_options: { include_usage: true } }],
  messages: ['/v1/messages', { max_tokens: 500 }],
  responses: ['/v1/responses', {}],
} as const

interface Told {
  readonly text: string
  readonly body: string
  readonly events: readonly Record<string, unknown>[]
}

async function ask(gateway: TestGateway, name: keyof typeof CALLS, tools: object = {}): Promise<Told> {
  const [path, more] = CALLS[name]
  const said = [{ role: 'user', content: 'Tell me a story.' }]
  const conversation = name === 'responses' ? { input: said } : { messages: said }
  const response = await fetch(gateway.origin + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}` },
    body: JSON.stringify({ model: 'm', stream: true, ...conversation, ...more, ...tools }),
  })
  expect(response.status).toBe(200)
  const body = await response.text()
  const events = [...body.matchAll(/^data: (\{.*\})$/gm)].map(
    ([, json]) => JSON.parse(json ?? '') as Record<string, unknown>,
  )
  return { body, events, text: events.map(textOf).join('') }
}

function textOf({ delta, choices }: Record<string, unknown>): string {
  // Anthropic's thoughts and the Responses API's arguments do not occur here.
  if (typeof delta === 'string') return delta
  if (typeof delta === 'object') return (delta as { text?: string }).text ?? ''
  return (choices as { delta?: { content?: string } }[] | undefined)?.[0]?.delta?.content ?? ''
}

describe('a stream whose upstream dies after content was sent', () => {
  it.each(Object.keys(CALLS) as (keyof typeof CALLS)[])(
    'goes on from another one without a seam (%s)',
    async (name) => {
      await using first = await startFakeProvider()
      await using second = await startFakeProvider()
      await using gateway = await startGateway(yaml(first, second))
      for (const fault of ['rst@3', 'fin@3', 'sse-error@3'] as const) {
        first.answer({ text: 'Once upon a time there was a king.', pieceBytes: 8, fault })
        second.answer({ text: ' And a queen.', usage: { input: 40, output: 7 } })
        const { text, body } = await ask(gateway, name)
        expect(text, fault).toMatch(/^Once upon .* And a queen\.$/s)
        expect(body).not.toContain('"error":{')
        // Claude 4.5 continues a last turn of its own, so the words themselves are all it is given.
        const asked = JSON.parse(String(second.ledger.entries.at(-1)?.body)) as {
          messages: { role: string }[]
        }
        expect(asked.messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
      }
      const rows = await gateway.usage()
      expect(rows[0]).toMatchObject({ status: 200, errorCode: '', attempts: 2, provider: 'second' })
      // What the first one had said is counted too.
      expect(rows[0]?.usage.output).toBeGreaterThan(7)
      expect(rows[0]?.usage.input).toBeGreaterThan(40)
    },
  )

  it('goes on from the model that stands in for this one, too, whatever that one is configured for', async () => {
    await using first = await startFakeProvider()
    await using second = await startFakeProvider()
    await using gateway = await startGateway(`
providers:
  - { name: first, type: openai-compatible, base_url: "${first.origin}/v1", api_keys: [k] }
  - { name: second, type: openai-compatible, base_url: "${second.origin}/v1", api_keys: [k] }
models:
  - { id: m, targets: [{ provider: first, model: gpt-4o }], fallbacks: [n], continue_streams: true }
  - { id: n, targets: [{ provider: second, model: gpt-4o }] }
`)
    first.answer({ text: 'Once upon a time there was a king.', pieceBytes: 8, fault: 'rst@3' }, { times: 2 })
    second.answer({ text: ' And a queen.' })
    const { text, events } = await ask(gateway, 'chat')
    expect(text).toMatch(/^Once upon .* And a queen\.$/s)
    expect(new Set(events.map(({ id }) => id)).size).toBe(1)
    expect(String(second.ledger.entries.at(-1)?.body)).toContain('Once upon')
  })

  it('is complete when only its end mark is missing', async () => {
    await using first = await startFakeProvider()
    await using second = await startFakeProvider()
    for (const more of ['continue_streams: true', 'continue_streams: false']) {
      await using gateway = await startGateway(yaml(first, second, more))
      // Role, three pieces, the finish; then the connection is reset.
      first.answer({ text: 'Once upon a', pieceBytes: 4, fault: 'rst@5' })
      const { text, body } = await ask(gateway, 'chat')
      expect(text, more).toBe('Once upon a')
      expect(body, more).toContain('[DONE]')
      expect(body, more).not.toContain('"error":{')
      expect((await gateway.usage())[0]).toMatchObject({ status: 200, errorCode: '', attempts: 1 })
    }
    expect(second.ledger.entries).toHaveLength(0)
  })

  it('loses what the second one repeats', async () => {
    await using first = await startFakeProvider()
    await using second = await startFakeProvider()
    await using gateway = await startGateway(yaml(first, second))
    first.answer({ text: 'Once upon a time there was a king', pieceBytes: 33, fault: 'rst@2' })
    second.answer({ text: 'upon a time there was a king who laughed.', pieceBytes: 5 })
    expect((await ask(gateway, 'chat')).text).toBe('Once upon a time there was a king who laughed.')
  })

  it('ends in an error event while a tool call is open', async () => {
    await using first = await startFakeProvider()
    await using second = await startFakeProvider()
    await using gateway = await startGateway(yaml(first, second))
    first.answer({
      text: 'Look:',
      toolCalls: [{ name: 'f', arguments: { a: 'x'.repeat(100) } }],
      pieceBytes: 10,
      fault: 'rst@6',
    })
    const tools = { tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }] }
    const { body } = await ask(gateway, 'chat', tools)
    expect(body).toContain('"error":{')
    expect(body).not.toContain('[DONE]')
    expect(second.ledger.entries).toHaveLength(0)
  })

  it('ends in an error event when nobody can go on, and closes what it had opened', async () => {
    await using first = await startFakeProvider()
    await using second = await startFakeProvider()
    await using gateway = await startGateway(yaml(first, second))
    first.answer({ text: 'Once upon a time', pieceBytes: 4, fault: 'rst@4' })
    await second.setFault('5xx(503)')
    const { events } = await ask(gateway, 'messages')
    const types = events.map(({ type }) => type)
    expect(types.slice(-2)).toEqual(['content_block_stop', 'error'])
  })

  it('ends in an error event where the model is not configured for it', async () => {
    await using first = await startFakeProvider()
    await using second = await startFakeProvider()
    await using gateway = await startGateway(yaml(first, second, 'continue_streams: false'))
    first.answer({ text: 'Once upon a time', pieceBytes: 4, fault: 'rst@4' })
    expect((await ask(gateway, 'chat')).body).toContain('"error":{')
    expect(second.ledger.entries).toHaveLength(0)
  })
})
