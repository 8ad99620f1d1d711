// Keys, accounts, members, groups and the audit log on one database: what the control plane, the command line and tests
// each put together.
import { createAccountService, type AccountService } from './account-service.ts'
import { createAuditLog, type AuditLog } from './audit-log.ts'
import { createGroupService, type GroupService } from './group-service.ts'
import { createKeyService, type KeyService, type KeyServiceOptions } from './key-service.ts'
import { createMemberService, type MemberService, type MemberServiceOptions } from './member-service.ts'

export interface IdentityServices {
  readonly keys: KeyService
  readonly accounts: AccountService
  readonly members: MemberService
  readonly groups: GroupService
  readonly audit: AuditLog
}

export function createIdentityServices(
  options: KeyServiceOptions & Pick<MemberServiceOptions, 'placeChanged'>,
): IdentityServices {
  return {
    keys: createKeyService(options),
    accounts: createAccountService(options),
    members: createMemberService(options),
    groups: createGroupService(options),
    audit: createAuditLog(options.database),
  }
}
