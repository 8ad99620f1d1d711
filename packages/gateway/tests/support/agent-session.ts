// A scripted coding agent: a few orders of its user, each worked off in a loop of tool calls, against providers that
// bill prompt caches. Nothing in it is random, so two runs differ by the models that answer alone.
import type { Question, ScriptedAnswer } from '@fairlead/testkit'
import { countTokens } from '@fairlead/testkit'
import type { AutoShop } from './auto-shop.ts'
import { nanosOf } from './shop.ts'
import { post } from './gateway.ts'

export interface Order {
  readonly text: string
  /** Only strong models get anywhere with it. */
  readonly hard: boolean
}

export interface SessionResult {
  readonly costNanos: number
  readonly savingsNanos: number
  /** Who answered each request, in order; one list for each order. */
  readonly models: readonly (readonly string[])[]
  readonly toolTurns: number
  /** All orders were carried out. */
  readonly solved: boolean
}

const STEPS = 10
const FILE =
  'export function total(items: readonly Item[]): number { return items.reduce((sum, item) => sum + item.price, 0) }\n'
const SYSTEM = `You are a coding agent. Work with the tools until the order is carried out.\n${'Keep to the style of the repository. '.repeat(300)}`
const TOOLS = ['read_file', 'edit_file', 'run_tests'].map((name) => ({
  type: 'function',
  function: { name, description: name, parameters: { type: 'object', properties: { path: { type: 'string' } } } },
}))

/** Makes the shop's upstreams answer as providers with an implicit prompt cache do. @param strong who solves what is hard */
export function serveAgents(
  shop: AutoShop,
  models: readonly string[],
  strong: readonly string[],
  orders: readonly Order[],
): void {
  for (const model of models) {
    const seen: string[] = []
    shop
      .upstreamOf(model)
      .answer((question) => answerOf(question, seen, strong.includes(model), orders), { times: Infinity })
  }
}

function answerOf(question: Question, seen: string[], isStrong: boolean, orders: readonly Order[]): ScriptedAnswer {
  const { prompt } = question
  const cached = seen.reduce((most, before) => Math.max(most, commonPrefix(before, prompt)), 0)
  seen.push(prompt)
  // Only the newest can be a longer prefix of what comes.
  if (seen.length > 3) seen.shift()
  const input = countTokens(prompt)
  const cacheRead = Math.floor(cached / 4 / 128) * 128
  const usage = { input, cacheRead: cacheRead >= 1024 ? Math.min(cacheRead, input) : 0 }
  const step = question.toolResults.length === 0 ? 0 : stepOf(question.toolResults)
  if (step >= STEPS)
    return { text: 'Done: the order is carried out, and the tests pass.', usage: { ...usage, output: 60 } }
  const placeOf = ({ text }: Order): number => prompt.lastIndexOf(text)
  const [order] = orders.toSorted((left, right) => placeOf(right) - placeOf(left))
  const isHard = order?.hard === true
  const path = isHard && !isStrong ? '' : `src/total-${step}.ts`
  return { toolCalls: [{ name: 'read_file', arguments: { path } }], usage: { ...usage, output: 90 } }
}

function stepOf(results: readonly string[]): number {
  return Number(/^step (\d+)/.exec(results.at(-1) ?? '')?.[1] ?? 0)
}

function commonPrefix(left: string, right: string): number {
  const most = Math.min(left.length, right.length)
  let at = 0
  while (at < most && left.charCodeAt(at) === right.charCodeAt(at)) at += 1
  return at
}

interface ToolCall {
  readonly id: string
  readonly function: { readonly name: string; readonly arguments: string }
}

export async function runSession(shop: AutoShop, model: string, orders: readonly Order[]): Promise<SessionResult> {
  const { gateway } = shop
  const messages: unknown[] = [{ role: 'system', content: SYSTEM }]
  const models: string[][] = []
  let costNanos = 0
  let savingsNanos = 0
  let toolTurns = 0
  let solved = true
  for (const { text } of orders) {
    messages.push({ role: 'user', content: text })
    const answered: string[] = []
    models.push(answered)
    for (let step = 0; step <= STEPS; step += 1) {
      const reply = await post(`${gateway.url}/chat/completions`, gateway.key, {
        model,
        messages,
        tools: TOOLS,
        session_id: model,
      })
      if (reply.status !== 200) throw new Error(reply.text)
      costNanos += nanosOf(reply.headers.get('x-fairlead-cost') ?? '')
      savingsNanos += signed(reply.headers.get('x-fairlead-savings') ?? '0')
      answered.push(String(reply.json['model']))
      const [choice] = reply.json['choices'] as { message: { tool_calls?: readonly ToolCall[] } }[]
      messages.push(choice?.message)
      const call = choice?.message.tool_calls?.[0]
      if (call === undefined) break
      toolTurns += 1
      const { path } = JSON.parse(call.function.arguments) as { path: string }
      if (path === '') solved = false
      const content = path === '' ? `step ${step + 1}: error: no such file` : `step ${step + 1}: ${FILE.repeat(8)}`
      messages.push({ role: 'tool', tool_call_id: call.id, content })
    }
  }
  return { costNanos, savingsNanos, models, toolTurns, solved }
}

function signed(text: string): number {
  return text.startsWith('-') ? -nanosOf(text.slice(1)) : nanosOf(text)
}
