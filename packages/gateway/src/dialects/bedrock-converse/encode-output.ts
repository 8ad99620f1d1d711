// The form of the answer: by constrained decoding, by a forced tool whose arguments are the answer (H68), or by asking
// nicely. Which schemas can be kept to is the same question as at Anthropic; AWS's page on "validated JSON results" has
// the same limits for all models.

import type { Conversation } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject } from '../../core/json.ts'
import { constrainSchema, inputSchema } from '../anthropic-messages/output-schema.ts'

export interface OutputPlan {
  /** `outputConfig.textFormat` */
  readonly textFormat: JsonObject | null
  readonly tool: { readonly name: string; readonly spec: JsonObject } | null
  /** A sentence for the system text. */
  readonly instruction: string | null
}

const FREE: OutputPlan = { textFormat: null, tool: null, instruction: null }

export function planOutput(conversation: Conversation, target: TargetModel, notes: Notes): OutputPlan {
  const { output, toolChoice } = conversation
  if (output.type === 'text') return FREE
  if (output.type === 'json') {
    // No guarantee, so it is shown.
    notes.change('output', 'instruction')
    return { ...FREE, instruction: 'Answer with one JSON object and nothing else: no words around it, no code fence.' }
  }
  const { schema, description } = output
  const { structuredOutput, forcedTools } = target.traits
  const constrained = constrainSchema(schema)
  if (structuredOutput === 'native' && !constrained.open) {
    const name = legalName(output.name)
    const jsonSchema = {
      schema: JSON.stringify(constrained.schema),
      ...(name === '' ? {} : { name }),
      ...(description ? { description } : {}),
    }
    return { ...FREE, textFormat: { type: 'json_schema', structure: { jsonSchema } } }
  }
  const isObject = schema['type'] === 'object' || schema['properties'] !== undefined
  if (structuredOutput === 'none' || !forcedTools || !isObject) {
    return notes.refuse('output', `${target.id} cannot be held to this JSON schema. Ask for plain text or json_object.`)
  }
  // The client forces a tool of its own: this turn is a call, and no answer.
  if (toolChoice.mode === 'required' || toolChoice.mode === 'tool') return FREE
  const name = freeName(output.name, conversation)
  const words = description || 'Gives the final answer. Call it with the complete answer.'
  return { ...FREE, tool: { name, spec: { name, description: words, inputSchema: { json: inputSchema(schema) } } } }
}

/** One that no tool of the client's has. */
function freeName(wanted: string, { tools }: Conversation): string {
  let name = legalName(wanted).slice(0, 48) || 'answer'
  const taken = new Set(tools.map((tool) => tool.name))
  while (taken.has(name)) name = `${name}_`
  return name
}

function legalName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64)
}
