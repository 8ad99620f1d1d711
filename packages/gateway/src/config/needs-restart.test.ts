import { expect, it } from 'vitest'
import { loadConfig } from './load-config.ts'
import { needsRestart } from './needs-restart.ts'

const load = (server: string) =>
  loadConfig({ text: `server: {${server}}\n`, fileName: 'x.yaml', env: {}, overrides: {} }).config

it('names what a reload cannot change, and nothing else', () => {
  expect(needsRestart(load('port: 1, workers: 2'), load('port: 1, workers: 2, write_stall_timeout_ms: 5'))).toEqual([])
  expect(needsRestart(load('port: 1, workers: 2'), load('port: 3, workers: 4'))).toEqual([
    'server.port is 3 in the file now; it stays 1 until a restart.',
    'server.workers is 4 in the file now; it stays 2 until a restart.',
  ])
})
