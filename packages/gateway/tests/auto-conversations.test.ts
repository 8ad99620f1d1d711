// A conversation keeps its model while that is worth it, leaves it for a reason, and never in the middle of a tool loop.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAutoShop, type AutoShop } from './support/auto-shop.ts'
import { post } from './support/gateway.ts'

let shop: AutoShop
beforeAll(async () => {
  shop = await openAutoShop()
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

interface Answered {
  readonly model: unknown
  readonly reason: unknown
  readonly savings: string
}

const user = (content: string): unknown => ({ role: 'user', content })
const assistant = { role: 'assistant', content: 'Well.' }
const call = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }],
}
const result = (content: string): unknown => ({ role: 'tool', tool_call_id: 'c1', content })
const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }]

async function say(messages: readonly unknown[], more: Record<string, unknown> = {}, at = shop): Promise<Answered> {
  const { url, key } = at.gateway
  const reply = await post(`${url}/chat/completions`, key, { model: 'auto', messages, ...more })
  if (reply.status !== 200) throw new Error(reply.text)
  const receipt = await fetch(`${url}/receipts/${reply.headers.get('x-fairlead-receipt')}`, {
    headers: { authorization: `Bearer ${key}` },
  })
  const { reason } = (await receipt.json()) as { reason: unknown }
  return { model: reply.json['model'], reason, savings: reply.headers.get('x-fairlead-savings') ?? '' }
}

describe('a conversation', () => {
  it('keeps its model for the next turn', async () => {
    const first = [user('HARD one')]
    expect(await say(first)).toMatchObject({ model: 'gpt-4.1', reason: 'best' })
    expect(await say([...first, assistant, user('HARD two')])).toMatchObject({ model: 'gpt-4.1', reason: 'kept' })
  })

  it('goes to a cheaper model when the user asks for something easy, and comes back', async () => {
    const first = [user('HARD three')]
    await say(first)
    const second = [...first, assistant, user('thanks, and what time is it?')]
    expect(await say(second)).toMatchObject({ model: 'gpt-4o-mini', reason: 'switched' })
    const third = [...second, assistant, user('HARD four')]
    expect(await say(third)).toMatchObject({ model: 'gpt-4.1', reason: 'switched' })
  })

  it('stays where it is while a tool works, whatever the knobs say', async () => {
    const first = [user('HARD five')]
    expect(await say(first, { tools })).toMatchObject({ model: 'gpt-4.1' })
    const loop = [...first, call, result('fine')]
    const cheap = { tools, auto: { tradeoff: 10, min_quality: 0 } }
    expect(await say(loop, cheap)).toMatchObject({ model: 'gpt-4.1', reason: 'tool-loop' })
  })

  it('leaves a model whose calls could not be made, but only when the user speaks again', async () => {
    const first = [user('easy six')]
    expect(await say(first, { tools })).toMatchObject({ model: 'gpt-4o-mini' })
    const loop = [...first, call, result('Error: no such tool')]
    expect(await say(loop, { tools })).toMatchObject({ model: 'gpt-4o-mini', reason: 'tool-loop' })
    const again = [...loop, call, result('Error: invalid arguments')]
    expect(await say(again, { tools })).toMatchObject({ model: 'gpt-4o-mini', reason: 'tool-loop' })
    const next = [...again, assistant, user('easy seven')]
    const escalated = await say(next, { tools })
    expect(escalated.reason).toBe('escalated')
    expect(escalated.model).not.toBe('gpt-4o-mini')
    // And it does not fall back at once.
    const later = [...next, assistant, user('easy eight')]
    expect((await say(later, { tools })).model).not.toBe('gpt-4o-mini')
  })

  it.each([
    ['was cut off', { text: 'Well, to begin w', stop: 'max_tokens' }],
    ['was filtered', { text: 'Well,', stop: 'content_filter' }],
    ['calls a tool that nobody offered', { toolCalls: [{ name: 'delete_all', arguments: '{}' }] }],
    ['says nothing', { text: '', stop: 'end', usage: { output: 9 } }],
  ] as const)('asks a better model after an answer that %s', async (how, answer) => {
    const first = [user(`easy, ${how}`)]
    shop.upstreamOf('gpt-4o-mini').answer(answer)
    expect(await say(first, { tools })).toMatchObject({ model: 'gpt-4o-mini' })
    const next = await say([...first, assistant, user('easy, and then?')], { tools })
    expect(next.reason).toBe('escalated')
    expect(next.model).not.toBe('gpt-4o-mini')
  })

  it('asks a better model when the same question comes again', async () => {
    const messages = [user('easy nine')]
    const named = { session_id: 'nine' }
    expect(await say(messages, named)).toMatchObject({ model: 'gpt-4o-mini', reason: 'best' })
    expect((await say(messages, named)).reason).toBe('escalated')
    // Without a name it is anybody's question.
    expect(await say([user('easy ten')])).toMatchObject({ model: 'gpt-4o-mini' })
    expect(await say([user('easy ten')])).toMatchObject({ model: 'gpt-4o-mini', reason: 'kept' })
  })

  it('goes on in a tool loop with another model when its own is down, and stays there', async () => {
    await using own = await openAutoShop()
    const first = [user('easy eleven')]
    await say(first, { tools }, own)
    await own.upstreamOf('gpt-4o-mini').setFault('refuse')
    const loop = [...first, call, result('fine')]
    expect(await say(loop, { tools }, own)).toMatchObject({ model: 'gpt-4.1' })
    await own.upstreamOf('gpt-4o-mini').setFault(undefined)
    const later = [...loop, call, result('fine')]
    expect(await say(later, { tools }, own)).toMatchObject({ model: 'gpt-4.1', reason: 'tool-loop' })
  })

  it('of the control group goes to the baseline, and saves nothing', async () => {
    await using own = await openAutoShop({ auto: 'control_share: 0.5' })
    const answers: Answered[] = []
    for (let index = 0; index < 16; index += 1) answers.push(await say([user(`easy question ${index}`)], {}, own))
    const control = answers.filter(({ reason }) => reason === 'control')
    expect(control.length).toBeGreaterThan(1)
    expect(control.length).toBeLessThan(15)
    for (const { model, savings } of control) expect([model, savings]).toEqual(['gpt-4o', '0.000000000'])
  })
})
