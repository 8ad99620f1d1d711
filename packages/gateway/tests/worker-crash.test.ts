// Processes that are killed without a word: whoever had a status line has a usage row, and nobody has two.

import { describe, expect, it } from 'vitest'
import { killPrimariesUnderLoad, killWorkersUnderLoad } from './support/kill-under-load.ts'
import { NO_ANSWER } from './support/load.ts'

const ROUNDS = 10
/** The end of a reply is written down before its last byte is sent: whoever is killed in between was not interrupted. */
const CUT_BEHIND_THEIR_END = 1

describe('kill -9', () => {
  it('of workers under load leaves a row for every reply that began, ten times over', async () => {
    const report = await killWorkersUnderLoad({ rounds: ROUNDS, workers: 3, clients: 12 })
    expect(report.missing).toEqual([])
    expect(report.doubled).toEqual([])
    expect(report.answered).toBeGreaterThanOrEqual(200)
    // Nothing would be proven if no stream had been under way.
    expect(report.cut).toBeGreaterThan(0)
    expect(report.interrupted).toBeGreaterThanOrEqual(report.cut - ROUNDS * CUT_BEHIND_THEIR_END)
    // What was in the killed workers' hands breaks; nobody waits for an answer that will not come.
    expect(report.failures[NO_ANSWER] ?? 0).toBe(0)
    expect(report.alive).toBe(3)
  }, 120_000)

  it('of the primary takes the workers along, and the next start has everything', async () => {
    const report = await killPrimariesUnderLoad({ rounds: 3, workers: 2, clients: 8 })
    expect(report.missing).toEqual([])
    expect(report.doubled).toEqual([])
    expect(report.cut).toBeGreaterThan(0)
    expect(report.interrupted).toBeGreaterThanOrEqual(report.cut - 3 * 2 * CUT_BEHIND_THEIR_END)
  }, 120_000)
})
