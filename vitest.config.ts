import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/tests/**/*.test.ts', 'tests/**/*.test.ts'],
    exclude: ['**/*.proof.test.ts', '**/node_modules/**'],
    // Real sockets and real processes: a test that hangs must say so, not hang the run.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ['default', './tests/summary-reporter.ts'],
  },
})
