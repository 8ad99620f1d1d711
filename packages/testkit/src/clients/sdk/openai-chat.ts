import OpenAI from 'openai'
import { type Ask, ASK_SCHEMA, ASK_TOOLS, inputOf, type SdkClient, textMember, there } from './ask.ts'

export const openAiChatSdk: SdkClient = {
  name: 'openai-chat',
  stops: { end: 'stop', max_tokens: 'length', tool_use: 'tool_calls', refusal: 'stop' },
  async ask(origin, ask) {
    const { key = 'sk-test', headers = {} } = ask
    const client = new OpenAI({ apiKey: key, baseURL: `${origin}/v1`, maxRetries: 0, defaultHeaders: headers })
    const body = bodyOf(ask)
    const reasoning = new StreamedReasoning()
    const reply = ask.stream
      ? await client.chat.completions
          .stream({ ...body, stream: true, stream_options: { include_usage: true } })
          // The SDK puts together only what is OpenAI's own.
          .on('chunk', (chunk) => reasoning.push(chunk.choices[0]?.delta))
          .finalChatCompletion()
      : await client.chat.completions.create(body)
    const choice = there(reply.choices[0], 'choice')
    const { message } = choice
    const usage = there(reply.usage, 'usage')
    return {
      text: (message.content ?? '') + (message.refusal ?? ''),
      reasoning: ask.stream ? reasoning.text : textMember(message, 'reasoning_content'),
      calls: (message.tool_calls ?? []).flatMap((call) =>
        call.type === 'function'
          ? [{ id: call.id, name: call.function.name, input: inputOf(call.function.arguments) }]
          : [],
      ),
      stop: choice.finish_reason,
      stopDetail: '',
      usage: {
        input: usage.prompt_tokens,
        cacheRead: usage.prompt_tokens_details?.cached_tokens ?? 0,
        output: usage.completion_tokens,
      },
      figures: usage,
      model: reply.model,
      turn: ask.stream ? { ...message, ...reasoning.members() } : message,
    }
  },
}

function bodyOf(ask: Ask): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const content: OpenAI.ChatCompletionContentPart[] = [{ type: 'text', text: ask.text }]
  if (ask.image !== undefined) {
    content.push({ type: 'image_url', image_url: { url: `data:image/png;base64,${ask.image}` } })
  }
  if (ask.imageUrl !== undefined) content.push({ type: 'image_url', image_url: { url: ask.imageUrl } })
  if (ask.file !== undefined) {
    const { name, data } = ask.file
    content.push({ type: 'file', file: { filename: name, file_data: `data:application/pdf;base64,${data}` } })
  }
  const messages: OpenAI.ChatCompletionMessageParam[] = []
  if (ask.system !== undefined) messages.push({ role: 'system', content: ask.system })
  if (ask.developer !== undefined) messages.push({ role: 'developer', content: ask.developer })
  messages.push({ role: 'user', content: content.length === 1 ? ask.text : content })
  for (const { told, results, text } of ask.after ?? []) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the turn is what this very client returned
    messages.push(told.turn as OpenAI.ChatCompletionMessageParam)
    for (const [index, call] of told.calls.entries()) {
      messages.push({ role: 'tool', tool_call_id: call.id, content: results?.[index] ?? '' })
    }
    if (text !== undefined) messages.push({ role: 'user', content: text })
  }
  return {
    model: ask.model ?? 'gpt-4o',
    messages,
    ...(ask.maxTokens === undefined ? {} : { max_completion_tokens: ask.maxTokens }),
    ...(ask.stop === undefined ? {} : { stop: [...ask.stop] }),
    ...(ask.temperature === undefined ? {} : { temperature: ask.temperature }),
    ...(ask.tools === true
      ? { tools: ASK_TOOLS.map(({ name, schema }) => ({ type: 'function', function: { name, parameters: schema } })) }
      : {}),
    ...(ask.force === undefined ? {} : { tool_choice: { type: 'function', function: { name: ask.force } } }),
    ...(ask.think === true && ask.model !== undefined ? { reasoning_effort: 'high' } : {}),
    ...(ask.schema === true
      ? { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: ASK_SCHEMA, strict: true } } }
      : {}),
  }
}

/** Reasoning as clients that know of it put it together: `reasoning_content` joined, entries of `reasoning_details` by index. */
class StreamedReasoning {
  text = ''
  readonly #details: Record<string, unknown>[] = []

  push(delta: object | undefined): void {
    this.text += textMember(delta, 'reasoning_content')
    const details: unknown = Reflect.get(delta ?? {}, 'reasoning_details')
    for (const detail of Array.isArray(details) ? details : []) this.#add(Object(detail))
  }

  #add(detail: Record<string, unknown>): void {
    const last = this.#details.at(-1)
    if (last === undefined || last['index'] !== detail['index'] || last['type'] !== detail['type']) {
      this.#details.push({ ...detail })
      return
    }
    const text = textMember(last, 'text') + textMember(detail, 'text')
    Object.assign(last, detail, text === '' ? {} : { text })
  }

  members(): object {
    return {
      ...(this.text === '' ? {} : { reasoning_content: this.text }),
      ...(this.#details.length === 0 ? {} : { reasoning_details: this.#details }),
    }
  }
}
