import { expect, it } from 'vitest'
import { OPERATOR } from '../identity/principal.ts'
import type { AskedResponse } from './asked-response.ts'
import { History, type Past } from './history.ts'
import { LocalContexts } from './local-contexts.ts'
import { MemoryKeeper } from './memory-keeper.ts'
import { DEFAULT_RESPONSES_POLICY } from '../identity/responses-policy.ts'

const { accountId } = OPERATOR
const ASKED: AskedResponse = {
  previous: null,
  conversation: null,
  background: false,
  wantsStore: true,
  stores: true,
  policy: DEFAULT_RESPONSES_POLICY,
}

async function keep(
  keeper: MemoryKeeper,
  responseId: string,
  status: string,
  output: readonly string[],
): Promise<void> {
  await keeper.save({
    responseId,
    accountId,
    keyId: 'master',
    policy: DEFAULT_RESPONSES_POLICY,
    previousResponseId: null,
    conversationId: null,
    createdAtMs: 0,
    response: `{"id":"${responseId}","status":"${status}","output":[${output.join(',')}]}`,
    context: null,
    input: ['{"role":"user","content":"hi"}'],
    made: null,
  })
}

async function resolve(
  keeper: MemoryKeeper,
  asked: Partial<AskedResponse>,
  input: readonly string[] = [],
  local?: LocalContexts,
): Promise<Past> {
  return await new History({ keeper }).resolve({ principal: OPERATOR }, { ...ASKED, ...asked }, input, local)
}

it('only a response with an answer can be gone on from', async () => {
  const keeper = new MemoryKeeper()
  for (const status of ['completed', 'incomplete', 'queued', 'in_progress', 'failed', 'cancelled']) {
    await keep(keeper, status, status, [])
  }
  for (const previous of ['completed', 'incomplete']) {
    expect((await resolve(keeper, { previous })).items).toEqual(['{"role":"user","content":"hi"}'])
  }
  for (const previous of ['queued', 'in_progress']) {
    await expect(resolve(keeper, { previous })).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'previous_response_id',
    })
  }
  for (const previous of ['failed', 'cancelled', 'unknown']) {
    await expect(resolve(keeper, { previous })).rejects.toMatchObject({
      code: 'previous_response_not_found',
      status: 400,
      param: 'previous_response_id',
    })
  }
})

it('a connection’s own turns come first, and are nobody else’s', async () => {
  const keeper = new MemoryKeeper()
  const local = new LocalContexts()
  local.remember('resp_local', { items: ['{"role":"user","content":"between us"}'], made: null })
  const past = await resolve(keeper, { previous: 'resp_local' }, [], local)
  expect(past.items).toEqual(['{"role":"user","content":"between us"}'])
  await expect(resolve(keeper, { previous: 'resp_local' }, [], new LocalContexts())).rejects.toMatchObject({
    code: 'previous_response_not_found',
  })
})

it('references become what they name, and nothing where that stands there already', async () => {
  const keeper = new MemoryKeeper()
  const item = '{"id":"msg_1","type":"message","role":"assistant","content":"said 1.0"}'
  await keep(keeper, 'resp_1', 'completed', [item])
  const input = ['{"role":"user","content":"a"}', '{"type":"item_reference","id":"msg_1"}', '{"id":"msg_1"}']
  expect((await resolve(keeper, {}, input)).input).toEqual([input[0], item, item])
  expect((await resolve(keeper, { previous: 'resp_1' }, input)).input).toEqual([input[0]])
  await expect(resolve(keeper, {}, [...input, '{"type":"item_reference"}'])).rejects.toMatchObject({
    param: 'input[3].id',
  })
})
