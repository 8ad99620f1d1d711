import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

// What takes too long for every push: the same rules at full size. (`mergeConfig` would join the lists of files.)
export default defineConfig({
  test: {
    ...base.test,
    include: ['packages/*/tests/**/*.proof.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 900_000,
    maxWorkers: 1,
  },
})
