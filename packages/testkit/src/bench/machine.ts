// Where and when a result came from; a figure without this is a rumour.
import { spawnSync } from 'node:child_process'
import { cpus, release } from 'node:os'

export type Machine = {
  date: string
  commit: string
  cpu: string
  cores: number
  kernel: string
  node: string
  nginx: string
  command: string
}

export function describeMachine(args: string[]): Machine {
  const dirty = output('git', ['status', '--porcelain', '--', 'packages']) === '' ? '' : ' with changes'
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    commit: (output('git', ['rev-parse', '--short=10', 'HEAD']) || 'none') + dirty,
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cores: cpus().length,
    kernel: release().split('-')[0] ?? '',
    node: process.versions.node,
    nginx: output('/usr/sbin/nginx', ['-v']) || output('nginx', ['-v']) || 'no nginx',
    command: ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
  }
}

/** What a command prints, trimmed (nginx prints its version to stderr); empty when it fails or does not exist. */
function output(command: string, args: string[]): string {
  const done = spawnSync(command, args, { encoding: 'utf8' })
  return done.status === 0 ? `${done.stdout}${done.stderr}`.trim() : ''
}
