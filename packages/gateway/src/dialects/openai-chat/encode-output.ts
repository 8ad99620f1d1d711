// The form of the answer. Where a server cannot be held to a schema but can be made to call a tool, a tool that takes the
// answer stands in for it (H68); its call is turned back into text on the way to the client.

import type { FunctionTool } from '../../core/conversation.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Encoding } from './encode-content.ts'
import { defined } from './wire.ts'

interface EncodedOutput {
  readonly members: JsonObject
  readonly outputTool: string | null
  readonly tool: FunctionTool | null
}

export function encodeOutput({ conversation, target: { traits }, notes }: Encoding): EncodedOutput {
  const { output } = conversation
  if (output.type === 'text') return { members: {}, outputTool: null, tool: null }
  if (output.type === 'json')
    return { members: { response_format: { type: 'json_object' } }, outputTool: null, tool: null }
  if (traits.structuredOutput === 'native') {
    const { description, schema, strict } = output
    const named = { name: legalName(output.name), schema, ...defined({ description, strict }) }
    return { members: { response_format: { type: 'json_schema', json_schema: named } }, outputTool: null, tool: null }
  }
  if (traits.structuredOutput === 'none' || !traits.forcedTools)
    return notes.refuse('output', 'This model cannot be held to a JSON schema. Ask for plain text, or choose another.')
  const name = freeName(conversation.tools.map((tool) => tool.name))
  const tool: FunctionTool = {
    type: 'function',
    name,
    description: `${output.description ?? 'Gives the final answer.'} Call this to answer.`,
    parameters: output.schema,
    at: 'response_format',
    extensions: {},
  }
  return { members: {}, outputTool: name, tool }
}

/** OpenAI: letters, digits, `_` and `-`, at most 64; the name is for the model to read, nothing refers to it. */
function legalName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'response'
}

function freeName(taken: readonly string[]): string {
  let name = 'give_answer'
  while (taken.includes(name)) name += '_'
  return name
}
