import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ConfigError } from './config-error.ts'
import { readConfigText, secretKeyProblem, settingsFrom } from './env.ts'

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
    databaseUrl: '',
    redisUrl: '',
    overrides: { port: 2, host: '::1', logLevel: 'debug' },
  })
  const flags = { port: '3', host: 'localhost', workers: '4', 'data-dir': '/d', 'log-level': 'warn' }
  expect(settingsFrom(flags, env, folder)).toEqual({
    configPath: '',
    dataDir: '/d',
    databaseUrl: '',
    redisUrl: '',
    overrides: { port: 3, host: 'localhost', workers: 4, logLevel: 'warn' },
  })
})

it('takes database and Redis from FAIRLEAD_* variables, and else from the usual ones', () => {
  const usual = { DATABASE_URL: 'postgresql://db/usual', REDIS_URL: 'redis://cache' }
  expect(settingsFrom({}, usual, folder)).toMatchObject({
    databaseUrl: 'postgresql://db/usual',
    redisUrl: 'redis://cache',
  })
  const ours = { ...usual, FAIRLEAD_DATABASE_URL: 'postgres://db/ours', FAIRLEAD_REDIS_URL: 'rediss://ours:6380/2' }
  expect(settingsFrom({}, ours, folder)).toMatchObject({
    databaseUrl: 'postgres://db/ours',
    redisUrl: 'rediss://ours:6380/2',
  })
})

it('refuses another kind of database, and shows no password', () => {
  const wrong = (name: string, value: string): string => {
    try {
      settingsFrom({}, { [name]: value }, folder)
      return ''
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
  }
  const mysql = wrong('DATABASE_URL', 'mysql://root:hunter2@db/x')
  expect(mysql).toContain('DATABASE_URL begins with mysql://; it has to be one that begins with postgres://')
  const none = wrong('FAIRLEAD_REDIS_URL', 'hunter2@cache:6379')
  expect(none).toContain('FAIRLEAD_REDIS_URL')
  expect(mysql + none).not.toContain('hunter2')
})

it('demands a secret key with PostgreSQL, and says how to keep the one that there is', () => {
  const settings = settingsFrom({}, { FAIRLEAD_DATABASE_URL: 'postgres://db/x', FAIRLEAD_DATA_DIR: folder }, folder)
  expect(secretKeyProblem(settings, {})).toContain('openssl rand -hex 32')
  writeFileSync(join(folder, 'secret.key'), '')
  expect(secretKeyProblem(settings, {})).toContain(join(folder, 'secret.key'))
  expect(secretKeyProblem(settings, { FAIRLEAD_SECRET_KEY: 'x'.repeat(32) })).toBeUndefined()
  expect(secretKeyProblem({ ...settings, databaseUrl: '' }, {})).toBeUndefined()
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
