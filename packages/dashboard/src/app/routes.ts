// Every page of the app. The gateway serves these paths and no other (packages/gateway/src/http/control/dashboard/
// paths.ts); a test holds the two lists together.
import { ARRIVALS } from '../pages/arrivals/routes.ts'
import { CONNECT } from '../pages/connect/routes.ts'
import { DOCS } from '../pages/docs/routes.ts'
import { HOME } from '../pages/home/routes.ts'
import { KEYS } from '../pages/keys/routes.ts'
import { MODELS } from '../pages/models/routes.ts'
import { OPERATOR } from '../pages/operator/routes.ts'
import { PLAYGROUND } from '../pages/playground/routes.ts'
import { REQUESTS } from '../pages/requests/routes.ts'
import { SETTINGS } from '../pages/settings/routes.ts'
import { STATUS } from '../pages/status/routes.ts'
import { USAGE } from '../pages/usage/routes.ts'
import { WALLET } from '../pages/wallet/routes.ts'

export const SHELL_ROUTES = [
  ...HOME,
  ...KEYS,
  ...WALLET,
  ...USAGE,
  ...REQUESTS,
  ...MODELS,
  ...PLAYGROUND,
  ...DOCS,
  ...CONNECT,
  ...SETTINGS,
  ...STATUS,
  ...OPERATOR,
] as const

export const ARRIVAL_ROUTES = ARRIVALS
