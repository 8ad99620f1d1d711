import { describe, expect, it } from 'vitest'
import { NO_QUIRKS } from '../config/quirks.ts'
import { quirksNamed } from '../config/known-providers.ts'
import { UNKNOWN_MODEL } from '../core/model-traits.ts'
import { bareName } from './bare-name.ts'
import { claudeGeneration } from './claude-traits.ts'
import { traitsOf } from './traits.ts'

describe('the name of a model', () => {
  it.each([
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5-20250929'],
    ['anthropic.claude-opus-4-6-v1', 'claude-opus-4-6'],
    ['global.anthropic.claude-fable-5', 'claude-fable-5'],
    [
      'arn:aws:bedrock:us-east-1:1:inference-profile/eu.anthropic.claude-haiku-4-5-20251001-v1:0',
      'claude-haiku-4-5-20251001',
    ],
    ['claude-sonnet-4-5@20250929', 'claude-sonnet-4-5-20250929'],
    ['claude-opus-4-7@default', 'claude-opus-4-7'],
    ['anthropic/claude-3.5-sonnet:beta', 'claude-3.5-sonnet'],
    ['models/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['publishers/google/models/gemini-3-pro-preview', 'gemini-3-pro-preview'],
    ['amazon.nova-pro-v1:0', 'nova-pro'],
    ['us.meta.llama4-scout-17b-instruct-v1:0', 'llama4-scout-17b-instruct'],
    ['openai/gpt-oss-120b-maas', 'gpt-oss-120b'],
    ['deepseek-ai/deepseek-v3.2-maas', 'deepseek-v3.2'],
    ['gpt-4.1-mini', 'gpt-4.1-mini'],
    ['gpt-5.1-codex', 'gpt-5.1-codex'],
    ['kimi-k2.5', 'kimi-k2.5'],
    ['gemini-2.0-flash', 'gemini-2.0-flash'],
    ['qwen2.5-coder', 'qwen2.5-coder'],
  ])('%s is %s', (given, bare) => expect(bareName(given)).toBe(bare))

  it.each([
    ['claude-3-opus-20240229', 3],
    ['claude-3-haiku-20240307', 3],
    ['claude-3-5-sonnet-20241022', 3.5],
    ['claude-3.5-sonnet', 3.5],
    ['claude-3-7-sonnet-20250219', 3.7],
    ['claude-sonnet-4-20250514', 4],
    ['claude-opus-4-1-20250805', 4.1],
    ['claude-sonnet-4.5', 4.5],
    ['claude-opus-4-8', 4.8],
    ['claude-sonnet-5', 5],
    ['claude-2.1', 2.1],
    ['gpt-4o', undefined],
  ])('%s is of generation %s', (name, generation) => expect(claudeGeneration(name)).toBe(generation))
})

describe('traits', () => {
  const of = (type: Parameters<typeof traitsOf>[0], model: string, quirks?: string, publicId?: string) =>
    traitsOf(type, quirks === undefined ? NO_QUIRKS : quirksNamed(quirks), model, publicId)

  it('follow the generations of Claude', () => {
    const shown = [
      'claude-3-5-sonnet-20241022',
      'claude-sonnet-4-5',
      'claude-opus-4-5',
      'claude-opus-4-6',
      'claude-sonnet-5',
    ]
    expect(
      shown.map((model) => {
        const { sampling, thinking, efforts, structuredOutput, prefill, maxOutputTokens } = of('anthropic', model)
        return [sampling, thinking, efforts.join(' '), structuredOutput, prefill, maxOutputTokens]
      }),
    ).toEqual([
      ['all', 'none', '', 'tool', true, 8192],
      ['one', 'budget', '', 'native', true, 64_000],
      ['one', 'budget', 'low medium high', 'native', true, 64_000],
      ['one', 'adaptive', 'low medium high max', 'native', false, 128_000],
      ['none', 'adaptive', 'low medium high xhigh max', 'native', false, 128_000],
    ])
    expect(of('anthropic', 'claude-opus-9').sampling).toBe('none')
  })

  it('give Claude on a cloud what the cloud takes', () => {
    const bedrock = of('bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0')
    expect(bedrock).toMatchObject({ mediaUrls: false, structuredOutput: 'native', maxTemperature: 1, prefill: true })
    expect(bedrock.maxOutputTokens).toBe(64_000)
    expect(of('vertex', 'claude-sonnet-4-5@20250929')).toMatchObject({ mediaUrls: false, structuredOutput: 'native' })
    expect(of('vertex', 'gemini-2.5-pro')).toMatchObject({ mediaUrls: true, structuredOutput: 'native' })
  })

  it('follow the generations of Gemini', () => {
    const shown = [
      'gemini-2.0-flash',
      'gemini-2.5-flash',
      'gemini-2.5-pro',
      'gemini-3-pro-preview',
      'gemini-flash-latest',
    ]
    expect(
      shown.map((model) => {
        const { thinking, canSkipThinking, efforts } = of('gemini', model)
        return [thinking, canSkipThinking, efforts.join(' ')]
      }),
    ).toEqual([
      ['none', true, ''],
      ['budget', true, ''],
      ['budget', false, ''],
      ['level', false, 'low high'],
      ['level', false, 'minimal low medium high'],
    ])
    expect(of('gemini', 'gemini-2.5-pro').mediaUrls).toBe(false)
  })

  it('follow the families of OpenAI, on Azure by the public id where the deployment says nothing', () => {
    expect(of('openai', 'gpt-4o', 'openai')).toMatchObject({ sampling: 'all', stop: true, systemRole: 'system' })
    expect(of('openai', 'gpt-4', 'openai')).toMatchObject({ structuredOutput: 'tool', strictTools: false })
    expect(of('openai', 'o3', 'openai')).toMatchObject({ sampling: 'none', stop: false, systemRole: 'developer' })
    expect(of('openai', 'gpt-5', 'openai').efforts).toEqual(['minimal', 'low', 'medium', 'high'])
    expect(of('openai', 'gpt-5.1', 'openai')).toMatchObject({
      canSkipThinking: true,
      maxTokensField: 'max_completion_tokens',
    })
    expect(of('openai', 'gpt-5.4-pro', 'openai').efforts).toEqual(['medium', 'high', 'xhigh'])
    expect(of('openai', 'gpt-5-chat-latest', 'openai').sampling).toBe('all')
    expect(of('azure-openai', 'my-deployment', 'openai', 'gpt-5-mini')).toMatchObject({ sampling: 'none' })
    expect(of('azure-openai', 'my-deployment', 'openai')).toMatchObject({ sampling: 'all', maxOutputTokens: 0 })
  })

  it('join what the model and what its server can do', () => {
    expect(of('openai-compatible', 'deepseek-chat', 'deepseek')).toMatchObject({
      forcedTools: true,
      structuredOutput: 'tool',
      maxTokensField: 'max_tokens',
      reasoningField: 'reasoning_content',
    })
    expect(of('openai-compatible', 'deepseek-reasoner', 'deepseek')).toMatchObject({
      forcedTools: false,
      structuredOutput: 'none',
    })
    expect(of('openai-compatible', 'kimi-k2.5', 'moonshot')).toMatchObject({ sampling: 'none', forcedTools: false })
    expect(of('openai-compatible', 'moonshot-v1-128k', 'moonshot')).toMatchObject({
      sampling: 'all',
      maxTemperature: 1,
    })
    expect(of('openai-compatible', 'grok-4.3', 'xai').efforts).toEqual(['none', 'low', 'medium', 'high'])
    expect(of('openai-compatible', 'anthropic/claude-sonnet-4.5', 'openrouter')).toMatchObject({
      thinking: 'effort',
      maxTemperature: 1,
      reasoningField: 'reasoning',
    })
  })

  it('trust a model about which nothing is known with everything', () => {
    expect(of('openai-compatible', 'something-of-tomorrow')).toEqual(UNKNOWN_MODEL)
    expect(of('openai-compatible', 'something-of-tomorrow')).toBe(of('openai-compatible', 'something-of-tomorrow'))
  })
})
