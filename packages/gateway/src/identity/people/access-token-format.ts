// What a personal access token looks like: as an API key (`../key-format.ts`), under a prefix of its own, so that neither
// is ever taken for the other. /flp_[0-9A-Za-z]{54}/
import { createHmac } from 'node:crypto'
import { makeKey, parseKey, type ParsedKey } from '../key-format.ts'

const PREFIX = 'flp_'

export function makeAccessToken(): string {
  return makeKey(PREFIX)
}

/** Null for everything that is none. */
export function parseAccessToken(text: string): ParsedKey | null {
  return parseKey(text, PREFIX)
}

/** Hexadecimal. */
export function accessTokenDigest(token: string, pepper: Buffer): string {
  return createHmac('sha256', pepper).update('access-token\0').update(token).digest('hex')
}
