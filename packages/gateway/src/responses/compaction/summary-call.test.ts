import { expect, it } from 'vitest'
import { OPERATOR } from '../../identity/principal.ts'
import { NO_PATH_FACTS } from '../../relay/endpoints.ts'
import type { RelayRequest } from '../../relay/ports.ts'
import { CollectorSink } from '../collector-sink.ts'
import { endpointOf } from './compaction-replies.ts'
import { callForSummary, type SummaryOutcome } from './summary-call.ts'

type Answer = (request: RelayRequest, text: string) => void

const request: RelayRequest = {
  id: 'req_1',
  endpoint: endpointOf('/v1/responses/compact'),
  path: NO_PATH_FACTS,
  body: Buffer.alloc(0),
  principal: OPERATOR,
  headers: {},
  startedMs: 0,
  sink: new CollectorSink(1_000),
}

/** @returns what came of it, and the transcripts that were sent */
async function summarize(
  answers: readonly Answer[],
  patienceMs?: number,
): Promise<{ readonly outcome: SummaryOutcome; readonly sent: readonly string[] }> {
  const sent: string[] = []
  const call = (asked: RelayRequest): void => {
    const body = JSON.parse(asked.body.toString()) as { readonly input: readonly { readonly content: string }[] }
    sent.push(body.input[0]?.content ?? '')
    expect(asked).toMatchObject({ principal: OPERATOR, endpoint: { path: '/v1/responses' } })
    answers[sent.length - 1]?.(asked, sent.at(-1) ?? '')
  }
  const ask = { request, model: 'm', mostOutputTokens: 1_000, safetyIdentifier: null }
  const transcript = (most: number): string => 'x'.repeat(Math.min(9_000, most))
  return { outcome: await callForSummary(call, ask, transcript, 100_000, () => undefined, patienceMs), sent }
}

const usage = { input_tokens: 5, output_tokens: 7, total_tokens: 12 }
const reply =
  (status: number, body: object): Answer =>
  ({ sink }) =>
    sink.reply(status, ['content-type', 'application/json'], Buffer.from(JSON.stringify(body)))
const words = (text: string): Answer =>
  reply(200, { output: [{ type: 'message', content: [{ type: 'output_text', text }] }], usage })
const refused = (status: number, code: string): Answer => reply(status, { error: { code, message: 'No.' } })

it('what the model says is the summary, without its thoughts', async () => {
  const { outcome } = await summarize([words('<think>Hm.\nWell.</think>\n\nGoal: all of it. ')])
  expect(outcome).toMatchObject({ kind: 'written', text: 'Goal: all of it.', usage })
})

it.each([
  ['nothing', words(' \n')],
  ['an error of the upstream', refused(503, 'upstream_error')],
  ['something that is no JSON', ({ sink }: RelayRequest) => sink.reply(200, [], 'oops')],
] as const)('%s is no summary', async (_, answer) => {
  expect((await summarize([answer])).outcome.kind).toBe('none')
})

it.each([401, 402, 403, 404, 429])('a %s is the caller’s to hear', async (status) => {
  const { outcome } = await summarize([refused(status, 'x')])
  expect(outcome).toMatchObject({ kind: 'refused', reply: { status } })
})

it('where the window is too small, a third is shown, and then a third of that', async () => {
  const tooLong = refused(400, 'context_length_exceeded')
  const { outcome, sent } = await summarize([tooLong, tooLong, words('Goal: short.')])
  expect(outcome).toMatchObject({ kind: 'written', text: 'Goal: short.' })
  expect(sent.map((text) => text.replaceAll(/[^x]/g, '').length)).toEqual([9_000, 3_000, 1_000])
  expect((await summarize([tooLong, tooLong, tooLong, words('never')])).outcome.kind).toBe('none')
})

it('nobody waits for ever', async () => {
  const { outcome, sent } = await summarize([() => undefined], 20)
  expect([outcome.kind, sent.length]).toEqual(['left', 1])
})
