// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import type { Account } from './self-service.ts'
import type { Nothing } from './nothing.ts'

export type AccountTransfer = { /** Id of a member. */ member: string }

export type Invitation = { id: string; object: "invitation"; account: string; /** Whom alone it lets in; null = whoever has the link. */ email: string | null; /** From most rights to fewest. */ role: "owner" | "admin" | "developer" | "viewer"; state: "open" | "accepted" | "declined" | "revoked" | "expired"; /** A person, or `master`. */ invited_by: string; /** Unix seconds. */ created_at: number; /** Unix seconds. */ expires_at: number; /** When it was accepted, declined or taken back. */ ended_at: number | null; /** Who accepted. */ person: string | null }

export type InvitationView = { id: string; object: "invitation_view"; account: string; account_name: string; /** A name; empty = the operator. */ invited_by: string; email: string | null; /** From most rights to fewest. */ role: "owner" | "admin" | "developer" | "viewer"; /** Unix seconds. */ expires_at: number }

export type MadeInvitation = { id: string; object: "invitation"; account: string; /** Whom alone it lets in; null = whoever has the link. */ email: string | null; /** From most rights to fewest. */ role: "owner" | "admin" | "developer" | "viewer"; state: "open" | "accepted" | "declined" | "revoked" | "expired"; /** A person, or `master`. */ invited_by: string; /** Unix seconds. */ created_at: number; /** Unix seconds. */ expires_at: number; /** When it was accepted, declined or taken back. */ ended_at: number | null; /** Who accepted. */ person: string | null; /** The link, shown this once; null = it went out by mail, and nobody else has it. */ url: string | null }

export type Member = { id: string; object: "member"; account: string; email: string; name: string; /** From most rights to fewest. */ role: "owner" | "admin" | "developer" | "viewer"; /** Who it is; null = nobody with this address has come yet. */ person: string | null; /** suspended = the role counts for nothing. */ status: "active" | "suspended"; /** Unix seconds. */ created_at: number }

export type MemberPatch = { name?: string | undefined; /** From most rights to fewest. */ role?: "owner" | "admin" | "developer" | "viewer" | undefined }

export type Membership = { object: "membership"; member: Member; account: Account }

export type NewInvitation = { /** Absent = a link for whoever has it. */ email?: string | undefined; /** developer, when absent. */ role?: "owner" | "admin" | "developer" | "viewer" | undefined }

export type NewMember = { /** Once per account. */ email: string; /** The part before the @, when absent. */ name?: string | undefined; /** developer, when absent. */ role?: "owner" | "admin" | "developer" | "viewer" | undefined }

export type NewOwnAccount = { name: string; /** team, when absent. */ kind?: "person" | "team" | undefined; /** IANA name: where days, weeks and months begin. */ time_zone?: string | undefined }

export interface TeamsOperations {
  listMemberships: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly Membership[]; has_more: false } }
  createOwnAccount: { params: Nothing; query: Nothing; body: NewOwnAccount; reply: Membership }
  addMember: { params: { account_id: string }; query: Nothing; body: NewMember; reply: Member }
  listMembers: { params: { account_id: string }; query: { limit?: number | undefined; after?: string | undefined }; body: Nothing; reply: { object: "list"; data: readonly Member[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getMember: { params: { account_id: string; member_id: string }; query: Nothing; body: Nothing; reply: Member }
  updateMember: { params: { account_id: string; member_id: string }; query: Nothing; body: MemberPatch; reply: Member }
  removeMember: { params: { account_id: string; member_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "member"; deleted: true } }
  suspendMember: { params: { account_id: string; member_id: string }; query: Nothing; body: Nothing; reply: Member }
  restoreMember: { params: { account_id: string; member_id: string }; query: Nothing; body: Nothing; reply: Member }
  leaveAccount: { params: { account_id: string }; query: Nothing; body: Nothing; reply: Member }
  transferAccount: { params: { account_id: string }; query: Nothing; body: AccountTransfer; reply: Member }
  createInvitation: { params: { account_id: string }; query: Nothing; body: NewInvitation; reply: MadeInvitation }
  listInvitations: { params: { account_id: string }; query: { limit?: number | undefined; after?: string | undefined; state?: "open" | "accepted" | "declined" | "revoked" | undefined }; body: Nothing; reply: { object: "list"; data: readonly Invitation[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  revokeInvitation: { params: { account_id: string; invitation_id: string }; query: Nothing; body: Nothing; reply: Invitation }
  lookAtInvitation: { params: Nothing; query: Nothing; body: { /** What stands behind the # in the link. */ token: string }; reply: InvitationView }
  acceptInvitation: { params: Nothing; query: Nothing; body: { /** What stands behind the # in the link. */ token: string }; reply: Member }
  declineInvitation: { params: Nothing; query: Nothing; body: { /** What stands behind the # in the link. */ token: string }; reply: Invitation }
  listOwnInvitations: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly InvitationView[]; has_more: false } }
  acceptOwnInvitation: { params: { invitation_id: string }; query: Nothing; body: Nothing; reply: Member }
  declineOwnInvitation: { params: { invitation_id: string }; query: Nothing; body: Nothing; reply: Invitation }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const TEAMS: { readonly [Name in keyof TeamsOperations]: readonly [string, string, 'repeatable'?] } = {
  listMemberships: ['GET', '/api/me/memberships'],
  createOwnAccount: ['POST', '/api/me/accounts'],
  addMember: ['POST', '/api/accounts/{account_id}/members', 'repeatable'],
  listMembers: ['GET', '/api/accounts/{account_id}/members'],
  getMember: ['GET', '/api/accounts/{account_id}/members/{member_id}'],
  updateMember: ['PATCH', '/api/accounts/{account_id}/members/{member_id}'],
  removeMember: ['DELETE', '/api/accounts/{account_id}/members/{member_id}'],
  suspendMember: ['POST', '/api/accounts/{account_id}/members/{member_id}/suspend'],
  restoreMember: ['POST', '/api/accounts/{account_id}/members/{member_id}/restore'],
  leaveAccount: ['POST', '/api/accounts/{account_id}/leave'],
  transferAccount: ['POST', '/api/accounts/{account_id}/transfer'],
  createInvitation: ['POST', '/api/accounts/{account_id}/invitations'],
  listInvitations: ['GET', '/api/accounts/{account_id}/invitations'],
  revokeInvitation: ['DELETE', '/api/accounts/{account_id}/invitations/{invitation_id}'],
  lookAtInvitation: ['POST', '/api/invitations/look'],
  acceptInvitation: ['POST', '/api/invitations/accept'],
  declineInvitation: ['POST', '/api/invitations/decline'],
  listOwnInvitations: ['GET', '/api/me/invitations'],
  acceptOwnInvitation: ['POST', '/api/me/invitations/{invitation_id}/accept'],
  declineOwnInvitation: ['POST', '/api/me/invitations/{invitation_id}/decline'],
}
