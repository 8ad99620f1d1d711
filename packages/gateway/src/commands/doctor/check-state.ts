// The state directory: is it there, can we write, can others read?
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadSecretKey, SECRET_KEY_FILE } from '../../identity/secret-key.ts'
import type { Examination, Finding } from './finding.ts'

const topic = 'state'

export function checkState({ settings, env }: Examination): readonly Finding[] {
  const { dataDir } = settings
  if (!existsSync(dataDir)) {
    return [{ level: 'note', topic, text: `${dataDir} does not exist yet; "fairlead start" makes it.` }]
  }
  if (!statSync(dataDir).isDirectory()) {
    return [
      {
        level: 'bad',
        topic,
        text: `${dataDir} is not a directory.`,
        fix: 'move it away, or name another one with --data-dir.',
      },
    ]
  }
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    return [
      {
        level: 'bad',
        topic,
        text: `${dataDir} cannot be written by this user.`,
        fix: `chown it to the user who runs the gateway: sudo chown -R "$(id -un)" ${dataDir}`,
      },
    ]
  }
  const findings: Finding[] = []
  const open = ['', 'fairlead.db', 'run.json', 'journal'].map((name) => join(dataDir, name)).filter(othersMayRead)
  if (open.length > 0) {
    findings.push({
      level: 'warn',
      topic,
      text: `Other users of this machine may look into ${open.join(', ')}.`,
      fix: `chmod go-rwx ${open.join(' ')}`,
    })
  }
  findings.push(secretKey(dataDir, env))
  if (findings.every(({ level }) => level === 'good')) findings.unshift({ level: 'good', topic, text: dataDir })
  return findings
}

function secretKey(dataDir: string, env: Examination['env']): Finding {
  const file = join(dataDir, SECRET_KEY_FILE)
  if (!env['FAIRLEAD_SECRET_KEY'] && !existsSync(file)) {
    if (!existsSync(join(dataDir, 'fairlead.db'))) {
      return { level: 'note', topic, text: `${SECRET_KEY_FILE} is made at the first start.` }
    }
    const text = `${file} is missing, and the database has keys that only work with it.`
    return {
      level: 'bad',
      topic,
      text,
      fix: 'restore it from a backup, or set FAIRLEAD_SECRET_KEY to what was used before. Without it every API key has to be made again.',
    }
  }
  try {
    // It is there, so this makes nothing.
    loadSecretKey(dataDir, env)
    return {
      level: 'good',
      topic,
      text: env['FAIRLEAD_SECRET_KEY']
        ? 'The secret key comes from FAIRLEAD_SECRET_KEY.'
        : `${SECRET_KEY_FILE} is private.`,
    }
  } catch (error) {
    return { level: 'bad', topic, text: error instanceof Error ? error.message : String(error) }
  }
}

function othersMayRead(file: string): boolean {
  if (process.platform === 'win32') return false
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat !== undefined && (stat.mode & 0o077) !== 0
}
