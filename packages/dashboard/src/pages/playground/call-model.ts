// One call of a model by this page: like every client's, with a key, to /v1.
import { BASE_PATH } from '../../app/base.ts'
import { errorOf } from '../../api/errors.ts'
import { type Figures, type ModelTurn, NEW_TURN, type ToolCall } from './thread.ts'

export interface CallOptions {
  /** @param fresh the one before was refused */
  readonly keyOf: (fresh: boolean) => Promise<string>
  readonly signal: AbortSignal
  readonly onTurn: (turn: ModelTurn) => void
}

/** Never throws: what became of it is in the turn. */
export async function callChat(body: object, options: CallOptions): Promise<ModelTurn> {
  return await called('/v1/chat/completions', body, options, async (reply, startedMs, onTurn) =>
    isStream(reply) ? await readStream(reply, startedMs, onTurn) : readChat(await reply.json(), startedMs),
  )
}

export async function callImages(model: string, prompt: string, options: CallOptions): Promise<ModelTurn> {
  return await called('/v1/images/generations', { model, prompt }, options, async (reply, startedMs) => {
    const data = at(await reply.json(), 'data', 0, 'b64_json')
    // What is no base64 never becomes part of an address.
    const picture =
      typeof data === 'string' && /^[A-Za-z0-9+/=\s]+$/.test(data) ? `data:image/png;base64,${data}` : null
    return { ...NEW_TURN, picture, state: 'done', figures: figuresOf(undefined, startedMs, null) }
  })
}

async function called(
  path: string,
  body: object,
  { keyOf, signal, onTurn }: CallOptions,
  read: (reply: Response, startedMs: number, onTurn: CallOptions['onTurn']) => Promise<ModelTurn>,
): Promise<ModelTurn> {
  let last = NEW_TURN
  const seen: CallOptions['onTurn'] = (turn) => {
    last = turn
    onTurn(turn)
  }
  seen(NEW_TURN)
  const startedMs = performance.now()
  try {
    let reply = await send(path, body, await keyOf(false), signal)
    if (reply.status === 401) reply = await send(path, body, await keyOf(true), signal)
    if (!reply.ok) {
      const { message } = await errorOf(reply)
      const failed: ModelTurn = { ...last, state: 'failed', message, figures: figuresOf(undefined, startedMs, null) }
      onTurn(failed)
      return failed
    }
    const turn = await read(reply, startedMs, seen)
    onTurn(turn)
    return turn
  } catch (error) {
    const message = error instanceof StreamError ? error.message : null
    const ended: ModelTurn = { ...last, state: signal.aborted ? 'stopped' : 'failed', message }
    onTurn(ended)
    return ended
  }

  async function send(target: string, content: object, key: string, abort: AbortSignal): Promise<Response> {
    return await fetch(BASE_PATH + target, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(content),
      credentials: 'omit',
      signal: abort,
    })
  }
}

class StreamError extends Error {}

function isStream(reply: Response): boolean {
  return reply.headers.get('content-type')?.startsWith('text/event-stream') === true
}

function readChat(reply: unknown, startedMs: number): ModelTurn {
  const message = at(reply, 'choices', 0, 'message')
  const calls = at(message, 'tool_calls')
  return {
    ...NEW_TURN,
    text: textAt(message, 'content'),
    reasoning: textAt(message, 'reasoning_content'),
    toolCalls: (Array.isArray(calls) ? calls : []).map((call: unknown) => ({
      id: textAt(call, 'id'),
      name: textAt(call, 'function', 'name'),
      argumentsText: textAt(call, 'function', 'arguments'),
      result: null,
    })),
    state: 'done',
    figures: figuresOf(at(reply, 'usage'), startedMs, null),
  }
}

/** At most one picture of the answer a frame, however many events come. */
async function readStream(reply: Response, startedMs: number, onTurn: (turn: ModelTurn) => void): Promise<ModelTurn> {
  let turn = NEW_TURN
  let firstTokenMs: number | null = null
  let usage: unknown
  let frame = 0
  const show = (): void => {
    if (frame !== 0) return
    frame = requestAnimationFrame(() => {
      frame = 0
      onTurn(turn)
    })
  }
  try {
    for await (const data of events(reply)) {
      if (data === '[DONE]') break
      const chunk: unknown = JSON.parse(data)
      const problem = at(chunk, 'error', 'message')
      if (typeof problem === 'string') throw new StreamError(problem)
      usage = at(chunk, 'usage') ?? usage
      const delta = at(chunk, 'choices', 0, 'delta')
      if (typeof delta !== 'object' || delta === null) continue
      const next = withDelta(turn, delta)
      if (next === turn) continue
      firstTokenMs ??= performance.now() - startedMs
      turn = next
      show()
    }
  } finally {
    cancelAnimationFrame(frame)
    onTurn(turn)
  }
  return { ...turn, state: 'done', figures: figuresOf(usage, startedMs, firstTokenMs) }
}

function withDelta(turn: ModelTurn, delta: object): ModelTurn {
  const text = textAt(delta, 'content')
  const reasoning = textAt(delta, 'reasoning_content')
  const calls = at(delta, 'tool_calls')
  if (text === '' && reasoning === '' && !Array.isArray(calls)) return turn
  return {
    ...turn,
    text: turn.text + text,
    reasoning: turn.reasoning + reasoning,
    toolCalls: (Array.isArray(calls) ? calls : []).reduce(withCall, turn.toolCalls),
  }
}

function withCall(calls: readonly ToolCall[], part: unknown): readonly ToolCall[] {
  const index = Number(at(part, 'index') ?? 0)
  if (!(index >= 0 && index < 64)) return calls
  const next = [...calls]
  const before = next[index] ?? { id: '', name: '', argumentsText: '', result: null }
  next[index] = {
    ...before,
    id: before.id || textAt(part, 'id'),
    name: before.name || textAt(part, 'function', 'name'),
    argumentsText: before.argumentsText + textAt(part, 'function', 'arguments'),
  }
  return next
}

/** The data of each server-sent event. */
async function* events(reply: Response): AsyncGenerator<string> {
  const reader = reply.body?.getReader()
  if (reader === undefined) return
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true })
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line.startsWith('data:')) yield line.slice(5).trim()
      }
      if (done) return
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function figuresOf(usage: unknown, startedMs: number, firstTokenMs: number | null): Figures {
  return {
    firstTokenMs,
    totalMs: performance.now() - startedMs,
    inputTokens: numberAt(usage, 'prompt_tokens'),
    outputTokens: numberAt(usage, 'completion_tokens'),
    cost: numberAt(usage, 'cost'),
  }
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[name] : undefined,
    value,
  )
}

function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : ''
}

function numberAt(value: unknown, name: string): number | null {
  const found = at(value, name)
  return typeof found === 'number' || (typeof found === 'string' && found !== '') ? Number(found) : null
}
