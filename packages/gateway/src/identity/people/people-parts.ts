// What the services of people are put together from, each of what it needs.

import type { IdentityDatabase } from '../identity-database.ts'
import type { PasswordService } from './password-service.ts'
import type { PeopleConfig } from './people-settings.ts'
import type { CodeKeys } from './second-factors.ts'
import type { SessionService } from './session-service.ts'
import type { Tickets } from './ticket.ts'

export interface PeopleParts {
  readonly database: IdentityDatabase
  readonly now: () => number
  readonly settings: () => PeopleConfig
  readonly sessions: SessionService
  readonly passwords: PasswordService
  readonly tickets: Tickets
  readonly codeKeys: CodeKeys
}
