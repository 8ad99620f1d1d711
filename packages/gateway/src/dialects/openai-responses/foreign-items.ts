// Items of tools that run at OpenAI, or in the client by OpenAI's own protocol: other dialects have nothing of the kind.
// They travel whole for this dialect, and in words for the others, so that a conversation that changes its model still
// knows what was done.

import { arrayOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'

const MAX_CHARACTERS = 4_000

/** What the client did or said: it stands on the user's side. */
export function isClientItem(type: string): boolean {
  return type.endsWith('_call_output') || type === 'mcp_approval_response'
}

/** '' = nothing that would help. */
export function summarizeItem(item: JsonObject): string {
  const text = describe(item)
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text
}

function describe(item: JsonObject): string {
  switch (item['type']) {
    case 'web_search_call': {
      const action = objectOf(item['action'])
      return said('[Searched the web]', action?.['query'] ?? action?.['url'])
    }
    case 'file_search_call':
      return said('[Searched files]', join(item['queries'], ', '))
    case 'code_interpreter_call': {
      const logs = (arrayOf(item['outputs']) ?? []).map((output) => stringOf(objectOf(output)?.['logs']) ?? '')
      return said('[Ran code]', item['code'], logs.join('\n'))
    }
    case 'image_generation_call':
      return said('[Generated an image]', item['revised_prompt'] ?? '')
    case 'mcp_call':
      return said(`[Called ${stringOf(item['name']) ?? 'a tool'}]`, item['arguments'], item['output'] ?? item['error'])
    case 'local_shell_call':
      return said('[Ran a command]', join(objectOf(item['action'])?.['command'], ' '))
    case 'shell_call':
      return said('[Ran commands]', join(objectOf(item['action'])?.['commands'], '\n'))
    case 'local_shell_call_output':
    case 'apply_patch_call_output':
      return said('[Output]', item['output'])
    case 'shell_call_output':
      return said('[Output]', ...(arrayOf(item['output']) ?? []).flatMap(streams))
    case 'apply_patch_call': {
      const operation = objectOf(item['operation'])
      return said(`[Changed the file ${stringOf(operation?.['path']) ?? ''}]`, operation?.['diff'] ?? '')
    }
    default:
      return ''
  }
}

function streams(output: JsonValue): readonly (JsonValue | undefined)[] {
  const value = objectOf(output)
  return [value?.['stdout'], value?.['stderr']]
}

function join(value: JsonValue | undefined, separator: string): string {
  return (arrayOf(value) ?? []).filter((entry) => typeof entry === 'string').join(separator)
}

function said(what: string, ...details: readonly (JsonValue | undefined)[]): string {
  const texts = details.filter((detail): detail is string => typeof detail === 'string' && detail.trim() !== '')
  return [what, ...texts].join('\n')
}
