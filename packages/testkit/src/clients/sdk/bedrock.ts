import {
  BedrockRuntimeClient,
  type ContentBlock,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  type Message,
  type TokenUsage,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { type Ask, ASK_SCHEMA, ASK_TOOLS, inputOf, type SdkClient, there, type Told } from './ask.ts'

/** Credentials of the tests. */
export const AWS = { accessKeyId: 'AKIDTESTKIT', secretAccessKey: 'testkit-secret' } as const

/** Signs its requests with AWS. */
export const bedrockSdk: SdkClient = {
  name: 'bedrock-converse',
  stops: { end: 'end_turn', max_tokens: 'max_tokens', tool_use: 'tool_use', refusal: 'content_filtered' },
  async ask(origin, ask) {
    const client = bedrockClient(origin)
    const input = inputOfAsk(ask)
    try {
      return ask.stream ? await streamed(client, input) : await whole(client, input)
    } finally {
      client.destroy()
    }
  },
}

export function bedrockClient(origin: string): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: origin,
    credentials: AWS,
    maxAttempts: 1,
    // Its own choice is HTTP/2, which no plain-text port speaks.
    requestHandler: new NodeHttpHandler(),
  })
}

async function whole(client: BedrockRuntimeClient, input: ConverseCommandInput): Promise<Told> {
  const reply = await client.send(new ConverseCommand(input))
  const content = there(reply.output?.message?.content, 'content')
  return told(content, there(reply.stopReason, 'stopReason'), there(reply.usage, 'usage'), input)
}

async function streamed(client: BedrockRuntimeClient, input: ConverseCommandInput): Promise<Told> {
  const { stream } = await client.send(new ConverseStreamCommand(input))
  const blocks: { text: string; name: string; id: string; input: string; reasoning: string; signature: string }[] = []
  let stop = ''
  let usage: TokenUsage | undefined
  for await (const event of there(stream, 'stream')) {
    const index = event.contentBlockStart?.contentBlockIndex ?? event.contentBlockDelta?.contentBlockIndex
    if (index !== undefined) {
      const block = (blocks[index] ??= { text: '', name: '', id: '', input: '', reasoning: '', signature: '' })
      const toolUse = event.contentBlockStart?.start?.toolUse
      const delta = event.contentBlockDelta?.delta
      block.name += toolUse?.name ?? ''
      block.id += toolUse?.toolUseId ?? ''
      block.text += delta?.text ?? ''
      block.input += delta?.toolUse?.input ?? ''
      block.reasoning += delta?.reasoningContent?.text ?? ''
      block.signature += delta?.reasoningContent?.signature ?? ''
    }
    stop = event.messageStop?.stopReason ?? stop
    usage = event.metadata?.usage ?? usage
  }
  const content = blocks.map((block): ContentBlock => {
    if (block.name !== '') {
      return {
        toolUse: { toolUseId: block.id, name: block.name, input: JSON.parse(JSON.stringify(inputOf(block.input))) },
      }
    }
    if (block.reasoning === '') return { text: block.text }
    return { reasoningContent: { reasoningText: { text: block.reasoning, signature: block.signature } } }
  })
  return told(content, stop, there(usage, 'usage'), input)
}

function told(content: readonly ContentBlock[], stop: string, usage: TokenUsage, input: ConverseCommandInput): Told {
  const cacheRead = usage.cacheReadInputTokens ?? 0
  return {
    text: content.map((block) => block.text ?? '').join(''),
    reasoning: content.map((block) => block.reasoningContent?.reasoningText?.text ?? '').join(''),
    calls: content.flatMap(({ toolUse }) =>
      toolUse === undefined ? [] : [{ id: toolUse.toolUseId ?? '', name: toolUse.name ?? '', input: toolUse.input }],
    ),
    stop,
    stopDetail: '',
    usage: {
      input: (usage.inputTokens ?? 0) + cacheRead + (usage.cacheWriteInputTokens ?? 0),
      cacheRead,
      output: usage.outputTokens ?? 0,
    },
    figures: usage,
    model: input.modelId ?? '',
    turn: content,
  }
}

function inputOfAsk(ask: Ask): ConverseCommandInput {
  const picture: ContentBlock[] =
    ask.image === undefined ? [] : [{ image: { format: 'png', source: { bytes: Buffer.from(ask.image, 'base64') } } }]
  const messages: Message[] = [{ role: 'user', content: [{ text: ask.text }, ...picture] }]
  for (const { told: before, results, text } of ask.after ?? []) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the turn is what this very client returned
    messages.push({ role: 'assistant', content: before.turn as ContentBlock[] })
    const blocks: ContentBlock[] = before.calls.map(({ id }, index) => ({
      toolResult: { toolUseId: id, content: [{ text: results?.[index] ?? '' }] },
    }))
    if (text !== undefined) blocks.push({ text })
    messages.push({ role: 'user', content: blocks })
  }
  const limits = {
    ...(ask.maxTokens === undefined ? {} : { maxTokens: ask.maxTokens }),
    ...(ask.temperature === undefined ? {} : { temperature: ask.temperature }),
  }
  const schema = { schema: JSON.stringify(ASK_SCHEMA), name: 'answer' }
  return {
    modelId: ask.model ?? 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    messages,
    inferenceConfig: limits,
    ...(ask.system === undefined ? {} : { system: [{ text: ask.system }] }),
    ...(ask.think === true
      ? { additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2048 } } }
      : {}),
    ...(ask.tools === true
      ? {
          toolConfig: {
            tools: ASK_TOOLS.map((tool) => ({
              toolSpec: { name: tool.name, inputSchema: { json: { ...tool.schema } } },
            })),
            ...(ask.force === undefined ? {} : { toolChoice: { tool: { name: ask.force } } }),
          },
        }
      : {}),
    ...(ask.schema === true
      ? { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: schema } } } }
      : {}),
  }
}
