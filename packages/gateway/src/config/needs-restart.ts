// What a running process cannot change about itself: said at a reload, instead of silently not done.

import type { Config } from './config.ts'

const FIELDS = {
  host: 'server.host',
  port: 'server.port',
  adminHost: 'server.admin_host',
  adminPort: 'server.admin_port',
  workers: 'server.workers',
  maxHeaderBytes: 'server.max_header_bytes',
  maxHeaders: 'server.max_headers',
  headersTimeoutMs: 'server.headers_timeout_ms',
} as const satisfies Partial<Record<keyof Config['server'], string>>

/** A sentence for each setting that differs and waits for a restart. */
export function needsRestart(running: Config, next: Config): readonly string[] {
  const sentences: string[] = []
  for (const [key, name] of Object.entries(FIELDS)) {
    const field = key as keyof typeof FIELDS
    if (running.server[field] === next.server[field]) continue
    sentences.push(
      `${name} is ${next.server[field] ?? 'absent'} in the file now; it stays ${running.server[field] ?? 'absent'} until a restart.`,
    )
  }
  return sentences
}
