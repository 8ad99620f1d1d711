import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readUsage, readUsageSpan, writeUsage } from './usage.ts'
import { tokenUsage, type TokenUsage } from '../../core/token-usage.ts'

const counts = (input: number, output: number, more: Partial<TokenUsage> = {}): TokenUsage =>
  tokenUsage({ input, output, ...more })

describe('token counts', () => {
  it('H55: cached and thought tokens are counted once, as each server has them', () => {
    const details = { prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 3 } }
    expect(readUsage({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, ...details })).toEqual(
      counts(10, 5, { cacheRead: 4, cacheWrite5m: 3 }),
    )
    expect(readUsage({ prompt_tokens: 10, completion_tokens: 5, prompt_cache_hit_tokens: 6 })).toEqual(
      counts(10, 5, { cacheRead: 6 }),
    )
    expect(readUsage({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cached_tokens: 6 })).toEqual(
      counts(10, 5, { cacheRead: 6 }),
    )
  })

  it('H55: thinking that only the total has is counted too, where that is certain', () => {
    const xai = {
      prompt_tokens: 291,
      completion_tokens: 26,
      total_tokens: 513,
      completion_tokens_details: { reasoning_tokens: 196 },
    }
    expect(readUsage(xai)).toEqual(counts(291, 222, { reasoning: 196 }))
    expect(readUsage({ prompt_tokens: 7, completion_tokens: 12, total_tokens: 402 })).toEqual(
      counts(7, 395, { reasoning: 383 }),
    )
    const uncertain = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 40,
      prompt_tokens_details: { cached_tokens: 25 },
    }
    expect(readUsage(uncertain)).toMatchObject({ output: 5 })
    expect(readUsage({ total_tokens: 9 })).toEqual(counts(0, 0))
  })

  it('are the same read from text and read from an object', () => {
    const count = fc.nat(50)
    const usage = fc.record(
      {
        prompt_tokens: count,
        completion_tokens: count,
        total_tokens: count,
        cached_tokens: count,
        prompt_tokens_details: fc.record(
          { cached_tokens: count, audio_tokens: count, cache_write_tokens: count },
          { requiredKeys: [] },
        ),
        completion_tokens_details: fc.record({ reasoning_tokens: count, audio_tokens: count }, { requiredKeys: [] }),
      },
      { requiredKeys: ['prompt_tokens'] },
    )
    fc.assert(
      fc.property(usage, (value) => {
        const text = JSON.stringify(value)
        expect(readUsageSpan(text, 0, text.length)).toEqual(readUsage(value))
      }),
    )
  })

  it('come back as they were written, with the cost as it was given', () => {
    const usage = tokenUsage({
      input: 10,
      cacheRead: 4,
      cacheWrite5m: 3,
      audioInput: 1,
      output: 5,
      reasoning: 2,
      imageOutput: 1,
    })
    expect(readUsage(JSON.parse(JSON.stringify(writeUsage(usage, null))))).toEqual(usage)
    expect(JSON.stringify(writeUsage(usage, { costJson: () => '0.0000000010' }))).toContain('"cost":0.0000000010}')
  })
})
