import Anthropic from '@anthropic-ai/sdk'
import { type Ask, ASK_SCHEMA, ASK_TOOLS, type SdkClient, textMember, there } from './ask.ts'

export const anthropicSdk: SdkClient = {
  name: 'anthropic-messages',
  stops: { end: 'end_turn', max_tokens: 'max_tokens', tool_use: 'tool_use', refusal: 'refusal' },
  async ask(origin, ask) {
    const { key = 'sk-ant-test', headers = {} } = ask
    const client = new Anthropic({ apiKey: key, baseURL: origin, maxRetries: 0, defaultHeaders: headers })
    const body = bodyOf(ask)
    const reply = ask.stream ? await client.messages.stream(body).finalMessage() : await client.messages.create(body)
    const { usage } = reply
    const cacheRead = usage.cache_read_input_tokens ?? 0
    return {
      text:
        reply.content.map((block) => (block.type === 'text' ? block.text : '')).join('') +
        textMember(reply.stop_details, 'explanation'),
      reasoning: reply.content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
      calls: reply.content.flatMap((block) =>
        block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input }] : [],
      ),
      stop: there(reply.stop_reason, 'stop_reason'),
      stopDetail: reply.stop_sequence ?? '',
      usage: {
        input: usage.input_tokens + cacheRead + (usage.cache_creation_input_tokens ?? 0),
        cacheRead,
        output: usage.output_tokens,
      },
      figures: usage,
      model: reply.model,
      turn: reply.content,
    }
  },
}

function bodyOf(ask: Ask): Anthropic.MessageCreateParamsNonStreaming {
  const content: Anthropic.ContentBlockParam[] = [{ type: 'text', text: ask.text }]
  if (ask.image !== undefined) {
    content.push({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: ask.image } })
  }
  if (ask.imageUrl !== undefined) content.push({ type: 'image', source: { type: 'url', url: ask.imageUrl } })
  if (ask.file !== undefined) {
    const source = { type: 'base64' as const, media_type: 'application/pdf' as const, data: ask.file.data }
    content.push({ type: 'document', source, title: ask.file.name })
  }
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: content.length === 1 ? ask.text : content }]
  for (const { told, results, text } of ask.after ?? []) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the turn is what this very client returned
    messages.push({ role: 'assistant', content: told.turn as Anthropic.ContentBlockParam[] })
    const blocks: Anthropic.ContentBlockParam[] = told.calls.map(({ id }, index) => ({
      type: 'tool_result',
      tool_use_id: id,
      content: results?.[index] ?? '',
    }))
    if (text !== undefined) blocks.push({ type: 'text', text })
    messages.push({ role: 'user', content: blocks })
  }
  const body = {
    model: ask.model ?? 'claude-sonnet-4-6',
    max_tokens: ask.maxTokens ?? 4096,
    messages,
    ...(ask.system === undefined ? {} : { system: systemOf(ask.system, ask.developer) }),
    ...(ask.stop === undefined ? {} : { stop_sequences: [...ask.stop] }),
    ...(ask.think === true ? { thinking: { type: 'enabled' as const, budget_tokens: 2048 } } : {}),
    ...(ask.tools === true ? { tools: ASK_TOOLS.map(({ name, schema }) => ({ name, input_schema: schema })) } : {}),
    ...(ask.force === undefined ? {} : { tool_choice: { type: 'tool' as const, name: ask.force } }),
    ...(ask.schema === true ? { output_config: { format: { type: 'json_schema' as const, schema: ASK_SCHEMA } } } : {}),
  }
  // Gone from the SDK's types of 2026-10-21, and still in use everywhere.
  return ask.temperature === undefined ? body : Object.assign(body, { temperature: ask.temperature })
}

function systemOf(system: string, developer: string | undefined): string | Anthropic.TextBlockParam[] {
  return developer === undefined ? system : [system, developer].map((text) => ({ type: 'text', text }))
}
