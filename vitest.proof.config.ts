import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

// What takes too long for every push: the same rules at full size.
export default mergeConfig(
  base,
  defineConfig({
    test: {
      include: ['packages/*/tests/**/*.proof.test.ts'],
      exclude: ['**/node_modules/**'],
      testTimeout: 900_000,
      maxWorkers: 1,
    },
  }),
)
