// POST /v1/completions: the legacy endpoint, a prompt in place of messages.

import { answerText } from './answers.ts'
import { checkSampling, readModel, readStop, readStreaming } from './chat-request.ts'
import { badField } from './errors.ts'
import { checkLength, readDirectives } from './faults.ts'
import { optionalBoolean, optionalNumber } from './fields.ts'
import type { JsonObject } from './fields.ts'
import { limitText } from './limit-text.ts'
import type { LimitedText } from './limit-text.ts'
import type { Answer, ReplyContext, StreamEvent } from './reply.ts'
import { readTextInput } from './text-input.ts'
import { splitTokens } from './tokens.ts'

/** OpenAI's own default, which is why an answer without `max_tokens` is so short. */
const DEFAULT_MAX_TOKENS = 16

/** Prompts times `n`. */
const MAX_ANSWERS = 2048

export function completions(body: JsonObject, context: ReplyContext): Answer {
  const model = readModel(body)
  // A request without a prompt starts from an empty text, as documented.
  const prompts = readTextInput('prompt', body['prompt'] ?? '')
  checkSampling(body)
  const n = optionalNumber(body, 'n', { min: 1, max: 128, integer: true }) ?? 1
  optionalNumber(body, 'best_of', { min: 1, max: 20, integer: true })
  const maxTokens = optionalNumber(body, 'max_tokens', { min: 0, integer: true }) ?? DEFAULT_MAX_TOKENS
  const echo = optionalBoolean(body, 'echo') ?? false
  const stop = readStop(body)
  const { stream, includeUsage } = readStreaming(body)

  const { directives } = readDirectives(prompts[0]?.text ?? '')
  const answers = prompts.length * n
  if (answers > MAX_ANSWERS)
    throw badField(`At most ${MAX_ANSWERS} answers in one call, not ${answers}.`, 'n', 'invalid_value')
  checkLength(directives, answers)
  const tokens = directives.answerTokens
  const choices = prompts.flatMap(({ text }) =>
    Array.from({ length: n }, (_, variant) => {
      const prompt = readDirectives(text).text
      const answer = answerText({ model, prompt, attachments: 0, toolResults: [], variant, tokens })
      const limited = limitText(answer, stop, tokens === undefined ? maxTokens : Infinity)
      return echo ? { ...limited, text: text + limited.text } : limited
    }),
  )
  const promptTokens = prompts.reduce((sum, prompt) => sum + prompt.tokens, 0)
  const completionTokens = choices.reduce((sum, choice) => sum + choice.tokens, 0)
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
  const head = {
    id: context.newId('cmpl-'),
    object: 'text_completion',
    created: context.createdS,
    model,
    system_fingerprint: 'fp_simulator',
  }
  if (stream) {
    return { directives, reply: { kind: 'stream', events: chunks(head, choices, includeUsage, usage), done: true } }
  }
  const list = choices.map(({ text, finishReason }, index) => ({
    text,
    index,
    logprobs: null,
    finish_reason: finishReason,
  }))
  return { directives, reply: { kind: 'json', body: { ...head, choices: list, usage } } }
}

function* chunks(
  head: JsonObject,
  choices: readonly LimitedText[],
  includeUsage: boolean,
  usage: JsonObject,
): Generator<StreamEvent> {
  const noUsage = includeUsage ? { usage: null } : {}
  const lists = choices.map((choice) => splitTokens(choice.text))
  const longest = Math.max(...lists.map((list) => list.length))
  for (let step = 0; step <= longest; step++) {
    for (const [index, list] of lists.entries()) {
      if (step > list.length) continue
      const finishReason = step === list.length ? (choices[index]?.finishReason ?? 'stop') : null
      const choice = { text: list[step] ?? '', index, logprobs: null, finish_reason: finishReason }
      yield { data: { ...head, choices: [choice], ...noUsage }, afterTokens: step }
    }
  }
  if (includeUsage) yield { data: { ...head, choices: [], usage }, afterTokens: longest }
}
