// The form of the answer: by constrained decoding, by a forced tool, or by asking nicely.

import type { Conversation } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject } from '../../core/json.ts'
import { constrainSchema } from './output-schema.ts'
import { TOOL_NAME_RULE } from './wire.ts'

export interface OutputPlan {
  /** `output_config.format` */
  readonly format: JsonObject | null
  readonly tool: { readonly name: string; readonly schema: JsonObject; readonly description: string } | null
  /** A sentence for the system text. */
  readonly instruction: string | null
}

const FREE: OutputPlan = { format: null, tool: null, instruction: null }

export function planOutput(conversation: Conversation, target: TargetModel, notes: Notes): OutputPlan {
  const { output } = conversation
  if (output.type === 'text') return FREE
  if (output.type === 'json') {
    // No guarantee, so it is shown.
    notes.change('output', 'instruction')
    return { ...FREE, instruction: 'Answer with one JSON object and nothing else: no code fence, no words around it.' }
  }
  const described =
    output.description === undefined || 'description' in output.schema
      ? output.schema
      : { ...output.schema, description: output.description }
  const constrained = constrainSchema(described)
  const { structuredOutput, forcedTools } = target.traits
  if (structuredOutput === 'native' && !constrained.open)
    return { ...FREE, format: { type: 'json_schema', schema: constrained.schema } }
  const isObject = output.schema['type'] === 'object' || output.schema['properties'] !== undefined
  if (structuredOutput === 'none' || !forcedTools || !isObject)
    return notes.refuse('output', 'This model cannot be held to this JSON schema. Ask for plain text or json_object.')
  const description = output.description ?? 'Gives the final answer. Call it with the complete answer.'
  return { ...FREE, tool: { name: freeName(output.name, conversation), schema: output.schema, description } }
}

/** A name that no tool of the client's has. */
function freeName(wanted: string, conversation: Conversation): string {
  let name = wanted.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, TOOL_NAME_RULE.maxLength - 20) || 'answer'
  const taken = new Set(conversation.tools.map((tool) => tool.name))
  while (taken.has(name)) name = `${name}_`
  return name
}
