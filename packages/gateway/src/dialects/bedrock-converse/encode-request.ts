// A conversation as the body of Converse and ConverseStream. The model is named in the path, and so is the streaming.
// Source: `ConverseRequest` of AWS's Bedrock runtime model.

import { alternatingTurns } from '../../core/alternating-turns.ts'
import type { Conversation, TextPart, Turn } from '../../core/conversation.ts'
import type { EncodedRequest, TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject } from '../../core/json.ts'
import { type NameRule, ToolNames } from '../../core/tool-names.ts'
import { CachePoints } from './cache-points.ts'
import { DocumentNames } from './encode-media.ts'
import { encodeMessages } from './encode-messages.ts'
import { encodeModelFields } from './encode-model-fields.ts'
import { planOutput } from './encode-output.ts'
import { encodeTools } from './encode-tools.ts'
import { familyOf } from './model-family.ts'

type Messages = ReturnType<typeof encodeMessages>

/** Source: `ToolSpecification.name` in the API reference. */
const NAME_RULE: NameRule = { legal: /^[a-zA-Z0-9_-]+$/, maxLength: 64 }

export function encodeRequest(conversation: Conversation, target: TargetModel, notes: Notes): EncodedRequest {
  noteMissing(conversation, notes)
  const { system, turns } = alternatingTurns(withoutSilentEnd(conversation.turns))
  const toolNames = ToolNames.of(conversation, NAME_RULE)
  const spoken: readonly Turn[] = [{ role: 'system', kind: 'system', parts: system }, ...turns]
  const cachePoints = new CachePoints(conversation, spoken, target.id, notes)
  const family = familyOf(target.id)
  // Cache points are counted in the order of the prompt: tools, system, messages. The names of calls must be known first.
  const output = planOutput(conversation, target, notes)
  const { toolConfig, forced } = encodeTools(conversation, calledNames(turns, toolNames), {
    target,
    notes,
    toolNames,
    cachePoints,
    output,
  })
  const systemBlocks = encodeSystem(system, output.instruction, cachePoints)
  const context = { target, notes, family, toolNames, cachePoints, documentNames: new DocumentNames() }
  const messages = encodeMessages(turns, context)
  endWithUser(messages, target, notes)
  const lastContent = messages.at(-1)?.content
  if (lastContent !== undefined) cachePoints.add(lastContent, conversation.cache)
  const fields = encodeModelFields(conversation, target, notes, {
    hasTools: toolConfig !== null,
    forced,
    thoughtLost: isThoughtLost(messages),
    prefilled: messages.at(-1)?.role === 'assistant',
  })
  const outputConfig: JsonObject = {
    ...(output.textFormat === null ? {} : { textFormat: output.textFormat }),
    ...(fields.effort === '' ? {} : { effort: fields.effort }),
  }
  const body: JsonObject = {
    messages,
    ...(systemBlocks.length === 0 ? {} : { system: systemBlocks }),
    ...(Object.keys(fields.inferenceConfig).length === 0 ? {} : { inferenceConfig: fields.inferenceConfig }),
    ...(toolConfig === null ? {} : { toolConfig }),
    ...(Object.keys(fields.additional).length === 0 ? {} : { additionalModelRequestFields: fields.additional }),
    ...(fields.responsePaths.length === 0 ? {} : { additionalModelResponseFieldPaths: fields.responsePaths }),
    ...(Object.keys(outputConfig).length === 0 ? {} : { outputConfig }),
    ...encodeServiceTier(conversation, notes),
    ...encodeEndUser(conversation, notes),
  }
  return { body, toolNames, outputTool: output.tool?.name ?? null, headers: {} }
}

