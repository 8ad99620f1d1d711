// What can be said in words, to a model of another dialect, about blocks that only Anthropic understands: searches and
// their findings, runs of code, calls of MCP servers, the summary that stands for a compacted past.

import { arrayOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'

/** Longer findings are cut: they are a memory aid, not the source. Characters. */
const MAX_SUMMARY = 20_000

/** '' = nothing worth saying. */
export function summaryOf(block: JsonObject): string {
  return wordsOf(block).slice(0, MAX_SUMMARY)
}

function wordsOf(block: JsonObject): string {
  const type = stringOf(block['type']) ?? ''
  switch (type) {
    case 'server_tool_use':
    case 'mcp_tool_use':
      return `[Called ${stringOf(block['name']) ?? 'a tool'} with ${JSON.stringify(block['input'] ?? {})}]`
    case 'search_result':
      return [stringOf(block['title']), stringOf(block['source']), textOf(block['content'])].filter(Boolean).join('\n')
    case 'compaction':
      return stringOf(block['content']) ?? ''
    case 'tool_reference':
      return `[Tool ${stringOf(block['tool_name']) ?? ''}]`
    case 'browser_state':
      return JSON.stringify(block)
    default:
      return type.endsWith('_tool_result') ? findings(block['content']) : ''
  }
}

function findings(content: JsonValue | undefined): string {
  const entries = arrayOf(content)
  if (entries === undefined) {
    const result = objectOf(content)
    if (result === undefined) return stringOf(content) ?? ''
    return [result['stdout'], result['stderr'], result['error_code'], result['content']]
      .map((value) => (typeof value === 'string' ? value : textOf(value)))
      .filter((text) => text !== '')
      .join('\n')
  }
  return entries
    .map((entry) => {
      const found = objectOf(entry)
      return [found?.['title'], found?.['url'], found?.['text']].filter((value) => typeof value === 'string').join(' ')
    })
    .filter((line) => line !== '')
    .join('\n')
}

function textOf(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content
  const blocks = arrayOf(content) ?? []
  return blocks.map((block) => stringOf(objectOf(block)?.['text']) ?? '').join('')
}
