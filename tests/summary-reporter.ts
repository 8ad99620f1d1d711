import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * What no machine may excuse: money and limits that were wrong once are wrong. A second try does not help these.
 */
const NEVER_TWICE = /(?:billing|limits|money|wallet|charg|payments|revocation|tenants)/

/**
 * Ends every run with one plain line, `N passed, N failed`, which `.ci/run` passes on. A test that needed a second try
 * is named before it, and is a fault all the same.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    let passed = 0
    let failed = 0
    let skipped = 0
    const secondTries: TestCase[] = []
    for (const module of modules) {
      const tests = [...module.children.allTests()]
      const states = tests.map((test) => test.result().state)
      const failures = states.filter((state) => state === 'failed').length
      const successes = states.filter((state) => state === 'passed').length
      // A file that cannot be loaded, or whose `beforeAll` fails, has no failed test and must not look like a pass.
      failed += module.state() === 'failed' && failures === 0 ? 1 : failures
      passed += successes
      skipped += states.length - successes - failures
      const flaky = tests.filter((test) => test.diagnostic()?.flaky === true)
      if (NEVER_TWICE.test(module.relativeModuleId)) {
        passed -= flaky.length
        failed += flaky.length
      }
      secondTries.push(...flaky)
    }
    for (const test of secondTries) {
      process.stdout.write(
        `passed on the second try only, so mend it: ${test.module.relativeModuleId} > ${test.fullName}\n`,
      )
      for (const error of test.result().errors ?? []) process.stdout.write(`  ${error.stack ?? error.message}\n`)
    }
    process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
  }
}
