// POST /v1/chat/completions

import { answerText, label } from './answers.ts'
import { readChatRequest } from './chat-request.ts'
import type { ChatRequest } from './chat-request.ts'
import { checkLength, readDirectives } from './faults.ts'
import type { Directives } from './faults.ts'
import type { JsonObject } from './fields.ts'
import { sampleFromSchema } from './from-schema.ts'
import { limitText } from './limit-text.ts'
import type { Answer, ReplyContext, StreamEvent } from './reply.ts'
import { countTokens, splitTokens } from './tokens.ts'
import { chooseCalls, pieces } from './tools.ts'
import type { ToolCall } from './tools.ts'

/** One of the `n` answers: text, or calls of tools. */
interface Choice {
  readonly text: string | null
  readonly calls: readonly (ToolCall & { readonly id: string })[]
  readonly finishReason: 'stop' | 'length' | 'tool_calls' | 'function_call'
  readonly tokens: number
}

interface Usage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly prompt_tokens_details: JsonObject
  readonly completion_tokens_details: JsonObject
}

export function chat(body: JsonObject, context: ReplyContext): Answer {
  const request = readChatRequest(body)
  const { directives, text } = readDirectives(request.conversation.prompt)
  checkLength(directives, request.n)
  const choices = Array.from({ length: request.n }, (_, index) => choose(request, directives, text, index, context))
  const head = {
    id: context.newId('chatcmpl-'),
    object: request.stream ? 'chat.completion.chunk' : 'chat.completion',
    created: context.createdS,
    model: request.model,
  }
  const tail = { service_tier: 'default', system_fingerprint: 'fp_simulator' }
  const usage = countUsage(request, choices)
  if (request.stream) {
    const events = stream({ ...head, ...tail }, request, choices, usage)
    return { directives, reply: { kind: 'stream', events, done: true } }
  }
  const list = choices.map((choice, index) => ({
    index,
    message: {
      role: 'assistant',
      content: choice.text,
      refusal: null,
      annotations: [],
      ...callFields(choice, request),
    },
    logprobs: null,
    finish_reason: choice.finishReason,
  }))
  return { directives, reply: { kind: 'json', body: { ...head, choices: list, usage, ...tail } } }
}

function choose(
  request: ChatRequest,
  directives: Directives,
  prompt: string,
  variant: number,
  context: ReplyContext,
): Choice {
  const { conversation, model, format } = request
  const calls =
    conversation.toolResults.length > 0
      ? []
      : chooseCalls(request.tools, request.toolChoice, prompt, {
          parallel: request.parallelCalls,
          asked: directives.tool,
        })
  if (calls.length > 0) {
    const tokens = calls.reduce((sum, call) => sum + countTokens(call.name) + countTokens(call.input), 0)
    const finishReason = request.legacyFunctions ? 'function_call' : 'tool_calls'
    return { text: null, calls: calls.map((call) => ({ ...call, id: context.newId('call_') })), finishReason, tokens }
  }
  const { toolResults, attachments } = conversation
  const tokens = directives.answerTokens
  const plain = answerText({ model, prompt, attachments, toolResults, variant, tokens })
  const limited = limitText(asFormat(plain, prompt, model, format), request.stop, request.maxTokens)
  return { text: limited.text, calls: [], finishReason: limited.finishReason, tokens: limited.tokens }
}

/** JSON has no room for a label in front of it: an object carries it as a field, a schema fixes every field itself. */
function asFormat(plain: string, prompt: string, model: string, format: ChatRequest['format']): string {
  if (format.type === 'text') return plain
  if (format.type === 'json_schema') return JSON.stringify(sampleFromSchema(format.schema, prompt))
  return JSON.stringify({ simulated: true, model, answer: plain.slice(label(model).length) })
}

function countUsage({ conversation, tools }: ChatRequest, choices: readonly Choice[]): Usage {
  // As OpenAI counts: three tokens around each message and one for its role, three to start the answer.
  let prompt = 3 + conversation.messageCount * 4
  for (const text of conversation.texts) prompt += countTokens(text)
  prompt += conversation.attachments * 85
  if (tools.length > 0) prompt += countTokens(JSON.stringify(tools))
  const completion = choices.reduce((sum, choice) => sum + choice.tokens, 0)
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

function callFields({ calls }: Choice, { legacyFunctions }: ChatRequest): JsonObject {
  const [first] = calls
  if (first === undefined) return {}
  if (legacyFunctions) return { function_call: { name: first.name, arguments: first.input } }
  return {
    tool_calls: calls.map((call) => ({ id: call.id, type: call.kind, [call.kind]: callBody(call, call.input) })),
  }
}

function callBody(call: ToolCall, input: string): JsonObject {
  return call.kind === 'function' ? { name: call.name, arguments: input } : { name: call.name, input }
}

/** The answers' chunks in the order of time: the k-th piece of every choice, then the next of each. */
function* stream(
  head: JsonObject,
  request: ChatRequest,
  choices: readonly Choice[],
  usage: Usage,
): Generator<StreamEvent> {
  const noUsage = request.includeUsage ? { usage: null } : {}
  const chunk = (index: number, delta: JsonObject, finishReason: string | null = null): JsonObject => ({
    ...head,
    choices: [{ index, delta, logprobs: null, finish_reason: finishReason }],
    ...noUsage,
  })
  const deltas = choices.map((choice) => [
    ...(choice.text === null ? callDeltas(choice, request) : textDeltas(choice.text)),
  ])
  for (const index of choices.keys()) {
    const content = choices[index]?.text === null ? null : ''
    const delta = { role: 'assistant', content, refusal: null }
    yield { data: chunk(index, delta), afterTokens: 0, opening: true }
  }
  const longest = Math.max(...deltas.map((list) => list.length))
  for (let step = 0; step <= longest; step++) {
    for (const [index, list] of deltas.entries()) {
      const delta = list[step]
      if (delta !== undefined) yield { data: chunk(index, delta), afterTokens: step }
      else if (step === list.length) {
        yield { data: chunk(index, {}, choices[index]?.finishReason ?? 'stop'), afterTokens: step }
      }
    }
  }
  if (request.includeUsage) yield { data: { ...head, choices: [], usage }, afterTokens: longest }
}

function* textDeltas(text: string): Generator<JsonObject> {
  for (const content of splitTokens(text)) yield { content }
}

function* callDeltas({ calls }: Choice, { legacyFunctions }: ChatRequest): Generator<JsonObject> {
  for (const [index, call] of calls.entries()) {
    if (legacyFunctions) yield { function_call: { name: call.name, arguments: '' } }
    else yield { tool_calls: [{ index, id: call.id, type: call.kind, [call.kind]: callBody(call, '') }] }
    for (const piece of pieces(call.input)) {
      const field = call.kind === 'function' ? { arguments: piece } : { input: piece }
      yield legacyFunctions ? { function_call: field } : { tool_calls: [{ index, [call.kind]: field }] }
    }
  }
}
