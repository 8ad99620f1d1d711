import { describe, expect, it } from 'vitest'
import { PLAIN_BOUNDS } from '../../../core/price-bounds.ts'
import type { RankedModel } from '../picker/picker.ts'
import { viewRequest, type RequestView } from '../view/request-view.ts'
import {
  Conversations,
  textMark,
  tokensIfAlwaysAsked,
  warmTokens,
  withWarm,
  type Conversation,
} from './conversation.ts'
import { stayOrLeave, troublesNow, type Choice } from './stay-or-leave.ts'

const model = (id: string, quality: number, utility: number): RankedModel => ({
  id,
  quality,
  utility,
  costNanos: 1,
  aboveFloor: true,
})
const weak = model('weak', 0.8, 0.79)
const middle = model('middle', 0.85, 0.793)
const strong = model('strong', 0.95, 0.7)

function viewOf(text: string, body: Record<string, unknown> = {}): RequestView {
  const whole = { messages: [{ role: 'user', content: text }], ...body }
  return viewRequest({ text: JSON.stringify(whole), maxOutputTokens: 0, bounds: PLAIN_BOUNDS })
}

function conversation(rest: Partial<Conversation> = {}): Conversation {
  return {
    key: 'k',
    model: 'weak',
    atMs: 1_000,
    knobs: '5/0.97',
    turnCount: 1,
    lastUser: textMark('before'),
    troubles: 0,
    holdUntilTurn: 0,
    warm: [],
    tokens: 500,
    ...rest,
  }
}

function choose(
  of: Conversation | null,
  view = viewOf('now'),
  rest: { isNamed?: boolean; floor?: number; knobs?: string } = {},
): Choice {
  const ranked = [middle, weak, strong]
  return stayOrLeave(middle, { ranked, floor: 0.7, conversation: of, view, isNamed: false, knobs: '5/0.97', ...rest })
}

describe('a conversation', () => {
  it('gets the best when it is new, or its model is gone', () => {
    expect(choose(null)).toEqual({ model: middle, reason: 'best' })
    expect(choose(conversation({ model: 'gone' }))).toEqual({ model: middle, reason: 'best' })
  })

  it('stays for less than a clear gain, and leaves for one', () => {
    expect(choose(conversation())).toEqual({ model: weak, reason: 'kept' })
    expect(choose(conversation({ model: 'strong' }))).toEqual({ model: middle, reason: 'switched' })
  })

  it('leaves a model that is below the floor for what is asked now', () => {
    expect(choose(conversation(), viewOf('now'), { floor: 0.84 })).toEqual({ model: middle, reason: 'switched' })
    // However cheap it is.
    const cheap = { ...weak, utility: 0.9 }
    const view = viewOf('now')
    const situation = { floor: 0.84, conversation: conversation(), view, isNamed: false, knobs: '5/0.97' }
    expect(stayOrLeave(middle, { ...situation, ranked: [middle, cheap] })).toEqual({
      model: middle,
      reason: 'switched',
    })
  })

  it('is picked for anew when the knobs are others', () => {
    expect(choose(conversation(), viewOf('now'), { knobs: '0/1' })).toEqual({ model: middle, reason: 'switched' })
  })

  it('goes to a stronger model on trouble, and to no weaker one for a while', () => {
    expect(choose(conversation({ troubles: 2 }))).toEqual({ model: middle, reason: 'escalated' })
    expect(choose(conversation({ model: 'strong', troubles: 2 }))).toEqual({ model: strong, reason: 'kept' })
    expect(choose(conversation({ model: 'strong', holdUntilTurn: 3 }))).toEqual({ model: strong, reason: 'kept' })
  })

  it('takes the same question for trouble, unless it is the first of somebody without a name', () => {
    const again = conversation({ lastUser: textMark('now') })
    expect(choose(again).reason).toBe('kept')
    expect(choose(again, viewOf('now'), { isNamed: true }).reason).toBe('escalated')
  })

  it('never leaves in a tool loop, whatever has happened', () => {
    const loop = viewOf('', {
      messages: [
        { role: 'user', content: 'now' },
        { role: 'tool', content: 'error: none' },
      ],
    })
    expect(choose(conversation({ troubles: 9 }), loop, { floor: 1, knobs: '0/1' })).toEqual({
      model: weak,
      reason: 'tool-loop',
    })
    expect(troublesNow(conversation({ troubles: 1 }), loop)).toBe(2)
    expect(troublesNow(conversation({ troubles: 1 }), viewOf('now'))).toBe(0)
  })
})

describe('what is remembered', () => {
  it('is told to the other processes, and the newest counts', () => {
    const told: Conversation[] = []
    const conversations = new Conversations((one) => void told.push(one), 60_000)
    conversations.remember(conversation({ atMs: 5 }))
    conversations.learn(conversation({ atMs: 3, model: 'older' }))
    expect(conversations.find('k')?.model).toBe('weak')
    conversations.learn(conversation({ atMs: 7, model: 'newer' }))
    expect(conversations.find('k')?.model).toBe('newer')
    expect(told).toHaveLength(1)
  })

  it('knows whose cache is warm, for as long as one lives', () => {
    const warm = withWarm(withWarm([], { model: 'a', atMs: 0, tokens: 100 }), { model: 'b', atMs: 50, tokens: 200 })
    const of = conversation({ warm, atMs: 50, tokens: 200 })
    expect(warmTokens(of, 'a', 100, 100)).toBe(100)
    expect(warmTokens(of, 'a', 101, 100)).toBe(0)
    expect(warmTokens(of, 'c', 100, 100)).toBe(0)
    expect(tokensIfAlwaysAsked(of, 150, 100)).toBe(200)
    expect(tokensIfAlwaysAsked(of, 151, 100)).toBe(0)
    const many = Array.from({ length: 9 }, (_, index) => ({ model: `m${index}`, atMs: index, tokens: 1 }))
    expect(many.reduce(withWarm, [] as Conversation['warm'])).toHaveLength(4)
  })
})
