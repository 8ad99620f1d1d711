// A conversation with one model, as the page has it, and as it goes out.
import type { Json } from 'fairlead/connect/edit.ts'
import { TOOL_DEFINITIONS, type ToolName } from './tools.ts'

export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly argumentsText: string
  /** Null while it has not been run. */
  readonly result: string | null
}

export interface Figures {
  /** From the request to the first content; null = there was none. */
  readonly firstTokenMs: number | null
  readonly totalMs: number
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  /** US$. */
  readonly cost: number | null
}

export interface UserTurn {
  readonly by: 'user'
  readonly text: string
  /** `data:` of a picture. */
  readonly image: string | null
}

export interface ModelTurn {
  readonly by: 'model'
  readonly text: string
  readonly reasoning: string
  readonly toolCalls: readonly ToolCall[]
  /** `data:` of a picture that it made. */
  readonly picture: string | null
  readonly state: 'running' | 'done' | 'stopped' | 'failed'
  /** Of `failed`; null = the connection was lost. */
  readonly message: string | null
  readonly figures: Figures | null
}

export type Turn = UserTurn | ModelTurn

export interface Parameters {
  readonly system: string
  /** Null = the model's own. */
  readonly temperature: number | null
  readonly maxTokens: number | null
  readonly stream: boolean
  readonly tools: readonly ToolName[]
}

export const NEW_TURN: ModelTurn = {
  by: 'model',
  text: '',
  reasoning: '',
  toolCalls: [],
  picture: null,
  state: 'running',
  message: null,
  figures: null,
}

type Message = { readonly [name: string]: Json }

/** The body of `POST /v1/chat/completions` for what has been said so far. */
export function chatBody(model: string, turns: readonly Turn[], parameters: Parameters): Message {
  const { system, temperature, maxTokens, stream, tools } = parameters
  return {
    model,
    messages: [...(system.trim() === '' ? [] : [{ role: 'system', content: system }]), ...turns.flatMap(messagesOf)],
    ...(temperature === null ? {} : { temperature }),
    ...(maxTokens === null ? {} : { max_tokens: maxTokens }),
    ...(tools.length === 0 ? {} : { tools: tools.map((name) => TOOL_DEFINITIONS[name]) }),
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  }
}

function messagesOf(turn: Turn): readonly Message[] {
  if (turn.by === 'user') {
    if (turn.image === null) return [{ role: 'user', content: turn.text }]
    const image = { type: 'image_url', image_url: { url: turn.image } }
    return [{ role: 'user', content: [...(turn.text === '' ? [] : [{ type: 'text', text: turn.text }]), image] }]
  }
  // What failed was said by nobody.
  if (turn.state === 'failed' && turn.text === '') return []
  const calls = turn.toolCalls.filter(({ result }) => result !== null)
  const asked = calls.map(({ id, name, argumentsText }) => ({
    id,
    type: 'function',
    function: { name, arguments: argumentsText },
  }))
  if (turn.text === '' && asked.length === 0) return []
  return [
    { role: 'assistant', content: turn.text, ...(asked.length === 0 ? {} : { tool_calls: asked }) },
    ...calls.map(({ id, result }) => ({ role: 'tool', tool_call_id: id, content: result })),
  ]
}
