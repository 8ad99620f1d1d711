import { describe, expect, it } from 'vitest'
import type { Conversation, Part } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { JsonObject } from '../../core/json.ts'
import {
  SONNET,
  OPUS_48,
  NOVA,
  LLAMA,
  GPT_OSS,
  model,
  encode,
  refusal,
  user,
  assistant,
  call,
  result,
  tool,
  LOOP,
} from './__fixtures__/talk.ts'

describe('limits, sampling and thinking', () => {
  it('what Converse has no field for is dropped by name, and several answers are refused', () => {
    const { notes } = encode({
      sampling: {
        stop: [],
        seed: 1,
        frequencyPenalty: 1,
        presencePenalty: 1,
        logprobs: true,
        topLogprobs: 2,
        logitBias: { '1': 1 },
        n: 1,
      },
      verbosity: 'low',
      cacheKey: 'k',
      turns: [{ ...user('Hello'), name: 'Ann' }],
    })
    expect(notes).toBe(
      'seed, frequencyPenalty, presencePenalty, logprobs, topLogprobs, logitBias, verbosity, cacheKey, messages[0].name',
    )
    expect(
      encode({ sampling: { stop: [], frequencyPenalty: 0, logprobs: false, topLogprobs: 0, logitBias: {} } }).notes,
    ).toBe('')
    expect(refusal({ sampling: { stop: [], n: 2 } }).param).toBe('n')
  })

  it('temperatures are clamped to 1 and shown; Claude 4.5 gets one of two, later ones none', () => {
    expect(encode({ sampling: { stop: [], temperature: 1.7 } }, NOVA)).toMatchObject({
      notes: 'temperature=1',
      body: { inferenceConfig: { temperature: 1 } },
    })
    expect(encode({ sampling: { stop: [], temperature: 0.5, topP: 0.9 } })).toMatchObject({
      notes: 'topP',
      body: { inferenceConfig: { temperature: 0.5 } },
    })
    const none = encode({ sampling: { stop: [], temperature: 0.5, topP: 0.9, topK: 5 } }, OPUS_48)
    expect(none.notes).toBe('temperature, topP, topK')
    expect(none.body['inferenceConfig']).toBeUndefined()
  })

  it('top_k goes where each family has it', () => {
    const fields = (target: TargetModel) => encode({ sampling: { stop: [], topK: 5 } }, target)
    expect(fields(SONNET).body['additionalModelRequestFields']).toEqual({ top_k: 5 })
    expect(fields(NOVA).body['additionalModelRequestFields']).toEqual({ inferenceConfig: { topK: 5 } })
    expect(fields(LLAMA).notes).toBe('topK')
  })

  it('H63: limits above the model’s are clamped and shown', () => {
    expect(encode({ maxOutputTokens: 100_000 })).toMatchObject({
      notes: 'maxOutputTokens=64000',
      body: { inferenceConfig: { maxTokens: 64_000 } },
    })
  })

  it('H66: stop sequences, and the one that matched is asked for', () => {
    const { body, notes } = encode({ sampling: { stop: ['END', ' '] }, stream: true })
    expect(body).toMatchObject({
      inferenceConfig: { stopSequences: ['END'] },
      additionalModelResponseFieldPaths: ['/delta/stop_sequence', '/stop_sequence'],
    })
    expect(notes).toBe('stop')
    expect(refusal({ sampling: { stop: ['x'] } }, model('openai.gpt-oss', { stop: false })).param).toBe('stop')
  })

  it('H59: thinking is asked for in the words of each model', () => {
    const fields = (reasoning: Conversation['reasoning'], target: TargetModel, more: Partial<Conversation> = {}) => {
      const { body, notes } = encode({ reasoning, ...more }, target)
      return [
        body['additionalModelRequestFields'],
        (body['outputConfig'] as JsonObject | undefined)?.['effort'],
        body['inferenceConfig'],
        notes,
      ]
    }
    const budget = (budget_tokens: number) => ({ thinking: { type: 'enabled', budget_tokens } })
    expect(fields({ effort: 'medium' }, SONNET)).toEqual([budget(8_192), undefined, { maxTokens: 16_384 }, ''])
    expect(fields({ budgetTokens: 3_000 }, SONNET, { maxOutputTokens: 2_000 })).toEqual([
      budget(1_999),
      undefined,
      { maxTokens: 2_000 },
      'budgetTokens=1999',
    ])
    expect(fields({ effort: 'high' }, SONNET, { maxOutputTokens: 10_000 })).toEqual([
      budget(8_000),
      undefined,
      { maxTokens: 10_000 },
      '',
    ])
    expect(fields({ effort: 'low' }, SONNET, { maxOutputTokens: 500 })).toEqual([
      undefined,
      undefined,
      { maxTokens: 500 },
      'effort',
    ])
    expect(fields({ effort: 'none' }, SONNET)).toEqual([undefined, undefined, undefined, ''])
    expect(fields({ effort: 'xhigh', visible: true }, OPUS_48)).toEqual([
      { thinking: { type: 'adaptive', display: 'summarized' } },
      'xhigh',
      undefined,
      '',
    ])
    expect(fields({ budgetTokens: 5_000 }, OPUS_48)).toEqual([
      { thinking: { type: 'adaptive' } },
      'medium',
      undefined,
      'budgetTokens=medium',
    ])
    expect(fields({ effort: 'none' }, OPUS_48)).toEqual([{ thinking: { type: 'disabled' } }, undefined, undefined, ''])
    expect(fields({ effort: 'xhigh' }, GPT_OSS)).toEqual([
      { reasoning_effort: 'high' },
      undefined,
      undefined,
      'effort=high',
    ])
    expect(fields({ effort: 'low' }, NOVA)).toEqual([
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } },
      undefined,
      undefined,
      '',
    ])
    expect(fields({ effort: 'low' }, LLAMA)).toEqual([undefined, undefined, undefined, 'effort'])
  })

  it('thinking Claude is left alone with temperatures, and does not think when forced, begun for, or without its thought', () => {
    const think = { reasoning: { effort: 'low' }, maxOutputTokens: 9_000 } as const
    const plain = encode(
      { ...think, sampling: { stop: [], temperature: 0.2, topP: 0.99, topK: 3 } },
      model('anthropic.claude-3-7', { thinking: 'budget' }),
    )
    expect(plain.notes).toBe('temperature, topK')
    expect(plain.body['inferenceConfig']).toEqual({ maxTokens: 9_000, topP: 0.99 })
    const barred = [
      { tools: [tool('now')], toolChoice: { mode: 'required', given: true } } as const,
      { turns: [user('a'), assistant('It is')] },
      { turns: LOOP },
    ]
    for (const more of barred) {
      const { body, notes } = encode({ ...think, ...more })
      expect(body['additionalModelRequestFields']).toBeUndefined()
      expect(notes).toBe('effort')
    }
    const seal = { dialect: 'bedrock-converse', data: 'x' } as const
    const thought: Part = { type: 'reasoning', at: '', text: 'Hm', summary: [], redacted: false, seal }
    const kept = encode({ ...think, turns: [user('?'), assistant(thought, call('a')), user(result('a'))] })
    expect(kept.body['additionalModelRequestFields']).toMatchObject({ thinking: { type: 'enabled' } })
  })

  it('H59: of Anthropic’s betas only those that Converse knows and that need nothing else', () => {
    const anthropic_beta = [
      'claude-code-20250219',
      'context-1m-2025-08-07',
      'context-management-2025-06-27',
      'interleaved-thinking-2025-05-14',
      7,
    ]
    const asked = { dialect: 'anthropic-messages', extensions: { anthropic_beta, context_management: {} } } as const
    expect(encode(asked).body['additionalModelRequestFields']).toEqual({ anthropic_beta: ['context-1m-2025-08-07'] })
    expect(encode({ ...asked, reasoning: { effort: 'low' } }).body['additionalModelRequestFields']).toMatchObject({
      anthropic_beta: ['context-1m-2025-08-07', 'interleaved-thinking-2025-05-14'],
    })
    expect(encode(asked, NOVA).body['additionalModelRequestFields']).toBeUndefined()
    expect(encode({ ...asked, dialect: 'openai-chat' }).body['additionalModelRequestFields']).toBeUndefined()
  })

  it('service tiers and end users are sent where they are legal', () => {
    expect(encode({ serviceTier: 'priority' }).body['serviceTier']).toEqual({ type: 'priority' })
    expect(encode({ serviceTier: 'auto' })).toMatchObject({ notes: '' })
    expect(encode({ serviceTier: 'turbo' })).toMatchObject({ notes: 'serviceTier' })
    expect(encode({ endUser: 'user-7 @x' }).body['requestMetadata']).toEqual({ user_id: 'user-7 @x' })
    expect(encode({ endUser: '{"device_id":"a"}' })).toMatchObject({ notes: 'endUser' })
  })
})
