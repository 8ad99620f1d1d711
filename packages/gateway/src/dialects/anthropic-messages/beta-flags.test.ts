import { describe, expect, it } from 'vitest'
import { BEDROCK_BETAS, BETA_FEATURES, filterBetas, VERTEX_BETAS } from './beta-flags.ts'

const CLAUDE_CODE =
  'claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,thinking-token-count-2026-05-13,advanced-tool-use-2025-11-20'

const BODY = {
  model: 'm',
  context_management: { edits: [] },
  mcp_servers: [],
  output_config: { effort: 'high', task_budget: { total: 1 } },
  speed: 'fast',
  service_tier: 'auto',
  tools: [
    { name: 'f', input_schema: {}, defer_loading: true, input_examples: [{}], allowed_callers: ['direct'] },
    { type: 'web_search_20250305', name: 'web_search' },
    { type: 'tool_search_tool_bm25_20251119', name: 'tool_search_tool_bm25' },
  ],
}

describe('H59: flags and the members that belong to them', () => {
  it('Bedrock gets what it knows, under its own names', () => {
    expect(filterBetas(CLAUDE_CODE, BODY, BEDROCK_BETAS)).toEqual({
      flags: [
        'interleaved-thinking-2025-05-14',
        'context-management-2025-06-27',
        'tool-search-tool-2025-10-19',
        'tool-examples-2025-10-29',
      ],
      body: {
        model: 'm',
        context_management: { edits: [] },
        output_config: { effort: 'high' },
        tools: [
          { name: 'f', input_schema: {}, defer_loading: true, input_examples: [{}] },
          { type: 'tool_search_tool_bm25_20251119', name: 'tool_search_tool_bm25' },
        ],
      },
      dropped: [
        'service_tier',
        'output_config.task_budget',
        'mcp_servers',
        'speed',
        'tools[0].allowed_callers',
        'tools[1]',
      ],
    })
  })

  it('Vertex too', () => {
    const { flags, body } = filterBetas(CLAUDE_CODE, BODY, VERTEX_BETAS)
    expect(flags).toEqual([
      'interleaved-thinking-2025-05-14',
      'context-management-2025-06-27',
      'tool-search-tool-2025-10-19',
    ])
    expect(body['tools']).toEqual([
      { name: 'f', input_schema: {}, defer_loading: true },
      { type: 'web_search_20250305', name: 'web_search' },
      { type: 'tool_search_tool_bm25_20251119', name: 'tool_search_tool_bm25' },
    ])
  })

  it('a body without any of it stays as it is', () => {
    const body = { model: 'm', messages: [], tools: [{ name: 'f' }] }
    expect(filterBetas(undefined, body, BEDROCK_BETAS)).toEqual({ flags: [], body, dropped: [] })
  })

  it('every feature has a flag with a date, and something of a body that goes with it', () => {
    for (const { flags, body, tool, toolTypes } of BETA_FEATURES) {
      for (const flag of flags) expect(flag).toMatch(/^[a-z0-9-]+-20\d\d-\d\d-\d\d$/)
      expect(flags.length * (body.length + tool.length + toolTypes.length)).toBeGreaterThan(0)
    }
  })
})
