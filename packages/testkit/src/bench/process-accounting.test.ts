import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { ProcessTree, sampleCore } from './process-accounting.ts'

const BURN = `const until = process.cpuUsage().user + 200_000; while (process.cpuUsage().user < until);`

test.runIf(process.platform === 'linux')(
  'counts the work of a grandchild as foreground and of the process above it as deferred',
  async () => {
    const child = `${BURN} process.stdout.write('burnt'); setInterval(() => {}, 1000)`
    const parent = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' })`
    const spawned = spawn(process.execPath, ['-e', parent], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await once(spawned.stdout, 'data')
      const tree = new ProcessTree(spawned.pid!)
      const sample = tree.cpu()
      expect(tree.processes()).toHaveLength(2)
      expect(sample.foregroundNs).toBeGreaterThan(190e6)
      expect(sample.deferredNs).toBeGreaterThan(0)
      expect(tree.memory().residentBytes).toBeGreaterThan(20 * 2 ** 20)
      for (const { pid, foreground } of tree.processes()) if (foreground) process.kill(pid, 'SIGKILL')
    } finally {
      spawned.kill('SIGKILL')
    }
  },
)

test.runIf(process.platform === 'linux')('a core has been busy since boot', () => {
  expect(sampleCore(0).busyNs).toBeGreaterThan(0)
})
