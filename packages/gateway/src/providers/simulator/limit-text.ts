import { splitTokens } from './tokens.ts'

export interface LimitedText {
  readonly text: string
  readonly tokens: number
  readonly finishReason: 'stop' | 'length'
}

/** Ends a text where a model would: before the first stop sequence, or after so many tokens, whichever comes first. */
export function limitText(text: string, stop: readonly string[], maxTokens: number): LimitedText {
  const ends = stop.map((sequence) => text.indexOf(sequence)).filter((at) => at >= 0)
  const tokens = splitTokens(text.slice(0, Math.min(text.length, ...ends)))
  const kept = tokens.slice(0, maxTokens)
  return { text: kept.join(''), tokens: kept.length, finishReason: kept.length < tokens.length ? 'length' : 'stop' }
}
