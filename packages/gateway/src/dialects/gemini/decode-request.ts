// What a Gemini client asks for: the body of `generateContent`, `streamGenerateContent` and `countTokens`. The model and
// whether to stream stand in the path.

import type { Conversation } from '../../core/conversation.ts'
import type { DecodeContext } from '../../core/dialect.ts'
import { objectOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { decodeConfig } from './decode-config.ts'
import { decodeContents } from './decode-contents.ts'
import { decodeToolChoice, decodeTools } from './decode-tools.ts'
import { bareModelName } from './model-path.ts'
import { tierFromGoogle } from './usage.ts'
import { field, invalid, otherFields, stringField } from './wire.ts'

const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
])

export function decodeRequest(wrapped: JsonObject, context: DecodeContext): Conversation {
  // `countTokens` may carry a whole request inside.
  const body = objectOf(field(wrapped, 'generateContentRequest')) ?? wrapped
  const model = context.model ?? bareModelName(stringField(body, 'model', 'model') ?? '')
  if (model === '') invalid('model', 'The model is missing: name it in the path, /v1beta/models/MODEL:generateContent.')
  const extensions: [path: string, value: JsonValue][] = otherFields(body, KNOWN_FIELDS)
  const turns = decodeContents(body, context.envelope, extensions)
  const tools = decodeTools(body)
  const toolChoice = decodeToolChoice(body, extensions)
  const serviceTier = tierFromGoogle(field(body, 'serviceTier'))
  return {
    dialect: 'gemini',
    model,
    stream: context.stream ?? false,
    turns,
    tools,
    toolChoice,
    ...decodeConfig(body, extensions),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    usageAsked: true,
    extensions: Object.fromEntries(extensions),
  }
}
