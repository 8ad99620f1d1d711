import { describeError } from '../lib/describe-error.ts'

export interface Endpoint {
  readonly url: string
  readonly key: string
}

export interface Step {
  readonly ok: boolean
  readonly shown: readonly string[]
}

export interface Report {
  /** Runs one step and prints what came out; a throw is a FAIL. */
  step(what: string, act: () => Promise<Step>): Promise<void>
  /** The last line, and whether all went well. */
  finish(): boolean
}

export function createReport(): Report {
  let passed = 0
  let failed = 0
  return {
    async step(what, act) {
      let outcome: Step
      try {
        outcome = await act()
      } catch (error) {
        outcome = { ok: false, shown: [describeError(error)] }
      }
      if (outcome.ok) passed += 1
      else failed += 1
      console.log(`${outcome.ok ? 'PASS' : 'FAIL'}  ${what}`)
      for (const line of outcome.shown) console.log(`        ${line}`)
    },
    finish() {
      console.log(`\n${passed} passed, ${failed} failed`)
      return failed === 0
    },
  }
}
