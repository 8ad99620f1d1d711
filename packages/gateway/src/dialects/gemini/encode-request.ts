// A conversation as the body of `generateContent`. Strict where Google is: turns alternate, results stand in the order of
// their calls, tools have names and schemas that it takes.

import type { Conversation } from '../../core/conversation.ts'
import type { EncodedRequest, TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { ToolNames } from '../../core/tool-names.ts'
import { encodeConfig } from './encode-config.ts'
import { encodeContents } from './encode-contents.ts'
import { encodeTools } from './encode-tools.ts'
import { ExtensionPaths } from './extension-paths.ts'
import { tierToGoogle } from './usage.ts'

/** Source: `FunctionDeclaration.name` in @google/genai; older models stop at 64. */
const NAME_RULE = { legal: /^[a-zA-Z_][a-zA-Z0-9_.:-]*$/, maxLength: 64 }

export function encodeRequest(conversation: Conversation, target: TargetModel, notes: Notes): EncodedRequest {
  const toolNames = ToolNames.of(conversation, NAME_RULE)
  const extensions = new ExtensionPaths(conversation.dialect === 'gemini' ? conversation.extensions : {})
  const tools = encodeTools(conversation, { target, notes, toolNames })
  const { systemInstruction, contents, mediaResolution } = encodeContents(conversation, {
    target,
    notes,
    toolNames,
    extensions,
    instruction: tools.instruction,
  })
  const config = encodeConfig(conversation, { target, notes, format: tools.format })
  if (mediaResolution !== null) config['mediaResolution'] = mediaResolution
  noteDropped(conversation, notes)
  const body: { [name: string]: JsonValue } = { contents }
  if (systemInstruction !== null) body['systemInstruction'] = systemInstruction
  if (tools.list.length > 0) body['tools'] = tools.list
  if (tools.config !== null) body['toolConfig'] = tools.config
  if (Object.keys(config).length > 0) body['generationConfig'] = config
  const tier = serviceTier(conversation, notes)
  if (tier !== undefined) body['serviceTier'] = tier
  return {
    body: extensions.putBack(body satisfies JsonObject),
    toolNames,
    outputTool: tools.outputTool,
    headers: {},
  }
}

/** What no model of Google's has. */
function noteDropped(conversation: Conversation, notes: Notes): void {
  const { sampling } = conversation
  if (sampling.logitBias !== undefined) notes.drop('logitBias')
  if (conversation.verbosity !== undefined) notes.drop('verbosity')
  if (conversation.endUser !== undefined) notes.drop('endUser')
  if (conversation.cacheKey !== undefined) notes.drop('cacheKey')
  if (conversation.parallelTools === false) notes.drop('parallelTools')
  const marked =
    conversation.cache !== undefined ||
    conversation.tools.some((tool) => tool.type === 'function' && tool.cache !== undefined) ||
    conversation.turns.some((turn) => turn.parts.some((part) => part.cache !== undefined))
  if (marked) notes.drop('cache')
}

function serviceTier({ serviceTier: asked }: Conversation, notes: Notes): string | undefined {
  if (asked === undefined || asked === 'auto') return undefined
  const tier = tierToGoogle(asked)
  if (tier === undefined) notes.drop('serviceTier')
  return tier
}
