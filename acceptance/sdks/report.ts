/** One line of the table: an SDK and a model, and the steps that went wrong with it. */
export interface Outcome {
  readonly sdk: string
  readonly model: string
  readonly steps: readonly string[]
  readonly failures: readonly { readonly step: string; readonly why: string }[]
}

export interface Report {
  add(outcome: Outcome): void
  skip(sdk: string, why: string): void
  /** The last line, and whether all went well. */
  finish(): boolean
}

/** Prints as it goes. Steps are what is counted. */
export function createReport(verbose: boolean): Report {
  let passed = 0
  let failed = 0
  let skipped = 0
  return {
    add({ sdk, model, steps, failures }) {
      passed += steps.length - failures.length
      failed += failures.length
      const result = failures.length === 0 ? 'PASS' : 'FAIL'
      console.log(`${result}  ${sdk.padEnd(30)} ${model.padEnd(28)} ${steps.join(', ')}`)
      for (const { step, why } of failures) {
        const shown = verbose ? why : (why.trim().split('\n').at(-1) ?? '')
        console.log(`        ${step}: ${shown.replaceAll('\n', '\n        ')}`)
      }
    },
    skip(sdk, why) {
      skipped += 1
      console.log(`skipped  ${sdk}  (${why})`)
    },
    finish() {
      console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
      return failed === 0 && passed > 0
    },
  }
}
