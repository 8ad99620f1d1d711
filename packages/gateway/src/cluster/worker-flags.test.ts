import { describe, expect, it } from 'vitest'
import { workerFlags } from './worker-flags.ts'

const PRIMARY = ['--max-semi-space-size=64', '--single-threaded-gc']

describe('the flags of a worker', () => {
  it('are those of the primary, with the helpers that the primary does without', () => {
    expect(workerFlags(PRIMARY, { workers: 1, cores: 2, diagnostics: false })).toEqual(['--max-semi-space-size=64'])
  })

  it.each([
    { workers: 1, cores: 1, alone: true },
    { workers: 4, cores: 4, alone: true },
    { workers: 8, cores: 4, alone: true },
    { workers: 3, cores: 4, alone: false },
  ])('have $workers workers on $cores cores collect without helpers: $alone', ({ workers, cores, alone }) => {
    const flags = workerFlags(PRIMARY, { workers, cores, diagnostics: false })
    expect(flags.includes('--single-threaded-gc')).toBe(alone)
  })

  it('let diagnostics ask for a collection', () => {
    expect(workerFlags([], { workers: 1, cores: 2, diagnostics: true })).toEqual(['--expose-gc'])
  })
})
