// A conversation of many turns that a client leaves to the gateway: each request names only the response before it, and brings
// nothing but what is new. Every turn plants four facts that nobody can guess: what the user says, what the model gives a tool, what the tool
// answers, what the model says in the end. After each request its upstream must have been told every fact so far, once, in
// order, whoever made it.

import { randomBytes } from 'node:crypto'
import type { FakeUpstream } from '@fairlead/testkit'
import { askOverHttp, lastResponse } from './open-responses/ask.ts'
import type { Asked } from './open-responses/checks.ts'
import { streamFlaws, type Json } from './open-responses/stream-flaws.ts'
import type { SocketClient } from './socket-client.ts'

/** Where a request goes, and how. */
export type Ask = (body: Json) => Promise<Asked>

export interface ChainStep {
  /** From 1. */
  readonly turn: number
  readonly model: string
  readonly ask: Ask
  /** The provider that must answer; its ledger says what it was told. */
  readonly upstream: FakeUpstream
}

export interface LongChain {
  /** Everything planted so far, in the order of the conversation. */
  readonly facts: readonly string[]
  /** Runs one turn: a question with a tool call, and the tool's output. Rejects when anything was forgotten. */
  turn(step: ChainStep): Promise<void>
}

const TOOLS = [
  {
    type: 'function',
    name: 'remember',
    description: 'Keeps a word',
    parameters: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
  },
]

/** Prompts as an upstream understood them, newest last; it may keep a part of the conversation itself. */
const PROMPTS = new WeakMap<FakeUpstream, string[]>()

/** Makes the model of `upstream` call the tool for each question, think aloud if it can, and answer results. */
export function playChain(upstream: FakeUpstream, options: { readonly thinks: boolean }): void {
  const prompts: string[] = []
  PROMPTS.set(upstream, prompts)
  upstream.answer(
    (question) => {
      prompts.push(question.prompt)
      const thoughts = options.thinks ? { reasoning: `Let me think ${randomBytes(4).toString('hex')}.` } : {}
      const turn = /^turn (\d+)/.exec(question.lastUserText ?? '')?.[1]
      if (turn !== undefined) {
        return { ...thoughts, toolCalls: [{ name: 'remember', arguments: { word: fact('called', turn) } }] }
      }
      const told = /told(\d+)x/.exec(question.toolResults.at(-1) ?? '')?.[1] ?? 'nothing'
      return { text: fact('said', told) }
    },
    { times: Infinity },
  )
}

function fact(kind: string, turn: number | string): string {
  return `${kind}${turn}x${randomBytes(6).toString('hex')}`
}

/** @param options with a conversation, that is what each request names */
export function startChain({ conversation }: { readonly conversation?: string } = {}): LongChain {
  const facts: string[] = []
  let lastId = ''
  const link = (): Json => {
    if (conversation !== undefined) return { conversation }
    return lastId === '' ? {} : { previous_response_id: lastId }
  }
  const request = async ({ model, ask, upstream, turn }: ChainStep, input: readonly Json[]): Promise<Json> => {
    const prompts = PROMPTS.get(upstream) ?? []
    const [promptsBefore, askedBefore] = [prompts.length, upstream.ledger.totals.requests]
    const { response } = await ask({ model, input, tools: TOOLS, ...link() })
    const where = `turn ${turn} on ${model}`
    demand(prompts.length === promptsBefore + 1, `${where}: ${prompts.length - promptsBefore} prompts arrived, not 1`)
    demand(upstream.ledger.totals.requests > askedBefore, `${where}: another upstream answered`)
    demand(response['status'] === 'completed', `${where}: ${JSON.stringify(response).slice(0, 600)}`)
    for (const [name, value] of Object.entries(link())) {
      const echoed = JSON.stringify(response[name])
      const wanted = JSON.stringify(name === 'conversation' ? { id: value } : value)
      demand(echoed === wanted, `${where}: ${name} is echoed as ${echoed}`)
    }
    demandFacts(where, facts, told(upstream, prompts.at(-1) ?? ''))
    lastId = String(response['id'])
    return response
  }
  return {
    facts,
    async turn(step) {
      const asked = fact('asked', step.turn)
      facts.push(asked)
      const question = { type: 'message', role: 'user', content: `turn ${step.turn}: ${asked}` }
      const first = await request(step, [question])
      const call = itemsOf(first).find((item) => item['type'] === 'function_call')
      demand(call !== undefined, `turn ${step.turn}: no tool was called: ${JSON.stringify(first['output'])}`)
      const answered = fact('told', step.turn)
      facts.push(factIn(call['arguments']), answered)
      const second = await request(step, [{ type: 'function_call_output', call_id: call['call_id'], output: answered }])
      facts.push(factIn(JSON.stringify(itemsOf(second).filter((item) => item['type'] === 'message'))))
    },
  }
}

/** What the upstream knows of the conversation: the body's text, or where it holds a part itself, what it made of both. */
function told(upstream: FakeUpstream, prompt: string): string {
  const entry = upstream.ledger.entries.findLast(
    ({ method, dialect }) => method === 'POST' && dialect !== 'google-oauth',
  )
  const body = entry?.body.toString('utf8') ?? ''
  return body.includes('"previous_response_id":"') ? prompt : body
}

/** Every fact once, in order. */
function demandFacts(where: string, facts: readonly string[], text: string): void {
  let at = 0
  for (const each of facts) {
    const found = text.indexOf(each)
    demand(found !== -1, `${where}: ${each} was forgotten`)
    demand(text.indexOf(each, found + 1) === -1, `${where}: ${each} is told twice`)
    demand(found >= at, `${where}: ${each} stands in the wrong place`)
    at = found
  }
}

function demand(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

function itemsOf(response: Json): readonly Json[] {
  return (response['output'] ?? []) as readonly Json[]
}

function factIn(text: unknown): string {
  const found = /(?:called|said)\d+x[0-9a-f]{12}/.exec(String(text))?.[0]
  demand(found !== undefined, `no fact in ${String(text)}`)
  return found
}

/** Asks for JSON and for a stream in turn. */
export function overHttp(url: string, key: string): Ask {
  let calls = 0
  return async (body) => await askOverHttp(url, key, { ...body, stream: calls++ % 2 === 1 })
}

/** Asks over a socket, and holds the events to both documents. */
export function overSocket(socket: SocketClient): Ask {
  return async (body) => {
    const events = await socket.turn(body)
    const flaws = events.at(-1)?.['type'] === 'error' ? [JSON.stringify(events.at(-1))] : streamFlaws(events)
    demand(flaws.length === 0, [...new Set(flaws)].slice(0, 8).join('\n'))
    return { response: lastResponse(events), events }
  }
}
