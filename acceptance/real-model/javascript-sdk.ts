// The official JavaScript SDK against the gateway: a model list, a chat, a stream.
import OpenAI, { NotFoundError } from 'openai'

import type { Endpoint, Report } from './report.ts'

const QUESTION = 'What is the capital of France? Answer in one sentence.'

export async function tryJavascript(endpoint: Endpoint, modelId: string, report: Report): Promise<void> {
  const client = new OpenAI({ baseURL: `${endpoint.url}/v1`, apiKey: endpoint.key, maxRetries: 0 })
  const messages = [{ role: 'user' as const, content: QUESTION }]

  await report.step('JavaScript SDK: model list', async () => {
    const ids: string[] = []
    for await (const model of client.models.list()) ids.push(model.id)
    return { ok: ids.includes(modelId), shown: [`models: ${ids.join(', ')}`] }
  })

  await report.step('JavaScript SDK: chat', async () => {
    const { data, response } = await client.chat.completions
      .create({ model: modelId, messages, max_tokens: 40, temperature: 0 })
      .withResponse()
    const text = data.choices[0]?.message.content ?? ''
    const ok = /paris/i.test(text) && data.model === modelId && (data.usage?.total_tokens ?? 0) > 0
    return { ok, shown: [`text:  ${text}`, `usage: ${JSON.stringify(data.usage)}`, ...headersOf(response)] }
  })

  await report.step('JavaScript SDK: stream', async () => {
    const startedAt = performance.now()
    const { data, response } = await client.chat.completions
      .create({ model: modelId, messages, max_tokens: 40, temperature: 0, stream: true })
      .withResponse()
    const pieces: string[] = []
    let firstMs = Infinity
    for await (const chunk of data) {
      // As the pages' own loops do it: a chunk without choices would throw here.
      const piece = chunk.choices[0]?.delta.content ?? ''
      if (chunk.choices.length === 0) throw new Error('a chunk without choices, which nobody asked for')
      if (piece !== '') firstMs = Math.min(firstMs, performance.now() - startedAt)
      pieces.push(piece)
    }
    const lastMs = performance.now() - startedAt
    const timing = `${pieces.length} chunks, first text after ${Math.round(firstMs)} ms, end after ${Math.round(lastMs)} ms`
    const ok = /paris/i.test(pieces.join('')) && firstMs < lastMs
    return { ok, shown: [`text:  ${pieces.join('')}`, timing, ...headersOf(response)] }
  })

  await report.step('JavaScript SDK: stream with usage asked for', async () => {
    const stream = await client.chat.completions.create({
      model: modelId,
      messages,
      max_tokens: 40,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    })
    let usage: unknown
    for await (const chunk of stream) usage = chunk.usage ?? usage
    // This server sends no usage in streams at all; what the gateway makes of it is shown, not judged.
    return { ok: true, shown: [`usage: ${usage === undefined ? 'none came' : JSON.stringify(usage)}`] }
  })

  await report.step('JavaScript SDK: an unknown model is a NotFoundError', async () => {
    try {
      await client.chat.completions.create({ model: 'no-such-model', messages })
      return { ok: false, shown: ['it was answered'] }
    } catch (error) {
      return { ok: error instanceof NotFoundError && error.code === 'model_not_found', shown: [String(error)] }
    }
  })
}

function headersOf(response: Response): string[] {
  const shown = [...response.headers].filter(([name]) => name.startsWith('x-fairlead-') || name === 'x-request-id')
  return shown.map(([name, value]) => `${name}: ${value}`)
}
