// Tools of the Responses API that run at OpenAI, asked for where the upstream is another one. Most of them a model can do
// without, and agents offer them to every model: they are left out, and named in `X-Fairlead-Dropped`. Some bring what is the
// caller's own, documents or servers, into the conversation: an answer without that would be an answer to something else.

import type { Conversation, ServerTool } from './conversation.ts'
import type { Notes } from './field-notes.ts'
import { arrayOf, objectOf, type JsonObject } from './json.ts'

/** What of the caller's own is bound to OpenAI; null = nothing. */
const CARRIES: Readonly<Record<string, (tool: JsonObject) => string | null>> = {
  file_search: () => 'searches vector stores that are kept at OpenAI',
  mcp: () => 'lets OpenAI call a server or connector of yours',
  code_interpreter: (tool) => {
    const { container } = tool
    const files = arrayOf(objectOf(container)?.['file_ids']) ?? []
    return typeof container === 'string' || files.length > 0 ? 'works on files that are kept at OpenAI' : null
  },
}

/**
 * For an upstream of another dialect than the client's.
 * @throws {GatewayError} 400, naming the tool, or the choice that demands it
 */
export function refuseHostedTools({ dialect, tools, toolChoice }: Conversation, notes: Notes): void {
  if (dialect !== 'openai-responses') return
  for (const tool of tools) {
    if (tool.type !== 'server') continue
    const why = carried(tool)
    if (why !== null) {
      notes.refuseAt(
        tool.at,
        `The tool "${tool.name}" ${why}, and the upstream of this model is another one. ${ADVICE}`,
      )
    }
    if (toolChoice.mode === 'tool' && toolChoice.name === tool.name) {
      const message = `The tool "${tool.name}" runs at OpenAI, and the upstream of this model is another one, so it cannot be demanded. ${ADVICE}`
      notes.refuse('toolChoice', message)
    }
  }
}

const ADVICE = "Leave it out, offer a function of your own, or choose one of OpenAI's models."

function carried({ name, value }: ServerTool): string | null {
  return Object.hasOwn(CARRIES, name) ? (CARRIES[name]?.(value) ?? null) : null
}
