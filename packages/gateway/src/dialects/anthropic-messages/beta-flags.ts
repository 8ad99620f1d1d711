// Beta flags and the members of a body that only exist with them. Anthropic itself gets both byte for byte. Bedrock and
// Vertex refuse flags that they do not know ("invalid beta flag") and members without their flag ("Extra inputs are not
// permitted"), so for them both are taken out together (H59).
// Sources: the flags of `@anthropic-ai/sdk` 1.11.0 and the features' pages in Anthropic's documentation; the pages
// "Claude on Amazon Bedrock" and "Claude on Vertex AI"; reports in anthropics/claude-code#21612, #34802, #49370, #82549.

import { arrayOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { Draft } from './wire.ts'

export interface BetaFeature {
  /** Any one of them allows the feature; other platforms have flags of their own for the same. */
  readonly flags: readonly string[]
  /** Dotted members of the body. */
  readonly body: readonly string[]
  /** Members of a tool. */
  readonly tool: readonly string[]
  /** How the types of its server tools begin. */
  readonly toolTypes: readonly string[]
}

export const BETA_FEATURES: readonly BetaFeature[] = [
  feature(['context-management-2025-06-27', 'compact-2026-01-12', 'compact-2026-09-04'], ['context_management']),
  feature(['compact-2026-09-04'], ['compaction']),
  feature(
    ['tool-search-tool-2025-10-19', 'advanced-tool-use-2025-11-20'],
    [],
    ['defer_loading'],
    ['tool_search_tool_'],
  ),
  feature(['tool-examples-2025-10-29', 'advanced-tool-use-2025-11-20'], [], ['input_examples']),
  feature(['advanced-tool-use-2025-11-20'], [], ['allowed_callers']),
  feature(['fine-grained-tool-streaming-2025-05-14'], [], ['eager_input_streaming']),
  feature(['structured-outputs-2025-11-13', 'structured-outputs-2025-12-15'], ['output_format']),
  feature(['effort-2025-11-24'], ['output_config.effort']),
  feature(['task-budgets-2026-03-13'], ['output_config.task_budget']),
  feature(['mcp-client-2025-04-04', 'mcp-client-2025-11-20', 'mcp-client-2026-09-15'], ['mcp_servers'], [], ['mcp_']),
  feature(['code-execution-2025-05-22', 'code-execution-2025-08-25'], [], [], ['code_execution_']),
  feature(['skills-2025-10-02', 'code-execution-2025-08-25'], ['container']),
  feature(['web-search-2025-03-05'], [], [], ['web_search_']),
  feature(['web-fetch-2025-09-10'], [], [], ['web_fetch_']),
  feature(['advisor-tool-2026-03-01'], [], [], ['advisor_']),
  feature(['fast-mode-2026-02-01'], ['speed']),
  feature(['server-side-fallback-2026-06-01', 'server-side-fallback-2026-07-01'], ['fallbacks']),
  feature(['fallback-credit-2026-06-01', 'fallback-credit-2026-07-01'], ['fallback_credit_token']),
  feature(['cache-diagnosis-2026-04-07'], ['diagnostics']),
  feature(['message-threads-2026-08-12'], ['thread']),
  feature(['user-profiles-2026-03-24', 'user-profiles-2026-08-18', 'user-profiles-2026-09-04'], ['user_profile_id']),
]

/** Without flags of their own, and only at Anthropic. */
const ANTHROPIC_ONLY = ['inference_geo', 'billing_policy', 'workspace_id', 'service_tier']

function feature(
  flags: readonly string[],
  body: readonly string[],
  tool: readonly string[] = [],
  toolTypes: readonly string[] = [],
): BetaFeature {
  return { flags, body, tool, toolTypes }
}

/** What a platform knows. Flags that it knows under another name are translated. */
export interface BetaTarget {
  readonly flags: ReadonlySet<string>
  readonly translate: Readonly<Record<string, readonly string[]>>
  /** Members that it takes although it has no flag for them. */
  readonly generallyAvailable: ReadonlySet<string>
}

const TOOL_FLAGS = { 'advanced-tool-use-2025-11-20': ['tool-search-tool-2025-10-19', 'tool-examples-2025-10-29'] }

export const BEDROCK_BETAS: BetaTarget = {
  flags: new Set([
    'computer-use-2025-01-24',
    'computer-use-2025-11-24',
    'token-efficient-tools-2025-02-19',
    'interleaved-thinking-2025-05-14',
    'output-128k-2025-02-19',
    'dev-full-thinking-2025-05-14',
    'context-1m-2025-08-07',
    'context-management-2025-06-27',
    'effort-2025-11-24',
    'compact-2026-01-12',
    'tool-search-tool-2025-10-19',
    'tool-examples-2025-10-29',
    'fine-grained-tool-streaming-2025-05-14',
  ]),
  translate: TOOL_FLAGS,
  generallyAvailable: new Set(['output_config.effort']),
}

export const VERTEX_BETAS: BetaTarget = {
  flags: new Set([
    'computer-use-2025-01-24',
    'computer-use-2025-11-24',
    'token-efficient-tools-2025-02-19',
    'interleaved-thinking-2025-05-14',
    'output-128k-2025-02-19',
    'context-management-2025-06-27',
    'context-1m-2025-08-07',
    'tool-search-tool-2025-10-19',
    'web-search-2025-03-05',
    'compact-2026-01-12',
  ]),
  translate: { 'advanced-tool-use-2025-11-20': ['tool-search-tool-2025-10-19'] },
  generallyAvailable: new Set(['output_config.effort']),
}

export interface FilteredBetas {
  readonly flags: readonly string[]
  readonly body: JsonObject
  /** Dotted members that were taken out, for `X-Fairlead-Dropped`. */
  readonly dropped: readonly string[]
}

/** @param header the client's `anthropic-beta`, any number of flags with commas between */
export function filterBetas(header: string | undefined, body: JsonObject, target: BetaTarget): FilteredBetas {
  const asked = (header ?? '').split(',').map((flag) => flag.trim())
  const flags = new Set<string>()
  for (const flag of asked) {
    for (const known of target.translate[flag] ?? [flag]) if (target.flags.has(known)) flags.add(known)
  }
  const dropped: string[] = []
  const kept: Draft = { ...body }
  for (const member of ANTHROPIC_ONLY) remove(kept, member, dropped)
  const unknown = BETA_FEATURES.filter((one) => !one.flags.some((flag) => target.flags.has(flag)))
  for (const { body: members } of unknown) {
    for (const member of members) if (!target.generallyAvailable.has(member)) remove(kept, member, dropped)
  }
  const tools = arrayOf(body['tools'])
  if (tools !== undefined) kept['tools'] = filterTools(tools, unknown, dropped)
  return { flags: [...flags], body: kept, dropped }
}

function remove(body: Draft, path: string, dropped: string[]): void {
  const [first = '', second] = path.split('.')
  const value = body[first]
  if (value === undefined) return
  if (second === undefined) {
    delete body[first]
  } else {
    const inner: Draft = { ...objectOf(value) }
    if (inner[second] === undefined) return
    delete inner[second]
    if (Object.keys(inner).length === 0) delete body[first]
    else body[first] = inner
  }
  dropped.push(path)
}

function filterTools(tools: readonly JsonValue[], unknown: readonly BetaFeature[], dropped: string[]): JsonValue[] {
  const kept: JsonValue[] = []
  for (const [index, element] of tools.entries()) {
    const tool: Draft = { ...objectOf(element) }
    const type = stringOf(tool['type']) ?? 'custom'
    if (unknown.some((one) => one.toolTypes.some((start) => type.startsWith(start)))) {
      dropped.push(`tools[${index}]`)
      continue
    }
    for (const { tool: members } of unknown) {
      for (const member of members) {
        if (tool[member] === undefined) continue
        delete tool[member]
        dropped.push(`tools[${index}].${member}`)
      }
    }
    kept.push(tool)
  }
  return kept
}
