import type { Principal } from './principal.ts'

/** Under whose name something is kept for good: a person outlives the session that they did it in. */
export function actorOf({ keyId, person }: Principal): string {
  return person?.personId ?? keyId
}