/** What Converse has no field for, whatever the model. */
function noteMissing({ sampling, verbosity, cacheKey, turns }: Conversation, notes: Notes): void {
  if (sampling.n !== undefined && sampling.n > 1) {
    notes.refuse('n', 'Bedrock gives one answer per request. Send several requests.')
  }
  if (sampling.seed !== undefined) notes.drop('seed')
  if ((sampling.frequencyPenalty ?? 0) !== 0) notes.drop('frequencyPenalty')
  if ((sampling.presencePenalty ?? 0) !== 0) notes.drop('presencePenalty')
  if (sampling.logprobs === true) notes.drop('logprobs')
  if ((sampling.topLogprobs ?? 0) !== 0) notes.drop('topLogprobs')
  if (Object.keys(sampling.logitBias ?? {}).length > 0) notes.drop('logitBias')
  if (verbosity !== undefined) notes.drop('verbosity')
  if (cacheKey !== undefined) notes.drop('cacheKey')
  for (const turn of turns) if ('name' in turn && turn.name !== undefined) notes.dropAt(nameAt(turn))
}

/** `messages[2].content[0]` -> `messages[2].name` */
function nameAt({ parts }: Turn): string {
  return `${/^\w+\[\d+\]/.exec(parts[0]?.at ?? '')?.[0] ?? 'messages'}.name`
}

// --- turns ---

/** An assistant who says nothing at the end is not continued; there is nothing to continue. */
function withoutSilentEnd(turns: readonly Turn[]): readonly Turn[] {
  let end = turns.length
  for (; end > 0; end -= 1) {
    const turn = turns[end - 1]
    if (turn?.role !== 'assistant') break
    if (turn.parts.some((part) => part.type !== 'reasoning' && (part.type !== 'text' || part.text.trim() !== ''))) break
  }
  return turns.slice(0, end)
}

function calledNames(turns: readonly Turn[], toolNames: ToolNames): ReadonlySet<string> {
  const names = new Set<string>()
  for (const turn of turns) {
    for (const part of turn.parts) {
      if (part.type === 'tool-call') names.add(toolNames.toUpstream(part.name, part.namespace, part.kind))
    }
  }
  return names
}

function encodeSystem(
  system: readonly TextPart[],
  instruction: string | null,
  cachePoints: CachePoints,
): readonly JsonObject[] {
  const blocks: JsonObject[] = []
  for (const part of system) {
    blocks.push({ text: part.text })
    cachePoints.add(blocks, part.cache)
  }
  if (instruction !== null) blocks.push({ text: instruction })
  return blocks
}

/** Some models go on with what the assistant began, and refuse white space at its end; others want the user last (H61). */
function endWithUser(messages: Messages, target: TargetModel, notes: Notes): void {
  const last = messages.at(-1)
  if (last?.role !== 'assistant') return
  const end = last.content.findLastIndex((block) => block['cachePoint'] === undefined)
  const text = last.content[end]?.['text']
  if (typeof text === 'string') last.content[end] = { text: text.trimEnd() }
  if (target.traits.prefill) return
  notes.change('messages', 'continued')
  messages.push({ role: 'user', content: [{ text: 'Continue.' }] })
}

/** In a tool loop, Claude wants its turn to begin with the thought that it began with (H49). */
function isThoughtLost(messages: Messages): boolean {
  const loops = messages.at(-1)?.content.some((block) => block['toolResult'] !== undefined) === true
  return loops && messages.at(-2)?.content[0]?.['reasoningContent'] === undefined
}

// --- the rest ---

/** Words of all dialects for what happens anyway. */
const ORDINARY_TIERS: ReadonlySet<string> = new Set(['auto', 'default', 'standard', 'standard_only'])
const TIERS: ReadonlySet<string> = new Set(['flex', 'priority', 'reserved'])

function encodeServiceTier({ serviceTier }: Conversation, notes: Notes): JsonObject {
  if (serviceTier === undefined || ORDINARY_TIERS.has(serviceTier.toLowerCase())) return {}
  if (TIERS.has(serviceTier.toLowerCase())) return { serviceTier: { type: serviceTier.toLowerCase() } }
  notes.drop('serviceTier')
  return {}
}

/** Claude Code sends JSON as its user id: anything but these characters is refused. */
const METADATA_VALUE = /^[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}$/

function encodeEndUser({ endUser }: Conversation, notes: Notes): JsonObject {
  if (endUser === undefined || endUser === '') return {}
  if (METADATA_VALUE.test(endUser)) return { requestMetadata: { user_id: endUser } }
  notes.drop('endUser')
  return {}
}
