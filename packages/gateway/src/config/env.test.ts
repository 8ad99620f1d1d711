import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ConfigError } from './config-error.ts'
import { readConfigText, settingsFrom } from './env.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-env-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('prefers flags to FAIRLEAD_* variables, and those to PORT', () => {
  const env = {
    PORT: '1',
    FAIRLEAD_PORT: '2',
    FAIRLEAD_HOST: '::1',
    FAIRLEAD_LOG_LEVEL: 'DEBUG',
    FAIRLEAD_DATA_DIR: 'state',
  }
  expect(settingsFrom({}, { PORT: '1' }, folder).overrides).toEqual({ port: 1 })
  expect(settingsFrom({}, env, folder)).toEqual({
    configPath: '',
    dataDir: join(folder, 'state'),
    overrides: { port: 2, host: '::1', logLevel: 'debug' },
  })
  const flags = { port: '3', host: 'localhost', workers: '4', 'data-dir': '/d', 'log-level': 'warn' }
  expect(settingsFrom(flags, env, folder)).toEqual({
    configPath: '',
    dataDir: '/d',
    overrides: { port: 3, host: 'localhost', workers: 4, logLevel: 'warn' },
  })
})

it('uses a fairlead.yaml in the folder, unless another file is named', () => {
  writeFileSync(join(folder, 'fairlead.yaml'), 'log: {}')
  writeFileSync(join(folder, 'other.yaml'), '')
  expect(settingsFrom({}, {}, folder).configPath).toBe(join(folder, 'fairlead.yaml'))
  expect(settingsFrom({}, { FAIRLEAD_CONFIG: 'other.yaml' }, folder).configPath).toBe(join(folder, 'other.yaml'))
  expect(readConfigText(join(folder, 'fairlead.yaml'))).toBe('log: {}')
  expect(readConfigText('')).toBeNull()
})

it('refuses a file that is not there, a port that is none and a level that is none, all at once', () => {
  const flags = { config: 'none.yaml', port: '80x', workers: '0', 'log-level': 'degub' }
  expect(() => settingsFrom(flags, {}, folder)).toThrow(ConfigError)
  expect(() => settingsFrom(flags, {}, folder)).toThrow(
    /--port must be a whole number from 0 to 65535[^]*--workers must be[^]*Did you mean "debug"\?[^]*--config names/,
  )
  expect(() => readConfigText(join(folder, 'none.yaml'))).toThrow(ConfigError)
})
