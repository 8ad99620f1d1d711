// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import { KEYS, type KeysOperations } from './keys.ts'
import { LOG_IN, type LogInOperations } from './log-in.ts'
import { MY_ACCOUNT, type MyAccountOperations } from './my-account.ts'
import { SELF_SERVICE, type SelfServiceOperations } from './self-service.ts'
import { ACCOUNTS, type AccountsOperations } from './accounts.ts'
import { TEAMS, type TeamsOperations } from './teams.ts'
import { PEOPLE, type PeopleOperations } from './people.ts'
import { GROUPS, type GroupsOperations } from './groups.ts'
import { WALLETS, type WalletsOperations } from './wallets.ts'
import { REDEEM_CODES, type RedeemCodesOperations } from './redeem-codes.ts'
import { PAYMENTS, type PaymentsOperations } from './payments.ts'
import { RESPONSES, type ResponsesOperations } from './responses.ts'
import { CONVERSATIONS, type ConversationsOperations } from './conversations.ts'
import { PICKER, type PickerOperations } from './picker.ts'
import { COMPATIBILITY, type CompatibilityOperations } from './compatibility.ts'
import { PRICES, type PricesOperations } from './prices.ts'
import { PROVIDERS, type ProvidersOperations } from './providers.ts'
import { MODELS, type ModelsOperations } from './models.ts'
import { GATEWAY, type GatewayOperations } from './gateway.ts'
import { HEALTH, type HealthOperations } from './health.ts'

export type * from './nothing.ts'
export type * from './keys.ts'
export type * from './log-in.ts'
export type * from './my-account.ts'
export type * from './self-service.ts'
export type * from './accounts.ts'
export type * from './teams.ts'
export type * from './people.ts'
export type * from './groups.ts'
export type * from './wallets.ts'
export type * from './redeem-codes.ts'
export type * from './payments.ts'
export type * from './responses.ts'
export type * from './conversations.ts'
export type * from './picker.ts'
export type * from './compatibility.ts'
export type * from './prices.ts'
export type * from './providers.ts'
export type * from './models.ts'
export type * from './gateway.ts'
export type * from './health.ts'

export interface Operations
  extends KeysOperations,
    LogInOperations,
    MyAccountOperations,
    SelfServiceOperations,
    AccountsOperations,
    TeamsOperations,
    PeopleOperations,
    GroupsOperations,
    WalletsOperations,
    RedeemCodesOperations,
    PaymentsOperations,
    ResponsesOperations,
    ConversationsOperations,
    PickerOperations,
    CompatibilityOperations,
    PricesOperations,
    ProvidersOperations,
    ModelsOperations,
    GatewayOperations,
    HealthOperations {}

export const OPERATIONS: { readonly [Name in keyof Operations]: readonly [string, string, 'repeatable'?] } = {
  ...KEYS,
  ...LOG_IN,
  ...MY_ACCOUNT,
  ...SELF_SERVICE,
  ...ACCOUNTS,
  ...TEAMS,
  ...PEOPLE,
  ...GROUPS,
  ...WALLETS,
  ...REDEEM_CODES,
  ...PAYMENTS,
  ...RESPONSES,
  ...CONVERSATIONS,
  ...PICKER,
  ...COMPATIBILITY,
  ...PRICES,
  ...PROVIDERS,
  ...MODELS,
  ...GATEWAY,
  ...HEALTH,
}
