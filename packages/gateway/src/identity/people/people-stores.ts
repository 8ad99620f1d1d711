// All that people need of a database, beside what the rest of this room does.
import type { AccessTokenStore } from './access-token-store.ts'
import type { DeviceStore } from './device-store.ts'
import type { FactorStore } from './factor-store.ts'
import type { InvitationStore } from './invitation-store.ts'
import type { LinkStore } from './link-store.ts'
import type { PersonStore } from './person-store.ts'
import type { SessionStore } from './session-store.ts'
import type { ThrottleStore } from './throttle-store.ts'
import type { TicketStore } from './ticket-store.ts'

export interface PeopleStores {
  readonly persons: PersonStore
  readonly sessions: SessionStore
  readonly factors: FactorStore
  readonly links: LinkStore
  readonly invitations: InvitationStore
  readonly accessTokens: AccessTokenStore
  readonly throttle: ThrottleStore
  readonly devices: DeviceStore
  readonly tickets: TicketStore
}
