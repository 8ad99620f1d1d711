// The services of identity on a database of any kind, with a clock that the test moves.
import type { Database } from '../../store/database.ts'
import type { Change } from '../change.ts'
import type { Group } from '../group-store.ts'
import { createIdentityServices, type IdentityServices } from '../identity-services.ts'
import type { NewKey } from '../key-service.ts'
import type { KeyRecord } from '../key-store.ts'
import type { MemberServiceOptions } from '../member-service.ts'
import { DEFAULT_RESPONSES_POLICY } from '../responses-policy.ts'
import { OPERATOR, type Principal } from '../principal.ts'

export const START_MS = 1_700_000_000_000

export interface House extends IdentityServices {
  readonly database: Database
  readonly told: Change[]
  nowMs: number
  /** The file's groups. */
  fileGroups: readonly Group[]
  /** A new key and who it is. */
  key(wanted?: Partial<NewKey>): Promise<{ record: KeyRecord; key: string; principal: Principal }>
  who(key: string): Promise<Principal>
}

export function houseOn(database: Database, placeChanged: MemberServiceOptions['placeChanged'] = () => {}): House {
  const house = { nowMs: START_MS, told: [] as Change[], fileGroups: [] as readonly Group[] }
  const services = createIdentityServices({
    database,
    pepper: Buffer.alloc(32, 7),
    keyPrefix: 'sk-fl-',
    now: () => house.nowMs,
    changes: { publish: async (change) => void house.told.push(change) },
    groups: () => house.fileGroups,
    placeChanged,
  })
  const who = async (key: string): Promise<Principal> => {
    const principal = await services.keys.identify(key)
    if (principal === null) throw new Error('not a good key')
    return principal
  }
  return Object.assign(house, services, {
    database,
    who,
    async key(wanted: Partial<NewKey> = {}) {
      const made = await services.keys.create({ name: 'a key', maker: OPERATOR, ...wanted })
      return { ...made, principal: await who(made.key) }
    },
  })
}

export function groupOf(name: string, changes: Partial<Group> = {}): Group {
  return {
    name,
    models: ['*'],
    priceMultiplierPpm: 1_000_000,
    prices: {},
    billing: 'off',
    limits: {},
    sharedLimits: {},
    responses: DEFAULT_RESPONSES_POLICY,
    ...changes,
  }
}
