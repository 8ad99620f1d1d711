// Claude on somebody's cloud knows fewer betas than Claude at Anthropic, and refuses both the flags that it does not know
// and the fields that belong to them: "invalid beta flag", "context_management: Extra inputs are not permitted". So flags
// and fields go together (H59): a field whose beta the cloud has is sent with the flag, whether or not the client thought
// of it; a field whose beta it lacks is taken out, and named.
//
// Sources: AWS, "Anthropic Claude Messages API", beta headers; Anthropic, "Claude on Vertex AI"; anthropics/claude-code
// #49370 and #56595 (from Opus 4.7 on, Bedrock takes a single flag); Wei-Shaw/sub2api#2726.

import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { refuseServerState } from '../../core/server-state.ts'
import { isBillingBlock } from '../../dialects/anthropic-messages/billing-block.ts'

export type Cloud = 'bedrock' | 'vertex'

const INTERLEAVED = 'interleaved-thinking-2025-05-14'
const CONTEXT = 'context-management-2025-06-27'
const COMPACT = 'compact-2026-01-12'
const TOOL_SEARCH = 'tool-search-tool-2025-10-19'
const TOOL_EXAMPLES = 'tool-examples-2025-10-29'
const EFFORT = 'effort-2025-11-24'

const BEDROCK: readonly string[] = [
  INTERLEAVED,
  CONTEXT,
  COMPACT,
  TOOL_SEARCH,
  TOOL_EXAMPLES,
  EFFORT,
  'computer-use-2024-10-22',
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-1m-2025-08-07',
  'dev-full-thinking-2025-05-14',
  'output-128k-2025-02-19',
  'token-efficient-tools-2025-02-19',
]

const VERTEX: readonly string[] = [
  INTERLEAVED,
  CONTEXT,
  COMPACT,
  TOOL_SEARCH,
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-1m-2025-08-07',
  'web-search-2025-03-05',
]

/** Flags under which Anthropic itself bundles what the clouds have one by one. */
const BUNDLES: Readonly<Record<string, readonly string[]>> = {
  'advanced-tool-use-2025-11-20': [TOOL_SEARCH, TOOL_EXAMPLES],
}

/** Top-level field -> the beta that it needs; null = no cloud has it. */
const FIELDS: Readonly<Record<string, string | null>> = {
  context_management: CONTEXT,
  container: null,
  mcp_servers: null,
  speed: null,
  inference_geo: null,
  // The first form of structured output; `output_config.format` needs no flag.
  output_format: null,
}

const TOOL_FIELDS: Readonly<Record<string, string | null>> = {
  defer_loading: TOOL_SEARCH,
  input_examples: TOOL_EXAMPLES,
  allowed_callers: null,
  eager_input_streaming: null,
}

/** Tools that run at Anthropic: type -> the beta that it needs there. Others are not looked at. */
const SERVER_TOOLS: readonly (readonly [type: RegExp, beta: string | null])[] = [
  [/^tool_search_tool/, TOOL_SEARCH],
  [/^web_search/, 'web-search-2025-03-05'],
  [/^(?:web_fetch|code_execution|mcp_toolset|advisor)/, null],
]

export interface FittedRequest {
  readonly body: JsonObject
  readonly betas: readonly string[]
  readonly dropped: readonly string[]
}

/**
 * @param betaHeader the client's `anthropic-beta`, '' = none
 * @throws {GatewayError} `invalid_request` for a thread: no cloud has them
 */
export function fitToCloud(cloud: Cloud, generation: number, body: JsonObject, betaHeader: string): FittedRequest {
  refuseServerState('anthropic-messages', body)
  const known = acceptedBetas(cloud, generation)
  const betas = new Set<string>()
  const dropped: string[] = []
  for (const flag of betaHeader.split(',').map((one) => one.trim())) {
    for (const beta of BUNDLES[flag] ?? [flag]) if (known.has(beta)) betas.add(beta)
  }
  /** Whether it may stay; then its flag goes along. */
  const allow = (beta: string | null): boolean => {
    if (beta === null || !known.has(beta)) return false
    betas.add(beta)
    return true
  }
  const fitted: Record<string, JsonValue | undefined> = { ...body }
  for (const [name, beta] of Object.entries(FIELDS)) {
    if (fitted[name] === undefined || allow(beta)) continue
    delete fitted[name]
    dropped.push(name)
  }
  fitEffort(fitted, generation, allow, dropped)
  if (Array.isArray(fitted.tools)) {
    const tools = fitted.tools.map((tool: JsonValue, index) => fitTool(tool, index, allow, dropped))
    fitted.tools = tools.filter((tool) => tool !== null)
    if (fitted.tools.length === 0) {
      delete fitted.tools
      delete fitted.tool_choice
    }
  }
  if (Array.isArray(fitted.system)) fitted.system = withoutBilling(fitted.system)
  for (const name of ['system', 'messages', 'tools']) fitted[name] = withoutCacheScope(fitted[name])
  for (const name of ['system', 'messages', 'tools']) if (fitted[name] === undefined) delete fitted[name]
  return { body: fitted, betas: [...betas], dropped }
}

function acceptedBetas(cloud: Cloud, generation: number): ReadonlySet<string> {
  if (cloud === 'vertex') return new Set(VERTEX)
  return new Set(generation >= 4.7 ? [INTERLEAVED] : BEDROCK)
}

/** Part of the API from 4.6 on; before, a beta of Opus 4.5. */
function fitEffort(
  body: Record<string, JsonValue | undefined>,
  generation: number,
  allow: (beta: string) => boolean,
  dropped: string[],
): void {
  const config = body.output_config
  if (!isJsonObject(config) || config.effort === undefined || generation >= 4.6 || allow(EFFORT)) return
  const { effort: _, ...rest } = config
  if (Object.keys(rest).length === 0) delete body.output_config
  else body.output_config = rest
  dropped.push('output_config.effort')
}

/** Null = a tool that the cloud does not have. */
function fitTool(
  tool: JsonValue,
  index: number,
  allow: (beta: string | null) => boolean,
  dropped: string[],
): JsonValue | null {
  if (!isJsonObject(tool)) return tool
  const type = typeof tool.type === 'string' ? tool.type : ''
  const server = SERVER_TOOLS.find(([pattern]) => pattern.test(type))
  if (server !== undefined && !allow(server[1])) {
    dropped.push(`tools[${index}]`)
    return null
  }
  const fitted: Record<string, JsonValue | undefined> = { ...tool }
  for (const [name, beta] of Object.entries(TOOL_FIELDS)) {
    if (fitted[name] === undefined || allow(beta)) continue
    delete fitted[name]
    dropped.push(`tools[${index}].${name}`)
  }
  return fitted
}

/** Claude Code's line of accounting is for Anthropic; a cloud's prompt cache would only suffer from it (H56). */
function withoutBilling(system: readonly JsonValue[]): JsonValue | undefined {
  const kept = system.filter((block) => !isBillingBlock(block))
  return kept.length === 0 ? undefined : kept
}

/** `cache_control.scope` is Anthropic's own; a cache mark without it still works. */
function withoutCacheScope(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((item: JsonValue) => withoutCacheScope(item) ?? null)
  if (!isJsonObject(value)) return value
  const { cache_control: mark, content } = value
  const scoped = isJsonObject(mark) && mark.scope !== undefined
  if (!scoped && !Array.isArray(content)) return value
  const result: Record<string, JsonValue | undefined> = { ...value }
  if (scoped) {
    const { scope: _, ...rest } = mark
    result.cache_control = rest
  }
  if (Array.isArray(content)) result.content = withoutCacheScope(content)
  return result
}
