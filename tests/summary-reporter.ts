import type { Reporter, TestModule } from 'vitest/node'

/** Ends every run with one plain line, `N passed, N failed`, which `.ci/run` passes on. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    let passed = 0
    let failed = 0
    let skipped = 0
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state)
      const failures = states.filter((state) => state === 'failed').length
      const successes = states.filter((state) => state === 'passed').length
      // A file that cannot be loaded, or whose `beforeAll` fails, has no failed test and must not look like a pass.
      failed += module.state() === 'failed' && failures === 0 ? 1 : failures
      passed += successes
      skipped += states.length - successes - failures
    }
    process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
  }
}
