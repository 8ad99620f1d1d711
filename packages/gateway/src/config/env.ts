// What the process was started with: flags first, then FAIRLEAD_* variables, then what is usual.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { errorCode } from '../core/error-code.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import type { Config, Settings } from './config.ts'
import { nearestHint } from './nearest.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Values of the command line's flags, as `node:util` parses them. */
export interface Flags {
  readonly config?: string | undefined
  readonly port?: string | undefined
  readonly host?: string | undefined
  readonly workers?: string | undefined
  readonly 'data-dir'?: string | undefined
  readonly 'log-level'?: string | undefined
}

const LOG_LEVELS = [
  'trace',
  'debug',
  'info',
  'warn',
  'error',
  'silent',
] as const satisfies readonly Config['log']['level'][]
const DEFAULT_CONFIG = 'fairlead.yaml'
const DATABASE_SCHEMES = ['postgres:', 'postgresql:']
const REDIS_SCHEMES = ['redis:', 'rediss:']

/**
 * Flags win over FAIRLEAD_* variables, those over PORT. A `fairlead.yaml` in `cwd` is used when no file is named.
 * Throws `ConfigError` for a number that is none, an unknown log level, or a named file that is not there.
 */
export function settingsFrom(flags: Flags, env: Env, cwd: string): Settings {
  const problems: ConfigProblem[] = []
  const given = (flag: keyof Flags | null, ...variables: string[]): Given | undefined => {
    if (flag !== null && flags[flag] !== undefined) return { source: `--${flag}`, value: flags[flag] }
    const variable = variables.find((name) => env[name])
    return variable === undefined ? undefined : { source: variable, value: env[variable] ?? '' }
  }
  const port = wholeNumber(given('port', 'FAIRLEAD_PORT', 'PORT'), 0, 65_535, problems)
  const workers = wholeNumber(given('workers', 'FAIRLEAD_WORKERS'), 1, 256, problems)
  const host = given('host', 'FAIRLEAD_HOST')?.value
  const logLevel = logLevelOf(given('log-level', 'FAIRLEAD_LOG_LEVEL'), problems)
  const configPath = configPathOf(given('config', 'FAIRLEAD_CONFIG'), cwd, problems)
  const databaseUrl = urlOf(given(null, 'FAIRLEAD_DATABASE_URL', 'DATABASE_URL'), DATABASE_SCHEMES, problems)
  const redisUrl = urlOf(given(null, 'FAIRLEAD_REDIS_URL', 'REDIS_URL'), REDIS_SCHEMES, problems)
  if (host !== undefined && !/^[\w.:%-]+$/.test(host))
    problems.push({ path: 'host', message: `"${host}" is not an address or host name.` })
  if (problems.length > 0) throw new ConfigError('settings', problems)
  return {
    configPath,
    dataDir: resolve(cwd, given('data-dir', 'FAIRLEAD_DATA_DIR')?.value ?? 'data'),
    databaseUrl,
    redisUrl,
    overrides: {
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
      ...(workers === undefined ? {} : { workers }),
      ...(logLevel === undefined ? {} : { logLevel }),
    },
  }
}

/**
 * With PostgreSQL, several machines may serve the same keys, and a secret that each of them makes up for itself would
 * fit none of the others: it must be given. Undefined when all is well.
 */
export function secretKeyProblem(settings: Settings, env: Env): string | undefined {
  if (settings.databaseUrl === '' || env['FAIRLEAD_SECRET_KEY']) return undefined
  const had = existsSync(join(settings.dataDir, 'secret.key'))
  return (
    'With PostgreSQL, FAIRLEAD_SECRET_KEY must be set, to the same value for every instance. ' +
    (had
      ? `To keep the keys that were made so far, set it to what ${join(settings.dataDir, 'secret.key')} holds.`
      : 'Make one with: openssl rand -hex 32')
  )
}

/** The text of the config file, or null when there is none. Throws `ConfigError` when it cannot be read. */
export function readConfigText(configPath: string): string | null {
  if (configPath === '') return null
  try {
    return readFileSync(configPath, 'utf8')
  } catch (error) {
    const code = errorCode(error) ?? 'unreadable'
    throw new ConfigError(configPath, [{ path: '', message: `The file cannot be read (${code}).` }])
  }
}

interface Given {
  readonly source: string
  readonly value: string
}

/** Says no more of a wrong value than its beginning: it may hold a password. */
function urlOf(given: Given | undefined, schemes: readonly string[], problems: ConfigProblem[]): string {
  if (given === undefined || given.value === '') return ''
  const url = URL.parse(given.value)
  if (url !== null && schemes.includes(url.protocol)) return given.value
  const example = schemes.map((scheme) => `${scheme}//`).join(' or ')
  const why = url === null ? 'is not a URL' : `begins with ${url.protocol}//`
  problems.push({ path: given.source, message: `${why}; it has to be one that begins with ${example}.` })
  return ''
}

function wholeNumber(
  given: Given | undefined,
  min: number,
  max: number,
  problems: ConfigProblem[],
): number | undefined {
  if (given === undefined) return undefined
  const value = /^\d{1,9}$/.test(given.value.trim()) ? Number(given.value) : Number.NaN
  if (value >= min && value <= max) return value
  problems.push({ path: given.source, message: `must be a whole number from ${min} to ${max}, not "${given.value}".` })
  return undefined
}

function logLevelOf(given: Given | undefined, problems: ConfigProblem[]): Config['log']['level'] | undefined {
  if (given === undefined) return undefined
  const level = LOG_LEVELS.find((name) => name === given.value.toLowerCase())
  if (level === undefined) {
    problems.push({
      path: given.source,
      message: `"${given.value}" is not a log level.`,
      hint: nearestHint(given.value, LOG_LEVELS) ?? '',
    })
  }
  return level
}

function configPathOf(given: Given | undefined, cwd: string, problems: ConfigProblem[]): string {
  if (given === undefined) return existsSync(join(cwd, DEFAULT_CONFIG)) ? join(cwd, DEFAULT_CONFIG) : ''
  const path = resolve(cwd, given.value)
  if (!existsSync(path)) problems.push({ path: given.source, message: `names ${path}, which does not exist.` })
  return path
}
