import { describe, expect, it } from 'vitest'
import { isThreshold, isWebhookUrl, plainAmount } from './low-balance-rules.ts'

describe('A notice about a low balance', () => {
  it.each(['5', '12.50', '0.000000001', '1000000'])('begins at %s dollars', (text) => {
    expect(isThreshold(text)).toBe(true)
  })

  it.each(['', '0', '-1', '1e3', '12,50', '1000000.01', '0.0000000001', '$5'])('does not begin at "%s"', (text) => {
    expect(isThreshold(text)).toBe(false)
  })

  it('goes to https addresses without a password', () => {
    expect(isWebhookUrl('https://hooks.example.com/ai')).toBe(true)
    for (const text of [
      'http://hooks.example.com',
      'https://me:secret@example.com',
      'hooks.example.com',
      'javascript:1',
    ])
      expect(isWebhookUrl(text), text).toBe(false)
  })

  it('shows amounts as one would type them', () => {
    expect(['5.000000000', '12.500000000', '0.001000000', '7'].map(plainAmount)).toEqual([
      '5.00',
      '12.50',
      '0.001',
      '7.00',
    ])
  })
})
