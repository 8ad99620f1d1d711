// The shape of a Converse request.
import { anything, bool, dict, integer, list, number, object, oneOf, pattern, text, words } from '../shape.ts'

const cachePoint = object({ type: words('default') }, { ttl: words('5m', '1h') })
const s3 = object({ uri: text }, { bucketOwner: text })
const bytesOrS3 = oneOf({ bytes: text, s3Location: s3 })

const image = object({ format: words('png', 'jpeg', 'gif', 'webp'), source: bytesOrS3 })
const document = object(
  { name: text, source: oneOf({ bytes: text, s3Location: s3, text, content: list(object({ text })) }) },
  {
    format: words('pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'),
    context: text,
    citations: object({ enabled: bool }),
  },
)
const video = object({ format: text, source: bytesOrS3 })
const audio = object({ format: text, source: bytesOrS3 })

const TOOL_ID = /^[a-zA-Z0-9_-]{1,64}$/
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/

const toolUse = object({ toolUseId: pattern(TOOL_ID), name: pattern(TOOL_NAME), input: anything }, { type: text })
const toolResult = object(
  {
    toolUseId: pattern(TOOL_ID),
    content: list(oneOf({ text, json: dict, image, document, video, searchResult: anything })),
  },
  { status: words('success', 'error'), type: text },
)
const reasoningContent = oneOf({ reasoningText: object({ text }, { signature: text }), redactedContent: text })

const block = oneOf({
  text,
  image,
  document,
  video,
  audio,
  toolUse,
  toolResult,
  reasoningContent,
  cachePoint,
  guardContent: anything,
  citationsContent: anything,
  searchResult: anything,
})

export const message = object({ role: words('user', 'assistant'), content: list(block) })

const toolSpec = object(
  { name: pattern(TOOL_NAME), inputSchema: object({ json: dict }) },
  { description: text, strict: bool },
)
const toolConfig = object(
  { tools: list(oneOf({ toolSpec, cachePoint, systemTool: anything }), 1) },
  { toolChoice: oneOf({ auto: object({}), any: object({}), tool: object({ name: text }) }) },
)

const textFormat = object(
  { type: words('json_schema') },
  { structure: oneOf({ jsonSchema: object({ schema: text }, { name: text, description: text }) }) },
)

export const converseRequest = object(
  {},
  {
    messages: list(message),
    system: list(oneOf({ text, guardContent: anything, cachePoint })),
    inferenceConfig: object(
      {},
      { maxTokens: integer(1), temperature: number(0, 1), topP: number(0, 1), stopSequences: list(text, 0, 2500) },
    ),
    toolConfig,
    guardrailConfig: anything,
    additionalModelRequestFields: anything,
    additionalModelResponseFieldPaths: list(text),
    promptVariables: anything,
    requestMetadata: dict,
    performanceConfig: object({}, { latency: text }),
    serviceTier: object({ type: text }),
    outputConfig: object({}, { textFormat, effort: text }),
  },
)
