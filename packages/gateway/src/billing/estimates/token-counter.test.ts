import { afterAll, describe, expect, it } from 'vitest'
import { TokenCounter } from './token-counter.ts'

describe('tokens of a text', () => {
  const counter = new TokenCounter()
  afterAll(() => counter[Symbol.dispose]())

  it('are counted in a thread, about as OpenAI does it', async () => {
    expect(await counter.count('')).toBe(0)
    expect(await counter.count('Hello, world!')).toBe(4)
    expect(await counter.count('The quick brown fox jumps over the lazy dog.')).toBe(10)
    const chinese = await counter.count('北京是中国的首都')
    expect(chinese).toBeGreaterThan(2)
    expect(chinese).toBeLessThan(9)
  })

  it('are counted for names of special tokens, which are text in an answer', async () => {
    expect(await counter.count('<|endoftext|>')).toBeGreaterThan(1)
  })

  it('do not take for ever in a text that is one long word, and hardly differ for being counted in pieces', async () => {
    const startedMs = performance.now()
    const tokens = await counter.count('a'.repeat(100_000))
    expect(tokens).toBeGreaterThan(10_000)
    expect(performance.now() - startedMs).toBeLessThan(3_000)
    const words = ' fairlead carries every line to its model'
    const one = (await counter.count(words)) ?? 0
    const many = (await counter.count(words.repeat(500))) ?? 0
    expect(Math.abs(many - one * 500)).toBeLessThan(one * 10)
  })

  it('are guessed from its beginning where a text is very long', async () => {
    const part = (await counter.count('some words '.repeat(10_000))) ?? 0
    const whole = (await counter.count('some words '.repeat(100_000))) ?? 0
    expect(Math.abs(whole - 10 * part)).toBeLessThan(part / 10)
  })

  it('are not counted for those who ask while too many wait, or when it has ended', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => counter.count('words '.repeat(100))))
    expect(answers.filter((tokens) => tokens === null)).toHaveLength(8)
    const ended = new TokenCounter()
    const waiting = ended.count('words')
    ended[Symbol.dispose]()
    expect(await waiting).toBe(null)
  })
})
