// What is sent and what comes back: request bodies of the sizes that clients really send, and the plan that tells the
// mock upstream how to answer. Sizes are exact, so that "32 KiB" in the report means 32,768 bytes.

/** How the mock answers while a block runs. */
export type ReplyPlan = {
  /** Content chunks of a streamed answer (role, finish and usage chunks come on top). */
  contentChunks: number
  /** Time between two content chunks; 0 writes all of them at once, each in its own segment. */
  gapUs: number
}

export const MODEL = 'gpt-4o'
/** Real providers answer with a dated id; a gateway that shows the public id has to rewrite it. */
export const UPSTREAM_MODEL = 'gpt-4o-2024-08-06'

/** What clients speak in a comparison. */
export type ClientDialect = 'chat' | 'messages'

/** Where a request of each dialect goes. */
export const PATHS: Record<ClientDialect, string> = { chat: '/v1/chat/completions', messages: '/v1/messages' }

/** A request of exactly `bytes` bytes, JSON, UTF-8; the same conversation in either dialect. */
export function chatBody(bytes: number, stream: boolean, dialect: ClientDialect = 'chat'): Buffer {
  const streaming = dialect === 'chat' ? '"stream":true,"stream_options":{"include_usage":true}' : '"stream":true'
  const words = 'You are a careful assistant for a benchmark.'
  const limits = dialect === 'chat' ? '"temperature":0.2' : `"temperature":0.2,"max_tokens":4096,"system":"${words}"`
  const head = `{"model":"${MODEL}",${stream ? `${streaming},` : ''}${limits},"messages":[`
  const system =
    dialect === 'chat' ? `{"role":"system","content":"${words}"}` : '{"role":"user","content":"Are you ready?"}'
  const parts = [system]
  let length = head.length + system.length + ']}'.length
  const last = '{"role":"user","content":""}'
  let message = codeTurn(0)
  for (let turn = 1; length + message.length + last.length + 2 < bytes; turn++) {
    parts.push(message)
    length += message.length + 1
    message = codeTurn(turn)
  }
  const padding = 'Summarise what changed, please. '.repeat(Math.ceil(bytes / 32))
  parts.push(`{"role":"user","content":"${padding.slice(0, bytes - length - last.length - 1)}"}`)
  return Buffer.from(`${head}${parts.join(',')}]}`)
}

/** One turn of a coding agent: source text inside JSON, so every second line has escaped quotes and line ends. */
function codeTurn(turn: number): string {
  const line = `  const value${turn} = lookup(\\"key-${turn}\\", { deep: true }) // see \\"notes\\"\\n`
  return `{"role":"${turn % 2 === 0 ? 'user' : 'assistant'}","content":"\`\`\`ts\\n${line.repeat(18)}\`\`\`\\n"}`
}

const CREATED = 1_760_000_000

/** A chat completion of about 1.4 KB with usage. */
export function jsonReply(): string {
  const content = 'The mooring line runs through the fairlead without wear, and the ship lies quietly. '.repeat(11)
  return JSON.stringify({
    id: 'chatcmpl-bench000000000000000000',
    object: 'chat.completion',
    created: CREATED,
    model: UPSTREAM_MODEL,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: 231,
      completion_tokens: 187,
      total_tokens: 418,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    },
    service_tier: 'default',
    system_fingerprint: 'fp_bench00000',
  })
}

/** Where the mock writes the time into a content chunk: microseconds, fixed width. */
export const STAMP_DIGITS = 13
export const STAMP_PREFIX = '"content":"t'
/** The same at the client. */
export const STAMP_PREFIXES: Record<ClientDialect, string> = { chat: STAMP_PREFIX, messages: '"text":"t' }
/** Events of a streamed answer on top of its content. */
export const FRAME_EVENTS: Record<ClientDialect, number> = { chat: 4, messages: 5 }

export type StreamReply = { role: string; content: string; finish: string; usage: string; done: string }

/** The events of a streamed answer; `content` carries a stamp of zeros for the mock to write over. */
export function streamReply(): StreamReply {
  const chunk = (choices: unknown[], rest: object): string =>
    `data: ${JSON.stringify({
      id: 'chatcmpl-bench000000000000000000',
      object: 'chat.completion.chunk',
      created: CREATED,
      model: UPSTREAM_MODEL,
      service_tier: 'default',
      system_fingerprint: 'fp_bench00000',
      choices,
      ...rest,
    })}\n\n`
  const delta = (value: object, finish: string | null): unknown => ({
    index: 0,
    delta: value,
    logprobs: null,
    finish_reason: finish,
  })
  return {
    role: chunk([delta({ role: 'assistant', content: '', refusal: null }, null)], { usage: null }),
    content: chunk([delta({ content: `t${'0'.repeat(STAMP_DIGITS)}` }, null)], { usage: null }),
    finish: chunk([delta({}, 'stop')], { usage: null }),
    usage: chunk([], { usage: { prompt_tokens: 231, completion_tokens: 187, total_tokens: 418 } }),
    done: 'data: [DONE]\n\n',
  }
}
