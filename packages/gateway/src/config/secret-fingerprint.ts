import { createHash } from 'node:crypto'

/** Eight hex digits tell the secrets of one provider apart and say nothing about them. */
export function secretFingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8)
}
