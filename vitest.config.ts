import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { WholeGatewayFirst } from './tests/whole-gateway-first.ts'

// Tests start some hundred processes, each of which loads as many files: what one has compiled serves the next.
const compileCache = join(tmpdir(), `fairlead-test-compile-cache-${process.getuid?.() ?? 0}`)
mkdirSync(compileCache, { recursive: true, mode: 0o700 })

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/tests/**/*.test.ts', 'tests/**/*.test.ts'],
    exclude: ['**/*.proof.test.ts', '**/node_modules/**'],
    // Real sockets and real processes: a test that hangs must say so, not hang the run.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One more than CI has cores: most of the time is spent on waiting for processes, time-outs and kills.
    maxWorkers: 3,
    sequence: { sequencer: WholeGatewayFirst },
    env: { NODE_COMPILE_CACHE: compileCache },
    // Only where nobody waits to look: docs/decisions/2026-11-21-a-second-try-in-ci.md.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    reporters: ['default', './tests/summary-reporter.ts'],
  },
})
