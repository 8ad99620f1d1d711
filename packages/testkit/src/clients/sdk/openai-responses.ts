import OpenAI from 'openai'
import { type Ask, ASK_SCHEMA, ASK_TOOLS, inputOf, type SdkClient, there } from './ask.ts'

/** Stateless: every turn sends everything, with the reasoning sealed. */
export const openAiResponsesSdk: SdkClient = {
  name: 'openai-responses',
  stops: { end: 'completed', max_tokens: 'incomplete', tool_use: 'completed', refusal: 'completed' },
  async ask(origin, ask) {
    const { key = 'sk-test', headers = {} } = ask
    const client = new OpenAI({ apiKey: key, baseURL: `${origin}/v1`, maxRetries: 0, defaultHeaders: headers })
    const body = bodyOf(ask)
    const reply = ask.stream
      ? await client.responses.stream({ ...body, stream: true }).finalResponse()
      : await client.responses.create(body)
    const usage = there(reply.usage, 'usage')
    const refusals = reply.output.flatMap((item) =>
      item.type === 'message' ? item.content.map((part) => (part.type === 'refusal' ? part.refusal : '')) : [],
    )
    return {
      text: reply.output_text + refusals.join(''),
      reasoning: reply.output
        .flatMap((item) => (item.type === 'reasoning' ? [...item.summary, ...(item.content ?? [])] : []))
        .map((part) => part.text)
        .join(''),
      calls: reply.output.flatMap((item) =>
        item.type === 'function_call' ? [{ id: item.call_id, name: item.name, input: inputOf(item.arguments) }] : [],
      ),
      stop: there(reply.status, 'status'),
      stopDetail: reply.incomplete_details?.reason ?? '',
      usage: {
        input: usage.input_tokens,
        cacheRead: usage.input_tokens_details.cached_tokens,
        output: usage.output_tokens,
      },
      figures: usage,
      model: reply.model,
      turn: reply.output,
    }
  },
}

function bodyOf(ask: Ask): OpenAI.Responses.ResponseCreateParamsNonStreaming {
  const content: OpenAI.Responses.ResponseInputContent[] = [{ type: 'input_text', text: ask.text }]
  if (ask.image !== undefined) {
    content.push({ type: 'input_image', image_url: `data:image/png;base64,${ask.image}`, detail: 'auto' })
  }
  if (ask.imageUrl !== undefined) {
    content.push({ type: 'input_image', image_url: ask.imageUrl, detail: 'auto' })
  }
  if (ask.file !== undefined) {
    const { name, data } = ask.file
    content.push({ type: 'input_file', filename: name, file_data: `data:application/pdf;base64,${data}` })
  }
  const input: OpenAI.Responses.ResponseInputItem[] = []
  if (ask.developer !== undefined) input.push({ role: 'developer', content: ask.developer })
  input.push({ role: 'user', content: content.length === 1 ? ask.text : content })
  for (const { told, results, text } of ask.after ?? []) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the turn is what this very client returned
    input.push(...(told.turn as OpenAI.Responses.ResponseInputItem[]))
    for (const [index, call] of told.calls.entries()) {
      input.push({ type: 'function_call_output', call_id: call.id, output: results?.[index] ?? '' })
    }
    if (text !== undefined) input.push({ role: 'user', content: text })
  }
  return {
    model: ask.model ?? 'gpt-5',
    input,
    store: false,
    include: ['reasoning.encrypted_content'],
    ...(ask.system === undefined ? {} : { instructions: ask.system }),
    ...(ask.maxTokens === undefined ? {} : { max_output_tokens: ask.maxTokens }),
    ...(ask.temperature === undefined ? {} : { temperature: ask.temperature }),
    ...(ask.think === true ? { reasoning: { effort: 'high', summary: 'auto' } } : {}),
    ...(ask.tools === true
      ? { tools: ASK_TOOLS.map(({ name, schema }) => ({ type: 'function', name, parameters: schema, strict: false })) }
      : {}),
    ...(ask.force === undefined ? {} : { tool_choice: { type: 'function', name: ask.force } }),
    ...(ask.schema === true
      ? { text: { format: { type: 'json_schema', name: 'answer', schema: ASK_SCHEMA, strict: true } } }
      : {}),
  }
}
