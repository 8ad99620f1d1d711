// The oracle itself: it must cry out where there is reason to, or its silence says nothing.
import { describe, expect, it } from 'vitest'
import { wrongRefusals } from './support/money-oracle.ts'
import type { Purchase } from './support/spenders.ts'

const HELD = 10

function purchase(fromMs: number, toMs: number, status: number, costNanos: number | null = null): Purchase {
  const nothing = { url: '', code: '', message: '', requestId: '', retryAfterS: 0 }
  return { fromMs, toMs, status, whole: status === 200, costNanos, ...nothing }
}

describe('a refusal for want of money', () => {
  const refused = purchase(100, 110, 402)

  it('is wrong while there is enough for the largest call', () => {
    const before = purchase(0, 50, 200, 7)
    expect(wrongRefusals([before, refused], 17, HELD)).toEqual([{ purchase: refused, freeNanos: 10 }])
    expect(wrongRefusals([before, refused], 16, HELD)).toEqual([])
  })

  it('is right when those beside it may hold the rest', () => {
    const beside = purchase(90, 105, 200, 1)
    expect(wrongRefusals([beside, refused], 19, HELD)).toEqual([])
    expect(wrongRefusals([beside, refused], 20, HELD)).toHaveLength(1)
  })

  it('counts nothing for calls that came later, and for others that were refused', () => {
    const later = purchase(111, 120, 200, 9)
    const busy = purchase(10, 20, 503)
    expect(wrongRefusals([later, busy, purchase(105, 106, 402), refused], 10, HELD)).toHaveLength(2)
  })

  it('counts all that a call may have held of which nobody knows what became', () => {
    const cut = purchase(10, 20, 0)
    expect(wrongRefusals([cut, refused], 19, HELD)).toEqual([])
  })
})
