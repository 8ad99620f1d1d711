// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import type { Member } from './teams.ts'
import type { Nothing } from './nothing.ts'

export type FactorSummary = { has_password: boolean; passkeys: number; /** Codes of an app. */ totp: boolean; /** Those that are left. */ recovery_codes: number; /** Accounts at issuers. */ identities: number }

export type MadePerson = { id: string; object: "person"; email: string; /** When it became sure that the address is theirs; null = it is not. */ email_verified_at: number | null; name: string; /** Runs this gateway. */ operator: boolean; status: "active" | "suspended"; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ last_log_in_at: number | null; link: OneTimeLink }

export type NewPerson = { email: string; /** The part before the @, when absent. */ name?: string | undefined; operator?: boolean | undefined }

export type OneTimeLink = { object: "link"; /** Works once; whoever has it is that person. Shown this once. */ url: string; /** Unix seconds. */ expires_at: number }

export type Person = { id: string; object: "person"; email: string; /** When it became sure that the address is theirs; null = it is not. */ email_verified_at: number | null; name: string; /** Runs this gateway. */ operator: boolean; status: "active" | "suspended"; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ last_log_in_at: number | null }

export type PersonDetail = { id: string; object: "person"; email: string; /** When it became sure that the address is theirs; null = it is not. */ email_verified_at: number | null; name: string; /** Runs this gateway. */ operator: boolean; status: "active" | "suspended"; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ last_log_in_at: number | null; factors: FactorSummary; memberships: readonly Member[] }

export type PersonPatch = { name?: string | undefined; operator?: boolean | undefined }

export interface PeopleOperations {
  listPeople: { params: Nothing; query: { limit?: number | undefined; after?: string | undefined; email?: string | undefined; status?: "active" | "suspended" | undefined; operator?: "true" | "false" | undefined }; body: Nothing; reply: { object: "list"; data: readonly Person[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  createPerson: { params: Nothing; query: Nothing; body: NewPerson; reply: MadePerson }
  getPerson: { params: { person_id: string }; query: Nothing; body: Nothing; reply: PersonDetail }
  updatePerson: { params: { person_id: string }; query: Nothing; body: PersonPatch; reply: Person }
  suspendPerson: { params: { person_id: string }; query: Nothing; body: Nothing; reply: Person }
  restorePerson: { params: { person_id: string }; query: Nothing; body: Nothing; reply: Person }
  createPersonLink: { params: { person_id: string }; query: Nothing; body: { /** Send it to them by mail as well. */ send?: boolean | undefined }; reply: OneTimeLink }
  resetPersonFactors: { params: { person_id: string }; query: Nothing; body: Nothing; reply: OneTimeLink }
  createSetUpLink: { params: Nothing; query: Nothing; body: Nothing; reply: OneTimeLink }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const PEOPLE: { readonly [Name in keyof PeopleOperations]: readonly [string, string, 'repeatable'?] } = {
  listPeople: ['GET', '/api/people'],
  createPerson: ['POST', '/api/people'],
  getPerson: ['GET', '/api/people/{person_id}'],
  updatePerson: ['PATCH', '/api/people/{person_id}'],
  suspendPerson: ['POST', '/api/people/{person_id}/suspend'],
  restorePerson: ['POST', '/api/people/{person_id}/restore'],
  createPersonLink: ['POST', '/api/people/{person_id}/links'],
  resetPersonFactors: ['POST', '/api/people/{person_id}/reset-factors'],
  createSetUpLink: ['POST', '/api/set-up-links'],
}
