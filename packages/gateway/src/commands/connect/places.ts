// Where the files of a tool are on this machine.
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ConnectFile, System } from '../../connect/tool.ts'

export interface Place {
  readonly env: NodeJS.ProcessEnv
  readonly home: string
  /** The folder in which files of a project are. */
  readonly folder: string
}

export function thisPlace(): Place {
  return { env: process.env, home: homedir(), folder: process.cwd() }
}

export function thisSystem(): System {
  if (process.platform === 'win32') return 'windows'
  return process.platform === 'darwin' ? 'macos' : 'linux'
}

/** @throws where a variable of Windows is not set */
export function pathOf({ path, movedBy }: Pick<ConnectFile, 'path' | 'movedBy'>, place: Place): string {
  const moved = movedBy === undefined ? undefined : place.env[movedBy.variable]
  if (movedBy !== undefined && moved !== undefined && moved !== '') {
    return join(moved, ...path.slice(movedBy.folder.length).split(/[/\\]/))
  }
  const configHome = place.env['XDG_CONFIG_HOME']
  if (path.startsWith('~/.config/') && configHome !== undefined && configHome !== '') {
    return join(configHome, path.slice('~/.config/'.length))
  }
  if (path.startsWith('~/')) return join(place.home, path.slice(2))
  const variable = /^%(\w+)%\\(.*)$/s.exec(path)
  if (variable === null) return resolve(place.folder, ...path.split(/[/\\]/))
  const [, name = '', rest = ''] = variable
  const folder = place.env[name] ?? (name === 'USERPROFILE' ? place.home : undefined)
  if (folder === undefined) throw new Error(`The variable ${name} is not set, so nobody knows where ${path} is.`)
  return join(folder, ...rest.split('\\'))
}
