// A conversation into a request of the Messages API, exactly as far as the model can take it.

import type { Conversation, TextPart, Turn } from '../../core/conversation.ts'
import type { EncodedRequest, TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import { objectOf, type JsonObject } from '../../core/json.ts'
import { ToolNames } from '../../core/tool-names.ts'
import { arrangeTurns, type ArrangedTurns } from './arrange-turns.ts'
import { billingBlocks, isBillingKey } from './billing-block.ts'
import { limitCacheMarks } from './cache-marks.ts'
import { encodeMessages, withMark, type DraftMessage } from './encode-messages.ts'
import { planOutput, type OutputPlan } from './encode-output.ts'
import { planThinking, type ThinkingLimits, type ThinkingPlan } from './encode-reasoning.ts'
import { encodeSampling, encodeService, encodeStop, noteForeignKnobs } from './encode-sampling.ts'
import { encodeTools, pastTools } from './encode-tools.ts'
import { API_VERSION, DIALECT, TOOL_NAME_RULE, usableSeal, writeCacheMark, type Draft } from './wire.ts'

/** `max_tokens` is required; this is said when neither the client nor the catalogue has a figure. */
const DEFAULT_MAX_TOKENS = 8_192

export function encodeRequest(conversation: Conversation, target: TargetModel, notes: Notes): EncodedRequest {
  noteForeignKnobs(conversation, notes)
  const toolNames = ToolNames.of(conversation, TOOL_NAME_RULE)
  const output = planOutput(conversation, target, notes)
  const offered = encodeTools(conversation, output, target, toolNames, notes)
  const arranged = arrangeTurns(conversation.turns, target.traits)
  if (arranged.continued) notes.change('messages', 'continued')
  const blockedBy = offered.forced ? 'forced-tool' : whyNotThinking(arranged, target)
  const limits = { ...maxTokens(conversation, target, notes), blockedBy, own: conversation.dialect === DIALECT }
  const plan = planThinking(conversation.reasoning, target.traits, limits, notes)
  const keepReasoning = keepsReasoning(plan, limits, target)
  const messages = encodeMessages(arranged.turns, { target, notes, toolNames, keepReasoning })
  const past = offered.tools.length > 0 || conversation.dialect === DIALECT ? [] : pastTools(messages)
  const tools = past.length === 0 ? offered.tools : past
  const choice = past.length === 0 ? offered.choice : { type: 'none' }
  const system = encodeSystem(arranged.system, output, conversation)
  const blocks = [...tools, ...system, ...messages.flatMap((message) => message.content)]
  if (limitCacheMarks(blocks, conversation.cache === undefined ? 0 : 1)) notes.change('cache', 'last-4')
  const own = conversation.dialect === DIALECT ? ownFields(conversation.extensions) : {}
  const body: Draft = {
    model: target.id,
    max_tokens: plan.maxTokens,
    ...(system.length === 0 ? {} : { system }),
    messages: messages.map(writeMessage),
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice === null ? {} : { tool_choice: choice }),
    ...encodeSampling(conversation, target, isOn(plan), notes),
    ...encodeStop(conversation, target, notes),
    ...(plan.thinking === null ? {} : { thinking: plan.thinking }),
    ...(conversation.cache === undefined ? {} : { cache_control: writeCacheMark(conversation.cache) }),
    ...own,
    ...outputConfig(plan, output, own),
    ...encodeService(conversation, notes),
    ...(conversation.stream ? { stream: true } : {}),
  }
  return { body, toolNames, outputTool: output.tool?.name ?? null, headers: { 'anthropic-version': API_VERSION } }
}

function maxTokens(
  { maxOutputTokens }: Conversation,
  { traits }: TargetModel,
  notes: Notes,
): Pick<ThinkingLimits, 'maxTokens' | 'maxTokensGiven'> {
  const roof = traits.maxOutputTokens
  if (maxOutputTokens === undefined) return { maxTokens: roof === 0 ? DEFAULT_MAX_TOKENS : roof, maxTokensGiven: false }
  if (roof === 0 || maxOutputTokens <= roof) return { maxTokens: maxOutputTokens, maxTokensGiven: true }
  notes.change('maxOutputTokens', roof)
  return { maxTokens: roof, maxTokensGiven: true }
}

/** In a loop of tools the last assistant turn must begin with what was thought; lost, it cannot be asked for (H49). */
function whyNotThinking({ turns }: ArrangedTurns, target: TargetModel): ThinkingLimits['blockedBy'] {
  const speakers = turns.filter((turn) => turn.role !== 'system')
  const last = speakers.at(-1)
  if (last?.role === 'assistant') return beginsWithThinking(last, target) ? null : 'prefill'
  if (last === undefined || !last.parts.some((part) => part.type === 'tool-result')) return null
  const before = speakers.at(-2)
  return before === undefined || beginsWithThinking(before, target) ? null : 'lost-thinking'
}

function beginsWithThinking(turn: Turn, target: TargetModel): boolean {
  const sent = turn.parts.find(
    (part) => part.type !== 'reasoning' || usableSeal(part.seal, part.redacted, target.origin) !== null,
  )
  return sent?.type === 'reasoning'
}

function isOn({ thinking }: ThinkingPlan): boolean {
  return thinking !== null && thinking['type'] !== 'disabled'
}

function keepsReasoning(plan: ThinkingPlan, { blockedBy }: ThinkingLimits, { traits }: TargetModel): boolean {
  if (traits.thinking === 'none') return false
  return isOn(plan) || blockedBy === null || blockedBy === 'forced-tool'
}

function encodeSystem(parts: readonly TextPart[], output: OutputPlan, conversation: Conversation): Draft[] {
  const blocks: Draft[] = []
  if (conversation.dialect === DIALECT)
    for (const block of billingBlocks(conversation.extensions)) blocks.push({ ...block })
  for (const part of parts) blocks.push(withMark({ type: 'text', text: part.text }, part))
  if (output.instruction !== null) blocks.push({ type: 'text', text: output.instruction })
  return blocks
}

/** One block of plain text is written as a string, which every server of this dialect can read. */
function writeMessage({ role, content }: DraftMessage): JsonObject {
  const [only] = content
  const plain = content.length === 1 && only?.['type'] === 'text' && Object.keys(only).length === 2
  return { role, content: plain ? (only['text'] ?? '') : content }
}

/** What came from this dialect and has no other place. */
function ownFields(extensions: JsonObject): Draft {
  const fields: Draft = {}
  for (const [key, value] of Object.entries(extensions)) if (!isBillingKey(key)) fields[key] = value
  return fields
}

function outputConfig(plan: ThinkingPlan, output: OutputPlan, own: Draft): Draft {
  const config: Draft = { ...objectOf(own['output_config']) }
  if (plan.effort !== null) config['effort'] = plan.effort
  if (output.format !== null) config['format'] = output.format
  return Object.keys(config).length === 0 ? {} : { output_config: config }
}
