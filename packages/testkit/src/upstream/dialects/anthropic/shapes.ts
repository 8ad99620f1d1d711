// The shape of an Anthropic Messages request: every member that the API knows, and no other ("Extra inputs are not permitted").
// Server tools and their results are let through as they are; they only pass by here.
import {
  anything,
  bool,
  dict,
  integer,
  list,
  nullable,
  number,
  object,
  type Shape,
  ShapeError,
  tagged,
  text,
  textOr,
  words,
} from '../shape.ts'

const cacheControl = nullable(object({ type: words('ephemeral') }, { ttl: words('5m', '1h'), scope: text }))
const citations = nullable(object({}, { enabled: bool }))

const textBlock = object({ type: words('text'), text }, { cache_control: cacheControl, citations: nullable(anything) })

const imageSource = tagged('type', {
  base64: object({ type: text, media_type: words('image/jpeg', 'image/png', 'image/gif', 'image/webp'), data: text }),
  url: object({ type: text, url: text }),
  file: object({ type: text, file_id: text }),
})
const image = object({ type: text, source: imageSource }, { cache_control: cacheControl, transformations: anything })

const documentSource = tagged('type', {
  base64: object({ type: text, media_type: words('application/pdf'), data: text }),
  text: object({ type: text, media_type: words('text/plain'), data: text }),
  url: object({ type: text, url: text }),
  file: object({ type: text, file_id: text }),
  content: object({ type: text, content: textOr(list(tagged('type', { text: textBlock, image }))) }),
})
const document = object(
  { type: text, source: documentSource },
  { title: nullable(text), context: nullable(text), citations, cache_control: cacheControl },
)
const searchResult = object(
  { type: text, source: text, title: text, content: list(textBlock) },
  { citations, cache_control: cacheControl },
)

const toolResult = object(
  { type: text, tool_use_id: text },
  {
    content: textOr(
      list(
        tagged(
          'type',
          { text: textBlock, image, document, search_result: searchResult, tool_reference: anything },
          undefined,
          true,
        ),
      ),
    ),
    is_error: bool,
    cache_control: cacheControl,
  },
)
const toolUse = object(
  { type: text, id: text, name: text, input: dict },
  { cache_control: cacheControl, caller: anything },
)
const thinking = object({ type: text, thinking: text, signature: text })
const redactedThinking = object({ type: text, data: text })

/** Blocks of server tools and beta features. */
const passing = (name: string): Shape | undefined =>
  /(?:^server_tool_use|_tool_result|^container_upload|^mcp_tool|^tool_(?:addition|removal)|^compaction|^fallback|^tool_reference|^browser_)/.test(
    name,
  )
    ? dict
    : undefined

const blocks = {
  text: textBlock,
  image,
  document,
  search_result: searchResult,
  tool_result: toolResult,
  tool_use: toolUse,
  thinking,
  redacted_thinking: redactedThinking,
}

const message = object({
  role: words('user', 'assistant', 'system'),
  content: textOr(list(tagged('type', blocks, passing, true))),
})

const inputSchema: Shape = (value, path) => {
  dict(value, path)
  const type: unknown = Reflect.get(Object(value), 'type')
  if (type === undefined)
    throw new ShapeError({ path: [...path, 'type'], problem: 'missing', expected: 'required', value })
  words('object')(type, [...path, 'type'])
}

const customTool = object(
  { name: text, input_schema: inputSchema },
  {
    type: nullable(words('custom')),
    description: text,
    cache_control: cacheControl,
    strict: bool,
    defer_loading: bool,
    input_examples: list(dict),
    allowed_callers: list(text),
    eager_input_streaming: nullable(bool),
  },
)

const tool: Shape = (value, path) => {
  const type: unknown = Reflect.get(Object(value), 'type')
  // `web_search_20250305`, `bash_20250124`…: Anthropic's own tools.
  if (typeof type === 'string' && type !== 'custom') {
    return tagged('type', { custom: customTool }, (name) => (/_20\d{6}$|^mcp_toolset$/.test(name) ? dict : undefined))(
      value,
      path,
    )
  }
  customTool(value, [...path, 'custom'])
}

const toolChoice = tagged('type', {
  auto: object({ type: text }, { disable_parallel_tool_use: bool }),
  any: object({ type: text }, { disable_parallel_tool_use: bool }),
  tool: object({ type: text, name: text }, { disable_parallel_tool_use: bool }),
  none: object({ type: text }),
})

const display = { display: nullable(words('summarized', 'omitted')) }
const thinkingConfig = tagged('type', {
  enabled: object({ type: text, budget_tokens: integer(1024) }, display),
  adaptive: object({ type: text }, display),
  between_tools: object({ type: text }, display),
  disabled: object({ type: text }),
})

const outputConfig = object(
  {},
  {
    effort: nullable(words('low', 'medium', 'high', 'xhigh', 'max')),
    format: nullable(object({ type: words('json_schema'), schema: dict })),
    task_budget: anything,
  },
)

/** What every endpoint that takes a conversation has. */
const conversation = {
  system: textOr(list(textBlock)),
  tools: list(tool),
  tool_choice: toolChoice,
  thinking: thinkingConfig,
  output_config: outputConfig,
  cache_control: cacheControl,
}

/** Members that only a beta brings; the value is a word of the beta's name. */
export const BETA_FIELDS: Readonly<Record<string, RegExp>> = {
  context_management: /^context-management-|^compact-/,
  mcp_servers: /^mcp-client-/,
  output_format: /^structured-outputs-/,
  fallbacks: /^server-side-fallback-/,
  thread: /^message-threads-/,
}

const betaFields = Object.fromEntries(Object.keys(BETA_FIELDS).map((name) => [name, anything]))

const sampling = {
  temperature: number(0, 1),
  top_p: number(0, 1),
  top_k: integer(0),
  stop_sequences: list(text),
  stream: bool,
  metadata: object({}, { user_id: nullable(text) }),
  service_tier: words('auto', 'standard_only'),
  container: nullable(anything),
  inference_geo: nullable(text),
  speed: nullable(words('standard', 'fast')),
  diagnostics: nullable(anything),
}

export const messagesRequest = object(
  { model: text, max_tokens: integer(0), messages: list(message) },
  { ...conversation, ...sampling, ...betaFields },
)

export const countRequest = object({ model: text, messages: list(message) }, { ...conversation, ...betaFields })

/** The body on Bedrock and Vertex: no model (it stands in the path), the version and the betas inside. */
export function hostedRequest(version: string, streamInBody: boolean): Shape {
  const { stream, ...rest } = sampling
  return object(
    { anthropic_version: words(version), max_tokens: integer(0), messages: list(message) },
    { ...conversation, ...rest, ...betaFields, anthropic_beta: list(text), ...(streamInBody ? { stream } : {}) },
  )
}

/** Counting on Vertex; Anthropic's own SDK for it sends the version there, too. */
export function hostedCountRequest(version: string): Shape {
  return object(
    { model: text, messages: list(message) },
    { ...conversation, ...betaFields, anthropic_version: words(version), anthropic_beta: list(text) },
  )
}
